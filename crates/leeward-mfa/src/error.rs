use leeward_event::{
    EventError,
    assurance::{Aal, AssuranceError},
};
use leeward_store::StoreError;

/// Why a second factor was not enrolled, or not accepted. None holds a code or a secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MfaError {
    /// The code is wrong, or was used before. Which of them is not said.
    #[error("the code was not accepted: wait for the next one, and check the clock of the device")]
    Rejected,
    /// As many wrong codes were given as one sign-in, or one enrolment, may have.
    #[error("too many codes were not accepted: begin again")]
    TooManyTries,
    /// The sign-in or the enrolment took too long.
    #[error("it took longer than 10 minutes: begin again")]
    Expired,
    /// No second factor is enrolled for the account.
    #[error("the account has no second factor: enrol one")]
    NotEnrolled,
    /// The account has a second factor of this kind.
    #[error("the account has a second factor of this kind: remove it before another is enrolled")]
    AlreadyEnrolled,
    /// So many wrong codes were given in a row that the factor is no longer accepted (NIST SP
    /// 800-63B-4 3.2.2).
    #[error("too many codes in a row were not accepted: the second factor must be removed and enrolled anew")]
    Disabled,
    /// The factors cannot add up to the level asked for.
    #[error("these factors do not reach {aal:?}: a stronger one is needed")]
    OutOfReach {
        /// What was asked for.
        aal: Aal,
    },
    /// An issuer or a label that an authenticator could not show.
    #[error("an issuer or label has 1 to 64 characters, no colon and no control character")]
    Label,
    /// The random source failed; nothing was made.
    #[error("the random source failed: no secret can be made without it")]
    Random,
    /// What is stored is no factor of this release.
    #[error("the stored factor has {what}")]
    Record {
        /// What was found.
        what: &'static str,
    },
    /// The proved factors do not belong together.
    #[error(transparent)]
    Assurance(#[from] AssuranceError),
    /// The event could not be staged, and so nothing was written.
    #[error("the event could not be staged")]
    Event(#[source] EventError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<EventError> for MfaError {
    fn from(error: EventError) -> Self {
        match error {
            EventError::Random => Self::Random,
            EventError::Store(error) => Self::Store(error),
            other => Self::Event(other),
        }
    }
}
