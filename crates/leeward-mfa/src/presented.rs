use crate::PhoneCodeRequest;
use leeward_event::{AuthenticatorId, assurance::FactorKind};
use leeward_throttle::Guess;
use std::fmt;

/// What somebody presents as a second factor, as it was typed.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Presented<'a> {
    /// A code from an authenticator app.
    Totp(&'a str),
    /// A code from a token with a button.
    Hotp(&'a str),
    /// Two codes that follow each other, from a token whose counter has run ahead.
    HotpPair(&'a str, &'a str),
    /// A code of the saved list.
    RecoveryCode(&'a str),
    /// A code that was sent to a telephone, and the request that it was sent for.
    Phone(&'a PhoneCodeRequest, &'a str),
}

/// What became of what was presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Judged {
    /// There is no factor of this kind that counts.
    Missing,
    Wrong,
    Reused,
    Right(AuthenticatorId),
}

impl Presented<'_> {
    /// Which kind of factor it would prove.
    #[must_use]
    pub const fn kind(&self) -> FactorKind {
        match self {
            Self::Totp(_) => FactorKind::Totp,
            Self::Hotp(_) | Self::HotpPair(..) => FactorKind::Hotp,
            Self::RecoveryCode(_) => FactorKind::RecoveryCode,
            Self::Phone(..) => FactorKind::OutOfBand,
        }
    }

    /// What to [knock](leeward_throttle::Throttle::knock) for.
    #[must_use]
    pub const fn guess(&self) -> Guess {
        match self {
            Self::Totp(_) => Guess::Totp,
            Self::Hotp(_) | Self::HotpPair(..) => Guess::Hotp,
            Self::RecoveryCode(_) => Guess::RecoveryCode,
            Self::Phone(..) => Guess::OutOfBand,
        }
    }
}

impl fmt::Debug for Presented<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Presented({:?}, [redacted])", self.kind())
    }
}
