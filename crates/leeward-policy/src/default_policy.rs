use crate::{
    Action, Fact, Field, Obligation, Operation, PolicySet, Purpose, Role, Rule, Set, Thresholds,
    invariant::{GIVES_RIGHTS, NO_STAFF, every, is_content, opens, reveals},
};

/// How soon a break-glass access, or a disclosure, is reviewed, in hours.
const REVIEW_WITHIN_HOURS: u16 = 72;

const CARE: [Purpose; 2] = [Purpose::Treatment, Purpose::EmergencyTreatment];
const RUNNING: [Purpose; 1] = [Purpose::Operations];
const CHECKING: [Purpose; 1] = [Purpose::Compliance];
const ASKED_FOR: [Purpose; 1] = [Purpose::PersonRequest];

const READ: [Operation; 8] = [
    Operation::ReadCaseNote,
    Operation::ReadTranscript,
    Operation::ReadProfile,
    Operation::ReadSafetyPlan,
    Operation::ReadContactHint,
    Operation::ReadConsent,
    Operation::ReadRoster,
    Operation::ReadMetadata,
];

impl PolicySet {
    #[doc = include_str!("../docs/default-policy.md")]
    #[must_use]
    pub fn default_policy() -> Self {
        let rules = [
            denials(),
            denials_of_records(),
            care(Fact::Counsellor, "counsellor"),
            care(Fact::Supervisor, "supervisor"),
            peer_support(),
            supervision(),
            moderation(),
            oversight(),
            privacy(),
            administration(),
            seekers(),
            software(),
        ];
        Self::unchecked(1, Thresholds::USUAL, rules.concat())
    }
}

/// What no permit outweighs, whatever is asked for.
fn denials() -> Vec<Rule> {
    vec![
        Rule::deny("suspended").to(Operation::ALL).all(&[Fact::Suspended]),
        Rule::deny("weak-assurance").to(Operation::ALL).none(&NO_STAFF).none(&[Fact::AalTwo]),
        Rule::deny("conflict-of-interest").to(&every(opens)).all(&[Fact::ConflictOfInterest]),
        Rule::deny("self-service").to(&GIVES_RIGHTS).all(&[Fact::ConcernsSelf]),
        Rule::deny("managers-see-no-content")
            .to(&every(reveals))
            .any(&[Fact::Administrator, Fact::WorkgroupManager]),
        Rule::deny("untrained")
            .to(&every(|operation| is_content(operation) || operation == Operation::OpenBreakGlass))
            .none(&NO_STAFF)
            .none(&[Fact::Trained]),
        Rule::deny("review-due").to(&[Operation::OpenBreakGlass]).all(&[Fact::ReviewDue]),
        Rule::deny("nothing-leaves-behind-glass")
            .to(&every(|operation| matches!(operation.action(), Action::Export | Action::Disclose)))
            .for_purposes(&[Purpose::BreakTheGlass]),
    ]
}

/// What the person concerned said, and how confidential the record is.
fn denials_of_records() -> Vec<Rule> {
    let content = every(is_content);
    let named = [Fact::Assigned, Fact::GlassBroken, Fact::OwnRecord];
    vec![
        Rule::deny("consent-revoked")
            .to(&content)
            .for_purposes(&all_but(&[Purpose::BreakTheGlass]))
            .all(&[Fact::ConsentRevoked])
            .none(&[Fact::OwnRecord]),
        Rule::deny("consent-for-emergencies-only")
            .to(&content)
            .for_purposes(&all_but(&[Purpose::BreakTheGlass, Purpose::EmergencyTreatment]))
            .all(&[Fact::EmergencyOnly])
            .none(&[Fact::OwnRecord]),
        Rule::deny("restricted-takes-a-fresh-proof")
            .to(&content)
            .all(&[Fact::Restricted])
            .none(&NO_STAFF)
            .none(&[Fact::Fresh]),
        Rule::deny("very-restricted-is-for-named-people")
            .to(&[Operation::ReadRoster, Operation::ReadMetadata, Operation::ReadReport])
            .all(&[Fact::VeryRestricted])
            .none(&named),
        Rule::deny("closed-is-not-joined").to(&[Operation::JoinConversation]).all(&[Fact::Closed]),
    ]
}

/// What the people assigned to a conversation or a person do, and what they may override.
fn care(role: Fact, name: &str) -> Vec<Rule> {
    let writes = [
        Operation::WriteCaseNote,
        Operation::WriteProfile,
        Operation::WriteSafetyPlan,
        Operation::WriteContactHint,
        Operation::RecordConsent,
    ];
    let assigned = |does: &str, operations: &[Operation]| {
        let rule = audited(format!("{name}-{does}-assigned")).to(operations);
        rule.for_purposes(&CARE).all(&[role, Fact::Assigned])
    };
    let override_by = |does: &str| {
        let rule = Rule::permit(format!("{name}-{does}")).for_purposes(&[Purpose::BreakTheGlass]);
        rule.all(&[role]).obliging(&watched())
    };
    vec![
        assigned("reads", &READ),
        assigned("writes", &writes),
        assigned("joins", &[Operation::JoinConversation]),
        assigned("closes", &[Operation::CloseConversation]),
        override_by("breaks-glass").to(&[Operation::OpenBreakGlass]).all(&[Fact::GlassEligible]),
        override_by("reads-behind-glass").to(&READ).all(&[Fact::GlassBroken]),
    ]
}

