//! The delivery service (RFC 9750 5): it orders and keeps what it cannot read.

mod directory;
mod due;
mod fetch;
mod frame;
mod hold;
mod keep;
mod prune;
mod rows;
mod service;
mod submission;
mod submit;
mod welcome;

pub(crate) use hold::held_in;
pub use hold::{Hold, HoldReason};
pub use service::DeliveryService;
pub use submission::Submission;

use crate::{EntryKind, franking::Hub, transcript::Transcripts};
use jiff::Timestamp;
use leeward_store::Store;
use ring::rand::SystemRandom;
use std::fmt;

/// How much the delivery service takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeliveryLimits {
    /// How many entries a member of staff may have left unread before it must receive to send. A seeker's
    /// message is taken in any case. Default: 10,000.
    pub backlog: u64,
    /// How many key packages one member may claim in an hour. Default: 120.
    pub claims_per_hour: u32,
    /// How many key packages are kept for one member. Default: 100.
    pub key_packages: usize,
}

impl Default for DeliveryLimits {
    fn default() -> Self {
        Self { backlog: 10_000, claims_per_hour: 120, key_packages: 100 }
    }
}

/// The delivery service, over the service's store: one log for each conversation, one queue for each
/// member, and the directory of key packages. It holds no key of a conversation, and reads no more than the
/// outer frame: whose conversation and epoch a message is of, its franking tag, and its time to live.
///
/// Every method that names a member acts for the one whom the application has authenticated. A client of
/// another make speaks to it in bytes: see [`DeliveryService`]. Cheap to clone.
#[derive(Clone)]
pub struct Delivery {
    store: Store,
    rng: SystemRandom,
    limits: DeliveryLimits,
    hub: Hub,
    transcripts: Transcripts,
}

impl Delivery {
    /// A delivery service in this store, with the default limits.
    #[must_use]
    pub fn new(store: &Store) -> Self {
        let (rng, limits) = (SystemRandom::new(), DeliveryLimits::default());
        let (hub, transcripts) = (Hub::new(store), Transcripts::new(store));
        Self { store: store.clone(), rng, limits, hub, transcripts }
    }

    /// The same with other limits.
    #[must_use]
    pub const fn with_limits(mut self, limits: DeliveryLimits) -> Self {
        self.limits = limits;
        self
    }

    /// What stamps each message that is accepted, and verifies reports of them.
    #[must_use]
    pub const fn hub(&self) -> &Hub {
        &self.hub
    }

    /// What is kept of what was said, for as long as a policy says.
    #[must_use]
    pub const fn transcripts(&self) -> &Transcripts {
        &self.transcripts
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery").field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// What lies at one place of the log, as it is delivered.
#[derive(Clone, PartialEq, Eq)]
pub struct Delivered {
    /// Its place: the same for every member.
    pub place: u64,
    /// What it is.
    pub kind: EntryKind,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// When its time has passed; `None` for never.
    pub expires_at: Option<Timestamp>,
    /// The [`Stamp`](crate::franking::Stamp) of a message; empty for all else.
    pub stamp: Vec<u8>,
    /// An `MLSMessage` (RFC 9420 6), as it was submitted; of a [notice](EntryKind::Notice), what the hub signed.
    pub message: Vec<u8>,
}

impl fmt::Debug for Delivered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut delivered = f.debug_struct("Delivered");
        delivered.field("place", &self.place).field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// What waits for a member who was added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// The first place of the log to fetch.
    pub first: u64,
    /// An `MLSMessage` that holds a `Welcome` (RFC 9420 12.4.3.1).
    pub welcome: Vec<u8>,
}

/// What the delivery service knows of a member's progress: whoever knows less than this is an older copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The next place to fetch.
    pub acknowledged: u64,
    /// The place of the last accepted submission since the member was added.
    pub last: Option<u64>,
    /// SHA-256 of its message; zeros when there is none.
    pub digest: [u8; 32],
}
