#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test that cannot begin fails"
)]

mod erasing;
mod keeping;
mod on_disk;
mod on_postgres;

use leeward_store::{Space, Store};

/// An empty store: in memory, or where `LEEWARD_TEST_STORE` says: `memory`, `sqlite` or `postgres`.
#[must_use]
pub fn store() -> Store {
    match std::env::var("LEEWARD_TEST_STORE").as_deref() {
        Err(_) | Ok("memory") => Store::memory(),
        Ok("sqlite") => on_disk::store(),
        Ok("postgres") => on_postgres::store(),
        Ok(other) => panic!("LEEWARD_TEST_STORE is memory, sqlite or postgres, and not {other}"),
    }
    .assume_sealed()
}

/// Two handles on one empty store, as two machines have them: opened twice, but for one in memory.
#[must_use]
pub fn pair() -> (Store, Store) {
    let (one, other) = match std::env::var("LEEWARD_TEST_STORE").as_deref() {
        Ok("sqlite") => on_disk::pair(),
        Ok("postgres") => on_postgres::pair(),
        _ => {
            let one = store();
            (one.clone(), one)
        }
    };
    (one.assume_sealed(), other.assume_sealed())
}

/// The same store, in which everything in `space` was erased on purpose, as a vault reports it.
#[must_use]
pub fn erasing(store: &Store, space: Space) -> Store {
    store.decorate(|inner| erasing::Erasing { inner, space })
}
