use super::{MAX_OF_A_KIND, MAX_POLICY};
use crate::note::NoteError;

/// Why a policy was refused, or a checkpoint under it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// The policy is over a limit.
    #[error("a policy has at most {MAX_POLICY} bytes, and {MAX_OF_A_KIND} logs, witnesses and groups each")]
    TooLarge,
    /// A line is not one that a policy has.
    #[error("line {line} of the policy {what}")]
    Line {
        /// Its number, from 1.
        line: usize,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A line has what is no key, or no key for this use.
    #[error("line {line} of the policy has no key that serves there")]
    Key {
        /// Its number, from 1.
        line: usize,
        /// What is wrong with the key.
        source: NoteError,
    },
    /// No line says what quorum is asked for.
    #[error("the policy has no quorum line: end it with `quorum <name>`, or with `quorum none`")]
    Quorum,
    /// The policy names no log, or none whose key is of a known type.
    #[error("the policy names no log with a known key: give the log's key")]
    NoLog,
    /// The log's signature, or that of a known witness, does not hold.
    #[error("the checkpoint does not hold")]
    Note(#[from] NoteError),
    /// Too few witnesses have cosigned.
    #[error("fewer witnesses have cosigned the checkpoint than the policy asks for")]
    Unmet,
}
