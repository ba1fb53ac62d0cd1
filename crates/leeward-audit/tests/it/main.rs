//! Behaviour of `leeward-audit` through its public API.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::print_stdout,
    missing_docs,
    reason = "a failing test panics"
)]

mod append;
mod aside;
mod clock;
mod crash;
mod cross_checked;
mod erasure;
#[cfg(feature = "export")]
mod export;
mod faults;
mod kill;
mod lease;
mod log;
mod naming;
mod pack;
mod query;
mod quiet;
mod rebuild;
mod report;
mod retention;
mod room;
mod rotation;
mod sealed;
mod seals;
mod serve;
mod shredding;
mod signer;
mod stored;
mod support;
mod tamper;
mod witnesses;
