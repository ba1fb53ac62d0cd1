use leeward_event::assurance::{Aal, FactorKind, Requirement};

/// What a sign-in takes, and which factors are bound to an account and count when they are used: a rule of the service that no
/// requirement of one action weakens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Profile {
    /// For staff: two factors, one of them phishing-resistant. Passkeys and recovery codes are bound, and
    /// the latter are for the way back alone.
    #[default]
    StaffPhishingResistant,
    /// For staff, and gives up resistance to phishing: two factors, which may be a passphrase and a code
    /// from an app, a token or a list.
    StaffCodes,
    /// As [`StaffCodes`](Self::StaffCodes), and gives up more: codes may go to a telephone, whose number
    /// can be taken over (NIST SP 800-63B-4 3.1.3.3; ASVS 5.0 6.6.1 forbids it at L3).
    StaffCodesAndPhone,
    /// For the accounts that seekers may have and need not: one factor is enough, and nothing that tells
    /// who they are is bound.
    Seeker,
}

impl Profile {
    /// What every sign-in takes.
    #[must_use]
    pub const fn sign_in(self) -> Requirement {
        match self {
            Self::StaffPhishingResistant => Requirement::needs(Aal::Two).phishing_resistant(),
            Self::StaffCodes | Self::StaffCodesAndPhone => Requirement::needs(Aal::Two),
            Self::Seeker => Requirement::needs(Aal::One),
        }
    }

    /// Whether a factor of this kind may be bound, and counts when it is used: one that was bound under a wider
    /// profile stays bound, and counts for nothing.
    #[must_use]
    pub const fn accepts(self, kind: FactorKind) -> bool {
        match kind {
            FactorKind::Passkey { .. } | FactorKind::RecoveryCode => true,
            FactorKind::Totp | FactorKind::Hotp => !matches!(self, Self::StaffPhishingResistant),
            FactorKind::OutOfBand => matches!(self, Self::StaffCodesAndPhone),
            _ => false,
        }
    }

    /// Whether a proof of this kind adds to a sign-in: of a passphrase always, and of factors that are
    /// accepted.
    pub(crate) const fn counts(self, kind: FactorKind) -> bool {
        matches!(kind, FactorKind::Passphrase) || self.accepts(kind)
    }
}
