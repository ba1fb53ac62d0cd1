/// Why it happened, or why it was refused: a code, because free text could hold anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// What was presented did not match.
    WrongSecret,
    /// What was presented had been used before.
    Reused,
    /// The time was over.
    Expired,
    /// Too many attempts.
    Throttled,
    /// The service had no room for the work.
    Busy,
    /// Nothing was enrolled that could have matched.
    NotEnrolled,
    /// What was proposed is too easy to guess.
    WeakSecret,
    /// It had been revoked.
    Revoked,
    /// The owner ended it.
    SignedOut,
    /// The actor is assigned to the conversation.
    Assigned,
    /// The actor supervises the conversation.
    Supervision,
    /// The record is the actor's own.
    OwnRecord,
    /// The actor's role permits it.
    RolePermits,
    /// The actor is not assigned to the conversation.
    NotAssigned,
    /// No rule permits it.
    NoRule,
    /// The actor is suspended.
    Suspended,
    /// The actor has an interest of their own in the record.
    ConflictOfInterest,
    /// The actor has not proved themselves strongly enough.
    WeakAssurance,
    /// What the decision needs could not be read.
    FactsUnavailable,
    /// The actor's training is out of date.
    TrainingLapsed,
    /// The purpose stated does not fit.
    NoPurpose,
    /// Override: emergency treatment (HL7 OVRER).
    EmergencyTreatment,
    /// Override: professional judgement (HL7 OVRPJ).
    ProfessionalJudgement,
    /// Override: public safety (HL7 OVRPS).
    PublicSafety,
    /// Override: safety of a third party (HL7 OVRTPS).
    ThirdPartySafety,
    /// Override: the subject cannot decide at present (HL7 OVRINCOMP).
    IncompetentSubject,
    /// The conversation was handed over.
    HandOver,
    /// The person concerned asked for it.
    Requested,
    /// The time for which it may be kept was over.
    RetentionEnded,
    /// It was due.
    Scheduled,
    /// A secret may have become known.
    Compromise,
}

impl Reason {
    /// Every value, in the order of the codes.
    pub const ALL: &'static [Self] = &[
        Self::WrongSecret,
        Self::Reused,
        Self::Expired,
        Self::Throttled,
        Self::Busy,
        Self::NotEnrolled,
        Self::WeakSecret,
        Self::Revoked,
        Self::SignedOut,
        Self::Assigned,
        Self::Supervision,
        Self::OwnRecord,
        Self::RolePermits,
        Self::NotAssigned,
        Self::NoRule,
        Self::Suspended,
        Self::ConflictOfInterest,
        Self::WeakAssurance,
        Self::FactsUnavailable,
        Self::TrainingLapsed,
        Self::NoPurpose,
        Self::EmergencyTreatment,
        Self::ProfessionalJudgement,
        Self::PublicSafety,
        Self::ThirdPartySafety,
        Self::IncompetentSubject,
        Self::HandOver,
        Self::Requested,
        Self::RetentionEnded,
        Self::Scheduled,
        Self::Compromise,
    ];

    /// The number that stands for it in every encoding. Never reused.
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::WrongSecret => 1,
            Self::Reused => 2,
            Self::Expired => 3,
            Self::Throttled => 4,
            Self::Busy => 5,
            Self::NotEnrolled => 6,
            Self::WeakSecret => 7,
            Self::Revoked => 8,
            Self::SignedOut => 9,
            Self::Assigned => 20,
            Self::Supervision => 21,
            Self::OwnRecord => 22,
            Self::RolePermits => 23,
            Self::NotAssigned => 24,
            Self::NoRule => 25,
            Self::Suspended => 26,
            Self::ConflictOfInterest => 27,
            Self::WeakAssurance => 28,
            Self::FactsUnavailable => 29,
            Self::TrainingLapsed => 30,
            Self::NoPurpose => 31,
            Self::EmergencyTreatment => 40,
            Self::ProfessionalJudgement => 41,
            Self::PublicSafety => 42,
            Self::ThirdPartySafety => 43,
            Self::IncompetentSubject => 44,
            Self::HandOver => 60,
            Self::Requested => 61,
            Self::RetentionEnded => 62,
            Self::Scheduled => 63,
            Self::Compromise => 64,
        }
    }

    /// The value with this number, if there is one.
    #[must_use]
    pub fn from_code(code: u16) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.code() == code)
    }

    /// A few plain words for a person to read.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::WrongSecret => "wrong secret",
            Self::Reused => "reused",
            Self::Expired => "expired",
            Self::Throttled => "throttled",
            Self::Busy => "busy",
            Self::NotEnrolled => "not enrolled",
            Self::WeakSecret => "weak secret",
            Self::Revoked => "revoked",
            Self::SignedOut => "signed out",
            Self::Assigned => "assigned",
            Self::Supervision => "supervision",
            Self::OwnRecord => "own record",
            Self::RolePermits => "role permits",
            Self::NotAssigned => "not assigned",
            Self::NoRule => "no rule",
            Self::Suspended => "suspended",
            Self::ConflictOfInterest => "conflict of interest",
            Self::WeakAssurance => "weak assurance",
            Self::FactsUnavailable => "facts unavailable",
            Self::TrainingLapsed => "training lapsed",
            Self::NoPurpose => "no purpose",
            Self::EmergencyTreatment => "emergency treatment",
            Self::ProfessionalJudgement => "professional judgement",
            Self::PublicSafety => "public safety",
            Self::ThirdPartySafety => "third party safety",
            Self::IncompetentSubject => "incompetent subject",
            Self::HandOver => "hand over",
            Self::Requested => "requested",
            Self::RetentionEnded => "retention ended",
            Self::Scheduled => "scheduled",
            Self::Compromise => "compromise",
        }
    }
}
