use crate::{Field, Role, Set, set::Member, set::names, set::vocabulary};
use leeward_event::assurance::Aal;
use std::fmt;

/// What has to be done because access is permitted. A permit is only usable after each was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Obligation {
    /// The decision is recorded in the audit log. [`Policies`](crate::Policies) does it itself.
    Audit,
    /// The requester proves again who they are.
    StepUp {
        /// At least at this level.
        aal: Aal,
        /// No longer ago than this.
        within_minutes: u16,
    },
    /// A second person approves first.
    SecondApproval,
    /// Of the record only these fields are shown.
    Mask(Set<Field>),
    /// People of this role are told, other than the requester.
    Notify(Role),
    /// Somebody reviews the access within this many hours.
    Review {
        /// Hours from the decision.
        within_hours: u16,
    },
    /// The person concerned is told, unless that is restricted with a reason.
    DiscloseToPerson,
    /// One of sixteen that the service defines: 0 to 15.
    Service(u8),
}

vocabulary! {
    /// Which kind of [`Obligation`].
    pub enum ObligationKind {
        /// [`Obligation::Audit`].
        Audit = 0, "audit";
        /// [`Obligation::StepUp`].
        StepUp = 1, "step-up";
        /// [`Obligation::SecondApproval`].
        SecondApproval = 2, "second-approval";
        /// [`Obligation::Mask`].
        Mask = 3, "mask";
        /// [`Obligation::Notify`].
        Notify = 4, "notify";
        /// [`Obligation::Review`].
        Review = 5, "review";
        /// [`Obligation::DiscloseToPerson`].
        DiscloseToPerson = 6, "disclose-to-person";
        /// [`Obligation::Service`].
        Service = 7, "service";
    }
}

impl Obligation {
    /// Which kind.
    #[must_use]
    pub const fn kind(self) -> ObligationKind {
        match self {
            Self::Audit => ObligationKind::Audit,
            Self::StepUp { .. } => ObligationKind::StepUp,
            Self::SecondApproval => ObligationKind::SecondApproval,
            Self::Mask(_) => ObligationKind::Mask,
            Self::Notify(_) => ObligationKind::Notify,
            Self::Review { .. } => ObligationKind::Review,
            Self::DiscloseToPerson => ObligationKind::DiscloseToPerson,
            Self::Service(_) => ObligationKind::Service,
        }
    }
}

impl fmt::Display for Obligation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StepUp { aal, within_minutes } => {
                write!(f, "step-up to aal{} within {within_minutes} min", level(*aal))
            }
            Self::Mask(fields) if fields.is_empty() => f.write_str("mask all"),
            Self::Mask(fields) => write!(f, "mask all but {}", names(*fields, " and ")),
            Self::Notify(role) => write!(f, "notify {}", role.name()),
            Self::Review { within_hours } => write!(f, "review within {within_hours} h"),
            Self::Service(number) => write!(f, "service-{number}"),
            Self::Audit | Self::SecondApproval | Self::DiscloseToPerson => f.write_str(self.kind().name()),
        }
    }
}

pub(crate) const fn level(aal: Aal) -> u8 {
    match aal {
        Aal::One => 1,
        Aal::Two => 2,
        Aal::Three => 3,
    }
}
