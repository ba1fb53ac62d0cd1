use leeward_event::EventError;
use leeward_notify::NotifyError;
use leeward_seal::SealError;
use leeward_store::StoreError;
use leeward_throttle::ThrottleError;
use std::time::Duration;

/// Why an account was not made, found, proved or recovered.
///
/// To whoever asks from outside, say only [`Rejected`](Self::Rejected), [`NameForm`](Self::NameForm) and
/// the waits of [`Throttle`](Self::Throttle); the others are for the operator, or for somebody who has
/// proved who they are. None holds a name, an address or a code.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccountError {
    /// What was presented is not right, or not any more, or was never there. Which of them is not said
    /// (ASVS 5.0 6.3.8).
    #[error("that is not right, or no longer valid: ask anew")]
    Rejected,
    /// The text is no name that a person can sign in with.
    #[error("a name has 1 to 64 letters, digits and signs, and no blanks")]
    NameForm,
    /// The name belongs to another account. Said to those alone who have proved an address.
    #[error("the name is taken: choose another")]
    NameTaken,
    /// As many names as may be tried with one proved address were tried.
    #[error("too many names were tried: begin anew")]
    TooManyNames,
    /// The account has a name already.
    #[error("the account has a name: rename it instead")]
    HasName,
    /// A proof was made for something else.
    #[error("the proof was made for something else: another account or purpose")]
    OtherProof,
    /// As many ways back into the account are open as are kept.
    #[error("too many ways back into the account are open: cancel one, or wait")]
    TooManyOpen,
    /// What was proved does not come up to the account yet.
    #[error("more has to be proved before the account can be recovered")]
    MoreNeeded,
    /// The time to object is not over.
    #[error("the time in which the owner may object is not over: wait {} s", retry_after.as_secs())]
    CoolingOff {
        /// How long it lasts.
        retry_after: Duration,
    },
    /// The same member of staff cannot take two parts, nor any in the recovery of their own account.
    #[error("two other members of staff approve a recovery, each once")]
    SamePerson,
    /// A policy that would give away what it is for.
    #[error("a recovery policy may not have {what}")]
    Policy {
        /// What it has.
        what: &'static str,
    },
    /// The gate does not let this attempt through.
    #[error(transparent)]
    Throttle(#[from] ThrottleError),
    /// A code or notice could not be sent.
    #[error(transparent)]
    Notify(NotifyError),
    /// A key could not be derived.
    #[error("a key could not be derived")]
    Key(#[from] SealError),
    /// What is stored is not what this code writes.
    #[error("the stored {what} cannot be read: it was not written by this release")]
    Corrupt {
        /// Which kind of record.
        what: &'static str,
    },
    /// The random source failed; nothing was made.
    #[error("the random source failed: nothing can be made without it")]
    Random,
    /// The event could not be staged, and so nothing was written.
    #[error("the event could not be staged")]
    Event(#[source] EventError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<EventError> for AccountError {
    fn from(error: EventError) -> Self {
        match error {
            EventError::Random => Self::Random,
            EventError::Store(error) => Self::Store(error),
            other => Self::Event(other),
        }
    }
}

impl From<NotifyError> for AccountError {
    fn from(error: NotifyError) -> Self {
        match error {
            NotifyError::Random => Self::Random,
            // A conflict must reach `transact` as what it is.
            NotifyError::Store(error) => Self::Store(error),
            other => Self::Notify(other),
        }
    }
}
