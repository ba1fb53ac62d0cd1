//! Behaviour of `leeward-escrow` through its public API, on the backend that `LEEWARD_TEST_STORE` names:
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

mod binding;
mod faults;
mod forms;
mod model;
mod opening;
mod races;
mod redealing;
mod rehearsal;
mod secrecy;
mod shamir;
mod shredding;
mod support;
mod trustees;
mod vectors;
