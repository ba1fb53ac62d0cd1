use crate::{Denial, Flaw};
use leeward_event::EventError;
use leeward_store::StoreError;

/// Why a policy was refused, or something about access was not changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// Rules that must not be used together, or at all.
    #[error("the policy is unsound in {} ways: see the flaws", flaws.len())]
    Unsound {
        /// All that was found.
        flaws: Vec<Flaw>,
    },
    /// A policy file is longer than any policy.
    #[error("the policy is longer than {max} bytes")]
    TooLong {
        /// The longest that is read.
        max: u64,
    },
    /// A policy file is no policy.
    #[error("line {line}, column {column}: {problem}")]
    Unreadable {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What is wrong there.
        problem: String,
    },
    /// A policy could not be read from where it lies.
    #[error("the policy could not be read from where it lies")]
    Reading(#[source] std::io::Error),
    /// The rules do not permit it.
    #[error(transparent)]
    Denied(#[from] Denial),
    /// There is no record of this member of staff: give them a role first.
    #[error("there is no record of this member of staff: grant a role first")]
    UnknownStaff,
    /// Nobody who works here has this role: it follows from who asks.
    #[error("this role is not given to staff: it follows from who asks")]
    NotForStaff,
    /// This member of staff is suspended: reinstate them first.
    #[error("this member of staff is suspended: reinstate them first")]
    Suspended,
    /// This member of staff has a conflict of interest in the conversation.
    #[error("this member of staff has a conflict of interest in this conversation: choose another")]
    ConflictOfInterest,
    /// A break-glass grant ends after it begins, and within four hours.
    #[error("a break-glass grant ends in the future, and within four hours")]
    BreakGlassWindow,
    /// An earlier use of break-glass waits for its review: have it reviewed first.
    #[error("an earlier use of break-glass waits for its review: have it reviewed first")]
    ReviewDue,
    /// Duty ends after it begins, and within a day.
    #[error("duty ends in the future, and within a day")]
    DutyWindow,
    /// Nobody works in so many teams, or supervises so many: take them out of one first.
    #[error("nobody works in more than sixteen teams, or supervises more: take them out of one first")]
    TooManyTeams,
    /// The conversation is linked to somebody else.
    #[error("the conversation is linked to another person, and stays theirs")]
    LinkedToAnother,
    /// There is no break-glass grant like this that waits for its review.
    #[error("there is no break-glass grant like this that waits for its review")]
    NoGrant,
    /// A second person approves what a member of staff asks for, and nothing else.
    #[error("only what a member of staff asks for can be approved")]
    NotApprovable,
    /// A request for approval ends after it begins, and within a day.
    #[error("a request for approval ends in the future, and within a day")]
    ApprovalWindow,
    /// There is no request for approval like this that waits for an answer.
    #[error("there is no request for approval like this that waits for an answer")]
    NoApproval,
    /// The approver has no role that the requester has not, or it is about themselves: ask somebody else.
    #[error("the approver has no role of their own in this: ask somebody else")]
    SameRoles,
    /// A statement says something, in a thousand bytes at the most.
    #[error("a statement says something, in at most a thousand bytes")]
    Statement,
    /// A permit was kept too long, or the clock went back: ask again.
    #[error("the permit is no longer valid: ask for another decision")]
    PermitExpired,
    /// Other rules are in force than those of this machine: load and adopt them.
    #[error("other rules are in force: adopt them on this machine first")]
    StalePolicy,
    /// A permit was wanted while obligations were open.
    #[error("obligations are still open: meet each of them for a permit")]
    Undischarged,
    /// A record is there, and is not what this code writes.
    #[error("a {what} record cannot be read: it was not written by this release")]
    Corrupt {
        /// Which kind of record.
        what: &'static str,
    },
    /// A fact could not be read where the service keeps it, so that nothing is permitted.
    #[error("a fact could not be read: nothing was permitted")]
    FactsUnavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The URL of a decision point is none.
    #[error("the URL of a decision point is of HTTPS, with no query, fragment or user")]
    DecisionPointUrl,
    /// The key of an enforcement point is empty, or cannot stand in a header.
    #[error("the key of an enforcement point is not empty, and of printable ASCII")]
    ApiKey,
    /// The random source failed.
    #[error("the random source failed: nothing was changed")]
    Random,
    /// An event was not staged.
    #[error("the event was not recorded, and so nothing was changed")]
    Event(#[source] EventError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl PolicyError {
    /// What a [`PolicyInformationPoint`](crate::PolicyInformationPoint) answers when a fact cannot be read.
    pub fn facts_unavailable(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::FactsUnavailable(cause.into())
    }
}

impl From<EventError> for PolicyError {
    fn from(error: EventError) -> Self {
        match error {
            EventError::Random => Self::Random,
            EventError::Store(error) => Self::Store(error),
            other => Self::Event(other),
        }
    }
}
