//! Behaviour of the PostgreSQL backend through its public interface.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    missing_docs,
    reason = "a failing test panics, and one that watches a server waits for it"
)]

mod common;
mod conformance;
