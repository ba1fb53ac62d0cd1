#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod cobblestone;
mod context;
mod error;
mod index;
mod key;
mod plaintext;
mod record;
mod secret;

pub use context::Context;
pub use error::SealError;
pub use index::{Index, IndexKey, IndexRoot, IndexTag};
pub use key::SealKey;
pub use plaintext::Plaintext;
pub use record::{open, seal, seal_into};
