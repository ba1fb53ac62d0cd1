//! What the command line asks for.

use crate::{failure::Failure, help};
use lexopt::{Arg, Parser};
use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    str::FromStr,
};

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Build,
    Inspect,
    Verify,
    Check,
}

/// What the command line asked for.
pub(crate) enum Asked {
    /// To be told something: help, or the version.
    Text(String),
    /// To do something.
    Run(Args),
}

/// A command with its options.
pub(crate) struct Args {
    command: Command,
    path: Option<PathBuf>,
    values: BTreeMap<&'static str, OsString>,
    flags: BTreeSet<&'static str>,
}

impl Command {
    const ALL: [Self; 4] = [Self::Build, Self::Inspect, Self::Verify, Self::Check];

    const fn name(self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::Inspect => "inspect",
            Self::Verify => "verify",
            Self::Check => "check",
        }
    }

    const fn help(self) -> &'static str {
        match self {
            Self::Build => help::BUILD,
            Self::Inspect => help::INSPECT,
            Self::Verify => help::VERIFY,
            Self::Check => help::CHECK,
        }
    }

    const fn flags(self) -> &'static [&'static str] {
        match self {
            Self::Build => &["json", "allow-missing"],
            _ => &["json"],
        }
    }

    const fn values(self) -> &'static [&'static str] {
        match self {
            Self::Build => &["out", "min-count", "date", "threads"],
            Self::Inspect => &[],
            Self::Verify => &["digest"],
            Self::Check => &["ranges"],
        }
    }
}

/// Reads the command line, which begins with the program's own name.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Asked, Failure> {
    let mut parser = Parser::from_iter(arguments.into_iter().collect::<Vec<_>>());
    let word = parser.next().map_err(|error| Failure::usage(&error.to_string(), ""))?;
    let named = match word {
        None => return Err(Failure::usage("say what to do", "")),
        Some(Arg::Long("help") | Arg::Short('h')) => return Ok(Asked::Text(help::TOP.to_owned())),
        Some(Arg::Long("version") | Arg::Short('V')) => {
            return Ok(Asked::Text(format!("leeward-breach {}\n", env!("CARGO_PKG_VERSION"))));
        }
        Some(Arg::Value(name)) if name == "help" => return Ok(Asked::Text(help::TOP.to_owned())),
        Some(Arg::Value(name)) => name,
        Some(other) => return Err(unknown(&other, "")),
    };
    match Command::ALL.into_iter().find(|command| named == command.name()) {
        Some(command) => Args::new(command).parse(&mut parser),
        None => Err(Failure::usage(&format!("there is no command {}", shown(&named)), "")),
    }
}

impl Args {
    const fn new(command: Command) -> Self {
        Self { command, path: None, values: BTreeMap::new(), flags: BTreeSet::new() }
    }

    fn parse(mut self, parser: &mut Parser) -> Result<Asked, Failure> {
        let help = format!("{} ", self.command.name());
        let failed = |error: lexopt::Error| Failure::usage(&error.to_string(), &help);
        while let Some(word) = parser.next().map_err(failed)? {
            match word {
                Arg::Long("help") | Arg::Short('h') => {
                    return Ok(Asked::Text(self.command.help().to_owned()));
                }
                Arg::Long(name) => {
                    let is = |known: &&&'static str| **known == name;
                    if let Some(flag) = self.command.flags().iter().find(is) {
                        self.flags.insert(flag);
                        continue;
                    }
                    let known = self.command.values().iter().find(is);
                    let known = *known.ok_or_else(|| unknown(&Arg::Long(name), &help))?;
                    if self.values.insert(known, parser.value().map_err(failed)?).is_some() {
                        return Err(Failure::usage(&format!("`--{known}` was given twice"), &help));
                    }
                }
                Arg::Value(path) if self.path.is_none() => self.path = Some(path.into()),
                other => return Err(unknown(&other, &help)),
            }
        }
        Ok(Asked::Run(self))
    }

    pub(crate) const fn command(&self) -> Command {
        self.command
    }

    /// Whether an option without a value was given.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.flags.contains(name)
    }

    /// What stands without a name; `what` says what that should be.
    pub(crate) fn path(&self, what: &str) -> Result<&Path, Failure> {
        self.path.as_deref().ok_or_else(|| self.usage(&format!("name {what}")))
    }

    /// What stands without a name, if anything does.
    pub(crate) fn optional_path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The value of an option as it was given.
    pub(crate) fn value(&self, name: &str) -> Option<&OsStr> {
        self.values.get(name).map(OsString::as_os_str)
    }

    /// The value of an option as something of a kind; `what` says which.
    pub(crate) fn parsed<T: FromStr>(&self, name: &str, what: &str) -> Result<Option<T>, Failure> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let parsed = value.to_str().and_then(|value| value.parse().ok());
        let wrong = || self.usage(&format!("`--{name}` takes {what}, and not {}", shown(value)));
        parsed.map(Some).ok_or_else(wrong)
    }

    /// That the command was not used as it can be.
    pub(crate) fn usage(&self, sentence: &str) -> Failure {
        Failure::usage(sentence, &format!("{} ", self.command.name()))
    }
}

fn unknown(word: &Arg<'_>, help: &str) -> Failure {
    let word = match word {
        Arg::Long(name) => format!("`--{}`", name.escape_debug()),
        Arg::Short(name) => format!("`-{}`", name.escape_debug()),
        Arg::Value(value) => shown(value),
    };
    Failure::usage(&format!("it does not take {word}"), help)
}

fn shown(value: &OsStr) -> String {
    format!("`{}`", value.to_string_lossy().escape_debug())
}
