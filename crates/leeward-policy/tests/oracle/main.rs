//! The default policy beside a second writing of what it means: over every case of a small world, at both
//! sides of every condition of every rule, and with every bit of every rule changed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs,
    reason = "a failing test panics, and measures print"
)]

mod boundary;
mod cubes;
mod exhaustive;
mod meaning;
mod mutants;
mod suite;
