#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::disallowed_methods,
    reason = "a test that cannot begin fails, and tests read the clock"
)]

mod account;
mod admin;
mod database;
mod home;
mod pieces;
mod processes;
mod programs;
mod proxy;
mod random;
mod server;
mod setup;
mod shared;
mod telling;
mod watchdog;

pub use database::Database;
pub use proxy::{Direction, Proxy};
pub use server::Server;
pub use setup::Setup;
pub use shared::{Shared, shared};
