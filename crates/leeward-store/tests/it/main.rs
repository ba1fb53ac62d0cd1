//! Behaviour of `leeward-store` through its public API.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a failing test panics"
)]

mod api;
mod appends;
mod broken;
mod conformance;
mod faults;
mod keys;
mod refusals;
mod transact;
mod transact_model;
