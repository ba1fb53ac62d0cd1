//! Behaviour of `leeward-messages` through its public API, on the backend that `LEEWARD_TEST_STORE` names:
//! `memory` (which it is when not said), `sqlite` or `postgres`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a failing test panics"
)]

mod apart;
#[cfg(feature = "attachments")]
mod attachments;
mod bodies;
mod consumed;
mod credentials;
mod delivery;
mod due;
mod faults;
mod franking;
mod garbled;
mod holds;
mod hostile;
mod insider;
mod leaks;
mod lifetimes;
mod membership;
mod never_again;
mod notices;
mod races;
mod rfc9420;
mod snapshots;
mod story;
mod streams;
mod support;
mod transcripts;
mod wire;
