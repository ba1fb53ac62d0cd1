//! Behaviour of `leeward-session` through its public API, on the backend that `LEEWARD_TEST_STORE` names:
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

mod csrf;
mod faults;
mod keys;
mod lifetime;
mod machines;
mod model;
mod races;
mod recovery;
mod refresh;
mod resume;
mod revocation;
mod rotation;
mod secrecy;
mod sign_in;
mod step_up;
mod support;
