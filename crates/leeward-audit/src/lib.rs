#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod checkpoint;
pub mod merkle;
pub mod note;
pub mod tiles;
mod tlog_proof;

pub use checkpoint::Checkpoint;
pub use tlog_proof::{TlogProof, TlogProofError};
