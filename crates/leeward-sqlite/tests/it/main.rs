//! Behaviour of the SQLite backend through its public interface.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    missing_docs,
    reason = "a failing test panics, and one that watches a file waits for it"
)]

mod common;
mod conformance;
mod erasure;
mod executors;
mod full;
mod groups;
mod kill;
mod opening;
mod own_transaction;
mod sharing;
