use crate::{WitnessFailure, note::NoteError, retention::MAX_HOLDS};
use leeward_store::StoreError;
use std::{io::ErrorKind, path::PathBuf, sync::Arc};

/// Why the log did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The origin, the signer or the last checkpoint is not in order.
    #[error("the log could not be signed, or its last checkpoint not be read")]
    Note(#[from] NoteError),
    /// The last checkpoint is not signed by the key that the log was opened with.
    #[error(
        "the log's last checkpoint is not signed by this key: open the log with the key that signed it; a new \
         key signs beside that one first, and opens the log after the next publication"
    )]
    OtherKey,
    /// A further key must have the name of the log, and sign not yet.
    #[error("a further signer must have the name of the log, and another key than those that sign already")]
    FurtherSigner,
    /// The random source failed; nothing was written.
    #[error("the random source failed: nothing secret can be made without it")]
    Random,
    /// The store holds the log of another origin.
    #[error("the store holds a log of another name: open it by that name, or use another store")]
    Origin,
    /// What is stored contradicts what was signed, or itself. Nothing is signed or proved with it.
    #[error("the stored log is not the one that was signed: {what}; nothing is signed with it")]
    Contradiction {
        /// What disagrees.
        what: &'static str,
    },
    /// A record of the log is missing, or not what this code writes.
    #[error("the log holds {what}")]
    Corrupt {
        /// What was found.
        what: &'static str,
    },
    /// The log has no such entry, or the tree no such size.
    #[error(
        "number {index} is out of range: there are {size} entries (for a proof, signed ones: publish first)"
    )]
    OutOfRange {
        /// What was asked for.
        index: u64,
        /// How many entries there are; of a proof, how many are signed.
        size: u64,
    },
    /// The entry was removed, since the time for which it is kept was over.
    #[error("entries below number {minimum} were removed: the time for which they are kept was over")]
    Removed {
        /// The first entry that is kept.
        minimum: u64,
    },
    /// Entries are under a legal hold; nothing was removed.
    #[error("the log is under a legal hold: lift it before anything is removed")]
    LegalHold,
    /// There are as many holds as there can be.
    #[error("the log is under {MAX_HOLDS} legal holds already: lift one that has ended")]
    TooManyHolds,
    /// More entries were asked for than one answer may hold.
    #[error("at most {most} entries go into one answer: ask for fewer, several times")]
    TooMany {
        /// How many may be asked for.
        most: usize,
    },
    /// The subject was not erased, so that what is left of it is not swept away.
    #[error("the subject is not erased: destroy its keys first")]
    NotErased,
    /// A cursor came with another query than the one it is used with.
    #[error("the cursor belongs to another query: begin this one without it")]
    Cursor,
    /// The index does not lead to an entry that it should lead to.
    #[error("the index does not lead to entry {index}: rebuild it, and find out who changed it")]
    Index {
        /// The first entry concerned.
        index: u64,
    },
    /// The directory belongs to another log, or somebody changed what lies there.
    #[error("the directory holds {what}: give an empty one, or find out who changed it")]
    ForeignDirectory {
        /// What was found.
        what: &'static str,
    },
    /// The clock is behind what was logged or signed already.
    #[error(
        "the clock is {minutes} minutes behind the log: set it right; what happens meanwhile waits and is \
         not lost, and nothing is logged or signed until then"
    )]
    ClockBehind {
        /// By how many minutes.
        minutes: u32,
    },
    /// The clock is further ahead of the last entry than a log usually pauses.
    #[error(
        "the clock is {days} days ahead of the log: set it right, or say that the log paused for so long; \
         nothing is logged or signed until then"
    )]
    ClockAhead {
        /// By how many days.
        days: u32,
    },
    /// More events wait than may. This one was not taken.
    #[error("too many events wait to be logged: this one was not taken, try again when some were drained")]
    Busy,
    /// The seals of this log began with another key.
    #[error("the seals of this log began with another key, or it is the key of a log of another name")]
    SealKey,
    /// What was done for several callers at once failed, with this error for each.
    #[error(transparent)]
    Shared(Arc<Self>),
    /// Too few witnesses cosigned the checkpoint. What was published before stays; the next publication
    /// asks again.
    #[error("too few witnesses cosigned, so nothing new is published{}", told(failures))]
    Unwitnessed {
        /// Those that failed, and why.
        failures: Vec<WitnessFailure>,
    },
    /// The policy to publish under names logs, and not this one with its key.
    #[error("the policy names other logs and not this one: add a line `log` with the key of this log")]
    Policy,
    /// The disk is full.
    #[error("there is no room for `{path}`: nothing is lost, make room and publish again")]
    Full {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// A file could not be read or written.
    #[error("`{path}` could not be read or written")]
    Io {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
}

impl AuditError {
    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| match source.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::Full { path, source },
            _ => Self::Io { path, source },
        }
    }
}

fn told(failures: &[WitnessFailure]) -> String {
    failures.iter().map(|failure| format!("; {failure}")).collect()
}
