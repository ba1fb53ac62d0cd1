use crate::{Factor, FactorState, MfaError};
use leeward_event::{
    AuthenticatorId,
    assurance::{Aal, FactorKind},
};

/// The factors of one account, in the order in which they were bound.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Roster {
    pub(crate) factors: Vec<Factor>,
}

impl Roster {
    /// An account has at most as many.
    pub(crate) const MAX: usize = 16;

    /// The strongest sign-in that the account was made for, with a passphrase.
    ///
    /// What is suspended counts too: else whoever can get factors suspended could bind their own.
    pub(crate) fn highest(&self) -> Aal {
        self.factors.iter().map(|factor| strength(factor.kind)).max().unwrap_or(Aal::One)
    }

    /// What binding a factor of `kind` takes (NIST SP 800-63B-4 4.1.2).
    pub(crate) fn needed_to_bind(&self, kind: FactorKind) -> Aal {
        self.highest().min(strength(kind))
    }

    /// Adds a factor, and says whether it is the first.
    pub(crate) fn add(&mut self, factor: Factor) -> Result<bool, MfaError> {
        if self.factors.len() >= Self::MAX {
            return Err(MfaError::TooManyFactors);
        }
        if self.factors.iter().any(|other| other.authenticator == factor.authenticator) {
            return Err(MfaError::AlreadyEnrolled);
        }
        if factor.kind.is_restricted() && !self.has_alternative() {
            return Err(MfaError::NeedsAlternative);
        }
        let first = self.factors.is_empty();
        self.factors.push(factor);
        Ok(first)
    }

    pub(crate) fn find_mut(&mut self, authenticator: AuthenticatorId) -> Result<&mut Factor, MfaError> {
        let is_it = |factor: &&mut Factor| factor.authenticator == authenticator;
        self.factors.iter_mut().find(is_it).ok_or(MfaError::NotEnrolled)
    }

    #[cfg(feature = "passkeys")]
    pub(crate) fn counts(&self, authenticator: AuthenticatorId) -> bool {
        let is_it = |factor: &&Factor| factor.authenticator == authenticator;
        self.factors.iter().find(is_it).is_some_and(Factor::is_active)
    }

    /// Those of `kind` that count.
    pub(crate) fn active(&self, kind: FactorKind) -> impl Iterator<Item = &Factor> {
        self.factors.iter().filter(move |factor| factor.is_active() && factor.kind == kind)
    }

    /// Takes a factor out. The last one that counts at every sign-in goes only if `even_last`.
    pub(crate) fn remove(&mut self, id: AuthenticatorId, even_last: bool) -> Result<Factor, MfaError> {
        let place = self.factors.iter().position(|factor| factor.authenticator == id);
        let removed = self.factors.remove(place.ok_or(MfaError::NotEnrolled)?);
        if self.factors.iter().any(|factor| factor.kind.is_restricted()) && !self.has_alternative() {
            return Err(MfaError::NeedsAlternative);
        }
        let lasts = |factor: &Factor| factor.is_lasting() && factor.is_active();
        if lasts(&removed) && !self.factors.iter().any(lasts) && !even_last {
            return Err(MfaError::LastFactor);
        }
        Ok(removed)
    }

    /// Sets the state of a factor, and says whether that changed it.
    pub(crate) fn set_state(&mut self, id: AuthenticatorId, state: FactorState) -> Result<bool, MfaError> {
        let factor = self.find_mut(id)?;
        let before = std::mem::replace(&mut factor.state, state);
        Ok(before != state)
    }

    /// Whether there is a way to sign in beside a restricted one (NIST SP 800-63B-4 3.2.9).
    fn has_alternative(&self) -> bool {
        let other =
            |factor: &Factor| factor.is_active() && factor.is_lasting() && !factor.kind.is_restricted();
        self.factors.iter().any(other)
    }
}

/// The level that a factor of this kind makes possible beside a passphrase.
fn strength(kind: FactorKind) -> Aal {
    kind.alone().max(Aal::Two)
}
