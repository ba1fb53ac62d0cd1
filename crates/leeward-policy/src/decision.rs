use crate::{Access, AccessRequest, Conditional, Evaluation, ObligationKind, Permit, PolicyError, Set};
use jiff::Timestamp;
use leeward_event::{CorrelationId, Reason};
use std::fmt;

/// Whether access is permitted. There is no third outcome: what could not be decided is denied.
#[derive(Debug)]
#[must_use]
pub enum Decision<A: Access> {
    /// It is, once the obligations are met.
    Permit(Conditional<A>),
    /// It is not.
    Deny(Denial),
}

/// Why access is denied: a class for who asked, everything for the operator.
#[derive(Debug)]
pub struct Denial {
    class: DenialClass,
    evaluation: Option<Evaluation>,
    cause: Option<Box<PolicyError>>,
}

/// What somebody who is denied may know of why. It does not say whether the target exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DenialClass {
    /// The rules do not permit it.
    NotPermitted,
    /// The rules would permit it after a stronger sign-in.
    StrongerSignInNeeded,
    /// The rules would permit it after a second person approved.
    ApprovalNeeded,
    /// It could not be decided: try again later.
    Unavailable,
}

impl<A: Access> Decision<A> {
    pub(crate) fn permit(request: &AccessRequest<A>, evaluation: Evaluation, now: Timestamp) -> Self {
        Self::Permit(Conditional::new(request, evaluation, now))
    }

    pub(crate) const fn deny(
        evaluation: Evaluation,
        stronger_sign_in_helps: bool,
        approval_helps: bool,
    ) -> Self {
        let class = if stronger_sign_in_helps {
            DenialClass::StrongerSignInNeeded
        } else if approval_helps {
            DenialClass::ApprovalNeeded
        } else {
            DenialClass::NotPermitted
        };
        Self::Deny(Denial { class, evaluation: Some(evaluation), cause: None })
    }

    /// Whether it is permitted.
    #[must_use]
    pub const fn is_permitted(&self) -> bool {
        matches!(self, Self::Permit(_))
    }

    /// What it was decided on, unless it could not be decided.
    #[must_use]
    pub const fn evaluation(&self) -> Option<&Evaluation> {
        match self {
            Self::Permit(conditional) => Some(conditional.evaluation()),
            Self::Deny(denial) => denial.evaluation(),
        }
    }

    /// The nearest reason in the vocabulary of events.
    #[must_use]
    pub fn reason(&self) -> Reason {
        match self {
            Self::Deny(Denial { cause: Some(cause), .. }) if matches!(**cause, PolicyError::StalePolicy) => {
                Reason::StalePolicy
            }
            decided => decided.evaluation().map_or(Reason::FactsUnavailable, Evaluation::reason),
        }
    }

    /// The permit when there is nothing left to do, and the denial otherwise.
    ///
    /// # Errors
    /// The denial; or one of [`DenialClass::Unavailable`] when obligations are open.
    pub fn into_permit(self) -> Result<Permit<A>, Denial> {
        match self {
            Self::Permit(conditional) => {
                conditional.discharge(|_| Err(Denial::indeterminate(PolicyError::Undischarged)))
            }
            Self::Deny(denial) => Err(denial),
        }
    }

    /// The same, or a denial of [`DenialClass::Unavailable`] when it obliges to something of a kind that is
    /// not among those that the caller can meet.
    pub fn for_one_who_meets(self, understood: Set<ObligationKind>) -> Self {
        match self {
            Self::Permit(conditional) if !conditional.open_kinds().is_subset_of(understood) => {
                Self::Deny(Denial::indeterminate(PolicyError::Undischarged))
            }
            decided => decided,
        }
    }

    pub(crate) fn audited(mut self, correlation: CorrelationId) -> Self {
        if let Self::Permit(conditional) = &mut self {
            conditional.note_audit(correlation);
        }
        self
    }
}

impl Denial {
    pub(crate) fn indeterminate(cause: PolicyError) -> Self {
        Self { class: DenialClass::Unavailable, evaluation: None, cause: Some(Box::new(cause)) }
    }

    /// What may be told to who asked.
    #[must_use]
    pub const fn class(&self) -> DenialClass {
        self.class
    }

    /// What it was decided on, for the operator: [`PolicySet::explain`](crate::PolicySet::explain) tells all of
    /// why. `None` when it could not be decided.
    #[must_use]
    pub const fn evaluation(&self) -> Option<&Evaluation> {
        self.evaluation.as_ref()
    }

    /// Why it could not be decided, for the operator.
    #[must_use]
    pub fn cause(&self) -> Option<&PolicyError> {
        self.cause.as_deref()
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.class {
            DenialClass::NotPermitted => "the rules do not permit it",
            DenialClass::StrongerSignInNeeded => "it takes a stronger sign-in",
            DenialClass::ApprovalNeeded => "it takes the approval of a second person",
            DenialClass::Unavailable => "it could not be decided",
        })
    }
}

impl std::error::Error for Denial {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause().map(|cause| cause as _)
    }
}
