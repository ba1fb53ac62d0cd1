use crate::{Action, Fact, ObligationKind, Operation, Purpose, ResourceType, RuleId, Set};

/// What must hold of a [`PolicySet`](crate::PolicySet), whatever its rules: these operations are never
/// permitted under these conditions, or never without these obligations.
///
/// "Nobody but a privacy officer ever discloses who somebody is":
/// ```
/// use leeward_policy::*;
/// let only = Invariant::never("only-privacy-officers-disclose", &[Operation::DiscloseIdentity])
///     .when_none(&[Fact::PrivacyOfficer]);
/// let anybody = Rule::permit("supervisor-discloses")
///     .to(&[Operation::DiscloseIdentity])
///     .all(&[Fact::Supervisor, Fact::Approved, Fact::Fresh])
///     .obliging(&[Obligation::Audit]);
/// let policy = PolicySet::default_policy().to_builder(2).rule(anybody).invariant(only).build();
/// let Err(PolicyError::Unsound { flaws }) = policy else { panic!("found sound") };
/// assert!(flaws[0].to_string().contains("only-privacy-officers-disclose"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invariant {
    pub(crate) name: RuleId,
    pub(crate) operations: Set<Operation>,
    pub(crate) purposes: Set<Purpose>,
    pub(crate) all: Set<Fact>,
    pub(crate) none: Set<Fact>,
    pub(crate) any: Set<Fact>,
    pub(crate) unless_obliged: Set<ObligationKind>,
}

impl Invariant {
    /// These operations are never permitted.
    #[must_use]
    pub fn never(name: impl Into<RuleId>, operations: &[Operation]) -> Self {
        Self {
            name: name.into(),
            operations: Set::of(operations),
            purposes: Set::full(),
            all: Set::EMPTY,
            none: Set::EMPTY,
            any: Set::EMPTY,
            unless_obliged: Set::EMPTY,
        }
    }

    /// ... for these purposes.
    #[must_use]
    pub fn for_purposes(mut self, purposes: &[Purpose]) -> Self {
        self.purposes = Set::of(purposes);
        self
    }

    /// ... when all of these hold.
    #[must_use]
    pub fn when_all(mut self, facts: &[Fact]) -> Self {
        self.all = self.all.or(Set::of(facts));
        self
    }

    /// ... when none of these holds.
    #[must_use]
    pub fn when_none(mut self, facts: &[Fact]) -> Self {
        self.none = self.none.or(Set::of(facts));
        self
    }

    /// ... when at least one of these holds.
    #[must_use]
    pub fn when_any(mut self, facts: &[Fact]) -> Self {
        self.any = self.any.or(Set::of(facts));
        self
    }

    /// ... unless it obliges to something of each of these kinds.
    #[must_use]
    pub fn unless_obliged(mut self, obligations: &[ObligationKind]) -> Self {
        self.unless_obliged = Set::of(obligations);
        self
    }

    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &RuleId {
        &self.name
    }

    /// What holds in every policy.
    #[must_use]
    pub fn always() -> Vec<Self> {
        [people(), content(), glass(), outside()].concat()
    }
}

/// What gives somebody rights, or counts in their favour.
pub(crate) const GIVES_RIGHTS: [Operation; 6] = [
    Operation::Assign,
    Operation::ManageStaff,
    Operation::ManageTeam,
    Operation::RecordTraining,
    Operation::ApproveAccess,
    Operation::ReviewBreakGlass,
];

pub(crate) const NO_STAFF: [Fact; 2] = [Fact::Seeker, Fact::Service];

pub(crate) fn every(wanted: impl Fn(Operation) -> bool) -> Vec<Operation> {
    Operation::ALL.iter().copied().filter(|&operation| wanted(operation)).collect()
}

/// About who asks.
fn people() -> Vec<Invariant> {
    vec![
        Invariant::never("whoever-is-suspended-is-permitted-nothing", Operation::ALL)
            .when_all(&[Fact::Suspended]),
        Invariant::never("a-conflict-of-interest-permits-only-to-give-access-up", &every(opens))
            .when_all(&[Fact::ConflictOfInterest]),
        Invariant::never("staff-sign-in-at-aal2", Operation::ALL)
            .when_none(&[&NO_STAFF[..], &[Fact::AalTwo]].concat()),
        Invariant::never("nobody-gives-rights-to-themselves", &GIVES_RIGHTS).when_all(&[Fact::ConcernsSelf]),
        Invariant::never("everything-permitted-is-recorded", Operation::ALL)
            .unless_obliged(&[ObligationKind::Audit]),
    ]
}

