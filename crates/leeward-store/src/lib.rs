#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod backend;
mod batch;
mod entry;
mod error;
mod key;
pub mod limits;
mod memory;
mod scan;
mod space;
mod store;
mod transact;
mod turn;

#[cfg(feature = "conformance")]
pub mod conformance;
#[cfg(feature = "testing")]
pub mod testing;

pub use backend::{Backend, Inner};
pub use batch::{Action, Batch, Expect, Op};
pub use entry::{Entry, Value, Version};
pub use error::{BoxError, Conflict, LimitError, StoreError};
pub use jiff::Timestamp;
pub use key::{Key, Prefix};
pub use memory::MemoryBackend;
pub use scan::{Item, Page, Scan};
pub use space::{Protection, Space};
pub use store::{Prepared, Store};
pub use transact::Tx;
pub use turn::yield_once;
