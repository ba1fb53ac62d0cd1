use crate::set::vocabulary;
use leeward_event::{Detail, Reason};

vocabulary! {
    /// What a member of staff is. One person may have several.
    pub enum Role {
        /// Talks with seekers and writes the case notes of the conversations assigned to them.
        Counsellor = 0, "counsellor";
        /// Assigns conversations, and may be assigned themselves.
        Supervisor = 1, "supervisor";
        /// Looks after public places. Sees that a conversation exists, and no content.
        Moderator = 2, "moderator";
        /// Reads the audit log, and no content.
        Auditor = 3, "auditor";
        /// Manages accounts and roles, and reads no content.
        Administrator = 4, "administrator";
    }
}

vocabulary! {
    /// What is to be done.
    pub enum Action {
        /// Reads.
        Read = 0, "read";
        /// Writes or changes.
        Write = 1, "write";
        /// Joins the visible roster.
        Join = 2, "join";
        /// Gives somebody access by assignment.
        Assign = 3, "assign";
        /// Takes access away: an assignment, a break-glass grant, or all by a conflict of interest.
        Restrict = 4, "restrict";
        /// Opens access without an assignment, for a reason and a time.
        BreakGlass = 5, "break-glass";
        /// Gives and takes roles, suspends and reinstates.
        Manage = 6, "manage";
    }
}

vocabulary! {
    /// What it is to be done to.
    pub enum ResourceType {
        /// The counsellors' notes on a conversation.
        CaseNote = 0, "case-note";
        /// Who is in a conversation.
        Roster = 1, "roster";
        /// That a conversation exists, since when, and its state.
        Metadata = 2, "metadata";
        /// A conversation.
        Conversation = 3, "conversation";
        /// A member of staff.
        Staff = 4, "staff";
        /// The audit log.
        AuditLog = 5, "audit-log";
    }
}

vocabulary! {
    /// What for: the purposes of use of HL7 `ActReason` that the rules know.
    pub enum Purpose {
        /// Care (`TREAT`).
        Treatment = 0, "TREAT";
        /// Override by somebody who is not provisioned for it (`BTG`).
        BreakTheGlass = 1, "BTG";
        /// Running the service (`HOPERAT`).
        Operations = 2, "HOPERAT";
        /// Administering the system (`HSYSADMIN`).
        Administration = 3, "HSYSADMIN";
        /// Checking that the rules are kept (`HCOMPL`).
        Compliance = 4, "HCOMPL";
    }
}

vocabulary! {
    /// Why access is opened without an assignment: the override reasons of HL7
    /// `_ActConsentInformationAccessOverrideReason`.
    pub enum OverrideReason {
        /// Emergency treatment.
        EmergencyTreatment = 1, "OVRER";
        /// Professional judgement.
        ProfessionalJudgement = 2, "OVRPJ";
        /// Public safety.
        PublicSafety = 3, "OVRPS";
        /// Safety of a third party.
        ThirdPartySafety = 4, "OVRTPS";
        /// The person concerned cannot decide at present.
        IncompetentSubject = 5, "OVRINCOMP";
    }
}

impl Role {
    /// The same role in the vocabulary of events.
    #[must_use]
    pub const fn event_detail(self) -> Detail {
        match self {
            Self::Counsellor => Detail::Counsellor,
            Self::Supervisor => Detail::Supervisor,
            Self::Moderator => Detail::Moderator,
            Self::Auditor => Detail::Auditor,
            Self::Administrator => Detail::Administrator,
        }
    }
}

impl Purpose {
    /// The same purpose in the vocabulary of events.
    #[must_use]
    pub const fn event_purpose(self) -> leeward_event::Purpose {
        match self {
            Self::Treatment => leeward_event::Purpose::Treatment,
            Self::BreakTheGlass => leeward_event::Purpose::BreakTheGlass,
            Self::Operations => leeward_event::Purpose::Operations,
            Self::Administration => leeward_event::Purpose::Administration,
            Self::Compliance => leeward_event::Purpose::Compliance,
        }
    }
}

