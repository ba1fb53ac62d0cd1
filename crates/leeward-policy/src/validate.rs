use crate::{Action, Effect, Fact, Facts, Obligation, Operation, PolicySet, ResourceType, Rule, RuleId};
use std::collections::BTreeSet;

/// What is wrong with a [`PolicySet`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Flaw {
    /// There are more rules than [`PolicySet::MAX_RULES`].
    #[error("there are {count} rules, over {max}", max = PolicySet::MAX_RULES)]
    TooManyRules {
        /// How many there are.
        count: usize,
    },
    /// Two rules have one name.
    #[error("two rules are named `{rule}`")]
    DuplicateId {
        /// The name.
        rule: RuleId,
    },
    /// A name is no [`RuleId`].
    #[error("a rule's name is not 1 to 64 of a-z, 0-9 and `-`")]
    MalformedId,
    /// A rule speaks of nothing that exists.
    #[error("`{rule}` applies to no operation: name an action and a resource type that go together")]
    NoOperation {
        /// The rule.
        rule: RuleId,
    },
    /// No combination of facts meets a rule's conditions.
    #[error("`{rule}` asks for facts that cannot hold together")]
    Unsatisfiable {
        /// The rule.
        rule: RuleId,
    },
    /// Wherever a rule would permit, another denies.
    #[error("`{rule}` permits nothing that other rules do not deny")]
    Unreachable {
        /// The rule.
        rule: RuleId,
    },
    /// A rule that denies carries obligations, which nobody would meet.
    #[error("`{rule}` denies, and only rules that permit can oblige")]
    ObligesOnDeny {
        /// The rule.
        rule: RuleId,
    },
    /// A rule for an operation that [`Policies`](crate::Policies) carries out itself asks for more
    /// than an audit record.
    #[error("`{rule}` obliges to more than an audit record where no caller could meet it")]
    ObligesNobody {
        /// The rule.
        rule: RuleId,
    },
    /// Something would be permitted that no policy may permit.
    #[error("{operation:?} would be permitted against an invariant: {invariant}")]
    Breaks {
        /// What would be permitted.
        operation: Operation,
        /// What must always hold.
        invariant: Invariant,
    },
}

/// What holds in every [`PolicySet`], whatever its rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[non_exhaustive]
pub enum Invariant {
    /// Nobody suspended is permitted anything.
    #[error("whoever is suspended is permitted nothing")]
    Suspended,
    /// Nobody with a conflict of interest is permitted anything but to give access up.
    #[error("a conflict of interest permits nothing but to give access up")]
    ConflictOfInterest,
    /// Everything takes AAL2.
    #[error("everything takes a sign-in at AAL2")]
    WeakAssurance,
    /// Nobody changes their own rights for the better.
    #[error("nobody gives rights to themselves")]
    SelfService,
    /// Break-glass stands for an assignment in reading alone.
    #[error("content takes an assignment, or for reading alone a break-glass grant and its purpose")]
    Content,
    /// Whoever breaks the glass says so, and is watched.
    #[error("breaking the glass takes its purpose, and obliges to a notice and a review")]
    BreakGlass,
    /// Everything is recorded.
    #[error("everything permitted is recorded in the audit log")]
    Unrecorded,
}

pub(crate) fn flaws(policy: &PolicySet) -> Vec<Flaw> {
    let rules = policy.rules();
    if rules.len() > PolicySet::MAX_RULES {
        return vec![Flaw::TooManyRules { count: rules.len() }];
    }
    let mut flaws = duplicate_ids(rules);
    flaws.extend(rules.iter().filter_map(flaw_of_rule));
    if flaws.is_empty() {
        flaws.extend(unreachable(rules));
        flaws.extend(broken_invariants(policy));
    }
    flaws
}

/// Rules are in the order of their names.
fn duplicate_ids(rules: &[Rule]) -> Vec<Flaw> {
    let pairs = rules.iter().zip(rules.iter().skip(1));
    let twice = pairs.filter(|(a, b)| a.id == b.id);
    twice.map(|(rule, _)| Flaw::DuplicateId { rule: rule.id.clone() }).collect()
}

