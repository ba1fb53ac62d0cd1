use crate::set::vocabulary;
use leeward_event::{Detail, Reason};

vocabulary! {
    /// What a requester is. One member of staff may have several roles; a seeker and a service have
    /// each their own and no other.
    pub enum Role {
        /// Talks with seekers and writes the case notes of the conversations assigned to them.
        Counsellor = 0, "counsellor";
        /// Assigns conversations, and may be assigned themselves.
        Supervisor = 1, "supervisor";
        /// Looks after public places. Sees what was reported, and no private content.
        Moderator = 2, "moderator";
        /// Reads the audit log, and no content.
        Auditor = 3, "auditor";
        /// Manages accounts, roles and rules, and reads no content.
        Administrator = 4, "administrator";
        /// A person in crisis.
        Seeker = 5, "seeker";
        /// A trained volunteer, who talks with seekers in conversations assigned to them.
        PeerSupporter = 6, "peer-supporter";
        /// Answers for privacy: reviews break-glass accesses, approves disclosure and export.
        PrivacyOfficer = 7, "privacy-officer";
        /// Software, on nobody's behalf.
        Service = 8, "service";
        /// Puts staff into teams, and reads no content.
        WorkgroupManager = 9, "workgroup-manager";
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
        /// Administers: gives and takes roles, suspends and reinstates, replaces the policy.
        Manage = 6, "manage";
        /// Takes records out of the service.
        Export = 7, "export";
        /// Destroys a record.
        Delete = 8, "delete";
        /// Tells somebody outside who a person is.
        Disclose = 9, "disclose";
        /// Approves what another person asked for.
        Approve = 10, "approve";
        /// Reviews afterwards what another person did.
        Review = 11, "review";
        /// Ends it.
        Close = 12, "close";
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
        /// What was said in a conversation.
        Transcript = 6, "transcript";
        /// What a seeker told about themselves.
        Profile = 7, "profile";
        /// What a seeker and a counsellor agreed to do in a crisis.
        SafetyPlan = 8, "safety-plan";
        /// What somebody reported about a conversation.
        Report = 9, "report";
        /// Records taken out of the service.
        Export = 10, "export";
        /// How a seeker may be reached safely.
        ContactHint = 11, "contact-hint";
        /// What a seeker agreed to.
        Consent = 12, "consent";
        /// Who accessed a person's records.
        AccessReport = 13, "access-report";
        /// A break-glass grant.
        Grant = 14, "grant";
        /// A request that waits for a second person.
        Approval = 15, "approval";
        /// The rules themselves.
        Policy = 16, "policy";
        /// Who works with whom.
        Team = 17, "team";
        /// What a member of staff was trained in, and until when that counts.
        Training = 18, "training";
        /// Numbers about the service, about nobody in particular.
        Statistics = 19, "statistics";
    }
}

vocabulary! {
    /// What for: purposes of use of HL7 v3 `ActReason`.
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
        /// Care in an emergency (`ETREAT`).
        EmergencyTreatment = 5, "ETREAT";
        /// Care in an emergency room, which overrides nothing (`ERTREAT`).
        EmergencyRoomTreatment = 6, "ERTREAT";
        /// Making the service better (`HQUALIMP`).
        QualityImprovement = 7, "HQUALIMP";
        /// Safety of the people served (`PATSFTY`).
        PatientSafety = 8, "PATSFTY";
        /// Legal proceedings (`HLEGAL`).
        Legal = 9, "HLEGAL";
        /// Training of staff (`TRAIN`).
        Training = 10, "TRAIN";
        /// Research (`HRESCH`).
        Research = 11, "HRESCH";
        /// Public health (`PUBHLTH`).
        PublicHealth = 12, "PUBHLTH";
        /// Somebody may become the victim of violence (`THREAT`).
        Threat = 13, "THREAT";
        /// A disaster (`DISASTER`).
        Disaster = 14, "DISASTER";
        /// The person concerned asked (`PATRQT`).
        PersonRequest = 15, "PATRQT";
        /// The family of the person concerned asked (`FAMRQT`).
        FamilyRequest = 16, "FAMRQT";
        /// Somebody with a power of attorney asked (`PWATRNY`).
        PowerOfAttorney = 17, "PWATRNY";
        /// Somebody who supports the person concerned asked (`SUPNWK`).
        SupportNetwork = 18, "SUPNWK";
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

vocabulary! {
    /// How confidential a record is (HL7 v3 `Confidentiality`), from the least to the most.
    pub enum Confidentiality {
        /// Public.
        Unrestricted = 0, "U";
        /// Hardly sensitive.
        Low = 1, "L";
        /// Less sensitive than most.
        Moderate = 2, "M";
        /// As records of care usually are.
        Normal = 3, "N";
        /// Could stigmatise or be used against the person.
        Restricted = 4, "R";
        /// For named people only.
        VeryRestricted = 5, "V";
    }
}

vocabulary! {
    /// Which part of a record.
    pub enum Field {
        /// What tells who somebody is: names, addresses, numbers, pictures.
        Identifiers = 0, "identifiers";
        /// What was said or written.
        Content = 1, "content";
        /// Times, states, counts, categories.
        Metadata = 2, "metadata";
    }
}

impl Role {
    /// Whether it is given to people who work here. The others follow from who asks.
    #[must_use]
    pub const fn is_staff(self) -> bool {
        !matches!(self, Self::Seeker | Self::Service)
    }

    /// The same role in the vocabulary of events.
    #[must_use]
    pub const fn event_detail(self) -> Detail {
        match self {
            Self::Counsellor => Detail::Counsellor,
            Self::Supervisor => Detail::Supervisor,
            Self::Moderator => Detail::Moderator,
            Self::Auditor => Detail::Auditor,
            Self::Administrator => Detail::Administrator,
            Self::Seeker => Detail::Seeker,
            Self::PeerSupporter => Detail::PeerSupporter,
            Self::PrivacyOfficer => Detail::PrivacyOfficer,
            Self::Service => Detail::Service,
            Self::WorkgroupManager => Detail::WorkgroupManager,
        }
    }
}

impl Purpose {
    /// The same purpose in the vocabulary of events.
    #[must_use]
    pub const fn event_purpose(self) -> leeward_event::Purpose {
        use leeward_event::Purpose as Event;
        match self {
            Self::Treatment => Event::Treatment,
            Self::BreakTheGlass => Event::BreakTheGlass,
            Self::Operations => Event::Operations,
            Self::Administration => Event::Administration,
            Self::Compliance => Event::Compliance,
            Self::EmergencyTreatment => Event::EmergencyTreatment,
            Self::EmergencyRoomTreatment => Event::EmergencyRoomTreatment,
            Self::QualityImprovement => Event::QualityImprovement,
            Self::PatientSafety => Event::PatientSafety,
            Self::Legal => Event::Legal,
            Self::Training => Event::Training,
            Self::Research => Event::Research,
            Self::PublicHealth => Event::PublicHealth,
            Self::Threat => Event::Threat,
            Self::Disaster => Event::Disaster,
            Self::PersonRequest => Event::PersonRequest,
            Self::FamilyRequest => Event::FamilyRequest,
            Self::PowerOfAttorney => Event::PowerOfAttorney,
            Self::SupportNetwork => Event::SupportNetwork,
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
