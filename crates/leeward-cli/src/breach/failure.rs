//! How the program says that something could not be done.

use leeward_credentials::breach::BreachError;
use std::{error::Error, fmt};

/// One sentence for whoever asked, and the exit code.
#[derive(Debug)]
pub(crate) struct Failure {
    sentence: String,
    refusal: bool,
}

impl Failure {
    /// It could not be done: exit code 2.
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self { sentence: printable(&sentence.into()), refusal: false }
    }

    /// The command line asks for something else.
    pub(crate) fn usage(sentence: &str, help: &str) -> Self {
        Self::new(format!("{sentence}; see `leeward-breach {help}--help`"))
    }

    /// What is wrong with a file. One that is not what was built is exit code 1.
    pub(crate) fn at(path: &std::path::Path, error: &BreachError) -> Self {
        let refusal = matches!(
            error,
            BreachError::Checksum { .. } | BreachError::Damaged { .. } | BreachError::Length { .. }
        );
        let mut sentence = format!("`{}`: {error}", path.display());
        if let Some(cause) = error.source() {
            sentence.push_str(&format!(": {cause}"));
        }
        Self { sentence: printable(&sentence), refusal }
    }

    /// It was checked, and is not what it should be: exit code 1.
    pub(crate) fn refusal(sentence: impl Into<String>) -> Self {
        Self { sentence: printable(&sentence.into()), refusal: true }
    }

    pub(crate) const fn code(&self) -> u8 {
        if self.refusal { 1 } else { 2 }
    }
}

/// Names of files can hold what a terminal obeys.
fn printable(sentence: &str) -> String {
    let shown = |c: char| if c.is_control() { c.escape_default().collect() } else { vec![c] };
    sentence.chars().flat_map(shown).collect()
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}
