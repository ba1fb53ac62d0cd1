//! The delivery service (RFC 9750 5): it orders and keeps what it cannot read.

mod directory;
mod fetch;
mod frame;
mod prune;
mod rows;
mod submission;
mod submit;
mod welcome;

pub use submission::Submission;

use crate::{EntryKind, Error, MemberId};
use jiff::Timestamp;
use leeward_event::ConversationId;
use leeward_store::Store;
use ring::rand::SystemRandom;
use std::{fmt, future::Future};

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
/// member, and the directory of key packages. It holds no key and reads no more than the outer frame.
///
/// Every method that names a member acts for the one whom the application has authenticated. A client of
/// another make speaks to it in bytes: see [`DeliveryService`]. Cheap to clone.
#[derive(Clone)]
pub struct Delivery {
    store: Store,
    rng: SystemRandom,
    limits: DeliveryLimits,
}

impl Delivery {
    /// A delivery service in this store, with the default limits.
    #[must_use]
    pub fn new(store: &Store) -> Self {
        Self { store: store.clone(), rng: SystemRandom::new(), limits: DeliveryLimits::default() }
    }

    /// The same with other limits.
    #[must_use]
    pub const fn with_limits(mut self, limits: DeliveryLimits) -> Self {
        self.limits = limits;
        self
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery").field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// What lies at one place of the log, as it is delivered.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivered {
    /// Its place: the same for every member.
    pub place: u64,
    /// What it is.
    pub kind: EntryKind,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// What the service says of it.
    pub stamp: Vec<u8>,
    /// An `MLSMessage` (RFC 9420 6), as it was submitted.
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
#[non_exhaustive]
pub struct Invitation {
    /// The first place of the log to fetch.
    pub first: u64,
    /// An `MLSMessage` that holds a `Welcome` (RFC 9420 12.4.3.1).
    pub welcome: Vec<u8>,
}

/// What the delivery service knows of a member's progress: whoever knows less than this is an older copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Position {
    /// The next place to fetch.
    pub acknowledged: u64,
    /// The place of the last accepted submission since the member was added.
    pub last: Option<u64>,
    /// SHA-256 of its message; zeros when there is none.
    pub digest: [u8; 32],
}

/// What a client asks of a delivery service: [`Delivery`] itself, or something that carries the questions
/// there. All of it is bytes and places.
pub trait DeliveryService: Send + Sync {
    /// Opens the log of a conversation with one member.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Event`].
    fn open(
        &self,
        conversation: ConversationId,
        founder: MemberId,
        now: Timestamp,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// How far a member has come.
    ///
    /// # Errors
    /// [`Error::NotAMember`], [`Error::Store`], [`Error::Corrupt`].
    fn position(
        &self,
        conversation: ConversationId,
        member: MemberId,
    ) -> impl Future<Output = Result<Position, Error>> + Send;

    /// Appends a message to the log and gives its place. The same message again gives the same place, and
    /// appends nothing. Of the commits of one epoch, the first is taken.
    ///
    /// # Errors
    /// [`Error::EpochConflict`] of what was made for another epoch; [`Error::RolledBack`] when
    /// `submission.previous` is not the last that was accepted; [`Error::SubmissionRefused`] of what is no
    /// encrypted message of this conversation; [`Error::Backlog`], never of a seeker;
    /// [`Error::NotAMember`], [`Error::Store`], [`Error::Event`], [`Error::Corrupt`].
    fn submit(
        &self,
        conversation: ConversationId,
        by: MemberId,
        submission: &Submission,
        now: Timestamp,
    ) -> impl Future<Output = Result<u64, Error>> + Send;

    /// At most `limit` and [`MAX_PAGE`](crate::MAX_PAGE) entries from a place on, without a gap.
    ///
    /// # Errors
    /// [`Error::RolledBack`] when `from` was acknowledged; [`Error::Missing`] when the log has a hole there;
    /// [`Error::NotAMember`], [`Error::Store`], [`Error::Corrupt`].
    fn fetch(
        &self,
        conversation: ConversationId,
        member: MemberId,
        from: u64,
        limit: usize,
        now: Timestamp,
    ) -> impl Future<Output = Result<Vec<Delivered>, Error>> + Send;

    /// Notes that a member has processed, for good, what lies before `next`. It never goes back.
    ///
    /// # Errors
    /// [`Error::NotAMember`], [`Error::Store`], [`Error::Corrupt`].
    fn acknowledge(
        &self,
        conversation: ConversationId,
        member: MemberId,
        next: u64,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// What waits for a member who was added.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Corrupt`].
    fn invitation(
        &self,
        conversation: ConversationId,
        member: MemberId,
    ) -> impl Future<Output = Result<Option<Invitation>, Error>> + Send;

    /// Notes that a member joined by its invitation, which is deleted.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Event`].
    fn joined(
        &self,
        conversation: ConversationId,
        member: MemberId,
        now: Timestamp,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// Keeps a key package of a member until somebody claims it, at most until `until`.
    ///
    /// # Errors
    /// [`Error::TooManyKeyPackages`], [`Error::SubmissionRefused`] of one that is too large;
    /// [`Error::Store`].
    fn publish(
        &self,
        member: MemberId,
        key_package: &[u8],
        until: Timestamp,
        now: Timestamp,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// Takes one key package of a member out of the directory: nobody gets it again.
    ///
    /// # Errors
    /// [`Error::TooManyClaims`], [`Error::Store`], [`Error::Corrupt`].
    fn claim(
        &self,
        by: MemberId,
        of: MemberId,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<Vec<u8>>, Error>> + Send;
}

impl DeliveryService for Delivery {
    async fn open(
        &self,
        conversation: ConversationId,
        founder: MemberId,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.open_log(conversation, founder, now).await
    }

    async fn position(&self, conversation: ConversationId, member: MemberId) -> Result<Position, Error> {
        self.position_of(conversation, member).await
    }

    async fn submit(
        &self,
        conversation: ConversationId,
        by: MemberId,
        submission: &Submission,
        now: Timestamp,
    ) -> Result<u64, Error> {
        self.accept(conversation, by, submission, now).await
    }

    async fn fetch(
        &self,
        conversation: ConversationId,
        member: MemberId,
        from: u64,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<Delivered>, Error> {
        self.page(conversation, member, from, limit, now).await
    }

    async fn acknowledge(
        &self,
        conversation: ConversationId,
        member: MemberId,
        next: u64,
    ) -> Result<(), Error> {
        self.advance(conversation, member, next).await
    }

    async fn invitation(
        &self,
        conversation: ConversationId,
        member: MemberId,
    ) -> Result<Option<Invitation>, Error> {
        self.waiting(conversation, member).await
    }

    async fn joined(
        &self,
        conversation: ConversationId,
        member: MemberId,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.end_waiting(conversation, member, now).await
    }

    async fn publish(
        &self,
        member: MemberId,
        key_package: &[u8],
        until: Timestamp,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.keep_key_package(member, key_package, until, now).await
    }

    async fn claim(&self, by: MemberId, of: MemberId, now: Timestamp) -> Result<Option<Vec<u8>>, Error> {
        self.claim_one(by, of, now).await
    }
}
