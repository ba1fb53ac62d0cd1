use crate::{Action, ResourceType, set::vocabulary};
use leeward_event::Detail;

vocabulary! {
    /// An [`Action`] on a [`ResourceType`] that exists. What is not listed here cannot be asked for.
    pub enum Operation {
        /// Reads a case note.
        ReadCaseNote = 0, "read case-note";
        /// Writes a case note.
        WriteCaseNote = 1, "write case-note";
        /// Reads who is in a conversation.
        ReadRoster = 2, "read roster";
        /// Reads that a conversation exists, and its state.
        ReadMetadata = 3, "read metadata";
        /// Joins a conversation.
        JoinConversation = 4, "join conversation";
        /// Assigns somebody to a conversation or a person.
        Assign = 5, "assign conversation";
        /// Takes somebody's access to a conversation or a person away.
        Restrict = 6, "restrict conversation";
        /// Opens a conversation or a person's records without an assignment.
        OpenBreakGlass = 7, "break-glass conversation";
        /// Gives and takes roles, suspends and reinstates.
        ManageStaff = 8, "manage staff";
        /// Reads the audit log.
        ReadAuditLog = 9, "read audit-log";
        /// Reads what was said in a conversation.
        ReadTranscript = 10, "read transcript";
        /// Reads what a seeker told about themselves.
        ReadProfile = 11, "read profile";
        /// Changes what a seeker told about themselves.
        WriteProfile = 12, "write profile";
        /// Reads a safety plan.
        ReadSafetyPlan = 13, "read safety-plan";
        /// Writes a safety plan.
        WriteSafetyPlan = 14, "write safety-plan";
        /// Reads how a seeker may be reached safely.
        ReadContactHint = 15, "read contact-hint";
        /// Changes how a seeker may be reached safely.
        WriteContactHint = 16, "write contact-hint";
        /// Tells somebody outside who a seeker is.
        DiscloseIdentity = 17, "disclose profile";
        /// Reports something about a conversation.
        WriteReport = 18, "write report";
        /// Reads what was reported about a conversation.
        ReadReport = 19, "read report";
        /// Decides what follows from a report.
        ResolveReport = 20, "manage report";
        /// Takes the records of a conversation or a person out of the service.
        ExportRecords = 21, "export export";
        /// Fetches records that were taken out.
        ReadExport = 22, "read export";
        /// Takes the audit log out of the service.
        ExportAuditLog = 23, "export audit-log";
        /// Destroys what was said in a conversation.
        DeleteTranscript = 24, "delete transcript";
        /// Destroys a case note.
        DeleteCaseNote = 25, "delete case-note";
        /// Destroys everything about a seeker.
        ErasePerson = 26, "delete profile";
        /// Reviews what somebody did behind broken glass.
        ReviewBreakGlass = 27, "review grant";
        /// Approves, as a second person, what somebody asked for.
        ApproveAccess = 28, "approve approval";
        /// Records what a seeker agrees to, or no longer does.
        RecordConsent = 29, "write consent";
        /// Reads what a seeker agreed to.
        ReadConsent = 30, "read consent";
        /// Reads who accessed a person's records.
        ReadAccessReport = 31, "read access-report";
        /// Replaces the rules.
        ManagePolicy = 32, "manage policy";
        /// Reads the rules.
        ReadPolicy = 33, "read policy";
        /// Puts somebody into a team, or takes them out of it.
        ManageTeam = 34, "manage team";
        /// Records what somebody was trained in.
        RecordTraining = 35, "write training";
        /// Ends a conversation.
        CloseConversation = 36, "close conversation";
        /// Reads what is on record about a member of staff.
        ReadStaff = 37, "read staff";
        /// Reads numbers about the service.
        ReadStatistics = 38, "read statistics";
    }
}

