//! Behaviour of `leeward-mfa` through its public API, on the backend that `LEEWARD_TEST_STORE` names:
//! `memory` (which it is when not said), `sqlite` or `postgres`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs,
    reason = "a failing test panics"
)]

mod enrolment;
mod faults;
mod faults_other_codes;
mod lifecycle;
mod model;
mod oathtool;
mod other_codes;
mod parked;
#[cfg(feature = "passkeys")]
mod passkey;
mod phone;
mod races;
mod redaction;
mod sign_in;
mod single_use;
mod support;
mod uri;
mod vectors;
