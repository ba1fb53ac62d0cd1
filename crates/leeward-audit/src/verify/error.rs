use crate::{SealError, note::NoteError, policy::PolicyError, tiles::BundleError};
use std::io;

/// Why a published log does not hold. Files are named relative to its directory; messages escape names that
/// others may have chosen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// A file that the signed size asks for is not there: taken away by somebody, or replaced by a
    /// publication that is under way or was interrupted.
    #[error("`{file}` is missing")]
    Missing {
        /// The file.
        file: String,
    },
    /// Something lies there that is no part of the log as it was signed: put there by somebody, or by
    /// a publication that is under way or was interrupted.
    #[error("`{}` is no part of the signed log", file.escape_debug())]
    Foreign {
        /// The file or directory.
        file: String,
    },
    /// The key file is not the key that the log is verified with, nor one that signed the checkpoint beside
    /// it, or was not finished by a first
    /// publication.
    #[error("`log.vkey` is not the key given, nor one that signed beside it")]
    Key,
    /// The checkpoint is not one that the log has signed.
    #[error("`checkpoint` does not hold")]
    Checkpoint(#[source] NoteError),
    /// The checkpoint is the log's own, but not cosigned as the policy asks.
    #[error("`checkpoint` does not satisfy the policy")]
    Policy(#[source] PolicyError),
    /// The minimum index is not one that the log has signed.
    #[error("`minimum-index` does not hold")]
    MinimumIndex(#[source] NoteError),
    /// A file has not the length that it must have.
    #[error("`{file}` has the wrong length")]
    Length {
        /// The file.
        file: String,
    },
    /// A bundle cannot be read: from this entry on, as far as its tile tells.
    #[error("entry {index}, in `{file}`, cannot be read")]
    Unreadable {
        /// The first entry concerned.
        index: u64,
        /// The bundle.
        file: String,
        /// What is wrong.
        source: BundleError,
    },
    /// This entry, or one of those after it, is not the one that was signed.
    #[error("entry {index}{}, in `{file}`, is not the one that was signed", or_after(*count))]
    Entry {
        /// The first entry concerned.
        index: u64,
        /// How many entries the change can lie in: 1 when a tile that leads to the signed root tells it
        /// exactly, and all of them when no tile does.
        count: u64,
        /// The bundle of the first.
        file: String,
    },
    /// The entries are those that were signed, but a tile has another hash for this one.
    #[error("`{file}` has a wrong hash for entry {index}")]
    Tile {
        /// The first entry below the hash.
        index: u64,
        /// The tile.
        file: String,
    },
    /// A tile of an earlier checkpoint is not the beginning of what follows it.
    #[error("`{file}`, of an earlier checkpoint, is not the beginning of the present tile")]
    Earlier {
        /// The tile.
        file: String,
    },
    /// The entries are those that were signed, but the seals do not hold: the log was rewritten, or put
    /// back, by somebody who could sign.
    #[error("the seals do not hold")]
    Seals(#[source] SealError),
    /// The log is shorter than it was: it was put back to an older state, or this is one.
    #[error("the log has {size} entries, and had {old_size}: this is an older state of it")]
    RolledBack {
        /// How many entries it has.
        size: u64,
        /// How many it had in the older checkpoint, or had at least, by its minimum index.
        old_size: u64,
    },
    /// The log does not begin with the tree of the older checkpoint: whoever signs it has two histories.
    #[error("the log does not begin with the {old_size} entries of the older checkpoint: it was rewritten")]
    Rewritten {
        /// How many entries the older checkpoint has.
        old_size: u64,
    },
    /// The older checkpoint, or the seal key, is that of a log of another name: this says nothing of the
    /// log.
    #[error("the older checkpoint or the seal key is that of another log: give one of this log")]
    OtherLog,
    /// A file could not be read: this says nothing of the log.
    #[error("`{}` could not be read", file.escape_debug())]
    Io {
        /// The file.
        file: String,
        /// The cause.
        source: io::Error,
    },
}

impl VerifyError {
    /// Whether the log was found not to hold; false when it could not be checked.
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        !matches!(self, Self::Io { .. } | Self::OtherLog | Self::Seals(SealError::Unreadable { .. }))
    }
}

fn or_after(count: u64) -> String {
    match count.saturating_sub(1) {
        0 => String::new(),
        1 => " (or the one after it)".to_owned(),
        others => format!(" (or one of the {others} after it)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_others_chose_says_nothing_to_a_terminal() {
        let foreign = VerifyError::Foreign { file: "a\x1b[2K\rall is \u{202e}well".to_owned() };
        assert_eq!(foreign.to_string(), r"`a\u{1b}[2K\rall is \u{202e}well` is no part of the signed log");
    }

    #[test]
    fn an_entry_is_named_in_words_that_fit_the_count() {
        let said = |count| VerifyError::Entry { index: 3, count, file: "f".to_owned() }.to_string();
        assert_eq!(said(1), "entry 3, in `f`, is not the one that was signed");
        assert_eq!(said(2), "entry 3 (or the one after it), in `f`, is not the one that was signed");
        assert_eq!(said(256), "entry 3 (or one of the 255 after it), in `f`, is not the one that was signed");
    }
}
