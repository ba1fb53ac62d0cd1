use crate::{Action, Fact, Obligation, PolicySet, ResourceType, Role, Rule};

/// What reading tells about a conversation.
const RECORDS: [ResourceType; 3] = [ResourceType::CaseNote, ResourceType::Roster, ResourceType::Metadata];

/// Everything that belongs to a conversation.
const OF_CONVERSATION: [ResourceType; 4] =
    [ResourceType::CaseNote, ResourceType::Roster, ResourceType::Metadata, ResourceType::Conversation];

/// How soon a break-glass access is reviewed, in hours.
const REVIEW_WITHIN_HOURS: u16 = 72;

impl PolicySet {
    /// The rules for a helpline.
    ///
    /// Counsellors and supervisors read, write and join what they are assigned to. Supervisors assign
    /// others and see rosters; moderators see metadata; auditors read the audit log; administrators
    /// manage accounts. Nobody reads content without an assignment, but for a counsellor or supervisor
    /// who breaks the glass, on the record and to be reviewed within 72 hours. Everything takes AAL2.
    /// The exact table is committed at `tests/decision-matrix.txt`.
    #[must_use]
    pub fn default_policy() -> Self {
        let mut rules = denials();
        for (role, name) in [(Fact::Counsellor, "counsellor"), (Fact::Supervisor, "supervisor")] {
            rules.extend(care(role, name));
            rules.extend(break_glass(role, name));
        }
        rules.extend(supervision());
        rules.extend(others());
        Self::unchecked(1, rules)
    }
}

fn denials() -> Vec<Rule> {
    use Action::{Assign, BreakGlass, Join, Manage, Read, Restrict, Write};
    let everything = [Read, Write, Join, Assign, Restrict, BreakGlass, Manage];
    let everywhere = [&OF_CONVERSATION[..], &[ResourceType::Staff, ResourceType::AuditLog]].concat();
    vec![
        Rule::deny("suspended").on(&everything, &everywhere).all(&[Fact::Suspended]),
        Rule::deny("weak-assurance").on(&everything, &everywhere).none(&[Fact::AalTwo]),
        Rule::deny("conflict-of-interest")
            .on(&[Read, Write, Join, Assign, BreakGlass], &OF_CONVERSATION)
            .all(&[Fact::ConflictOfInterest]),
        Rule::deny("self-service")
            .on(&[Assign, Manage], &[ResourceType::Conversation, ResourceType::Staff])
            .all(&[Fact::ConcernsSelf]),
    ]
}

/// What the people assigned to a conversation do in it.
fn care(role: Fact, name: &str) -> Vec<Rule> {
    let assigned = [role, Fact::Assigned, Fact::ForTreatment];
    vec![
        audited(format!("{name}-reads-assigned")).on(&[Action::Read], &RECORDS).all(&assigned),
        audited(format!("{name}-writes-assigned"))
            .on(&[Action::Write], &[ResourceType::CaseNote])
            .all(&assigned),
        audited(format!("{name}-joins-assigned"))
            .on(&[Action::Join], &[ResourceType::Conversation])
            .all(&assigned),
    ]
}

fn break_glass(role: Fact, name: &str) -> Vec<Rule> {
    let watched = [
        Obligation::Audit,
        Obligation::Notify(Role::Supervisor),
        Obligation::Review { within_hours: REVIEW_WITHIN_HOURS },
    ];
    vec![
        Rule::permit(format!("{name}-breaks-glass"))
            .on(&[Action::BreakGlass], &[ResourceType::Conversation])
            .all(&[role, Fact::ForBreakTheGlass])
            .obliging(&watched),
        Rule::permit(format!("{name}-reads-behind-glass"))
            .on(&[Action::Read], &RECORDS)
            .all(&[role, Fact::GlassBroken, Fact::ForBreakTheGlass])
            .obliging(&watched),
    ]
}

fn supervision() -> Vec<Rule> {
    let supervisor = [Fact::Supervisor, Fact::ForOperations];
    let conversation = [ResourceType::Conversation];
    vec![
        audited("supervisor-assigns").on(&[Action::Assign], &conversation).all(&supervisor),
        audited("supervisor-restricts").on(&[Action::Restrict], &conversation).all(&supervisor),
        audited("supervisor-sees-roster")
            .on(&[Action::Read], &[ResourceType::Roster, ResourceType::Metadata])
            .all(&supervisor),
    ]
}

fn others() -> Vec<Rule> {
    vec![
        audited("anybody-gives-up-access")
            .on(&[Action::Restrict], &[ResourceType::Conversation])
            .all(&[Fact::ConcernsSelf, Fact::ForOperations]),
        audited("moderator-sees-metadata")
            .on(&[Action::Read], &[ResourceType::Metadata])
            .all(&[Fact::Moderator, Fact::ForOperations]),
        audited("auditor-reads-log")
            .on(&[Action::Read], &[ResourceType::AuditLog])
            .all(&[Fact::Auditor, Fact::ForCompliance]),
        audited("administrator-manages-staff")
            .on(&[Action::Manage], &[ResourceType::Staff])
            .all(&[Fact::Administrator, Fact::ForAdministration]),
    ]
}

fn audited(id: impl Into<crate::RuleId>) -> Rule {
    Rule::permit(id).obliging(&[Obligation::Audit])
}
