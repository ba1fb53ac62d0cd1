//! What the command line asks for.

use leeward_tlog::note::VerifierKey;
use std::{error::Error, path::PathBuf};

pub(crate) const USAGE: &str = "\
usage: witness --name NAME --log VKEY [--log VKEY]... [--dir DIR] [--listen ADDRESS]

  --name NAME       what the witness is called: an address without a scheme
  --log VKEY        the key of a log to cosign, as its log.vkey has it; two of
                    one log while that changes its key
  --dir DIR         where keys and memory go (default: leeward-witness)
  --listen ADDRESS  default: 127.0.0.1:7380. Put a server with TLS in front";

/// What to serve.
#[derive(Debug)]
pub(crate) struct Args {
    pub(crate) name: String,
    pub(crate) logs: Vec<VerifierKey>,
    pub(crate) dir: PathBuf,
    pub(crate) listen: String,
}

/// Reads the arguments, without the program's own name; `None` when help is asked for.
pub(crate) fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Option<Args>, Box<dyn Error>> {
    let mut arguments = arguments.into_iter();
    let (mut name, mut logs) = (None, Vec::new());
    let (mut dir, mut listen) = (PathBuf::from("leeward-witness"), "127.0.0.1:7380".to_owned());
    while let Some(argument) = arguments.next() {
        let mut value =
            || arguments.next().ok_or_else(|| format!("`{argument}` needs a value; --help tells more"));
        match argument.as_str() {
            "--name" => name = Some(value()?),
            "--log" => logs.push(value()?.trim_end().parse()?),
            "--dir" => dir = value()?.into(),
            "--listen" => listen = value()?,
            "--help" | "-h" => return Ok(None),
            _ => return Err(format!("unknown argument `{argument}`; --help tells more").into()),
        }
    }
    let name = name.ok_or("give the witness a name with --name; --help tells more")?;
    if logs.is_empty() {
        return Err("name at least one log with --log; --help tells more".into());
    }
    Ok(Some(Args { name, logs, dir, listen }))
}
