//! Standard output and standard error.

use crate::failure::Failure;
use serde_json::{Value, json};
use std::{
    io::{self, Write},
    process::ExitCode,
};

/// What a command found, for people and for programs.
pub(crate) struct Answer {
    pub(crate) text: String,
    pub(crate) json: Value,
}

/// Where answers go.
pub(crate) struct Output;

impl Output {
    pub(crate) const fn new() -> Self {
        Self
    }

    /// Writes text as it is.
    pub(crate) fn text(&self, text: &str) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| unwritable(&error))
    }

    /// Writes an answer in the form that was asked for.
    pub(crate) fn answer(&self, answer: &Answer, json: bool) -> Result<(), Failure> {
        if json { self.text(&format!("{}\n", answer.json)) } else { self.text(&answer.text) }
    }

    /// The exit code, after saying why it is not 0.
    pub(crate) fn finish(&self, done: Result<(), Failure>, json: bool) -> ExitCode {
        match done {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => self.fail(&failure, json),
        }
    }

    /// Says why: on standard error, or as an answer to a program.
    pub(crate) fn fail(&self, failure: &Failure, json: bool) -> ExitCode {
        let verdict = if failure.is_refusal() { "does not hold" } else { "not checked" };
        let answer = json!({
            "verdict": verdict,
            "reason": failure.to_string(),
            "first_entry": failure.first(),
        });
        let said = if json {
            self.text(&format!("{answer}\n"))
        } else {
            // When nobody can be told, the exit code still tells.
            let _ = writeln!(io::stderr().lock(), "leeward-audit: {failure}");
            Ok(())
        };
        ExitCode::from(said.map_or(2, |()| failure.code()))
    }
}

/// Why output was not written.
pub(crate) fn unwritable(error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Failure::new("whoever reads the output stopped before its end"),
        io::ErrorKind::StorageFull => Failure::new("the output could not be written: the disk is full"),
        _ => Failure::new("the output could not be written"),
    }
}