/// Volunteers see no identifiers and no case notes.
fn peer_support() -> Vec<Rule> {
    let reads = [
        Operation::ReadTranscript,
        Operation::ReadSafetyPlan,
        Operation::ReadRoster,
        Operation::ReadMetadata,
    ];
    let assigned = [Fact::PeerSupporter, Fact::Assigned];
    vec![
        audited("peer-supporter-reads-assigned")
            .to(&reads)
            .for_purposes(&CARE)
            .all(&assigned)
            .obliging(&[without_identifiers()]),
        audited("peer-supporter-joins-assigned")
            .to(&[Operation::JoinConversation])
            .for_purposes(&CARE)
            .all(&assigned),
    ]
}

fn supervision() -> Vec<Rule> {
    let does = |does: &str, operations: &[Operation], purposes: &[Purpose]| {
        let rule = audited(format!("supervisor-{does}")).to(operations).for_purposes(purposes);
        rule.all(&[Fact::Supervisor])
    };
    let both = [Purpose::Operations, Purpose::Compliance];
    let emergency = [Purpose::Threat, Purpose::EmergencyTreatment];
    vec![
        does("assigns", &[Operation::Assign], &RUNNING),
        does("restricts", &[Operation::Restrict], &RUNNING),
        does("sees-roster", &[Operation::ReadRoster, Operation::ReadMetadata], &RUNNING),
        does("sees-staff", &[Operation::ReadStaff], &RUNNING),
        does("records-training", &[Operation::RecordTraining], &[Purpose::Operations, Purpose::Training]),
        does("reviews-break-glass", &[Operation::ReviewBreakGlass], &both),
        does("approves", &[Operation::ApproveAccess], &both),
        does("reads-reports", &[Operation::ReadReport], &[Purpose::Operations, Purpose::PatientSafety]),
        does("discloses-identity", &[Operation::DiscloseIdentity], &emergency)
            .all(&[Fact::Approved, Fact::Fresh])
            .obliging(&watched()),
    ]
}

fn moderation() -> Vec<Rule> {
    let purposes = [Purpose::Operations, Purpose::PatientSafety];
    vec![
        audited("moderator-sees-metadata")
            .to(&[Operation::ReadMetadata])
            .for_purposes(&RUNNING)
            .all(&[Fact::Moderator]),
        audited("moderator-reads-reports")
            .to(&[Operation::ReadReport])
            .for_purposes(&purposes)
            .all(&[Fact::Moderator])
            .obliging(&[without_identifiers()]),
        audited("moderator-resolves-reports")
            .to(&[Operation::ResolveReport])
            .for_purposes(&purposes)
            .all(&[Fact::Moderator]),
        audited("assigned-staff-report")
            .to(&[Operation::WriteReport])
            .for_purposes(&[Purpose::Treatment, Purpose::PatientSafety])
            .all(&[Fact::Assigned])
            .none(&NO_STAFF),
        audited("anybody-gives-up-access")
            .to(&[Operation::Restrict])
            .for_purposes(&RUNNING)
            .all(&[Fact::ConcernsSelf])
            .none(&NO_STAFF),
        audited("anybody-sees-own-staff-record")
            .to(&[Operation::ReadStaff])
            .all(&[Fact::ConcernsSelf])
            .none(&NO_STAFF),
    ]
}

fn oversight() -> Vec<Rule> {
    let reads = [Operation::ReadAuditLog, Operation::ReadPolicy];
    vec![
        audited("auditor-reads-log").to(&reads).for_purposes(&CHECKING).all(&[Fact::Auditor]),
        audited("auditor-exports-log")
            .to(&[Operation::ExportAuditLog])
            .for_purposes(&[Purpose::Compliance, Purpose::Legal])
            .all(&[Fact::Auditor, Fact::Approved, Fact::Fresh])
            .obliging(&[Obligation::Notify(Role::PrivacyOfficer)]),
        audited("management-reads-statistics")
            .to(&[Operation::ReadStatistics])
            .for_purposes(&[Purpose::Operations, Purpose::QualityImprovement, Purpose::PublicHealth])
            .any(&[Fact::Supervisor, Fact::Auditor, Fact::Administrator, Fact::WorkgroupManager]),
    ]
}

