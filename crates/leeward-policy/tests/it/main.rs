//! Behaviour of `leeward-policy` through its public API, on the backend that `LEEWARD_TEST_STORE` names:
//! `memory` (which it is when not said), `sqlite` or `postgres`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a failing test panics"
)]

mod accesses;
mod administration;
mod adopted;
mod approval;
mod break_glass;
mod consent;
mod fail_closed;
mod faults;
mod history;
#[cfg(feature = "serde")]
mod loader;
mod matrix;
mod permits;
mod races;
mod service;
mod soundness;
mod sources;
mod speed;
mod support;
