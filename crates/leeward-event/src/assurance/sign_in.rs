use super::{Aal, Proof, ProvedFactor};
use crate::StaffId;
use jiff::{SignedDuration, Timestamp};

/// A finished sign-in: who, how strongly, when, and by what. What a session is started from.
///
/// It can be used once: it is not `Clone`.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub struct SignIn {
    account: StaffId,
    aal: Aal,
    at: Timestamp,
    proofs: Vec<Proof>,
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
    /// All were proved too long ago, or in the future.
    #[error("the factors were proved too long ago: prove them again")]
    Stale,
    /// More factors than any sign-in has.
    #[error("a sign-in has at most {} factors", SignIn::MAX_FACTORS)]
    TooMany,
}

impl SignIn {
    /// For how long a proved factor counts towards a sign-in.
    pub const PROOF_LASTS: SignedDuration = SignedDuration::from_mins(15);

    /// As many factors may be added up.
    pub const MAX_FACTORS: usize = 8;

    /// Adds the factors up, as [`Aal::of`] says. Those that are older than
    /// [`PROOF_LASTS`](Self::PROOF_LASTS) count for nothing, and are not kept.
    ///
    /// ```
    /// # use leeward_event::{AuthenticatorId, StaffId, assurance::*};
    /// # use leeward_store::Timestamp;
    /// # let (who, now) = (StaffId::from_bytes([1; 16]), Timestamp::UNIX_EPOCH);
    /// # let (a, b) = (AuthenticatorId::from_bytes([2; 16]), AuthenticatorId::from_bytes([3; 16]));
    /// let known = ProvedFactor::assume_proved(who, FactorKind::Passphrase, a, now);
    /// let held = ProvedFactor::assume_proved(who, FactorKind::Totp, b, now);
    /// assert_eq!(SignIn::from_factors(known, [held], now)?.aal(), Aal::Two);
    ///
    /// let passkey = FactorKind::Passkey { synced: false, user_verified: true };
    /// let alone = ProvedFactor::assume_proved(who, passkey, b, now);
    /// assert_eq!(SignIn::from_factors(alone, [], now)?.aal(), Aal::Three);
    /// # Ok::<(), AssuranceError>(())
    /// ```
    ///
    /// # Errors
    /// [`AssuranceError::DifferentAccounts`]; [`AssuranceError::SameAuthenticator`];
    /// [`AssuranceError::Stale`] when none of them counts; [`AssuranceError::TooMany`].
    pub fn from_factors(
        first: ProvedFactor,
        rest: impl IntoIterator<Item = ProvedFactor>,
        now: Timestamp,
    ) -> Result<Self, AssuranceError> {
        let account = first.account();
        let mut proofs = vec![first.into_proof()];
        for factor in rest {
            check_adds(&proofs, account, &factor)?;
            proofs.push(factor.into_proof());
        }
        proofs.retain(|proof| proof.is_within(Self::PROOF_LASTS, now));
        let aal = Aal::of(&proofs).ok_or(AssuranceError::Stale)?;
        Ok(Self { account, aal, at: now, proofs })
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

    /// By what: never empty, at most [`MAX_FACTORS`](Self::MAX_FACTORS), each authenticator once.
    #[must_use]
    pub fn proofs(&self) -> &[Proof] {
        &self.proofs
    }
}

fn check_adds(proofs: &[Proof], account: StaffId, factor: &ProvedFactor) -> Result<(), AssuranceError> {
    if factor.account() != account {
        return Err(AssuranceError::DifferentAccounts);
    }
    if proofs.iter().any(|earlier| earlier.authenticator() == factor.authenticator()) {
        return Err(AssuranceError::SameAuthenticator);
    }
    if proofs.len() >= SignIn::MAX_FACTORS { Err(AssuranceError::TooMany) } else { Ok(()) }
}
