//! What clients saw while the server was killed, frozen, cut off and full: one history each, seeded and
//! counted. `LEEWARD_FAULTS=10` makes each ten times as long.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::print_stdout,
    missing_docs,
    reason = "a failing test panics, and one that breaks a server waits for it"
)]

mod clients;
mod cuts;
mod disk;
mod freezes;
mod kills;
mod load;
mod migration;
mod pools;
mod ram;
