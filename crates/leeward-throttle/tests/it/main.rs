//! Behaviour of `leeward-throttle` through its public API, on the backend that `LEEWARD_TEST_STORE` names:
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

mod clock;
mod devices;
mod faults;
mod gates;
mod model;
mod races;
mod secrecy;
mod support;
mod waiting;
