//! Behaviour of `leeward-event` through its public API.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a failing test panics")]

mod assurance;
mod encoding;
mod ids;
mod outbox;
