#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod checkpoint;
pub mod cosignature;
pub mod merkle;
pub mod note;
pub mod policy;
mod proof;
pub mod tiles;
pub mod witness;

pub use checkpoint::Checkpoint;
pub use policy::Policy;
pub use proof::{TlogProof, TlogProofError};

/// What a signer of one's own failed with.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;
