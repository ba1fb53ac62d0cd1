//! Lists and points: what a filter lets through, in memory, in SQLite and in PostgreSQL, is what the rules
//! permit record by record.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    missing_docs,
    reason = "a failing test panics"
)]

mod agreement;
mod mapping;
mod postgres;
mod refusals;
mod sqlite;
mod world;
