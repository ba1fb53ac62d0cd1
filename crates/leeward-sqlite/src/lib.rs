#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod backend;
mod commit_in;
mod connection;
mod error;
mod group;
mod job;
mod options;
mod queue;
mod readers;
mod schema;
mod table;
mod writer;

pub use backend::SqliteBackend;
pub use commit_in::commit_in;
pub use connection::connect;
pub use error::SqliteError;
pub use options::Options;
pub use rusqlite;

use leeward_store::Store;
use std::path::Path;

/// Opens the database at `path`, making it (readable by its owner alone) if there is none, with the
/// default [`Options`].
///
/// ```
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("leeward.db");
/// let store = leeward_sqlite::open(&path)?;
/// assert!(!store.is_sealed()); // `vault.seal(store)` makes one that may hold secrets
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`SqliteError::CannotOpen`], [`SqliteError::ReadOnly`], [`SqliteError::NotADatabase`],
/// [`SqliteError::Foreign`], [`SqliteError::NewerSchema`], [`SqliteError::Locked`],
/// [`SqliteError::Full`], [`SqliteError::Damaged`], [`SqliteError::Engine`]. A file that was there
/// before was not changed.
pub fn open(path: impl AsRef<Path>) -> Result<Store, SqliteError> {
    Options::new().open(path)
}
