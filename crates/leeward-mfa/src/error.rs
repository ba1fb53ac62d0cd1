use leeward_event::{
    EventError,
    assurance::{Aal, AssuranceError},
};
use leeward_notify::NotifyError;
use leeward_store::StoreError;
use leeward_throttle::ThrottleError;

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
    /// The account has this very factor.
    #[error("the account has this factor: nothing was changed")]
    AlreadyEnrolled,
    /// The account has as many factors as an account may have.
    #[error("an account has at most 16 factors: take one away first")]
    TooManyFactors,
    /// The factors cannot add up to what is asked for: to the level, or not without a phishing-resistant
    /// one.
    #[error("these factors do not reach {aal:?} as it is required here: a stronger one is needed")]
    OutOfReach {
        /// What was asked for.
        aal: Aal,
    },
    /// The profile of the service does not accept this kind of factor.
    #[error("the profile of the service does not accept this kind of factor")]
    NotAccepted,
    /// The permit is not strong enough for this account (NIST SP 800-63B-4 4.1.2).
    #[error("to change the factors of this account takes its owner's sign-in at {needed:?}")]
    NotPermitted {
        /// What is needed.
        needed: Aal,
    },
    /// The permit is more than 15 minutes old, or of the future.
    #[error("the permit to change factors is not recent: sign in again")]
    StalePermit,
    /// It is the last factor that counts at every sign-in.
    #[error("it is the last second factor: bind another first, or take the last one away on purpose")]
    LastFactor,
    /// A telephone may be a factor beside another that is none (NIST SP 800-63B-4 3.2.9).
    #[error(
        "a telephone needs an app, a token or a passkey beside it: bind that first, or take the telephone away"
    )]
    NeedsAlternative,
    /// The address is none of the account's, or no telephone.
    #[error("the account has no such telephone: add the number and prove it first")]
    NoPhone,
    /// The code was not sent.
    #[error("the code was not sent")]
    Notify(#[source] NotifyError),
    /// It is no recovery code: it was mistyped.
    #[error("this is no recovery code: it has 25 letters and digits, and one of them is wrong")]
    MistypedCode,
    /// The secret is too short, or longer than makes sense.
    #[error("a secret has 16 to 64 bytes")]
    SecretLength,
    /// It is no `otpauth://` URI that this crate could use.
    #[error("the otpauth URI has {what}")]
    Uri {
        /// What was found.
        what: &'static str,
    },
    /// The names are too long for a QR code.
    #[error("the issuer and the name are too long for a picture: show the URI or the secret")]
    Qr,
    /// The gate was not made for this attempt, or the throttle failed.
    #[error(transparent)]
    Throttle(#[from] ThrottleError),
    /// An issuer or a label that an authenticator could not show.
    #[error("an issuer or label has 1 to 64 characters, no colon and no control character")]
    Label,
    /// A passkey was not accepted. What was wrong is the error's source, for logs alone.
    #[cfg(feature = "passkeys")]
    #[error("the passkey was not accepted: begin again")]
    Passkey(#[from] crate::PasskeyFault),
    /// The service cannot be named so to authenticators.
    #[cfg(feature = "passkeys")]
    #[error("a relying party has a domain, and an origin with https (or localhost) under that domain")]
    RelyingParty,
    /// A model of authenticators that cannot be checked.
    #[cfg(feature = "passkeys")]
    #[error("a list of models has one at least, each with a certificate in DER")]
    Model,
    /// A ceremony could not be begun.
    #[cfg(feature = "passkeys")]
    #[error("no passkey could be asked for")]
    NotBegun(#[source] Box<dyn std::error::Error + Send + Sync>),
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

#[cfg(feature = "passkeys")]
impl MfaError {
    pub(crate) fn not_begun(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::NotBegun(Box::new(error))
    }
}
