use super::{Aal, FactorKind, Proof};
use crate::AuthenticatorId;
use jiff::{SignedDuration, Timestamp};

/// What an action needs of the factors that were proved: data, to be kept with the action.
///
/// ```
/// # use leeward_event::{AuthenticatorId, StaffId, assurance::*};
/// # use leeward_store::Timestamp;
/// # use jiff::SignedDuration;
/// # let (who, now) = (StaffId::from_bytes([1; 16]), Timestamp::UNIX_EPOCH);
/// # let (a, b) = (AuthenticatorId::from_bytes([2; 16]), AuthenticatorId::from_bytes([3; 16]));
/// let export = Requirement::needs(Aal::Two).phishing_resistant().within(SignedDuration::from_mins(15));
///
/// let known = ProvedFactor::assume_proved(who, FactorKind::Passphrase, a, now);
/// let held = ProvedFactor::assume_proved(who, FactorKind::Totp, b, now);
/// let sign_in = SignIn::from_factors(known, [held], now)?;
/// let lack = export.lack(sign_in.proofs(), now).unwrap();
/// assert!(lack.phishing_resistant && lack.aal.is_none());
/// # Ok::<(), AssuranceError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requirement {
    aal: Aal,
    phishing_resistant: bool,
    within: Option<SignedDuration>,
}

/// What proofs lack of a [`Requirement`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lack {
    /// The level, if the recent proofs do not add up to it.
    pub aal: Option<Aal>,
    /// Whether a phishing-resistant proof is missing.
    pub phishing_resistant: bool,
}

impl Requirement {
    /// Proofs that add up to `aal` at least, however old.
    #[must_use]
    pub const fn needs(aal: Aal) -> Self {
        Self { aal, phishing_resistant: false, within: None }
    }

    /// And one of them phishing-resistant.
    #[must_use]
    pub const fn phishing_resistant(self) -> Self {
        Self { phishing_resistant: true, ..self }
    }

    /// And only those count that are at most as old.
    #[must_use]
    pub const fn within(self, within: SignedDuration) -> Self {
        Self { within: Some(within), ..self }
    }

    /// This and another at once: of each, what asks for more.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            aal: self.aal.max(other.aal),
            phishing_resistant: self.phishing_resistant || other.phishing_resistant,
            within: self.within.into_iter().chain(other.within).min(),
        }
    }

    /// The level.
    #[must_use]
    pub const fn aal(&self) -> Aal {
        self.aal
    }

    /// Whether one proof must be phishing-resistant.
    #[must_use]
    pub const fn is_phishing_resistant(&self) -> bool {
        self.phishing_resistant
    }

    /// How old a proof may be; `None` for any age.
    #[must_use]
    pub const fn max_age(&self) -> Option<SignedDuration> {
        self.within
    }

    /// What `proofs` lack at `now`; `None` when they suffice. A proof of the future does not count.
    #[must_use]
    pub fn lack(&self, proofs: &[Proof], now: Timestamp) -> Option<Lack> {
        let within = self.within.unwrap_or(SignedDuration::MAX);
        let counting: Vec<_> = proofs.iter().copied().filter(|proof| proof.is_within(within, now)).collect();
        let resistant = counting.iter().any(|proof| proof.kind().is_phishing_resistant());
        let lack = Lack {
            aal: (Aal::of(&counting) < Some(self.aal)).then_some(self.aal),
            phishing_resistant: self.phishing_resistant && !resistant,
        };
        (lack.aal.is_some() || lack.phishing_resistant).then_some(lack)
    }

    /// Whether `proofs` suffice at `now`.
    #[must_use]
    pub fn is_met_by(&self, proofs: &[Proof], now: Timestamp) -> bool {
        self.lack(proofs, now).is_none()
    }

    /// Whether they would suffice if `another` were proved too, at `now`.
    #[must_use]
    pub fn would_be_met_with(
        &self,
        another: (FactorKind, AuthenticatorId),
        proofs: &[Proof],
        now: Timestamp,
    ) -> bool {
        let supposed = Proof::supposed(another.0, another.1, now);
        self.is_met_by(&[proofs, &[supposed]].concat(), now)
    }
}

impl From<Aal> for Requirement {
    fn from(aal: Aal) -> Self {
        Self::needs(aal)
    }
}
