//! How the program says that it could not do something: one sentence, and a number.

use std::{error::Error, fmt};

/// One clear sentence for standard error, and the exit code.
#[derive(Debug)]
pub(crate) struct Failure {
    sentence: String,
    code: u8,
}

impl Failure {
    pub(crate) fn new(sentence: String) -> Self {
        Self { sentence, code: 1 }
    }

    pub(crate) fn usage(sentence: &str) -> Self {
        Self { sentence: format!("{sentence}; --help tells more"), code: 2 }
    }

    pub(crate) fn with_code(self, code: u8) -> Self {
        Self { code, ..self }
    }

    pub(crate) const fn code(&self) -> u8 {
        self.code
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

/// Any error of the crates: what it says, and what lies right below it. Deeper causes speak of the engine.
impl<E: Error> From<E> for Failure {
    fn from(error: E) -> Self {
        let said = error.to_string();
        match error.source().map(ToString::to_string) {
            Some(cause) if !said.contains(&cause) => Self::new(format!("{said}: {cause}")),
            _ => Self::new(said),
        }
    }
}
