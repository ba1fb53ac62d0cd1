//! `leeward-breach` as its users meet it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a failing test panics"
)]

mod commands;
#[cfg(unix)]
mod kill;
mod support;
mod usage;
