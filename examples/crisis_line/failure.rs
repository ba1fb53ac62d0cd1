//! How the program says that it could not do something: one sentence, and a number.

use leeward_postgres::PostgresError;
use leeward_sqlite::SqliteError;
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

    /// Says first what it is about.
    pub(crate) fn about(self, what: &dyn fmt::Display) -> Self {
        Self { sentence: format!("{what}: {}", self.sentence), ..self }
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

/// Any error of the crates: what it says, with its causes down to the database's. What lies below that is
/// the engine's own way of saying it.
impl<E: Error + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        let mut sentence = error.to_string();
        let mut next: Option<&(dyn Error + 'static)> = Some(&error);
        while let Some(cause) = next {
            let said = cause.to_string();
            if !sentence.contains(&said) {
                sentence = format!("{sentence}: {said}");
            }
            next = cause.source().filter(|_| !cause.is::<SqliteError>() && !cause.is::<PostgresError>());
        }
        Self::new(sentence)
    }
}