impl OverrideReason {
    /// The same reason in the vocabulary of events.
    #[must_use]
    pub const fn event_reason(self) -> Reason {
        match self {
            Self::EmergencyTreatment => Reason::EmergencyTreatment,
            Self::ProfessionalJudgement => Reason::ProfessionalJudgement,
            Self::PublicSafety => Reason::PublicSafety,
            Self::ThirdPartySafety => Reason::ThirdPartySafety,
            Self::IncompetentSubject => Reason::IncompetentSubject,
        }
    }
}

/// An [`Action`] on a [`ResourceType`] that exists. What is not listed here cannot be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// Reads a case note.
    ReadCaseNote,
    /// Writes a case note.
    WriteCaseNote,
    /// Reads who is in a conversation.
    ReadRoster,
    /// Reads that a conversation exists, and its state.
    ReadMetadata,
    /// Joins a conversation.
    JoinConversation,
    /// Assigns somebody to a conversation.
    Assign,
    /// Takes somebody's access to a conversation away.
    Restrict,
    /// Opens a conversation without an assignment.
    OpenBreakGlass,
    /// Gives and takes roles, suspends and reinstates.
    ManageStaff,
    /// Reads the audit log.
    ReadAuditLog,
}

impl Operation {
    /// Every operation.
    pub const ALL: &'static [Self] = &[
        Self::ReadCaseNote,
        Self::WriteCaseNote,
        Self::ReadRoster,
        Self::ReadMetadata,
        Self::JoinConversation,
        Self::Assign,
        Self::Restrict,
        Self::OpenBreakGlass,
        Self::ManageStaff,
        Self::ReadAuditLog,
    ];

    /// The same operation in the vocabulary of events.
    #[must_use]
    pub const fn event_detail(self) -> Detail {
        match self {
            Self::ReadCaseNote => Detail::ReadCaseNote,
            Self::WriteCaseNote => Detail::WriteCaseNote,
            Self::ReadRoster => Detail::ReadRoster,
            Self::ReadMetadata => Detail::ReadMetadata,
            Self::JoinConversation => Detail::JoinConversation,
            Self::Assign => Detail::Assign,
            Self::Restrict => Detail::Restrict,
            Self::OpenBreakGlass => Detail::OpenBreakGlass,
            Self::ManageStaff => Detail::ManageStaff,
            Self::ReadAuditLog => Detail::ReadAuditLog,
        }
    }

    /// What is done.
    #[must_use]
    pub const fn action(self) -> Action {
        match self {
            Self::ReadCaseNote | Self::ReadRoster | Self::ReadMetadata | Self::ReadAuditLog => Action::Read,
            Self::WriteCaseNote => Action::Write,
            Self::JoinConversation => Action::Join,
            Self::Assign => Action::Assign,
            Self::Restrict => Action::Restrict,
            Self::OpenBreakGlass => Action::BreakGlass,
            Self::ManageStaff => Action::Manage,
        }
    }

    /// What it is done to.
    #[must_use]
    pub const fn resource(self) -> ResourceType {
        match self {
            Self::ReadCaseNote | Self::WriteCaseNote => ResourceType::CaseNote,
            Self::ReadRoster => ResourceType::Roster,
            Self::ReadMetadata => ResourceType::Metadata,
            Self::JoinConversation | Self::Assign | Self::Restrict | Self::OpenBreakGlass => {
                ResourceType::Conversation
            }
            Self::ManageStaff => ResourceType::Staff,
            Self::ReadAuditLog => ResourceType::AuditLog,
        }
    }

    /// Whether [`Policies`](crate::Policies) carries it out itself, so that nobody else could meet an
    /// obligation of it.
    pub(crate) const fn is_own(self) -> bool {
        matches!(self, Self::Assign | Self::Restrict | Self::ManageStaff)
    }
}
