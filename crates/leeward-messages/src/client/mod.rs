//! The client of a conversation, over its own store: read, decide, commit, and only then let bytes leave.

mod agents;
mod held;
mod membership;
mod ready;
mod rows;
mod snapshot;
mod take;
mod traffic;
mod transcript;

pub use snapshot::Snapshots;

use crate::{Credentials, Delivery, DeliveryService, ServiceKey, engine::Judge};
use agents::KnownAgents;
use jiff::Timestamp;
use leeward_event::Event;
use leeward_store::{Store, Tx};
use ring::rand::SystemRandom;
use std::fmt;

/// How often an operation is made anew when another member's commit was first.
const MAX_ATTEMPTS: u32 = 100;

/// End-to-end encrypted conversations of the members whose states lie in one [`Store`]: a counsellor's
/// desktop, or the server for the accounts that it hosts.
///
/// Whether somebody may open, add, remove or send is decided before: by `leeward-policy`, or whatever
/// the application has. Cheap to clone.
#[derive(Clone)]
pub struct Conversations<D = Delivery> {
    store: Store,
    delivery: D,
    credentials: Credentials,
    agents: KnownAgents,
    rng: SystemRandom,
}

impl Conversations {
    /// Conversations whose members and whose delivery service are in one store, which must seal what it
    /// keeps: member states hold keys.
    #[must_use]
    pub fn new(store: &Store, key: ServiceKey) -> Self {
        Self::over(store, Delivery::new(store), key.into())
    }
}

impl<D: DeliveryService> Conversations<D> {
    /// Conversations of the members whose states are in this store, through a delivery service elsewhere.
    #[must_use]
    pub fn over(store: &Store, delivery: D, credentials: Credentials) -> Self {
        let (store, agents) = (store.clone(), KnownAgents::default());
        Self { store, delivery, credentials, agents, rng: SystemRandom::new() }
    }

    /// The delivery service.
    #[must_use]
    pub const fn delivery(&self) -> &D {
        &self.delivery
    }

    fn judge(&self, now: Timestamp) -> Judge<'_> {
        Judge { policy: &*self.credentials.policy, now }
    }

    fn stage(&self, tx: &Tx, event: &Event) -> Result<(), crate::Error> {
        tx.stage(|batch| event.stage(batch, &self.rng).map_err(crate::Error::from))
    }
}

impl<D> fmt::Debug for Conversations<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Conversations").finish_non_exhaustive()
    }
}
