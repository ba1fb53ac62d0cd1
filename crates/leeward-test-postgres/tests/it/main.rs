//! The servers and what can be done to them, as a test uses them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    missing_docs,
    reason = "a failing test panics"
)]

mod absence;
mod proxy;
mod server;
mod support;
mod watchdog;
