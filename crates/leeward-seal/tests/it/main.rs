#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a failing test panics"
)]

mod auto_traits;
mod index;
mod interop;
mod properties;
mod record;
mod redaction;
mod stream;
mod wycheproof;
