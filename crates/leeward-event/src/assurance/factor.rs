use super::Aal;

/// What kind of thing was proved.
///
/// A code sent by e-mail is none of them (NIST SP 800-63B-4 3.1.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FactorKind {
    /// Something known: a passphrase (3.1.1).
    Passphrase,
    /// Something held: a device that makes time-based one-time codes (3.1.4).
    Totp,
    /// Something held: a token that makes counter-based one-time codes (3.1.4).
    Hotp,
    /// Something held: a list of look-up secrets (3.1.2).
    RecoveryCode,
    /// Something held: a telephone to which a code was sent. Restricted (3.1.3.3).
    OutOfBand,
    /// Something held: a key that answers to one origin alone (3.1.6, 3.1.7).
    Passkey {
        /// Whether the key may be copied to other devices (WebAuthn's backup eligibility).
        ///
        /// It is what the authenticator said of itself; only an attestation that was verified proves
        /// it.
        synced: bool,
        /// Whether the device verified its user, by a biometric or a PIN: two factors in one.
        user_verified: bool,
    },
}

impl FactorKind {
    /// Every kind, in the order of the codes.
    pub const ALL: &'static [Self] = &[
        Self::Passphrase,
        Self::Totp,
        Self::Hotp,
        Self::RecoveryCode,
        Self::OutOfBand,
        Self::passkey(false, false),
        Self::passkey(true, false),
        Self::passkey(false, true),
        Self::passkey(true, true),
    ];

    /// The number that stands for it in stored records. Never reused.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Passphrase => 1,
            Self::Totp => 2,
            Self::Hotp => 3,
            Self::RecoveryCode => 4,
            Self::OutOfBand => 5,
            Self::Passkey { synced: false, user_verified: false } => 16,
            Self::Passkey { synced: true, user_verified: false } => 17,
            Self::Passkey { synced: false, user_verified: true } => 18,
            Self::Passkey { synced: true, user_verified: true } => 19,
        }
    }

    /// The kind with this number, if there is one.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            1 => Self::Passphrase,
            2 => Self::Totp,
            3 => Self::Hotp,
            4 => Self::RecoveryCode,
            5 => Self::OutOfBand,
            16 => Self::passkey(false, false),
            17 => Self::passkey(true, false),
            18 => Self::passkey(false, true),
            19 => Self::passkey(true, true),
            _ => return None,
        })
    }

    /// Whether it proves something known.
    #[must_use]
    pub const fn is_known(self) -> bool {
        matches!(self, Self::Passphrase | Self::Passkey { user_verified: true, .. })
    }

    /// Whether it proves something held.
    #[must_use]
    pub const fn is_held(self) -> bool {
        !matches!(self, Self::Passphrase)
    }

    /// Whether it proves two factors at once.
    #[must_use]
    pub const fn is_multi_factor(self) -> bool {
        matches!(self, Self::Passkey { user_verified: true, .. })
    }

    /// Whether what was proved here is worth nothing to whoever tricked its owner into giving it
    /// (3.2.5).
    #[must_use]
    pub const fn is_phishing_resistant(self) -> bool {
        matches!(self, Self::Passkey { .. })
    }

    /// Whether its use is restricted: there must be an alternative, and its owner is told (3.2.9).
    #[must_use]
    pub const fn is_restricted(self) -> bool {
        matches!(self, Self::OutOfBand)
    }

    /// The level that it reaches by itself.
    #[must_use]
    pub const fn alone(self) -> Aal {
        match self {
            Self::Passkey { synced: false, user_verified: true } => Aal::Three,
            Self::Passkey { synced: true, user_verified: true } => Aal::Two,
            _ => Aal::One,
        }
    }

    const fn passkey(synced: bool, user_verified: bool) -> Self {
        Self::Passkey { synced, user_verified }
    }
}
