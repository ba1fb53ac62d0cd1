#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod backlog;
mod checkpoint;
mod directory;
mod drain;
mod entry;
mod error;
mod log;
pub mod merkle;
pub mod note;
mod off_thread;
mod pseudonym;
mod publish;
mod reading;
mod record;
mod signing;
pub mod tiles;
mod tlog_proof;
mod tree;
mod verify;

pub use checkpoint::Checkpoint;
pub use drain::Drained;
pub use entry::LogEntry;
pub use error::AuditError;
pub use log::AuditLog;
pub use pseudonym::Pseudonym;
pub use publish::Published;
pub use reading::{Growth, Logged};
pub use tlog_proof::{TlogProof, TlogProofError};
pub use verify::{Verified, VerifyError, verify_dir};
