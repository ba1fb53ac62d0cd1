use crate::{ChangeDue, Refusal};
use leeward_event::EventError;
use leeward_store::StoreError;
use leeward_throttle::ThrottleError;
use std::time::Duration;

/// Why a passphrase was not set or not accepted.
///
/// To the one who signs in, say only [`Rejected`](Self::Rejected), [`TooLong`](Self::TooLong) and
/// [`Busy`](Self::Busy); the others are for the operator. None holds a passphrase.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialError {
    /// The account or the passphrase is not right. Which of them is not said (ASVS 5.0 6.3.8).
    #[error("the account or the passphrase is not right")]
    Rejected,
    /// The passphrase is right, and has to be changed before it opens anything.
    #[error("the passphrase is right and has to be changed first")]
    ChangeDue(Box<ChangeDue>),
    /// The policy does not allow this choice.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The policy asks for a breach check and the service has none. Nothing was decided.
    #[error("the policy asks for a breach check: give the service one")]
    NoBreachCheck,
    /// The input is over [`Passphrase::MAX_BYTES`](crate::Passphrase::MAX_BYTES).
    #[error("a passphrase has {} bytes at most: shorten it", crate::Passphrase::MAX_BYTES)]
    TooLong,
    /// The work would not have been begun in time, or was not. Nothing was computed.
    #[error("too many passphrases are being checked: try again in {} s", retry_after.as_secs())]
    Busy {
        /// When what was waiting will have been done, as fast as work is done now, in whole seconds.
        retry_after: Duration,
    },
    /// Hash parameters are below what is recommended, or Argon2 cannot compute them.
    #[error("the Argon2id parameters are too weak: use at least 19456 KiB and 2 passes, or an equal")]
    WeakParams,
    /// Hash parameters, chosen, stored or imported, cost more than is allowed. Nothing was allocated.
    #[error("the hash parameters cost more than the ceiling: raise the ceiling if they are yours")]
    CostlyParams,
    /// A hash was made with a pepper that is not at hand. Nothing was computed.
    #[error("the pepper of a stored hash is missing: give it to the governor as a retired one")]
    MissingPepper,
    /// What is to be imported is no hash of a scheme that is known.
    #[error("the hash to import has {what}")]
    Import {
        /// What was found.
        what: &'static str,
    },
    /// The account has a passphrase. It was not replaced by an imported one.
    #[error("the account has a passphrase already: import into accounts that have none")]
    Enrolled,
    /// The pool of hashing threads was set up with a number that does not work.
    #[error("the hash governor cannot start with {what}")]
    Governor {
        /// What was wrong.
        what: &'static str,
    },
    /// A hashing thread could not be started.
    #[error("a hashing thread could not be started")]
    Thread(#[source] std::io::Error),
    /// There was no memory for the hash, or the hashing thread was lost. Nothing was decided.
    #[error("the hash could not be computed: try again")]
    NotComputed,
    /// The random source failed; nothing was made.
    #[error("the random source failed: no salt can be made without it")]
    Random,
    /// What is stored is no passphrase record of this release.
    #[error("the stored passphrase record has {what}")]
    Record {
        /// What was found.
        what: &'static str,
    },
    /// The bytes are not those of a [`Blocklist`](crate::Blocklist).
    #[error("the blocklist is damaged: make it anew of its text")]
    Blocklist,
    /// The event could not be staged, and so nothing was written.
    #[error("the event could not be staged")]
    Event(#[source] EventError),
    /// The gate does not let this attempt through.
    #[error(transparent)]
    Throttle(#[from] ThrottleError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<EventError> for CredentialError {
    fn from(error: EventError) -> Self {
        match error {
            EventError::Random => Self::Random,
            EventError::Store(error) => Self::Store(error),
            other => Self::Event(other),
        }
    }
}
