//! Behaviour of `leeward-notify` through its public API, on the backend that `LEEWARD_TEST_STORE` names:
//! `memory` (which it is when not said), `sqlite` or `postgres`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs,
    reason = "a failing test panics"
)]

mod addresses;
mod budgets;
mod delivery;
mod faults;
#[cfg(feature = "smtp")]
mod mail;
mod notices;
mod redaction;
mod set_aside;
mod spool;
mod support;
mod wording;
