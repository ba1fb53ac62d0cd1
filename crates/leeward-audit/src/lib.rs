#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod append;
mod appending;
mod backlog;
mod clock;
mod directory;
mod drain;
mod entry;
mod erasure;
mod error;
#[cfg(feature = "export")]
#[cfg_attr(docsrs, doc(cfg(feature = "export")))]
pub mod export;
mod log;
mod off_thread;
mod opening;
mod pack;
mod prove;
mod pseudonym;
mod publish;
mod query;
mod reader;
mod reading;
mod rebuild;
mod record;
mod report;
mod retention;
mod rounds;
mod seal;
mod sealing;
pub mod serve;
mod signing;
mod take_back;
mod tree;
mod turn;
mod verify;
mod witnessing;

pub use append::Appended;
pub use drain::Drained;
pub use entry::{EventEntry, LogEntry};
pub use error::AuditError;
pub use leeward_tlog::{Checkpoint, Policy, TlogProof, TlogProofError, merkle, note, policy, tiles};
pub use log::AuditLog;
pub use pack::{Evidence, MAX_PACKED, Pack, PackError, Shown, ShownDetail};
pub use prove::Proved;
pub use pseudonym::Pseudonym;
pub use publish::Published;
pub use query::{Checked, Cursor, Found, Indexed, ParseCursorError, Query};
pub use reader::Reader;
pub use reading::{Growth, Logged};
pub use report::{Access, AccessReport, Aliases, ErasedAt, Kind, Who};
pub use retention::{Keep, Kept, MINIMUM_INDEX_FILE, MinimumIndex};
pub use seal::{EpochSeal, SealChecker, SealError, SealKey, SealKeyError, Sealed};
pub use verify::{
    DirSource, Listed, ListedKind, Source, SourceError, Verified, Verifier, VerifyError, verify_dir,
};
pub use witnessing::{WitnessAnswer, WitnessError, WitnessFailure, WitnessTransport, Witnessing};
