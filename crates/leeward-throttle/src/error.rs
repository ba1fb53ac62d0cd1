use leeward_event::EventError;
use leeward_store::StoreError;
use std::time::Duration;

/// Why an attempt was not let through, or nothing was changed.
///
/// To whoever knocked, [`Wait`](Self::Wait) and [`Disabled`](Self::Disabled) are the same for an account
/// that exists and for one that does not: neither says which it is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ThrottleError {
    /// Too many attempts: this one was neither counted nor judged.
    #[error("too many attempts: wait, or sign in from a known device or with a passkey")]
    Wait {
        /// How long until the next attempt is let through, as far as is known now.
        retry_after: Duration,
    },
    /// As many attempts failed as clients of this kind are allowed in a row (NIST SP 800-63B-4 3.2.2). For
    /// them the authenticator is disabled until it is bound anew, or until its owner has signed in with two
    /// factors.
    #[error("the authenticator is disabled for clients that are not known: sign in from a known device")]
    Disabled,
    /// The gate was made for another account, or for another kind of guess.
    #[error("the gate was made for something else: knock for this account and this kind of guess")]
    OtherGate,
    /// The gate was made too long ago.
    #[error("the gate is too old: knock again")]
    StaleGate,
    /// The gate, or the sign-in, was made at a time that is still to come: the clock went back.
    #[error("the clock went back since the gate or the sign-in was made: begin again")]
    ClockWentBack,
    /// The sign-in was finished too long ago.
    #[error("the sign-in is more than 15 minutes old: sign in again")]
    StaleSignIn,
    /// A profile that would let too much through, or keep its owner out.
    #[error("a profile may not have {what}")]
    Profile {
        /// What it has.
        what: &'static str,
    },
    /// Two keys for device cookies have the same id.
    #[error("two keys for device cookies have the id {id}: give each one of its own")]
    DuplicateKey {
        /// The id.
        id: u32,
    },
    /// A text that is no device cookie of this release.
    #[error("the text is not a device cookie")]
    NoCookie,
    /// A record is there, and is not what this code writes.
    #[error("a {what} record cannot be read: it was not written by this release")]
    Corrupt {
        /// Which kind of record.
        what: &'static str,
    },
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

impl From<EventError> for ThrottleError {
    fn from(error: EventError) -> Self {
        match error {
            EventError::Random => Self::Random,
            EventError::Store(error) => Self::Store(error),
            other => Self::Event(other),
        }
    }
}
