//! What the command line asks for.

use crate::{failure::Failure, place::Place};
use std::{ffi::OsString, path::PathBuf};

pub(crate) const USAGE: &str = "\
usage: crisis_line [--dir DIR] [--database URL] [--script FILE]
       crisis_line --verify DIR [--database URL]

  --dir DIR       where keys, store and log go (default: leeward-demo)
  --database URL  keeps the store in PostgreSQL instead:
                  postgres://user:password@host/name
  --script FILE   lines of `seeker: ...` and `counsellor: ...`; without it they
                  are read from standard input, and if that is a terminal or
                  empty, a short built-in conversation is used
  --verify DIR    checks the log of an earlier run, and with --database that the
                  database agrees with it: 0 it holds, 1 it does not, 2 it could
                  not be checked";

/// What to do.
pub(crate) enum Command {
    Run { place: Place, script: Option<PathBuf> },
    Verify { place: Place },
    Help,
}

/// Reads the arguments, without the program's own name.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, Failure> {
    let mut arguments = arguments.into_iter();
    let (mut dir, mut database, mut script, mut verify) = (None, None, None, None);
    while let Some(argument) = arguments.next() {
        let value = match argument.to_str() {
            Some("--dir") => &mut dir,
            Some("--database") => &mut database,
            Some("--script") => &mut script,
            Some("--verify") => &mut verify,
            Some("--help" | "-h") => return Ok(Command::Help),
            _ => return Err(Failure::usage(&format!("unknown argument `{}`", argument.display()))),
        };
        let given = arguments.next().ok_or_else(|| missing(&argument))?;
        if value.replace(PathBuf::from(given)).is_some() {
            return Err(Failure::usage(&format!("`{}` was given twice", argument.display())));
        }
    }
    let database = database.map(url).transpose()?;
    match (dir, script, verify) {
        (None, None, Some(dir)) => Ok(Command::Verify { place: Place { dir, database } }),
        (_, _, Some(_)) => Err(Failure::usage("`--verify` goes with no other argument but `--database`")),
        (dir, script, None) => {
            let dir = dir.unwrap_or_else(|| PathBuf::from("leeward-demo"));
            Ok(Command::Run { place: Place { dir, database }, script })
        }
    }
}

/// A URL holds a password, so nothing is said of what it was instead.
fn url(given: PathBuf) -> Result<String, Failure> {
    let url = given.into_os_string().into_string().ok();
    let url = url.filter(|url| url.starts_with("postgres://") || url.starts_with("postgresql://"));
    url.ok_or_else(|| Failure::usage("`--database` needs a URL such as postgres://user:password@host/name"))
}

fn missing(argument: &OsString) -> Failure {
    Failure::usage(&format!("`{}` needs a value", argument.display()))
}
