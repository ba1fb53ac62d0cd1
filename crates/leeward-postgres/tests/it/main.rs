//! Behaviour of the PostgreSQL backend through its public interface.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::print_stderr,
    missing_docs,
    reason = "a failing test panics, and one that watches a server waits for it"
)]

mod broken;
mod common;
mod conformance;
mod encrypted;
mod executors;
mod groups;
mod opening;
mod own_transaction;
mod pooler;
mod rights;
mod settings;
mod sharing;
