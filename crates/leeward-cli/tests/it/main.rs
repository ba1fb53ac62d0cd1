//! The program as its users meet it: what it says, and with which exit code.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a failing test panics"
)]

mod export;
#[cfg(feature = "http")]
mod http;
#[cfg(feature = "postgres")]
mod postgres;
mod records;
mod support;
mod usage;
mod verify;
