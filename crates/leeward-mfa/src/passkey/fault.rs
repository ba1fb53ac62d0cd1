use leeward_event::Reason;
use webauthn_rs::prelude::WebauthnError;

/// What was wrong with a passkey's answer. For logs: whoever is asking is told no more than that it
/// was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum PasskeyFault {
    /// It is no answer of the form that the standard gives.
    #[error("the answer is malformed")]
    Malformed,
    /// Its ceremony was never begun, or an answer was given before.
    #[error("the ceremony is not open: it was never begun, or was answered before")]
    NotOpen,
    /// Its ceremony began too long ago.
    #[error("the ceremony began more than 5 minutes ago")]
    Expired,
    /// It belongs to another ceremony, account, purpose, origin or service.
    #[error("the answer is of another ceremony, account, purpose, origin or service")]
    Foreign,
    /// No account has that passkey.
    #[error("no account has that passkey")]
    Unknown,
    /// Some account has that passkey already.
    #[error("the passkey is bound already")]
    AlreadyBound,
    /// The passkey does not count at present.
    #[error("the passkey is suspended")]
    Suspended,
    /// The device did not verify its user (WebAuthn 6.1, bit UV).
    #[error("the device did not verify its user")]
    UserNotVerified,
    /// Its counter did not grow: there may be a copy (WebAuthn 6.1.1).
    #[error("the counter did not grow: there may be a copy of the passkey")]
    CloneSuspected,
    /// The policy does not accept its algorithm, model, attestation or synchronisation.
    #[error("the policy does not accept this kind of passkey")]
    NotAccepted,
    /// The signature is not of that passkey.
    #[error("the signature is not of that passkey")]
    WrongSignature,
}

impl PasskeyFault {
    pub(super) const fn reason(self) -> Reason {
        match self {
            Self::Malformed => Reason::Malformed,
            Self::NotOpen => Reason::Reused,
            Self::Expired => Reason::Expired,
            Self::Foreign | Self::AlreadyBound => Reason::Foreign,
            Self::Unknown => Reason::NotEnrolled,
            Self::Suspended => Reason::Suspended,
            Self::UserNotVerified => Reason::UserNotVerified,
            Self::CloneSuspected => Reason::CloneSuspected,
            Self::NotAccepted => Reason::NotAccepted,
            Self::WrongSignature => Reason::WrongSecret,
        }
    }

    pub(super) fn of(error: &WebauthnError) -> Self {
        use WebauthnError as E;

        match error {
            E::MismatchedChallenge
            | E::InvalidRPOrigin
            | E::InvalidRPIDHash
            | E::InvalidClientDataType
            | E::CredentialCrossOrigin
            | E::InvalidUserUniqueId => Self::Foreign,
            E::UserNotVerified | E::UserNotPresent | E::InconsistentUserVerificationPolicy => {
                Self::UserNotVerified
            }
            E::CredentialPossibleCompromise => Self::CloneSuspected,
            E::CredentialNotFound => Self::Unknown,
            E::CredentialExcludedFromRequest | E::CredentialAlreadyExists => Self::AlreadyBound,
            E::AuthenticationFailure | E::SignatureInvalid => Self::WrongSignature,
            E::ParseBase64Failure(_)
            | E::ParseCBORFailure(_)
            | E::ParseJSONFailure(_)
            | E::ParseNOMFailure
            | E::ParseInsufficientBytesAvailable
            | E::COSEKeyInvalidCBORValue
            | E::COSEKeyECDSAXYInvalid
            | E::COSEKeyEDDSAXInvalid
            | E::EcdsaPointInvalid
            | E::MissingAttestationCredentialData => Self::Malformed,
            _ => Self::NotAccepted,
        }
    }
}
