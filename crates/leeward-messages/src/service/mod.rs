//! The thin service over the store: read, decide, commit with the events in one batch.

mod membership;
mod rows;
mod traffic;

use leeward_store::Store;
use ring::rand::SystemRandom;
use std::fmt;

/// End-to-end encrypted conversations, kept in a [`Store`].
///
/// Whether somebody may open, add, remove or send is decided before: by `leeward-policy`, or whatever
/// the application has. Cheap to clone.
#[derive(Clone)]
pub struct Conversations {
    store: Store,
    rng: SystemRandom,
}

impl Conversations {
    /// Conversations in this store, which must seal what it keeps: member states hold keys.
    #[must_use]
    pub fn new(store: &Store) -> Self {
        Self { store: store.clone(), rng: SystemRandom::new() }
    }
}

impl fmt::Debug for Conversations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Conversations").finish_non_exhaustive()
    }
}
