//! Behaviour through the public API.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a failing test panics"
)]

mod blind_index;
mod canary;
mod conformance;
mod erasure;
mod faults;
mod key_file;
mod known_answers;
mod on_disk;
mod passphrase;
mod rekey;
mod root;
mod rotation;
mod sealing;
mod support;
mod tampering;
