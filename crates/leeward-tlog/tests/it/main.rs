//! Behaviour of `leeward-tlog` through its public API.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    missing_docs,
    reason = "a failing test panics"
)]

mod checkpoint;
mod cosignature;
mod merkle;
mod note;
mod peers;
mod policy;
mod proof;
mod rotation;
mod witness;
