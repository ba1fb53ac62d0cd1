use leeward_event::{EventError, StaffId};
use leeward_seal::SealError;
use leeward_store::StoreError;

/// Why a secret was not put in escrow, or not opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EscrowError {
    /// Numbers or names that cannot be: a threshold of one, a trustee twice.
    #[error("there may not be {what}")]
    Shape {
        /// What there is.
        what: &'static str,
    },
    /// A secret, and each share of it, has 16 to 64 bytes.
    #[error("a secret in escrow has 16 to 64 bytes, drawn at random")]
    SecretLength,
    /// The bytes were not written by this release, or were changed.
    #[error("the bytes are no {what} of this release")]
    Malformed {
        /// What they should be.
        what: &'static str,
    },
    /// The key is of a kind that this build cannot use.
    #[error("the key encapsulation {id:#06x} is not built in: X-Wing takes the feature `xwing`")]
    UnknownSuite {
        /// Its number in the registry of RFC 9180 7.1.
        id: u16,
    },
    /// What was sealed does not open with this key, in this place.
    #[error("this key does not open it: it was sealed for somebody or something else, or changed")]
    CannotOpen,
    /// A share is not the one that was dealt.
    #[error("the share of trustee {trustee} is not the one that was dealt")]
    WrongShare {
        /// Whose it is.
        trustee: StaffId,
    },
    /// The shares are those that were dealt, and what they give is not the secret: they were dealt wrongly.
    #[error("the shares do not give the secret that was deposited")]
    WrongSecret,
    /// The proof was not made by the holder of the share.
    #[error("the proof was not made with the share of this trustee, for this request")]
    BadProof,
    /// An officer's key that a quantum computer opens, for shares that it would not open: make it with
    /// [`OfficerKey::generate_for`](crate::OfficerKey::generate_for).
    #[error("the officer's key is of a weaker kind than those of the trustees: make one of their kind")]
    WeakerKey,
    /// Nobody is enrolled by this identifier, or under another key.
    #[error("a trustee is not enrolled with this key: enrol them first")]
    NotEnrolled,
    /// Not a trustee of this set.
    #[error("only a trustee of this set may do this")]
    NotTrustee,
    /// The officer may not be one of those who consent.
    #[error("whoever asks does not decide: another trustee is needed")]
    OwnRequest,
    /// Without the officer there are too few trustees.
    #[error("without the officer there are fewer trustees than it takes")]
    TooFewTrustees,
    /// The set was kept already, or shredded.
    #[error("a set by this identifier was kept before")]
    Exists,
    /// Nothing is kept by this identifier.
    #[error("nothing is kept by this identifier")]
    NotFound,
    /// The secret was shredded.
    #[error("the secret was shredded: nobody can open it any more")]
    Shredded,
    /// The shares were dealt anew since: ask again.
    #[error("the shares were dealt anew since it was asked for: ask again")]
    OtherGeneration,
    /// A time to decide is over 0 and at most 72 hours.
    #[error("a request lasts for 72 hours at the most, and ends after it begins")]
    Window,
    /// The clock is before the beginning of the request.
    #[error("the clock went back to before the request was made")]
    ClockWentBack,
    /// Each trustee decides once.
    #[error("this trustee has decided already")]
    Decided,
    /// Fewer trustees than the threshold have consented.
    #[error("{missing} more trustees must consent")]
    Waiting {
        /// How many.
        missing: u8,
    },
    /// A trustee refused, which is final for this request.
    #[error("trustee {by} refused, which is final for this request")]
    Refused {
        /// Who.
        by: StaffId,
    },
    /// The officer took the request back.
    #[error("the request was cancelled")]
    Cancelled,
    /// The time to decide is over.
    #[error("the request has expired: make another")]
    Expired,
    /// The request was used, which it can be once.
    #[error("the request was used before: make another")]
    Used,
    /// A record is there, and is not what this code writes.
    #[error("a {what} record cannot be read: it was not written by this release")]
    Corrupt {
        /// Which kind of record.
        what: &'static str,
    },
    /// The random source failed.
    #[error("the random source failed: nothing was changed")]
    Random,
    /// A trustee's key was not exported or imported.
    #[error("the trustee's key was neither sealed nor opened")]
    Seal(#[source] SealError),
    /// An event was not staged.
    #[error("the event was not recorded, and so nothing was changed")]
    Event(#[source] EventError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<EventError> for EscrowError {
    fn from(error: EventError) -> Self {
        match error {
            EventError::Random => Self::Random,
            EventError::Store(error) => Self::Store(error),
            other => Self::Event(other),
        }
    }
}
