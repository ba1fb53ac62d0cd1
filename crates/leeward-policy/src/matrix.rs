use crate::{
    Effect, Fact, Operation, PolicySet, Purpose, Role, Rule, Set, facts::rules_of_the_world, sat,
    set::Member, set::names,
};
use std::fmt;

/// Everything a policy permits, as a table to read and to compare: a changed rule is a changed line.
///
/// One line for each operation, role and rule that permits it to somebody of that role alone: for which
/// purposes, what has to hold beside, what may not, what it obliges to. A rule that permits it to no single
/// role has a line for the roles that it asks for at once. What has no line is denied. Rules that deny under
/// one condition stand in each line that they touch; those under several are named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionMatrix {
    lines: Vec<String>,
}

/// What differs between the tables of two policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatrixDiff {
    /// Lines of the newer alone.
    pub added: Vec<String>,
    /// Lines of the older alone.
    pub removed: Vec<String>,
}

impl DecisionMatrix {
    /// The table of a policy.
    #[must_use]
    pub fn of(policy: &PolicySet) -> Self {
        let lines = Operation::ALL.iter().flat_map(|&operation| lines(policy, operation));
        Self { lines: lines.collect() }
    }

    /// The lines, without the head.
    #[must_use]
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// What a newer table has that this one has not, and the other way round.
    #[must_use]
    pub fn diff(&self, newer: &Self) -> MatrixDiff {
        let only = |one: &Self, other: &Self| {
            let missing = one.lines.iter().filter(|line| !other.lines.contains(line));
            missing.cloned().collect()
        };
        MatrixDiff { added: only(newer, self), removed: only(self, newer) }
    }
}

impl MatrixDiff {
    /// Whether both permit the same in the same words.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }
}

impl fmt::Display for DecisionMatrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "operation | role | purposes | when | unless | denied by | rule | obligations")?;
        if self.lines.is_empty() {
            return writeln!(f, "nothing is permitted to anybody");
        }
        self.lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl fmt::Display for MatrixDiff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.removed.iter().try_for_each(|line| writeln!(f, "- {line}"))?;
        self.added.iter().try_for_each(|line| writeln!(f, "+ {line}"))
    }
}

/// One rule for one role, with what the rules that deny add to its conditions.
struct Line<'a> {
    rule: &'a Rule,
    role: Set<Fact>,
    when: Set<Fact>,
    unless: Set<Fact>,
    denied_by: Vec<&'a str>,
}

/// The rules that permit, for each role; and those that permit to no single role, for the roles they ask for.
fn lines(policy: &PolicySet, operation: Operation) -> Vec<String> {
    let permits =
        policy.rules_for(operation).filter(|rule| rule.effect == Effect::Permit).collect::<Vec<_>>();
    let mut lines = Vec::new();
    let mut unseen = permits.clone();
    for &role in Role::ALL {
        for rule in &permits {
            let of_role = told(policy, operation, Set::of(&[role]), rule);
            if !of_role.is_empty() {
                unseen.retain(|other| other.id != rule.id);
            }
            lines.extend(of_role);
        }
    }
    lines.extend(unseen.into_iter().flat_map(|rule| told(policy, operation, asked_for(rule), rule)));
    lines
}

fn asked_for(rule: &Rule) -> Set<Role> {
    let asked = |role: &Role| !rule.all.and(role_facts(Set::of(&[*role]))).is_empty();
    Role::ALL.iter().copied().filter(asked).fold(Set::EMPTY, Set::with)
}

/// One line for all purposes for which the same rules deny.
fn told(policy: &PolicySet, operation: Operation, roles: Set<Role>, rule: &Rule) -> Vec<String> {
    let mut told: Vec<(String, Vec<Purpose>)> = Vec::new();
    for purpose in rule.purposes.iter() {
        let Some(line) = Line::of(policy, (operation, purpose), roles, rule) else { continue };
        let rest = line.rest();
        match told.iter_mut().find(|(known, _)| *known == rest) {
            Some((_, purposes)) => purposes.push(purpose),
            None => told.push((rest, vec![purpose])),
        }
    }
    let role = if roles.is_empty() { "no role".to_owned() } else { names(roles, " and ") };
    let head = format!("{} | {role}", operation.name());
    told.into_iter()
        .map(|(rest, purposes)| format!("{head} | {} | {rest}", purpose_names(&purposes)))
        .collect()
}

fn purpose_names(purposes: &[Purpose]) -> String {
    if purposes.len() == Purpose::ALL.len() { "any".to_owned() } else { names(Set::of(purposes), ", ") }
}

impl<'a> Line<'a> {
    /// `None` when the rule permits nothing to somebody of these roles alone.
    fn of(
        policy: &'a PolicySet,
        (operation, purpose): (Operation, Purpose),
        roles: Set<Role>,
        rule: &'a Rule,
    ) -> Option<Self> {
        let (is, others) = (role_facts(roles), role_facts(Set::full().minus(roles)));
        let denying = policy.denying(operation, purpose).collect::<Vec<_>>();
        let clauses = sat::literals(is, others, Set::EMPTY)
            .chain(sat::met(rule))
            .chain(denying.iter().flat_map(|deny| sat::unmet(deny)))
            .chain(rules_of_the_world());
        let found = sat::solve(&clauses.collect::<Vec<_>>(), &sat::Budget::whole());
        let possible = !matches!(found, Ok(None));
        let mut line = Self {
            rule,
            role: is.or(others),
            when: rule.all.minus(is),
            unless: rule.none.minus(is.or(others)),
            denied_by: Vec::new(),
        };
        denying.iter().for_each(|deny| line.add(deny, is));
        possible.then_some(line)
    }

    fn add(&mut self, deny: &'a Rule, is: Set<Fact>) {
        let settled = deny.none.and(is).is_empty() && deny.all.and(self.role).is_subset_of(is);
        let by_role = deny.any.and(is).is_empty();
        let some_role = deny.any.minus(self.role).is_empty() && !deny.any.is_empty();
        if !settled || (some_role && by_role) {
            return;
        }
        // What is left of it once the role is known.
        let all = deny.all.minus(self.role).minus(self.when);
        let none = deny.none.minus(self.role);
        let any = if by_role { deny.any.minus(self.role) } else { Set::EMPTY };
        let one = all.len() + none.len() == 1 && any.is_empty();
        if !none.and(self.when).is_empty() || !all.and(self.unless).is_empty() {
            // It cannot match beside the conditions of the rule.
        } else if one {
            self.when = self.when.or(none);
            self.unless = self.unless.or(all);
        } else {
            self.denied_by.push(deny.id.as_str());
        }
    }

    fn rest(&self) -> String {
        let any = self.rule.any.minus(self.role);
        let role_suffices = !self.rule.any.and(self.role).is_empty();
        let alternatives = if role_suffices { String::new() } else { names(any, " or ") };
        let when = [names(self.when, ", "), alternatives];
        let when = when.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
        let cells = [
            when,
            names(self.unless, ", "),
            self.denied_by.join(", "),
            self.rule.id.to_string(),
            self.rule.obligations.to_string(),
        ];
        cells.map(|cell| if cell.is_empty() { "-".to_owned() } else { cell }).join(" | ")
    }
}

fn role_facts(roles: Set<Role>) -> Set<Fact> {
    Set::from_bits(roles.bits()).unwrap_or(Set::EMPTY)
}
