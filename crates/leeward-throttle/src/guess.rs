use leeward_event::{Detail, assurance::FactorKind};

/// What is guessed at. Each kind has counts of its own for each subject, so that guesses at one
/// authenticator never slow down another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Guess {
    /// A passphrase.
    Passphrase,
    /// A time-based one-time code.
    Totp,
    /// A counter-based one-time code.
    Hotp,
    /// A code of a saved list.
    RecoveryCode,
    /// A code that was sent to a telephone.
    OutOfBand,
    /// A code that was sent to an address, to prove that its owner reads it.
    AddressCode,
    /// A step of the way back into an account.
    Recovery,
    /// A receipt by which somebody without an account comes back to what they wrote.
    Receipt,
    /// A passkey. There is nothing to guess: it is never counted, and never made to wait. Whoever could
    /// make it wait would shut out the owner and slow down no attacker.
    Passkey,
}

impl Guess {
    /// Every kind, in the order of the codes.
    pub const ALL: &'static [Self] = &[
        Self::Passphrase,
        Self::Totp,
        Self::Hotp,
        Self::RecoveryCode,
        Self::OutOfBand,
        Self::AddressCode,
        Self::Recovery,
        Self::Receipt,
        Self::Passkey,
    ];

    /// The number that stands for it in stored keys. Never reused.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Passphrase => 1,
            Self::Totp => 2,
            Self::Hotp => 3,
            Self::RecoveryCode => 4,
            Self::OutOfBand => 5,
            Self::AddressCode => 6,
            Self::Recovery => 7,
            Self::Receipt => 8,
            Self::Passkey => 9,
        }
    }

    /// The kind with this number, if there is one.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|guess| guess.code() == code)
    }

    /// Whether trying often enough could find it.
    #[must_use]
    pub const fn is_guessable(self) -> bool {
        !matches!(self, Self::Passkey)
    }

    /// What an event says was guessed at.
    #[must_use]
    pub const fn detail(self) -> Detail {
        match self {
            Self::Passphrase => Detail::Passphrase,
            Self::Totp => Detail::Totp,
            Self::Hotp => Detail::Hotp,
            Self::RecoveryCode => Detail::RecoveryCode,
            Self::OutOfBand => Detail::OutOfBandCode,
            Self::AddressCode => Detail::AddressCode,
            Self::Recovery => Detail::RecoveryStep,
            Self::Receipt => Detail::Receipt,
            Self::Passkey => Detail::Passkey,
        }
    }

    /// What had to be guessed for a factor of this kind; `None` where the factor is of a later release.
    #[must_use]
    pub const fn at(kind: FactorKind) -> Option<Self> {
        Some(match kind {
            FactorKind::Passphrase => Self::Passphrase,
            FactorKind::Totp => Self::Totp,
            FactorKind::Hotp => Self::Hotp,
            FactorKind::RecoveryCode => Self::RecoveryCode,
            FactorKind::OutOfBand => Self::OutOfBand,
            FactorKind::Passkey { .. } => Self::Passkey,
            _ => return None,
        })
    }
}
