#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test that cannot begin fails"
)]

mod erasing;
mod on_disk;

use leeward_store::{Space, Store};

/// An empty store: in memory, or on disk when `LEEWARD_TEST_STORE=sqlite` asks for it.
#[must_use]
pub fn store() -> Store {
    match std::env::var("LEEWARD_TEST_STORE").as_deref() {
        Err(_) | Ok("memory") => Store::memory(),
        Ok("sqlite") => on_disk::store(),
        Ok(other) => panic!("LEEWARD_TEST_STORE is memory or sqlite, and not {other}"),
    }
    .assume_sealed()
}

/// The same store, in which everything in `space` was erased on purpose, as a vault reports it.
#[must_use]
pub fn erasing(store: &Store, space: Space) -> Store {
    store.decorate(|inner| erasing::Erasing { inner, space })
}
