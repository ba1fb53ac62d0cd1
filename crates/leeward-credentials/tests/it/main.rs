//! Behaviour of `leeward-credentials` through its public API, on the backend that `LEEWARD_TEST_STORE` names:
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

mod accounts;
mod any_input;
mod breach;
mod changing;
mod choosing;
mod enumeration;
mod faults;
mod foreign;
mod governor;
mod lanes;
mod peppers;
mod policies;
mod policy;
mod redaction;
mod service;
mod strength;
mod support;
mod vectors;
