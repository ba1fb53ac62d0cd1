use crate::set::vocabulary;

vocabulary! {
    /// What a rule may ask for. Facts about the requester come first, then how they stand to the record,
    /// then the record itself.
    pub enum Fact {
        /// The requester is a [`Role::Counsellor`](crate::Role::Counsellor).
        Counsellor = 0, "counsellor";
        /// The requester is a [`Role::Supervisor`](crate::Role::Supervisor).
        Supervisor = 1, "supervisor";
        /// The requester is a [`Role::Moderator`](crate::Role::Moderator).
        Moderator = 2, "moderator";
        /// The requester is a [`Role::Auditor`](crate::Role::Auditor).
        Auditor = 3, "auditor";
        /// The requester is a [`Role::Administrator`](crate::Role::Administrator).
        Administrator = 4, "administrator";
        /// The requester is a seeker.
        Seeker = 5, "seeker";
        /// The requester is a [`Role::PeerSupporter`](crate::Role::PeerSupporter).
        PeerSupporter = 6, "peer-supporter";
        /// The requester is a [`Role::PrivacyOfficer`](crate::Role::PrivacyOfficer).
        PrivacyOfficer = 7, "privacy-officer";
        /// The requester is software.
        Service = 8, "service";
        /// The requester is a [`Role::WorkgroupManager`](crate::Role::WorkgroupManager).
        WorkgroupManager = 9, "workgroup-manager";
        /// The requester is assigned to the conversation or the person.
        Assigned = 10, "assigned";
        /// The requester works in the team that the record belongs to.
        SameTeam = 11, "same-team";
        /// The requester supervises the team that the record belongs to.
        Supervises = 12, "supervises";
        /// The requester is on duty now.
        OnDuty = 13, "on-duty";
        /// The record is about the requester.
        OwnRecord = 14, "own-record";
        /// The requester holds a break-glass grant for the record that is open now.
        GlassBroken = 15, "glass-broken";
        /// The requester is one of those who may break the glass.
        GlassEligible = 16, "glass-eligible";
        /// What the requester did behind broken glass earlier waits for its review.
        ReviewDue = 17, "review-due";
        /// A second person approved exactly this, and not too long ago.
        Approved = 18, "approved";
        /// What is asked for is about the requester's own rights or account.
        ConcernsSelf = 19, "concerns-self";
        /// The requester is suspended.
        Suspended = 20, "suspended";
        /// The requester has a conflict of interest in the record.
        ConflictOfInterest = 21, "conflict-of-interest";
        /// The requester signed in at AAL2 or above.
        AalTwo = 22, "aal2";
        /// The requester signed in at AAL3.
        AalThree = 23, "aal3";
        /// The requester proved who they are a short time ago: see [`Thresholds`](crate::Thresholds).
        Fresh = 24, "fresh";
        /// The requester's training is current.
        Trained = 25, "trained";
        /// The person concerned agreed to this purpose.
        Consented = 26, "consented";
        /// The person concerned no longer agrees to this purpose.
        ConsentRevoked = 27, "consent-revoked";
        /// The person concerned agreed to emergencies only.
        EmergencyOnly = 28, "emergency-only";
        /// The record is restricted, or more (HL7 `R`, `V`).
        Restricted = 29, "restricted";
        /// The record is very restricted (HL7 `V`).
        VeryRestricted = 30, "very-restricted";
        /// The record is young: see [`Thresholds`](crate::Thresholds).
        Recent = 31, "recent";
        /// The conversation is over.
        Closed = 32, "closed";
        /// It is not known whose conversation it is, so that what they agreed to is not known either.
        ConsentUnseen = 33, "consent-unseen";
        /// The first fact that the service defines.
        Service0 = 48, "service-0";
        /// A fact that the service defines.
        Service1 = 49, "service-1";
        /// A fact that the service defines.
        Service2 = 50, "service-2";
        /// A fact that the service defines.
        Service3 = 51, "service-3";
        /// A fact that the service defines.
        Service4 = 52, "service-4";
        /// A fact that the service defines.
        Service5 = 53, "service-5";
        /// A fact that the service defines.
        Service6 = 54, "service-6";
        /// A fact that the service defines.
        Service7 = 55, "service-7";
        /// A fact that the service defines.
        Service8 = 56, "service-8";
        /// A fact that the service defines.
        Service9 = 57, "service-9";
        /// A fact that the service defines.
        Service10 = 58, "service-10";
        /// A fact that the service defines.
        Service11 = 59, "service-11";
        /// A fact that the service defines.
        Service12 = 60, "service-12";
        /// A fact that the service defines.
        Service13 = 61, "service-13";
        /// A fact that the service defines.
        Service14 = 62, "service-14";
        /// The last fact that the service defines.
        Service15 = 63, "service-15";
    }
}
