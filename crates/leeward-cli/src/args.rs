//! What the command line asks for.

use crate::{failure::Failure, help};
use lexopt::{Arg, Parser};
use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::{OsStr, OsString},
    str::FromStr,
};

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Verify,
    Inspect,
    Export,
    Report,
    Pack,
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
    place: Option<OsString>,
    values: BTreeMap<&'static str, OsString>,
    flags: BTreeSet<String>,
}

impl Command {
    const ALL: [Self; 5] = [Self::Verify, Self::Inspect, Self::Export, Self::Report, Self::Pack];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Inspect => "inspect",
            Self::Export => "export",
            Self::Report => "report",
            Self::Pack => "pack",
        }
    }

    const fn help(self) -> &'static str {
        match self {
            Self::Verify => help::VERIFY,
            Self::Inspect => help::INSPECT,
            Self::Export => help::EXPORT,
            Self::Report => help::REPORT,
            Self::Pack => help::PACK,
        }
    }

    /// The options that take no value.
    const fn flags(self) -> &'static [&'static str] {
        match self {
            Self::Verify | Self::Inspect | Self::Report => &["json"],
            Self::Export => &[],
            Self::Pack => &["json", "withhold"],
        }
    }

    /// The options that take a value.
    const fn values(self) -> &'static [&'static str] {
        match self {
            Self::Verify => {
                &["vkey-file", "since", "policy", "seal-key", "sealed-within", "threads", "max-time"]
            }
            Self::Inspect => &["vkey-file", "from", "count", "max-time"],
            Self::Export => &[
                "vkey-file",
                "format",
                "version",
                "framing",
                "from",
                "count",
                "out",
                "store",
                "key-file",
                "as",
                "aliases",
                "max-time",
            ],
            Self::Report => {
                &["vkey-file", "store", "key-file", "as", "subject", "aliases", "after", "before"]
            }
            Self::Pack => &["vkey-file", "store", "key-file", "as", "subject", "entries", "out"],
        }
    }
}

/// One word of the command line.
enum Word {
    Long(String),
    Short(char),
    Value(OsString),
}

/// Reads the command line, which begins with the program's own name.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Asked, Failure> {
    let mut parser = Parser::from_iter(arguments.into_iter().collect::<Vec<_>>());
    match next(&mut parser, "")? {
        None => Err(Failure::usage("say what to do", "")),
        Some(word) if word.is_help() => Ok(Asked::Text(help::TOP.to_owned())),
        Some(word) if word.is("version", 'V') => {
            Ok(Asked::Text(format!("leeward-audit {}\n", env!("CARGO_PKG_VERSION"))))
        }
        Some(word) => {
            let command = Command::ALL.into_iter().find(|command| word.is_value(command.name()));
            match command {
                Some(command) => Args::new(command).parse(&mut parser),
                None => Err(Failure::usage(&format!("there is no command {}", word.shown()), "")),
            }
        }
    }
}

impl Args {
    const fn new(command: Command) -> Self {
        Self { command, place: None, values: BTreeMap::new(), flags: BTreeSet::new() }
    }

    fn parse(mut self, parser: &mut Parser) -> Result<Asked, Failure> {
        let help = format!("{} ", self.command.name());
        while let Some(word) = next(parser, &help)? {
            match &word {
                word if word.is_help() => return Ok(Asked::Text(self.command.help().to_owned())),
                Word::Long(name) if self.command.flags().contains(&&**name) => {
                    self.flags.insert(name.clone());
                }
                Word::Long(name) => {
                    let known = self.command.values().iter().find(|known| *known == name);
                    let known = known.ok_or_else(|| unknown(&word, self.command, &help))?;
                    let value = parser.value().map_err(|error| Failure::usage(&error.to_string(), &help))?;
                    if self.values.insert(known, value).is_some() {
                        return Err(Failure::usage(&format!("`--{known}` was given twice"), &help));
                    }
                }
                Word::Value(value) if self.place.is_none() => self.place = Some(value.clone()),
                _ => return Err(unknown(&word, self.command, &help)),
            }
        }
        Ok(Asked::Run(self))
    }

    pub(crate) const fn command(&self) -> Command {
        self.command
    }

    /// Whether a program reads the answer.
    pub(crate) fn json(&self) -> bool {
        self.flag("json")
    }

    /// Whether an option without a value was given.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.flags.contains(name)
    }

    /// That nothing stands there without a name, for what needs the store.
    pub(crate) fn no_place(&self) -> Result<(), Failure> {
        match self.place {
            Some(_) => {
                Err(self.usage("what it tells is in the store alone: give `--store`, and no directory"))
            }
            None => Ok(()),
        }
    }

    /// What stands without a name: the directory or address of a log.
    pub(crate) fn place(&self) -> Option<&OsStr> {
        self.place.as_deref()
    }

    /// The value of an option as it was given.
    pub(crate) fn value(&self, name: &str) -> Option<&OsStr> {
        self.values.get(name).map(OsString::as_os_str)
    }

    /// The value of an option that must be there.
    pub(crate) fn needed(&self, name: &str) -> Result<&OsStr, Failure> {
        self.value(name).ok_or_else(|| self.usage(&format!("`--{name}` is needed")))
    }

    /// The value of an option as text of some kind; `what` says which.
    pub(crate) fn parsed<T: FromStr>(&self, name: &str, what: &str) -> Result<Option<T>, Failure> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let parsed = value.to_str().and_then(|value| value.parse().ok());
        match parsed {
            Some(parsed) => Ok(Some(parsed)),
            None => Err(self.usage(&format!("`--{name}` takes {what}, and not {}", shown(value)))),
        }
    }

    /// The value of an option as a number.
    pub(crate) fn number(&self, name: &str) -> Result<Option<u64>, Failure> {
        self.parsed(name, "a number")
    }

    /// That the command was not used as it can be.
    pub(crate) fn usage(&self, sentence: &str) -> Failure {
        Failure::usage(sentence, &format!("{} ", self.command.name()))
    }
}

impl Word {
    fn is(&self, long: &str, short: char) -> bool {
        match self {
            Self::Long(name) => name == long,
            Self::Short(name) => *name == short,
            Self::Value(_) => false,
        }
    }

    fn is_help(&self) -> bool {
        self.is("help", 'h') || self.is_value("help")
    }

    fn is_value(&self, word: &str) -> bool {
        matches!(self, Self::Value(value) if value == word)
    }

    fn shown(&self) -> String {
        match self {
            Self::Long(name) => format!("`--{}`", name.escape_debug()),
            Self::Short(name) => format!("`-{}`", name.escape_debug()),
            Self::Value(value) => shown(value),
        }
    }
}

fn next(parser: &mut Parser, help: &str) -> Result<Option<Word>, Failure> {
    let word = parser.next().map_err(|error| Failure::usage(&error.to_string(), help))?;
    Ok(word.map(|word| match word {
        Arg::Long(name) => Word::Long(name.to_owned()),
        Arg::Short(name) => Word::Short(name),
        Arg::Value(value) => Word::Value(value),
    }))
}

fn unknown(word: &Word, command: Command, help: &str) -> Failure {
    Failure::usage(&format!("`{}` does not take {}", command.name(), word.shown()), help)
}

fn shown(value: &OsStr) -> String {
    format!("`{}`", value.to_string_lossy().escape_debug())
}
