//! What the command line asks for.

use crate::failure::Failure;
use std::{ffi::OsString, path::PathBuf};

pub(crate) const USAGE: &str = "\
usage: crisis_line [--dir DIR] [--script FILE]
       crisis_line --verify DIR

  --dir DIR      where keys, store and log go (default: leeward-demo)
  --script FILE  lines of `seeker: ...` and `counsellor: ...`; without it they
                 are read from standard input, and if that is a terminal or
                 empty, a short built-in conversation is used
  --verify DIR   checks the log of an earlier run: 0 it holds, 1 it does not,
                 2 it could not be checked";

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Run { dir: PathBuf, script: Option<PathBuf> },
    Verify { dir: PathBuf },
    Help,
}

/// Reads the arguments, without the program's own name.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, Failure> {
    let mut arguments = arguments.into_iter();
    let (mut dir, mut script, mut verify) = (None, None, None);
    while let Some(argument) = arguments.next() {
        let place = match argument.to_str() {
            Some("--dir") => &mut dir,
            Some("--script") => &mut script,
            Some("--verify") => &mut verify,
            Some("--help" | "-h") => return Ok(Command::Help),
            _ => return Err(Failure::usage(&format!("unknown argument `{}`", argument.display()))),
        };
        let value = arguments.next().ok_or_else(|| missing(&argument))?;
        if place.replace(PathBuf::from(value)).is_some() {
            return Err(Failure::usage(&format!("`{}` was given twice", argument.display())));
        }
    }
    match (dir, script, verify) {
        (None, None, Some(dir)) => Ok(Command::Verify { dir }),
        (_, _, Some(_)) => Err(Failure::usage("`--verify` goes with no other argument")),
        (dir, script, None) => {
            Ok(Command::Run { dir: dir.unwrap_or_else(|| PathBuf::from("leeward-demo")), script })
        }
    }
}

fn missing(argument: &OsString) -> Failure {
    Failure::usage(&format!("`{}` needs a value", argument.display()))
}
