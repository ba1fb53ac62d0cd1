//! What the default policy is to permit, written by operation and in plain conditions, from its description
//! and not from its rules.

use leeward_policy::{Fact, Operation, Operation::*, Purpose, Set};

pub(crate) struct Case {
    facts: Set<Fact>,
    purpose: Purpose,
}

impl Case {
    pub(crate) const fn new(facts: Set<Fact>, purpose: Purpose) -> Self {
        Self { facts, purpose }
    }

    fn is(&self, fact: Fact) -> bool {
        self.facts.contains(fact)
    }

    fn is_for(&self, purposes: &[Purpose]) -> bool {
        purposes.contains(&self.purpose)
    }

    fn is_staff(&self) -> bool {
        !self.is(Fact::Seeker) && !self.is(Fact::Service)
    }

    /// A seeker with their own record, on their own behalf.
    fn is_own(&self) -> bool {
        self.is(Fact::Seeker) && self.is(Fact::OwnRecord) && self.is_for(&[Purpose::PersonRequest])
    }

    /// Counsellors and supervisors in the care of those assigned to them.
    fn is_in_care(&self) -> bool {
        self.gives_care() && self.is(Fact::Assigned) && self.is_caring()
    }

    fn gives_care(&self) -> bool {
        self.is(Fact::Counsellor) || self.is(Fact::Supervisor)
    }

    fn is_caring(&self) -> bool {
        self.is_for(&[Purpose::Treatment, Purpose::EmergencyTreatment])
    }

    fn is_peer(&self) -> bool {
        self.is(Fact::PeerSupporter) && self.is(Fact::Assigned) && self.is_caring()
    }

    fn is_behind_glass(&self) -> bool {
        self.gives_care() && self.is(Fact::GlassBroken) && self.is_for(&[Purpose::BreakTheGlass])
    }

    fn supervisor(&self, purposes: &[Purpose]) -> bool {
        self.is(Fact::Supervisor) && self.is_for(purposes)
    }

    fn officer(&self, purposes: &[Purpose]) -> bool {
        self.is(Fact::PrivacyOfficer) && self.is_for(purposes)
    }

    fn two_of_us(&self) -> bool {
        self.is(Fact::Approved) && self.is(Fact::Fresh)
    }

    fn service_when_due(&self) -> bool {
        let due = self.is(Fact::Closed) && !self.is(Fact::Recent);
        self.is(Fact::Service) && due && self.is_for(&[Purpose::Administration])
    }
}

pub(crate) fn permitted(operation: Operation, case: &Case) -> bool {
    !is_barred(operation, case) && is_granted(operation, case)
}

/// What a seeker said, and what was written about it.
pub(crate) fn shows_content(operation: Operation) -> bool {
    [ReadCaseNote, WriteCaseNote, ReadTranscript, ReadProfile, WriteProfile, ReadSafetyPlan, WriteSafetyPlan]
        .contains(&operation)
        || [ReadContactHint, WriteContactHint, JoinConversation].contains(&operation)
}

pub(crate) fn takes_out(operation: Operation) -> bool {
    [ExportRecords, ExportAuditLog, DiscloseIdentity].contains(&operation)
}

fn is_barred(operation: Operation, case: &Case) -> bool {
    case.is(Fact::Suspended)
        || (case.is_staff() && !case.is(Fact::AalTwo))
        || (case.is(Fact::ConflictOfInterest) && is_about_a_record(operation) && operation != Restrict)
        || (case.is(Fact::ConcernsSelf) && empowers(operation))
        || (shows_content(operation) && is_kept_from(case))
        || (tells(operation) && manages(case))
        || (operation == OpenBreakGlass && may_not_break(case))
        || (takes_out(operation) && case.is_for(&[Purpose::BreakTheGlass]))
        || (case.is(Fact::VeryRestricted) && hints(operation) && is_unnamed(case))
        || (operation == JoinConversation && case.is(Fact::Closed))
}

/// Everything but the house itself: its staff, teams, training, rules, log and numbers.
pub(crate) fn is_about_a_record(operation: Operation) -> bool {
    ![ManageStaff, ReadStaff, ManageTeam, RecordTraining, ManagePolicy, ReadPolicy].contains(&operation)
        && ![ReadAuditLog, ExportAuditLog, ReadStatistics].contains(&operation)
}

fn empowers(operation: Operation) -> bool {
    [Assign, ManageStaff, ManageTeam, RecordTraining, ApproveAccess, ReviewBreakGlass].contains(&operation)
}

/// Shows what was said, or who said it, to people who are no part of it.
pub(crate) fn tells(operation: Operation) -> bool {
    [ReadReport, ReadExport, ExportRecords, DiscloseIdentity].contains(&operation)
}

fn manages(case: &Case) -> bool {
    case.is(Fact::Administrator) || case.is(Fact::WorkgroupManager)
}

fn is_kept_from(case: &Case) -> bool {
    let emergency = [Purpose::BreakTheGlass, Purpose::EmergencyTreatment];
    let mine = case.is(Fact::OwnRecord);
    manages(case)
        || (case.is_staff() && !case.is(Fact::Trained))
        || (case.is_staff() && case.is(Fact::Restricted) && !case.is(Fact::Fresh))
        || (case.is(Fact::ConsentRevoked) && !mine && !case.is_for(&emergency[..1]))
        || (case.is(Fact::EmergencyOnly) && !mine && !case.is_for(&emergency))
}

