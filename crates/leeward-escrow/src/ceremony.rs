use crate::{Consent, EscrowError, OpeningRequest, Released, SealedSet};
use jiff::Timestamp;
use leeward_event::StaffId;

/// A request, and what has become of it: the state machine of an opening.
///
/// Every step takes the state and gives the next one, or says why not and changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ceremony {
    pub(crate) request: OpeningRequest,
    pub(crate) state: State,
}

/// Where a request stands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// The trustees decide. Each who has consented is here, in their order.
    Open {
        /// What they gave.
        consents: Vec<Consent>,
    },
    /// A trustee refused: nothing comes of it any more.
    Refused {
        /// Who.
        by: StaffId,
    },
    /// The officer took it back.
    Cancelled,
    /// The time was over.
    Expired,
    /// The shares were handed to the officer, once.
    Released,
    /// The secret was [dealt anew](crate::Escrows::replace) meanwhile: it has to be asked for again.
    Superseded,
}

impl Ceremony {
    /// A request that nobody has decided yet.
    #[must_use]
    pub const fn new(request: OpeningRequest) -> Self {
        Self { request, state: State::Open { consents: Vec::new() } }
    }

    /// What is asked.
    #[must_use]
    pub const fn request(&self) -> &OpeningRequest {
        &self.request
    }

    /// Where it stands, but for what the time alone changes: see [`settle`](Self::settle).
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// The trustees who have consented, while it is open.
    pub fn consented(&self) -> impl Iterator<Item = StaffId> {
        let consents: &[Consent] = match &self.state {
            State::Open { consents } => consents,
            _ => &[],
        };
        consents.iter().map(Consent::trustee)
    }

    /// Expires it, if its time is over.
    #[must_use]
    pub fn settle(self, now: Timestamp) -> Self {
        match self.state {
            State::Open { .. } if self.request.expires_at <= now => Self { state: State::Expired, ..self },
            _ => self,
        }
    }

    /// Ends it, if it is open and of another dealing.
    pub(crate) fn dealt_anew(self, generation: u32) -> Self {
        match self.state {
            State::Open { .. } if self.request.generation != generation => {
                Self { state: State::Superseded, ..self }
            }
            _ => self,
        }
    }

    /// One trustee consents.
    ///
    /// # Errors
    /// [`EscrowError::NotTrustee`], and [`EscrowError::OwnRequest`] for the officer;
    /// [`EscrowError::Decided`]; [`EscrowError::BadProof`] when the trustee's share did not make it for this
    /// request; [`EscrowError::OtherGeneration`]; those of a request that is not open.
    pub fn consent(self, set: &SealedSet, consent: Consent, now: Timestamp) -> Result<Self, EscrowError> {
        let mut consents = self.open_for(set, now)?;
        let member = set.member(consent.trustee).ok_or(EscrowError::NotTrustee)?;
        self.may_decide(consent.trustee)?;
        consent.verify(&self.request, member)?;
        consents.push(consent);
        Ok(Self { state: State::Open { consents }, ..self })
    }

    /// One trustee refuses, whatever others have said or will say. Also who has consented may.
    ///
    /// # Errors
    /// As [`consent`](Self::consent), but for those of the consent itself.
    pub fn refuse(self, set: &SealedSet, trustee: StaffId, now: Timestamp) -> Result<Self, EscrowError> {
        self.open_for(set, now)?;
        set.member(trustee).ok_or(EscrowError::NotTrustee)?;
        if trustee == self.request.officer {
            return Err(EscrowError::OwnRequest);
        }
        Ok(Self { state: State::Refused { by: trustee }, ..self })
    }

    /// The officer takes it back.
    ///
    /// # Errors
    /// [`EscrowError::NotFound`] for anybody else; those of a request that is not open.
    pub fn cancel(self, officer: StaffId, now: Timestamp) -> Result<Self, EscrowError> {
        self.may_ask(officer)?;
        self.open(now)?;
        Ok(Self { state: State::Cancelled, ..self })
    }

    /// Hands the shares to the officer, once.
    ///
    /// # Errors
    /// [`EscrowError::Waiting`] for fewer than the threshold; [`EscrowError::NotFound`] for anybody but the
    /// officer; [`EscrowError::OtherGeneration`]; those of a request that is not open.
    pub fn release(
        self,
        set: &SealedSet,
        officer: StaffId,
        now: Timestamp,
    ) -> Result<(Self, Released), EscrowError> {
        self.may_ask(officer)?;
        let consents = self.open_for(set, now)?;
        let missing = usize::from(set.threshold).saturating_sub(consents.len());
        if missing > 0 {
            return Err(EscrowError::Waiting { missing: u8::try_from(missing).unwrap_or(u8::MAX) });
        }
        let released = Released { set: set.clone(), request: self.request.clone(), consents };
        Ok((Self { state: State::Released, ..self }, released))
    }

    fn may_ask(&self, officer: StaffId) -> Result<(), EscrowError> {
        if officer == self.request.officer { Ok(()) } else { Err(EscrowError::NotFound) }
    }

    fn may_decide(&self, trustee: StaffId) -> Result<(), EscrowError> {
        if trustee == self.request.officer {
            return Err(EscrowError::OwnRequest);
        }
        if self.consented().any(|consented| consented == trustee) {
            return Err(EscrowError::Decided);
        }
        Ok(())
    }

    pub(crate) fn open_for(&self, set: &SealedSet, now: Timestamp) -> Result<Vec<Consent>, EscrowError> {
        if set.id != self.request.id.escrow {
            return Err(EscrowError::NotFound);
        }
        let consents = self.open(now)?;
        if set.generation == self.request.generation {
            Ok(consents)
        } else {
            Err(EscrowError::OtherGeneration)
        }
    }

    fn open(&self, now: Timestamp) -> Result<Vec<Consent>, EscrowError> {
        match &self.state {
            State::Open { .. } if now < self.request.requested_at => Err(EscrowError::ClockWentBack),
            State::Open { .. } if self.request.expires_at <= now => Err(EscrowError::Expired),
            State::Open { consents } => Ok(consents.clone()),
            State::Refused { by } => Err(EscrowError::Refused { by: *by }),
            State::Cancelled => Err(EscrowError::Cancelled),
            State::Expired => Err(EscrowError::Expired),
            State::Released => Err(EscrowError::Used),
            State::Superseded => Err(EscrowError::OtherGeneration),
        }
    }
}