/// About who sees what was said.
fn content() -> Vec<Invariant> {
    let reads = every(|operation| is_content(operation) && operation.action() == Action::Read);
    let more = every(|operation| is_content(operation) && operation.action() != Action::Read);
    let related = [Fact::Assigned, Fact::OwnRecord];
    let except = |purpose| Purpose::ALL.iter().copied().filter(|&one| one != purpose).collect::<Vec<_>>();
    vec![
        Invariant::never("managers-see-no-content", &every(reveals))
            .when_any(&[Fact::Administrator, Fact::WorkgroupManager]),
        Invariant::never("content-takes-a-relation", &reads)
            .when_none(&[&related[..], &[Fact::GlassBroken]].concat()),
        Invariant::never("beyond-reading-content-takes-an-assignment", &more).when_none(&related),
        Invariant::never("broken-glass-takes-its-purpose", &reads)
            .for_purposes(&except(Purpose::BreakTheGlass))
            .when_none(&related),
        Invariant::never("reading-behind-glass-takes-broken-glass", &reads)
            .for_purposes(&[Purpose::BreakTheGlass])
            .when_none(&[Fact::GlassBroken]),
        Invariant::never("broken-glass-is-for-reading", &more).for_purposes(&[Purpose::BreakTheGlass]),
        Invariant::never("broken-glass-is-watched", &reads)
            .for_purposes(&[Purpose::BreakTheGlass])
            .unless_obliged(&[ObligationKind::Notify, ObligationKind::Review]),
    ]
}

/// About break-glass itself.
fn glass() -> Vec<Invariant> {
    let open = [Operation::OpenBreakGlass];
    let others =
        Purpose::ALL.iter().copied().filter(|&one| one != Purpose::BreakTheGlass).collect::<Vec<_>>();
    vec![
        Invariant::never("breaking-the-glass-takes-its-purpose", &open).for_purposes(&others),
        Invariant::never("breaking-the-glass-is-watched", &open)
            .unless_obliged(&[ObligationKind::Notify, ObligationKind::Review]),
        Invariant::never("only-the-eligible-break-the-glass", &open).when_none(&[Fact::GlassEligible]),
        Invariant::never("the-next-use-waits-for-the-review", &open).when_all(&[Fact::ReviewDue]),
    ]
}

/// About what leaves the service.
fn outside() -> Vec<Invariant> {
    let leaves = every(|operation| matches!(operation.action(), Action::Export | Action::Disclose));
    vec![
        Invariant::never("broken-glass-takes-nothing-out", &leaves).for_purposes(&[Purpose::BreakTheGlass]),
        Invariant::never("a-second-person-approves-what-leaves", &leaves)
            .when_none(&[Fact::Approved, Fact::OwnRecord]),
    ]
}

/// Everything but giving access up, and what has nothing to do with somebody's record.
pub(crate) fn opens(operation: Operation) -> bool {
    use ResourceType::{AuditLog, Policy, Staff, Statistics, Team, Training};
    let elsewhere = matches!(operation.resource(), AuditLog | Policy | Staff | Statistics | Team | Training);
    operation.action() != Action::Restrict && !elsewhere
}

/// Whether who does it sees what was said or who said it, also where no relation to the person is needed.
pub(crate) fn reveals(operation: Operation) -> bool {
    use Operation::{DiscloseIdentity, ExportRecords, ReadExport, ReadReport};
    is_content(operation) || matches!(operation, ReadReport | ReadExport | ExportRecords | DiscloseIdentity)
}

/// Whether it shows or changes what a seeker said, or what was written about it.
pub(crate) fn is_content(operation: Operation) -> bool {
    use Operation::{
        JoinConversation, ReadCaseNote, ReadContactHint, ReadProfile, ReadSafetyPlan, ReadTranscript,
        WriteCaseNote, WriteContactHint, WriteProfile, WriteSafetyPlan,
    };
    matches!(
        operation,
        ReadCaseNote
            | WriteCaseNote
            | ReadTranscript
            | ReadProfile
            | WriteProfile
            | ReadSafetyPlan
            | WriteSafetyPlan
            | ReadContactHint
            | WriteContactHint
            | JoinConversation
    )
}
