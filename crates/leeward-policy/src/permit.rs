use crate::{
    Access, AccessRequest, Evaluation, Field, Obligation, ObligationKind, Obligations, PolicyError,
    PolicyHash, Requester, Set,
};
use jiff::{SignedDuration, Timestamp};
use leeward_event::{Actor, CorrelationId, StaffId};
use std::fmt;

/// A permit whose obligations are still to be met.
///
/// ```
/// use leeward_policy::*;
/// fn read(decision: Decision<ReadCaseNote>) -> Result<Permit<ReadCaseNote>, DenialClass> {
///     let mut conditional = match decision {
///         Decision::Permit(conditional) => conditional,
///         Decision::Deny(denial) => return Err(denial.class()),
///     };
///     loop {
///         match conditional.next() {
///             Next::Duty(duty) => {
///                 // ... carry out `duty.obligation()` here, and only then:
///                 conditional = duty.done();
///             }
///             Next::Permit(permit) => return Ok(permit),
///         }
///     }
/// }
/// ```
#[must_use]
pub struct Conditional<A: Access> {
    permit: Permit<A>,
    open: Obligations,
    evaluation: Evaluation,
}

/// What comes next on the way to a [`Permit`].
#[derive(Debug)]
#[must_use]
pub enum Next<A: Access> {
    /// Something to be done first.
    Duty(Duty<A>),
    /// Nothing any more.
    Permit(Permit<A>),
}

/// One obligation to be met. Whoever cannot meet it drops it, and has no permit.
#[must_use]
pub struct Duty<A: Access> {
    obligation: Obligation,
    rest: Conditional<A>,
}

/// Access to one target, once, within [`LIFETIME`](Self::LIFETIME). What guards a record takes it by value,
/// [redeems](Self::redeem) it and reads the target from what it gets, so that no path reaches the record
/// past a decision, and none by a permit that was hoarded.
///
/// ```
/// use leeward_policy::{Permit, PolicyError, ReadCaseNote};
/// use leeward_store::Timestamp;
/// fn read_case_note(permit: Permit<ReadCaseNote>, now: Timestamp) -> Result<String, PolicyError> {
///     let conversation = permit.redeem(now)?.target;
///     Ok(format!("the note of {conversation}"))
/// }
/// ```
/// It is used once:
/// ```compile_fail,E0599
/// fn twice(permit: leeward_policy::Permit<leeward_policy::ReadCaseNote>) {
///     let again = permit.clone();
/// }
/// ```
/// and for nothing else:
/// ```compile_fail,E0308
/// use leeward_policy::{Permit, ReadCaseNote, WriteCaseNote};
/// fn write_case_note(permit: Permit<WriteCaseNote>) {}
/// fn read_only(permit: Permit<ReadCaseNote>) {
///     write_case_note(permit);
/// }
/// ```
#[must_use]
pub struct Permit<A: Access> {
    requester: Requester,
    target: A::Target,
    fields: Set<Field>,
    correlation: Option<CorrelationId>,
    policy: PolicyHash,
    decided_at: Timestamp,
}

/// What a permit was redeemed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Redeemed<T> {
    /// Whose permit it was.
    pub requester: Requester,
    /// What it was for.
    pub target: T,
    /// Which fields of the record may be handed out.
    pub fields: Set<Field>,
    /// What ties the events of this request together, the decision's among them.
    pub correlation: Option<CorrelationId>,
    /// The rules that permitted it.
    pub policy: PolicyHash,
}

impl<A: Access> Conditional<A> {
    pub(crate) fn new(request: &AccessRequest<A>, evaluation: Evaluation, decided_at: Timestamp) -> Self {
        let open = evaluation.obligations();
        let permit = Permit {
            requester: request.requester(),
            target: request.target(),
            fields: open.fields(),
            correlation: request.given_correlation(),
            policy: evaluation.policy(),
            decided_at,
        };
        Self { permit, open, evaluation }
    }

