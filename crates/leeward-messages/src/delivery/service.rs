use super::{Delivered, Delivery, Invitation, Position, Submission};
use crate::{Error, MemberId, franking::Agents};
use jiff::Timestamp;
use leeward_event::ConversationId;
use std::future::Future;

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
    /// encrypted message of this conversation, or one without a franking tag; [`Error::Backlog`], never of a
    /// seeker;
    /// [`Error::NotAMember`], [`Error::Store`], [`Error::Event`], [`Error::Corrupt`].
    fn submit(
        &self,
        conversation: ConversationId,
        by: MemberId,
        submission: &Submission,
        now: Timestamp,
    ) -> impl Future<Output = Result<u64, Error>> + Send;

    /// At most `limit` and [`MAX_PAGE`](crate::MAX_PAGE) entries from a place on, without a gap; fewer only
    /// where the log ends or has a hole.
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

    /// The [notice](crate::EntryKind::Notice) of the hold that the conversation is under, wherever it lies in the
    /// log; `None` when there is none that this member may read. For one who has yet to read up to there.
    ///
    /// # Errors
    /// [`Error::NotAMember`], [`Error::Store`], [`Error::Corrupt`].
    fn hold_notice(
        &self,
        conversation: ConversationId,
        member: MemberId,
    ) -> impl Future<Output = Result<Option<Delivered>, Error>> + Send;

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

    /// Keeps the [record](crate::transcript) of the message at a place, which this member of staff read. The first
    /// one is kept: another, or one of what is not kept, changes nothing.
    ///
    /// # Errors
    /// [`Error::NotAMember`] also of who was removed; [`Error::SubmissionRefused`] of what is no record, and of
    /// whoever is not staff; [`Error::Store`], [`Error::Corrupt`].
    fn keep_record(
        &self,
        conversation: ConversationId,
        by: MemberId,
        place: u64,
        record: &[u8],
        now: Timestamp,
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

    /// Notes that a member joined by the invitation that names this [`first`](Invitation::first) place, which
    /// is deleted. Said again, or of another invitation than the one that waits, it changes nothing.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Event`], [`Error::Corrupt`].
    fn joined(
        &self,
        conversation: ConversationId,
        member: MemberId,
        first: u64,
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

    /// The public keys by which members check that what they receive was stamped, and can be reported.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Random`], [`Error::Corrupt`].
    fn agents(&self) -> impl Future<Output = Result<Agents, Error>> + Send;
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

    async fn hold_notice(
        &self,
        conversation: ConversationId,
        member: MemberId,
    ) -> Result<Option<Delivered>, Error> {
        self.notice_for(conversation, member).await
    }

    async fn acknowledge(
        &self,
        conversation: ConversationId,
        member: MemberId,
        next: u64,
    ) -> Result<(), Error> {
        self.advance(conversation, member, next).await
    }

    async fn keep_record(
        &self,
        conversation: ConversationId,
        by: MemberId,
        place: u64,
        record: &[u8],
        now: Timestamp,
    ) -> Result<(), Error> {
        self.keep(conversation, by, place, record, now).await
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
        first: u64,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.end_waiting(conversation, member, first, now).await
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

    async fn agents(&self) -> Result<Agents, Error> {
        self.hub.agents().await
    }
}