fn privacy() -> Vec<Rule> {
    let officer = |does: &str, operations: &[Operation], purposes: &[Purpose]| {
        let rule = audited(format!("privacy-officer-{does}")).to(operations).for_purposes(purposes);
        rule.all(&[Fact::PrivacyOfficer])
    };
    let oversees =
        [Operation::ReadAuditLog, Operation::ReadConsent, Operation::ReadAccessReport, Operation::ReadPolicy];
    let erases = [Operation::ErasePerson, Operation::DeleteTranscript, Operation::DeleteCaseNote];
    let approved = [Fact::Approved, Fact::Fresh];
    let told = [Obligation::Notify(Role::Supervisor)];
    let outward = [Purpose::Threat, Purpose::EmergencyTreatment, Purpose::Legal];
    vec![
        officer("oversees", &oversees, &CHECKING),
        officer("reviews-break-glass", &[Operation::ReviewBreakGlass], &CHECKING),
        officer("approves", &[Operation::ApproveAccess], &CHECKING),
        officer("exports", &[Operation::ExportRecords], &[Purpose::PersonRequest, Purpose::Legal])
            .all(&approved)
            .obliging(&told)
            .obliging(&[Obligation::DiscloseToPerson]),
        officer("fetches-exports", &[Operation::ReadExport], &[Purpose::PersonRequest, Purpose::Legal])
            .all(&[Fact::Fresh]),
        officer("erases", &erases, &ASKED_FOR).all(&approved).obliging(&told),
        officer("discloses-identity", &[Operation::DiscloseIdentity], &outward)
            .all(&approved)
            .obliging(&watched()),
    ]
}

fn administration() -> Vec<Rule> {
    let purposes = [Purpose::Administration];
    vec![
        audited("administrator-manages-staff")
            .to(&[Operation::ManageStaff])
            .for_purposes(&purposes)
            .all(&[Fact::Administrator]),
        audited("administrator-sees-staff-and-rules")
            .to(&[Operation::ReadStaff, Operation::ReadPolicy])
            .for_purposes(&purposes)
            .all(&[Fact::Administrator]),
        audited("administrator-replaces-rules")
            .to(&[Operation::ManagePolicy])
            .for_purposes(&purposes)
            .all(&[Fact::Administrator, Fact::Approved, Fact::Fresh])
            .obliging(&[Obligation::Notify(Role::Auditor), Obligation::Notify(Role::PrivacyOfficer)]),
        audited("workgroup-manager-manages-teams")
            .to(&[Operation::ManageTeam, Operation::ReadStaff])
            .for_purposes(&RUNNING)
            .all(&[Fact::WorkgroupManager]),
    ]
}

/// A person's own records are theirs to see, to change and to have destroyed.
fn seekers() -> Vec<Rule> {
    use Operation::{
        CloseConversation, DeleteTranscript, ErasePerson, ExportRecords, JoinConversation, ReadAccessReport,
        ReadConsent, ReadContactHint, ReadExport, ReadMetadata, ReadProfile, ReadRoster, ReadSafetyPlan,
        ReadTranscript, RecordConsent, WriteContactHint, WriteProfile, WriteReport, WriteSafetyPlan,
    };
    let reads = [
        ReadTranscript,
        ReadProfile,
        ReadSafetyPlan,
        ReadContactHint,
        ReadConsent,
        ReadRoster,
        ReadMetadata,
        ReadAccessReport,
        ReadExport,
    ];
    let writes = [
        WriteProfile,
        WriteSafetyPlan,
        WriteContactHint,
        RecordConsent,
        WriteReport,
        JoinConversation,
        CloseConversation,
    ];
    let own = |does: &str, operations: &[Operation]| {
        let rule = audited(format!("seeker-{does}-own")).to(operations).for_purposes(&ASKED_FOR);
        rule.all(&[Fact::Seeker, Fact::OwnRecord])
    };
    vec![
        own("reads", &reads),
        own("writes", &writes),
        own("exports", &[ExportRecords]),
        own("erases", &[ErasePerson, DeleteTranscript]),
    ]
}

fn software() -> Vec<Rule> {
    vec![
        audited("service-closes-conversations")
            .to(&[Operation::CloseConversation])
            .for_purposes(&RUNNING)
            .all(&[Fact::Service]),
        audited("service-deletes-when-due")
            .to(&[Operation::DeleteTranscript, Operation::DeleteCaseNote])
            .for_purposes(&[Purpose::Administration])
            .all(&[Fact::Service, Fact::Closed])
            .none(&[Fact::Recent]),
    ]
}

fn audited(id: impl Into<crate::RuleId>) -> Rule {
    Rule::permit(id).obliging(&[Obligation::Audit])
}

fn watched() -> [Obligation; 5] {
    [
        Obligation::Audit,
        Obligation::Notify(Role::Supervisor),
        Obligation::Notify(Role::PrivacyOfficer),
        Obligation::Review { within_hours: REVIEW_WITHIN_HOURS },
        Obligation::DiscloseToPerson,
    ]
}

fn without_identifiers() -> Obligation {
    Obligation::Mask(Set::of(&[Field::Content, Field::Metadata]))
}

fn all_but(purposes: &[Purpose]) -> Vec<Purpose> {
    Purpose::ALL.iter().copied().filter(|purpose| !purposes.contains(purpose)).collect()
}