    /// The decision stands in the audit log.
    pub(crate) fn note_audit(&mut self, correlation: CorrelationId) {
        self.open = self.open.met(Obligation::Audit);
        self.permit.correlation = Some(correlation);
    }

    /// The next obligation, or the permit when none is left.
    pub fn next(mut self) -> Next<A> {
        let next = self.open.iter().next();
        match next {
            Some(obligation) => {
                self.open = self.open.met(obligation);
                Next::Duty(Duty { obligation, rest: self })
            }
            None => Next::Permit(self.permit),
        }
    }

    /// Meets all obligations by one function, in order.
    ///
    /// # Errors
    /// The first error of `meet`; then there is no permit.
    pub fn discharge<E>(self, mut meet: impl FnMut(Obligation) -> Result<(), E>) -> Result<Permit<A>, E> {
        self.open.iter().try_for_each(&mut meet)?;
        Ok(self.permit)
    }

    /// What is still to be done.
    pub fn open(&self) -> impl Iterator<Item = Obligation> {
        self.open.iter()
    }

    /// Of which kinds it is. Whoever does not know all of them cannot meet them, and has no permit.
    #[must_use]
    pub const fn open_kinds(&self) -> Set<ObligationKind> {
        self.open.kinds()
    }

    /// What it was decided on, for the operator.
    #[must_use]
    pub const fn evaluation(&self) -> &Evaluation {
        &self.evaluation
    }
}

impl<A: Access> Duty<A> {
    /// What is to be done.
    #[must_use]
    pub const fn obligation(&self) -> Obligation {
        self.obligation
    }

    /// Says that it was done.
    pub fn done(self) -> Conditional<A> {
        self.rest
    }
}

impl<A: Access> Permit<A> {
    /// How long a permit may be redeemed after the decision. Its obligations are met within it.
    pub const LIFETIME: SignedDuration = SignedDuration::from_secs(30);

    /// Uses the permit up, if it is still one.
    ///
    /// # Errors
    /// [`PolicyError::PermitExpired`] when the decision is [`LIFETIME`](Self::LIFETIME) old or older, or
    /// the clock went back behind it: ask again.
    pub fn redeem(self, now: Timestamp) -> Result<Redeemed<A::Target>, PolicyError> {
        let age = now.duration_since(self.decided_at);
        if age.is_negative() || age >= Self::LIFETIME {
            return Err(PolicyError::PermitExpired);
        }
        let Self { requester, target, fields, correlation, policy, .. } = self;
        Ok(Redeemed { requester, target, fields, correlation, policy })
    }

    /// By which rules it was permitted.
    #[must_use]
    pub const fn policy(&self) -> PolicyHash {
        self.policy
    }

    /// Whose permit it is.
    #[must_use]
    pub const fn requester(&self) -> Requester {
        self.requester
    }

    /// Whose permit it is, if it is a member of staff's.
    #[must_use]
    pub const fn staff(&self) -> Option<StaffId> {
        self.requester.staff()
    }

    /// Whose permit it is, in the vocabulary of events.
    #[must_use]
    pub const fn actor(&self) -> Actor {
        self.requester.actor()
    }

    /// Which fields of the record it is for. What guards the record hands out no others.
    #[must_use]
    pub const fn fields(&self) -> Set<Field> {
        self.fields
    }

    /// What it is for.
    #[must_use]
    pub const fn target(&self) -> A::Target {
        self.target
    }

    /// What ties the events of this request together, the decision's among them.
    #[must_use]
    pub const fn correlation(&self) -> Option<CorrelationId> {
        self.correlation
    }
}

impl<A: Access> fmt::Debug for Conditional<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Conditional")
            .field("permit", &self.permit)
            .field("open", &self.open)
            .finish_non_exhaustive()
    }
}

impl<A: Access> fmt::Debug for Duty<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Duty").field("obligation", &self.obligation).finish_non_exhaustive()
    }
}

impl<A: Access> fmt::Debug for Permit<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit")
            .field("operation", &A::OPERATION)
            .field("requester", &self.requester)
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}
