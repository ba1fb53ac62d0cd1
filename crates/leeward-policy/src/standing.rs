use crate::{Confidentiality, Role, Set};
use jiff::{SignedDuration, Timestamp};

/// What is on record about the requester and the target of one question.
///
/// There is no `Default`, and nothing is optional: whoever does not know all of it has no standing to
/// decide on, and denies.
/// ```compile_fail,E0063
/// // Whether they are suspended was forgotten, and much else.
/// let standing = leeward_policy::Standing { assigned: true, glass_broken: false };
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The requester's roles, if it is a member of staff.
    pub roles: Set<Role>,
    /// Whether the requester is suspended, or has left.
    pub suspended: bool,
    /// Whether the requester's training is current.
    pub trained: bool,
    /// Whether the requester is on duty now.
    pub on_duty: bool,
    /// Whether the requester is one of those who may break the glass.
    pub glass_eligible: bool,
    /// Whether an earlier use of a break-glass grant by the requester waits for its review.
    pub review_due: bool,
    /// Whether the requester is assigned to the target.
    pub assigned: bool,
    /// Whether the requester works in the team that the record belongs to.
    pub same_team: bool,
    /// Whether the requester supervises the team that the record belongs to.
    pub supervises: bool,
    /// Whether the record is about the requester.
    pub own_record: bool,
    /// Whether the requester has a conflict of interest in the target.
    pub conflict_of_interest: bool,
    /// Whether the requester holds a break-glass grant that covers this question and is open now.
    pub glass_broken: bool,
    /// Whether a second person approved exactly this question, and the approval stands.
    pub approved: bool,
    /// What the person concerned said to this purpose.
    pub consent: Consent,
    /// Whether it is not known whose conversation this is, so that what they said is not known either.
    pub consent_unseen: bool,
    /// How confidential the record is.
    pub confidentiality: Confidentiality,
    /// Whether the record is younger than [`Thresholds::recent_within_days`].
    pub recent: bool,
    /// Whether the conversation is over.
    pub closed: bool,
    /// What the service adds.
    pub service: ServiceFacts,
}

/// What the person concerned said to a purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Consent {
    /// Nothing.
    None,
    /// Yes.
    Granted,
    /// No, or no longer.
    Revoked,
    /// Yes in an emergency, and else no (HL7 `EMRGONLY`).
    EmergencyOnly,
}

/// Sixteen facts whose meaning the service defines: bit `n` is [`Fact::Service0`](crate::Fact::Service0)
/// and `n` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ServiceFacts(u16);

impl ServiceFacts {
    /// None of them holds.
    pub const NONE: Self = Self(0);

    /// Those whose bit is set.
    #[must_use]
    pub const fn from_bits(bits: u16) -> Self {
        Self(bits)
    }

    /// One bit for each.
    #[must_use]
    pub const fn bits(self) -> u16 {
        self.0
    }
}

/// Where two facts begin and end. They belong to the policy, and stand in its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Thresholds {
    /// A proof of who somebody is counts as fresh for this many minutes.
    pub fresh_within_minutes: u32,
    /// A record counts as recent for this many days.
    pub recent_within_days: u32,
}

impl Thresholds {
    /// A quarter of an hour, and 90 days.
    pub const USUAL: Self = Self { fresh_within_minutes: 15, recent_within_days: 90 };

    /// Whether a record that began then is recent. One from the future is not.
    pub(crate) fn is_recent(self, opened_at: Timestamp, now: Timestamp) -> bool {
        let age = now.duration_since(opened_at);
        let within = SignedDuration::from_hours(24 * i64::from(self.recent_within_days));
        !age.is_negative() && age < within
    }
}
