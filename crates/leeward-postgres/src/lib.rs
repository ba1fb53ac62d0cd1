#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod address;
mod backend;
mod commit_in;
mod commits;
mod engine;
mod error;
mod fault;
mod gets;
mod group;
mod home;
mod job;
mod locks;
mod opening;
mod options;
mod param;
mod purge;
mod queue;
mod rows;
mod scan;
mod schema;
mod slot;
mod sql;
mod tls;

pub use backend::PostgresBackend;
pub use commit_in::commit_in;
pub use error::PostgresError;
pub use options::Options;
pub use tokio_postgres;

use leeward_store::Store;

/// Opens the database that the URL names, making leeward's schema in it if there is none, with the
/// default [`Options`].
///
/// It captures the tokio runtime it is called in, and all I/O happens there; what the store returns
/// may then be awaited on any executor.
///
/// # Errors
/// Any [`PostgresError`] but [`UnfitTransaction`](PostgresError::UnfitTransaction) and
/// [`Unsettled`](PostgresError::Unsettled). What was there before was not changed.
pub async fn open(url: &str) -> Result<Store, PostgresError> {
    Options::new().open(url).await
}
