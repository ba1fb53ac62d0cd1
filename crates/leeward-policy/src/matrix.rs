use crate::{
    Evaluation, Facts, Operation, PolicySet, Purpose, Role, Set, Standing, fact::Circumstances, set::Member,
};
use leeward_event::assurance::Aal;
use std::fmt;

/// Everything a policy permits, as a table to read and to compare: a changed rule is a changed line.
///
/// One line for each operation, role and purpose that is permitted, with the weakest relation and
/// sign-in that suffice. What has no line is denied to whoever has one role and one relation; a rule
/// that asks for two of either at once has no line of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionMatrix {
    lines: Vec<String>,
}

impl DecisionMatrix {
    /// The table of a policy.
    #[must_use]
    pub fn of(policy: &PolicySet) -> Self {
        let lines = Operation::ALL.iter().flat_map(|&operation| {
            Role::ALL.iter().flat_map(move |&role| {
                Purpose::ALL.iter().flat_map(move |&purpose| lines(policy, operation, role, purpose))
            })
        });
        Self { lines: lines.collect() }
    }

    /// The lines, without the head.
    #[must_use]
    pub fn lines(&self) -> &[String] {
        &self.lines
    }
}

impl fmt::Display for DecisionMatrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "operation | role | relation | purpose | for | from | even if | rules | obligations")?;
        self.lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// What a line varies beside operation, role and purpose.
#[derive(Clone, Copy)]
struct Case {
    relation: Relation,
    concerns_self: bool,
    aal: Aal,
    suspended: bool,
    conflict_of_interest: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Relation {
    None,
    Assigned,
    GlassBroken,
}

const RELATIONS: [Relation; 3] = [Relation::None, Relation::Assigned, Relation::GlassBroken];

fn lines(policy: &PolicySet, operation: Operation, role: Role, purpose: Purpose) -> Vec<String> {
    let ask = |case: Case| policy.evaluate(operation, facts(role, purpose, case));
    let permitted = |relation| [false, true].iter().any(|&own| ask(usual(relation, own)).is_permitted());
    // An operation that takes no relation needs no further lines.
    let wanted: &[Relation] = if permitted(Relation::None) { &[Relation::None] } else { &RELATIONS };
    let found = wanted.iter().copied().filter(|&relation| permitted(relation));
    found.map(|relation| line(operation, role, purpose, relation, &ask)).collect()
}

fn line(
    operation: Operation,
    role: Role,
    purpose: Purpose,
    relation: Relation,
    ask: &dyn Fn(Case) -> Evaluation,
) -> String {
    let on_others = ask(usual(relation, false)).is_permitted();
    let on_self = ask(usual(relation, true)).is_permitted();
    let case = usual(relation, !on_others);
    let evaluation = ask(case);
    let rules = evaluation.determining().iter().map(ToString::to_string).collect::<Vec<_>>();
    let obligations = evaluation.obligations().iter().map(ToString::to_string).collect::<Vec<_>>();
    [
        format!("{} {}", operation.action().name(), operation.resource().name()),
        role.name().to_owned(),
        relation.name().to_owned(),
        purpose.name().to_owned(),
        who(on_others, on_self).to_owned(),
        weakest_aal(case, ask).to_owned(),
        even_if(case, ask),
        rules.join(", "),
        obligations.join(", "),
    ]
    .join(" | ")
}

const fn usual(relation: Relation, concerns_self: bool) -> Case {
    Case { relation, concerns_self, aal: Aal::Three, suspended: false, conflict_of_interest: false }
}

fn facts(role: Role, purpose: Purpose, case: Case) -> Facts {
    let standing = Standing {
        roles: Set::of(&[role]),
        suspended: case.suspended,
        conflict_of_interest: case.conflict_of_interest,
        assigned: case.relation == Relation::Assigned,
        glass_broken: case.relation == Relation::GlassBroken,
    };
    Facts::of(Circumstances { aal: case.aal, purpose, concerns_self: case.concerns_self }, &standing)
}

const fn who(on_others: bool, on_self: bool) -> &'static str {
    match (on_others, on_self) {
        (true, true) => "anybody",
        (true, false) => "others only",
        (false, _) => "self only",
    }
}

fn weakest_aal(case: Case, ask: &dyn Fn(Case) -> Evaluation) -> &'static str {
    let levels = [(Aal::One, "aal1"), (Aal::Two, "aal2")];
    let suffices = |&(aal, _): &(Aal, &str)| ask(Case { aal, ..case }).is_permitted();
    levels.into_iter().find(suffices).map_or("aal3", |(_, name)| name)
}

fn even_if(case: Case, ask: &dyn Fn(Case) -> Evaluation) -> String {
    let suspended = ask(Case { suspended: true, ..case }).is_permitted().then_some("suspended");
    let conflict = ask(Case { conflict_of_interest: true, ..case }).is_permitted();
    let despite = suspended.into_iter().chain(conflict.then_some("conflict")).collect::<Vec<_>>();
    if despite.is_empty() { "-".to_owned() } else { despite.join(", ") }
}

impl Relation {
    const fn name(self) -> &'static str {
        match self {
            Self::None => "-",
            Self::Assigned => "assigned",
            Self::GlassBroken => "glass broken",
        }
    }
}
