//! How the program says that something does not hold, or could not be checked.

use leeward_audit::{AuditError, SealError, VerifyError};
use std::{
    error::Error,
    fmt::{self, Write},
    io,
};

/// One sentence for whoever asked, and the exit code.
#[derive(Debug)]
pub(crate) struct Failure {
    sentence: String,
    refusal: bool,
    first: Option<u64>,
}

impl Failure {
    /// It could not be checked, or not be done: exit code 2.
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self { sentence: sentence.into(), refusal: false, first: None }
    }

    /// It was checked and does not hold: exit code 1.
    pub(crate) fn refusal(sentence: impl Into<String>, first: Option<u64>) -> Self {
        Self { sentence: sentence.into(), refusal: true, first }
    }

    /// The command line asks for something else.
    pub(crate) fn usage(sentence: &str, help: &str) -> Self {
        Self::new(format!("{sentence}; see `leeward-audit {help}--help`"))
    }

    /// A file was not read.
    pub(crate) fn file(path: impl fmt::Display, error: &io::Error) -> Self {
        Self::new(format!("`{path}` could not be read: {}", plain(error)))
    }

    /// A file was not written.
    pub(crate) fn unwritable(path: impl fmt::Display, error: &io::Error) -> Self {
        Self::new(format!("`{path}` could not be written: {}", plain(error)))
    }

    /// Says which log is meant.
    pub(crate) fn at(self, place: impl fmt::Display) -> Self {
        let verdict = if self.refusal { "does NOT hold: " } else { "" };
        let between = if self.refusal { " " } else { ": " };
        Self { sentence: format!("{place}{between}{verdict}{}", self.sentence), ..self }
    }

    /// Whether it was checked and does not hold.
    pub(crate) const fn is_refusal(&self) -> bool {
        self.refusal
    }

    /// The first entry concerned, if one is known.
    pub(crate) const fn first(&self) -> Option<u64> {
        self.first
    }

    pub(crate) const fn code(&self) -> u8 {
        if self.refusal { 1 } else { 2 }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl From<VerifyError> for Failure {
    fn from(error: VerifyError) -> Self {
        let first = match error {
            VerifyError::Entry { index, .. }
            | VerifyError::Tile { index, .. }
            | VerifyError::Unreadable { index, .. }
            | VerifyError::Seals(
                SealError::Unreadable { index }
                | SealError::Broken { index }
                | SealError::Discontinuous { index, .. }
                | SealError::Outside { index, .. },
            ) => Some(index),
            _ => None,
        };
        Self { refusal: error.is_refusal(), first, sentence: causes(&error) }
    }
}

impl From<AuditError> for Failure {
    fn from(error: AuditError) -> Self {
        let refusal = matches!(error, AuditError::Contradiction { .. });
        Self { refusal, first: None, sentence: causes(&error) }
    }
}

/// An error with its causes, in one sentence, fit for a terminal.
pub(crate) fn causes(error: &(dyn Error + 'static)) -> String {
    let mut sentence = String::new();
    let mut next = Some(error);
    while let Some(cause) = next {
        let said = cause.downcast_ref().map_or_else(|| cause.to_string(), plain);
        if sentence.is_empty() {
            sentence = said;
        } else if !sentence.contains(&said) {
            // Writing to a text cannot fail.
            let _ = write!(sentence, ": {said}");
        }
        next = cause.source();
    }
    sentence.chars().flat_map(|c| if deceives(c) { c.escape_default().collect() } else { vec![c] }).collect()
}

/// Whether a terminal would act on it, or turn the direction of what follows.
fn deceives(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What the operating system says, without its numbers.
fn plain(error: &io::Error) -> String {
    let said = error.to_string();
    match said.rsplit_once(" (os error ") {
        Some((words, _)) => words.to_lowercase(),
        None => said,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_moves_no_cursor_and_turns_no_text() {
        let error = io::Error::other("a\u{1b}[2Jb\u{202e}c\u{9b}d é");
        assert_eq!(causes(&error), "a\\u{1b}[2Jb\\u{202e}c\\u{9b}d é");
    }
}