fn flaw_of_rule(rule: &Rule) -> Option<Flaw> {
    let id = rule.id.clone();
    if !rule.id.is_well_formed() {
        Some(Flaw::MalformedId)
    } else if operations(rule).next().is_none() {
        Some(Flaw::NoOperation { rule: id })
    } else if !Facts::every().any(|facts| rule.matches(facts)) {
        Some(Flaw::Unsatisfiable { rule: id })
    } else if rule.effect == Effect::Deny && !rule.obligations.is_empty() {
        Some(Flaw::ObligesOnDeny { rule: id })
    } else if operations(rule).any(Operation::is_own) && obliges_to_more_than_audit(rule) {
        Some(Flaw::ObligesNobody { rule: id })
    } else {
        None
    }
}

fn obliges_to_more_than_audit(rule: &Rule) -> bool {
    rule.obligations.iter().any(|obligation| *obligation != Obligation::Audit)
}

fn operations(rule: &Rule) -> impl Iterator<Item = Operation> {
    Operation::ALL.iter().copied().filter(|&operation| rule.applies_to(operation))
}

/// The rules that permit nowhere: each combination of facts is looked at once, whatever their number.
fn unreachable(rules: &[Rule]) -> impl Iterator<Item = Flaw> {
    let denied = |operation, facts| {
        let mut denying = rules.iter().filter(|rule| rule.effect == Effect::Deny);
        denying.any(|rule| rule.applies_to(operation) && rule.matches(facts))
    };
    let mut unseen = rules.iter().filter(|rule| rule.effect == Effect::Permit).collect::<Vec<_>>();
    for facts in Facts::every() {
        for &operation in Operation::ALL {
            if !unseen.is_empty() && !denied(operation, facts) {
                unseen.retain(|rule| !rule.applies_to(operation) || !rule.matches(facts));
            }
        }
    }
    unseen.into_iter().map(|rule| Flaw::Unreachable { rule: rule.id.clone() })
}

fn broken_invariants(policy: &PolicySet) -> impl Iterator<Item = Flaw> {
    let broken = Facts::every().flat_map(|facts| {
        let of = move |&operation| Some((operation, broken(policy, operation, facts)?));
        Operation::ALL.iter().filter_map(of)
    });
    let once = broken.collect::<BTreeSet<_>>().into_iter();
    once.map(|(operation, invariant)| Flaw::Breaks { operation, invariant })
}

fn broken(policy: &PolicySet, operation: Operation, facts: Facts) -> Option<Invariant> {
    if !policy.permits(operation, facts) {
        return None;
    }
    let evaluation = policy.evaluate(operation, facts);
    let obliged = |wanted: fn(&Obligation) -> bool| evaluation.obligations().iter().any(wanted);
    let watched = facts.hold(Fact::ForBreakTheGlass)
        && obliged(|obligation| matches!(obligation, Obligation::Notify(_)))
        && obliged(|obligation| matches!(obligation, Obligation::Review { .. }));
    let breaks = breaks_glass(operation, facts);
    [
        (Invariant::Suspended, !facts.hold(Fact::Suspended)),
        (Invariant::ConflictOfInterest, !facts.hold(Fact::ConflictOfInterest) || !opens(operation)),
        (Invariant::WeakAssurance, facts.hold(Fact::AalTwo)),
        (Invariant::SelfService, !facts.hold(Fact::ConcernsSelf) || !gives_rights(operation)),
        (Invariant::Content, !is_content(operation) || may_see_content(operation, facts)),
        (Invariant::BreakGlass, !breaks || watched),
        (Invariant::Unrecorded, obliged(|obligation| *obligation == Obligation::Audit)),
    ]
    .into_iter()
    .find_map(|(invariant, holds)| (!holds).then_some(invariant))
}

/// Everything but giving access up, and what has nothing to do with a conversation.
fn opens(operation: Operation) -> bool {
    let elsewhere = [ResourceType::Staff, ResourceType::AuditLog];
    operation.action() != Action::Restrict && !elsewhere.contains(&operation.resource())
}

fn gives_rights(operation: Operation) -> bool {
    matches!(operation.action(), Action::Assign | Action::Manage)
}

fn is_content(operation: Operation) -> bool {
    operation.resource() == ResourceType::CaseNote || operation.action() == Action::Join
}

fn may_see_content(operation: Operation, facts: Facts) -> bool {
    let reads = operation.action() == Action::Read;
    facts.hold(Fact::Assigned)
        || (reads && facts.hold(Fact::GlassBroken) && facts.hold(Fact::ForBreakTheGlass))
}

/// Whether it opens a conversation without an assignment, or uses one opened so.
fn breaks_glass(operation: Operation, facts: Facts) -> bool {
    let reads_unassigned = is_content(operation) && !facts.hold(Fact::Assigned);
    operation.action() == Action::BreakGlass || reads_unassigned
}
