use leeward_event::EventError;
use leeward_store::{BoxError, StoreError};

/// Why a conversation did not do what was asked. Nothing was changed, unless a variant says otherwise.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The store refused or failed. After [`StoreError::OutcomeUnknown`] the operation was done wholly
    /// or not at all.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The event that belongs to the change could not be staged.
    #[error("the event that belongs to this change could not be staged")]
    Event(#[from] EventError),
    /// The conversation does not exist, or this member never joined it, or was removed.
    #[error("not a member of this conversation")]
    NotAMember,
    /// The roster already names this member.
    #[error("already a member of this conversation")]
    AlreadyAMember,
    /// A member cannot commit its own removal (RFC 9420 12.2): another one has to.
    #[error("a member cannot remove itself: another member has to")]
    RemovesItself,
    /// The conversation has as many members as it may have.
    #[error("a conversation has at most {max} members", max = crate::MAX_MEMBERS)]
    TooManyMembers,
    /// The member has published no key package that may still be claimed.
    #[error("the member has no key package left: it has to publish one")]
    NoKeyPackage,
    /// Nobody added this member, or it has joined already.
    #[error("there is no welcome waiting for this member")]
    NoWelcome,
    /// The welcome was not accepted: the member has to be removed and added again.
    #[error("the welcome was refused: the member has to be removed and added again")]
    WelcomeRefused {
        /// What was wrong with it.
        #[source]
        why: Refusal,
    },
    /// Another commit was accepted first. Receive it, then try again.
    #[error("the conversation moved on to another epoch: receive, then try again")]
    EpochConflict,
    /// What the delivery service knows of this member is more than the member knows itself: its state is an
    /// older copy, whose keys may have been used. Nothing was sent. See
    /// [`Conversations::rejoin`](crate::Conversations::rejoin).
    #[error("this member's state is an older copy: it has to join again")]
    RolledBack,
    /// What was handed to the delivery service is no encrypted message of this conversation.
    #[error("the delivery service does not take this message")]
    SubmissionRefused {
        /// What was wrong with it.
        #[source]
        why: Refusal,
    },
    /// The member has left too much unread. What it sends is kept in its outbox, and leaves once it has
    /// received. No seeker meets it.
    #[error("{entries} entries are unread: receive, and what was to be sent leaves")]
    Backlog {
        /// How many.
        entries: u64,
    },
    /// Something waits in the outbox until the member has received, and nothing new was made beside it.
    #[error("{entries} entries are unread, and a message waits for that: receive, then try again")]
    Waiting {
        /// How many.
        entries: u64,
    },
    /// The directory holds as many key packages of this member as it may.
    #[error("the directory holds enough key packages of this member")]
    TooManyKeyPackages,
    /// The member claimed as many key packages as it may in an hour.
    #[error("too many key packages were claimed: try again in {seconds} seconds")]
    TooManyClaims {
        /// Until the hour is over.
        seconds: u64,
    },
    /// There was no credential to be had for this member.
    #[error("the service issued no credential for this member")]
    Credential,
    /// The body is longer than [`MAX_BODY`](crate::MAX_BODY).
    #[error("a body of {len} bytes is over {max}", max = crate::MAX_BODY)]
    BodyTooLong {
        /// Bytes.
        len: usize,
    },
    /// What lies at this place of the delivery log was not accepted. The member has not moved past it.
    #[error("the entry {seq} of the delivery log was refused")]
    Refused {
        /// Its place in the delivery log.
        seq: u64,
        /// What was wrong with it.
        #[source]
        why: Refusal,
    },
    /// What was to be skipped can be read, or stands elsewhere: it is not lost.
    #[error("the entry {seq} of the delivery log is not one that was refused")]
    NotRefused {
        /// Its place in the delivery log.
        seq: u64,
    },
    /// An entry that others must have seen is missing from the delivery log.
    #[error("the entry {seq} of the delivery log is missing")]
    Missing {
        /// Its place in the delivery log.
        seq: u64,
    },
    /// What was stored is not what this code writes.
    #[error("the store holds {what}")]
    Corrupt {
        /// What was found.
        what: &'static str,
    },
    /// A report was not verified.
    #[error("the report was refused")]
    Report {
        /// What was wrong with it.
        #[source]
        why: Refusal,
    },
    /// An attachment was not accepted.
    #[error("the attachment was refused")]
    Attachment {
        /// What was wrong with it.
        #[source]
        why: Refusal,
    },
    /// A transcript, or a record of one, was not accepted.
    #[error("the transcript was refused")]
    Transcript {
        /// What was wrong with it.
        #[source]
        why: Refusal,
    },
    /// A snapshot was not made, or not accepted.
    #[error("the snapshot was refused")]
    Snapshot {
        /// What was wrong with it.
        #[source]
        why: Refusal,
    },
    /// The store holds a state of this member that may be newer than the snapshot: nothing was restored.
    #[error("the store holds another state of this member: restore into a store without one")]
    StateHeld,
    /// The conversation is under as many holds as it may be.
    #[error("the conversation is under too many holds: lift those that have ended")]
    TooManyHolds,
    /// There are as many franking keys as there may be.
    #[error("there are too many franking keys: forget those that nobody may report with")]
    TooManyKeys,
    /// Something could not be sealed.
    #[error(transparent)]
    Seal(#[from] leeward_seal::SealError),
    /// The random source gave nothing.
    #[error("the random source failed: nothing was done")]
    Random,
    /// A file could not be read or written.
    #[error("a file could not be read or written")]
    Io(#[from] std::io::Error),
    /// The blob store refused or failed.
    #[error("the blob store failed")]
    Blob(#[source] BoxError),
    /// The MLS engine failed by itself: no input was at fault.
    #[error("the message engine failed")]
    Engine(#[source] BoxError),
}

impl Error {
    /// Whether receiving and then trying again may succeed.
    #[must_use]
    pub const fn is_behind(&self) -> bool {
        matches!(self, Self::EpochConflict | Self::Waiting { .. })
    }

    pub(crate) fn engine(source: impl Into<BoxError>) -> Self {
        Self::Engine(source.into())
    }
}

/// What was wrong with something that came from another member, or from whoever keeps the log.
///
/// For the operator; people see that a message could not be read, and no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// It is larger than anything a member sends.
    #[error("it is too large")]
    TooLarge,
    /// It is no MLS message, or its content is no record of this crate.
    #[error("it does not decode")]
    Malformed,
    /// It is of a version that is not known here.
    #[error("it is of a version that is not known here")]
    Version,
    /// It belongs to another conversation or another epoch.
    #[error("it belongs elsewhere")]
    Misplaced,
    /// It was not made by a member of this epoch, was changed, or was seen before.
    #[error("it is not authentic")]
    NotAuthentic,
    /// Its author is not who its credential or its content says.
    #[error("its author is not who it says")]
    Identity,
    /// It changes the conversation in a way that nobody may.
    #[error("it proposes what is not allowed")]
    Forbidden,
    /// It is not encrypted, whatever it says of itself.
    #[error("it is not encrypted")]
    NotEncrypted,
    /// It is made with a suite that is not spoken here (RFC 9420 17.1).
    #[error("it is made with another suite")]
    Suite,
    /// The lifetime of a credential or key package in it is not bounded, or has not begun.
    #[error("its key package has no acceptable lifetime")]
    Lifetime,
    /// What its author committed to, or what the hub stamped it with, belongs to another message.
    #[error("its franking does not belong to it")]
    Franking,
    /// It was franked under a key that is not here: get the hub's keys, then try again.
    #[error("it was franked under a key that is not known here")]
    UnknownFrankingKey,
    /// Its record was sealed with a key that is not here.
    #[error("its record was sealed with a key that is not here")]
    UnknownTranscriptKey,
}