fn may_not_break(case: &Case) -> bool {
    case.is(Fact::ReviewDue) || (case.is_staff() && !case.is(Fact::Trained))
}

fn hints(operation: Operation) -> bool {
    [ReadRoster, ReadMetadata, ReadReport].contains(&operation)
}

fn is_unnamed(case: &Case) -> bool {
    ![Fact::Assigned, Fact::GlassBroken, Fact::OwnRecord].into_iter().any(|fact| case.is(fact))
}

fn is_granted(operation: Operation, case: &Case) -> bool {
    use Purpose::{Administration, Compliance, Legal, Operations, PatientSafety, PersonRequest, Threat};
    let own = case.is_own();
    let about_self = case.is(Fact::ConcernsSelf) && case.is_staff();
    match operation {
        ReadCaseNote => case.is_in_care() || case.is_behind_glass(),
        ReadTranscript | ReadSafetyPlan => {
            case.is_in_care() || case.is_behind_glass() || case.is_peer() || own
        }
        ReadProfile | ReadContactHint => case.is_in_care() || case.is_behind_glass() || own,
        ReadConsent => case.is_in_care() || case.is_behind_glass() || own || case.officer(&[Compliance]),
        ReadRoster | ReadMetadata => {
            let seen = case.is_in_care() || case.is_behind_glass() || case.is_peer() || own;
            let moderated = operation == ReadMetadata && case.is(Fact::Moderator);
            seen || case.supervisor(&[Operations]) || (moderated && case.is_for(&[Operations]))
        }
        WriteCaseNote => case.is_in_care(),
        WriteProfile | WriteSafetyPlan | WriteContactHint | RecordConsent => case.is_in_care() || own,
        JoinConversation => case.is_in_care() || case.is_peer() || own,
        CloseConversation => {
            case.is_in_care() || own || (case.is(Fact::Service) && case.is_for(&[Operations]))
        }
        OpenBreakGlass => {
            case.gives_care() && case.is(Fact::GlassEligible) && case.is_for(&[Purpose::BreakTheGlass])
        }
        Assign => case.supervisor(&[Operations]),
        Restrict => case.supervisor(&[Operations]) || (about_self && case.is_for(&[Operations])),
        RecordTraining => case.supervisor(&[Operations, Purpose::Training]),
        ReviewBreakGlass | ApproveAccess => {
            case.supervisor(&[Operations, Compliance]) || case.officer(&[Compliance])
        }
        ReadReport => {
            let reads = case.is(Fact::Supervisor) || case.is(Fact::Moderator);
            reads && case.is_for(&[Operations, PatientSafety])
        }
        ResolveReport => case.is(Fact::Moderator) && case.is_for(&[Operations, PatientSafety]),
        WriteReport => {
            let assigned = case.is(Fact::Assigned) && case.is_staff();
            own || (assigned && case.is_for(&[Purpose::Treatment, PatientSafety]))
        }
        ReadStaff => {
            about_self
                || case.supervisor(&[Operations])
                || (case.is(Fact::Administrator) && case.is_for(&[Administration]))
                || (case.is(Fact::WorkgroupManager) && case.is_for(&[Operations]))
        }
        ManageStaff => case.is(Fact::Administrator) && case.is_for(&[Administration]),
        ManageTeam => case.is(Fact::WorkgroupManager) && case.is_for(&[Operations]),
        ManagePolicy => case.is(Fact::Administrator) && case.two_of_us() && case.is_for(&[Administration]),
        ReadPolicy => (case.is(Fact::Administrator) && case.is_for(&[Administration])) || oversees(case),
        ReadAuditLog => oversees(case),
        ExportAuditLog => case.is(Fact::Auditor) && case.two_of_us() && case.is_for(&[Compliance, Legal]),
        ReadAccessReport => own || case.officer(&[Compliance]),
        ReadStatistics => {
            let management = [Fact::Supervisor, Fact::Auditor, Fact::Administrator, Fact::WorkgroupManager];
            management.into_iter().any(|role| case.is(role))
                && case.is_for(&[Operations, Purpose::QualityImprovement, Purpose::PublicHealth])
        }
        ExportRecords => own || (case.officer(&[PersonRequest, Legal]) && case.two_of_us()),
        ReadExport => own || (case.officer(&[PersonRequest, Legal]) && case.is(Fact::Fresh)),
        DiscloseIdentity => {
            let emergency = [Threat, Purpose::EmergencyTreatment];
            let officer = case.officer(&[Threat, Purpose::EmergencyTreatment, Legal]);
            case.two_of_us() && (officer || case.supervisor(&emergency))
        }
        DeleteTranscript => own || erases(case) || case.service_when_due(),
        DeleteCaseNote => erases(case) || case.service_when_due(),
        ErasePerson => own || erases(case),
    }
}

fn oversees(case: &Case) -> bool {
    (case.is(Fact::Auditor) || case.is(Fact::PrivacyOfficer)) && case.is_for(&[Purpose::Compliance])
}

fn erases(case: &Case) -> bool {
    case.officer(&[Purpose::PersonRequest]) && case.two_of_us()
}
