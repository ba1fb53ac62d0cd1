//! What a sign-in has proved: factors, and the assurance they add up to (NIST SP 800-63B-4).
//!
//! The crate that checks a factor makes a [`ProvedFactor`]; a [`SignIn`] is made from proved factors;
//! a session is made from a [`SignIn`]. So no path reaches a session past a check.

use crate::{AuthenticatorId, StaffId};
use jiff::Timestamp;

/// An authentication assurance level (NIST SP 800-63B-4, 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aal {
    /// One factor.
    One,
    /// Two different factors.
    Two,
    /// Two different factors, one of them phishing-resistant with a key that cannot be exported.
    Three,
}

/// What kind of thing was proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FactorKind {
    /// Something known: a passphrase.
    Passphrase,
    /// Something held: a device that makes time-based one-time codes.
    Totp,
}

/// A factor that was checked and matched.
///
/// It can be used once: it is not `Clone`.
/// ```compile_fail
/// fn twice(proved: leeward_event::assurance::ProvedFactor) {
///     let first = proved.clone();
/// }
/// ```
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub struct ProvedFactor {
    account: StaffId,
    kind: FactorKind,
    authenticator: AuthenticatorId,
    at: Timestamp,
}

/// A finished sign-in: who, how strongly, when. What a session is started from.
///
/// It can be used once: it is not `Clone`.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub struct SignIn {
    account: StaffId,
    aal: Aal,
    at: Timestamp,
}

/// Why factors do not add up to a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AssuranceError {
    /// They belong to different accounts.
    #[error("the factors belong to different accounts")]
    DifferentAccounts,
    /// One authenticator was counted twice.
    #[error("the same authenticator was used twice: a second one is needed")]
    SameAuthenticator,
}

impl ProvedFactor {
    /// Says that a factor was checked and matched at `at`. **Only the code that did the check calls
    /// this**: whoever calls it without one signs anybody in.
    pub const fn assume_proved(
        account: StaffId,
        kind: FactorKind,
        authenticator: AuthenticatorId,
        at: Timestamp,
    ) -> Self {
        Self { account, kind, authenticator, at }
    }

    /// Whose factor it is.
    #[must_use]
    pub const fn account(&self) -> StaffId {
        self.account
    }

    /// What kind it is.
    #[must_use]
    pub const fn kind(&self) -> FactorKind {
        self.kind
    }

    /// Which authenticator it was.
    #[must_use]
    pub const fn authenticator(&self) -> AuthenticatorId {
        self.authenticator
    }

    /// When it was checked.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.at
    }
}

impl SignIn {
    /// Adds the factors up. Two of different kinds make [`Aal::Two`]; two of one kind stay at
    /// [`Aal::One`].
    ///
    /// ```
    /// # use leeward_event::{AuthenticatorId, StaffId, assurance::*};
    /// # use leeward_store::Timestamp;
    /// # let (who, now) = (StaffId::from_bytes([1; 16]), Timestamp::UNIX_EPOCH);
    /// # let (a, b) = (AuthenticatorId::from_bytes([2; 16]), AuthenticatorId::from_bytes([3; 16]));
    /// let known = ProvedFactor::assume_proved(who, FactorKind::Passphrase, a, now);
    /// let held = ProvedFactor::assume_proved(who, FactorKind::Totp, b, now);
    /// assert_eq!(SignIn::from_factors(known, [held], now)?.aal(), Aal::Two);
    /// # Ok::<(), AssuranceError>(())
    /// ```
    ///
    /// # Errors
    /// [`AssuranceError::DifferentAccounts`]; [`AssuranceError::SameAuthenticator`].
    pub fn from_factors(
        first: ProvedFactor,
        rest: impl IntoIterator<Item = ProvedFactor>,
        now: Timestamp,
    ) -> Result<Self, AssuranceError> {
        let account = first.account;
        let mut seen = vec![first];
        for factor in rest {
            if factor.account != account {
                return Err(AssuranceError::DifferentAccounts);
            }
            if seen.iter().any(|earlier| earlier.authenticator == factor.authenticator) {
                return Err(AssuranceError::SameAuthenticator);
            }
            seen.push(factor);
        }
        Ok(Self { account, aal: aal_of(&seen), at: now })
    }

    /// Who signed in.
    #[must_use]
    pub const fn account(&self) -> StaffId {
        self.account
    }

    /// How strongly.
    #[must_use]
    pub const fn aal(&self) -> Aal {
        self.aal
    }

    /// When.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.at
    }
}

fn aal_of(factors: &[ProvedFactor]) -> Aal {
    let has = |kind| factors.iter().any(|factor| factor.kind == kind);
    if has(FactorKind::Passphrase) && has(FactorKind::Totp) { Aal::Two } else { Aal::One }
}
