use crate::{TlogProofError, note::NoteError, policy::PolicyError};

/// Why a pack was not read, or does not hold.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// It is not written as a pack is.
    #[error("this is not an evidence pack, or something was added to it")]
    Malformed,
    /// A part of it is over its limit.
    #[error("a part of the pack is larger than it may be")]
    TooLarge,
    /// Its checkpoint is none, or not one that the log has signed.
    #[error("the checkpoint of the pack does not hold")]
    Note(#[from] NoteError),
    /// Too few witnesses cosigned its checkpoint.
    #[error("the checkpoint of the pack does not meet the policy")]
    Policy(#[from] PolicyError),
    /// A proof in it is not written as one is.
    #[error("a proof of the pack is none")]
    Proof(#[from] TlogProofError),
    /// This entry does not stand in the log, or its event is not the one it commits to.
    #[error("entry {index} of the pack does not hold")]
    Entry {
        /// Which entry.
        index: u64,
    },
}