impl Operation {
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
            Self::ReadTranscript => Detail::ReadTranscript,
            Self::ReadProfile => Detail::ReadProfile,
            Self::WriteProfile => Detail::WriteProfile,
            Self::ReadSafetyPlan => Detail::ReadSafetyPlan,
            Self::WriteSafetyPlan => Detail::WriteSafetyPlan,
            Self::ReadContactHint => Detail::ReadContactHint,
            Self::WriteContactHint => Detail::WriteContactHint,
            Self::DiscloseIdentity => Detail::DiscloseIdentity,
            Self::WriteReport => Detail::WriteReport,
            Self::ReadReport => Detail::ReadReport,
            Self::ResolveReport => Detail::ResolveReport,
            Self::ExportRecords => Detail::ExportRecords,
            Self::ReadExport => Detail::ReadExport,
            Self::ExportAuditLog => Detail::ExportAuditLog,
            Self::DeleteTranscript => Detail::DeleteTranscript,
            Self::DeleteCaseNote => Detail::DeleteCaseNote,
            Self::ErasePerson => Detail::ErasePerson,
            Self::ReviewBreakGlass => Detail::ReviewBreakGlass,
            Self::ApproveAccess => Detail::ApproveAccess,
            Self::RecordConsent => Detail::RecordConsent,
            Self::ReadConsent => Detail::ReadConsent,
            Self::ReadAccessReport => Detail::ReadAccessReport,
            Self::ManagePolicy => Detail::ManagePolicy,
            Self::ReadPolicy => Detail::ReadPolicy,
            Self::ManageTeam => Detail::ManageTeam,
            Self::RecordTraining => Detail::RecordTraining,
            Self::CloseConversation => Detail::CloseConversation,
            Self::ReadStaff => Detail::ReadStaff,
            Self::ReadStatistics => Detail::ReadStatistics,
        }
    }

    /// What is done.
    #[must_use]
    pub const fn action(self) -> Action {
        match self {
            Self::ReadCaseNote
            | Self::ReadRoster
            | Self::ReadMetadata
            | Self::ReadAuditLog
            | Self::ReadTranscript
            | Self::ReadProfile
            | Self::ReadSafetyPlan
            | Self::ReadContactHint
            | Self::ReadReport
            | Self::ReadExport
            | Self::ReadConsent
            | Self::ReadAccessReport
            | Self::ReadPolicy
            | Self::ReadStaff
            | Self::ReadStatistics => Action::Read,
            Self::WriteCaseNote
            | Self::WriteProfile
            | Self::WriteSafetyPlan
            | Self::WriteContactHint
            | Self::WriteReport
            | Self::RecordConsent
            | Self::RecordTraining => Action::Write,
            Self::JoinConversation => Action::Join,
            Self::Assign => Action::Assign,
            Self::Restrict => Action::Restrict,
            Self::OpenBreakGlass => Action::BreakGlass,
            Self::ManageStaff | Self::ResolveReport | Self::ManagePolicy | Self::ManageTeam => Action::Manage,
            Self::DiscloseIdentity => Action::Disclose,
            Self::ExportRecords | Self::ExportAuditLog => Action::Export,
            Self::DeleteTranscript | Self::DeleteCaseNote | Self::ErasePerson => Action::Delete,
            Self::ReviewBreakGlass => Action::Review,
            Self::ApproveAccess => Action::Approve,
            Self::CloseConversation => Action::Close,
        }
    }

    /// What it is done to.
    #[must_use]
    pub const fn resource(self) -> ResourceType {
        match self {
            Self::ReadCaseNote | Self::WriteCaseNote | Self::DeleteCaseNote => ResourceType::CaseNote,
            Self::ReadRoster => ResourceType::Roster,
            Self::ReadMetadata => ResourceType::Metadata,
            Self::JoinConversation
            | Self::Assign
            | Self::Restrict
            | Self::OpenBreakGlass
            | Self::CloseConversation => ResourceType::Conversation,
            Self::ManageStaff | Self::ReadStaff => ResourceType::Staff,
            Self::ReadAuditLog | Self::ExportAuditLog => ResourceType::AuditLog,
            Self::ReadTranscript | Self::DeleteTranscript => ResourceType::Transcript,
            Self::ReadProfile | Self::WriteProfile | Self::DiscloseIdentity | Self::ErasePerson => {
                ResourceType::Profile
            }
            Self::ReadSafetyPlan | Self::WriteSafetyPlan => ResourceType::SafetyPlan,
            Self::ReadContactHint | Self::WriteContactHint => ResourceType::ContactHint,
            Self::WriteReport | Self::ReadReport | Self::ResolveReport => ResourceType::Report,
            Self::ExportRecords | Self::ReadExport => ResourceType::Export,
            Self::ReviewBreakGlass => ResourceType::Grant,
            Self::ApproveAccess => ResourceType::Approval,
            Self::RecordConsent | Self::ReadConsent => ResourceType::Consent,
            Self::ReadAccessReport => ResourceType::AccessReport,
            Self::ManagePolicy | Self::ReadPolicy => ResourceType::Policy,
            Self::ManageTeam => ResourceType::Team,
            Self::RecordTraining => ResourceType::Training,
            Self::ReadStatistics => ResourceType::Statistics,
        }
    }

    /// Whether [`Policies`](crate::Policies) carries it out itself, so that nobody else could meet an
    /// obligation of it.
    pub(crate) const fn is_own(self) -> bool {
        matches!(self, Self::Assign | Self::Restrict | Self::ManageStaff)
    }
}
