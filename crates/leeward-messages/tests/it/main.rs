//! Behaviour of `leeward-messages` through its public API.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a failing test panics"
)]

mod bodies;
mod faults;
mod hostile;
mod insider;
mod leaks;
mod lifetimes;
mod membership;
mod races;
mod support;
