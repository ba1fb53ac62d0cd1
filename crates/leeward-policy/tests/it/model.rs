//! The default policy against a second telling of it, over every combination of facts there is.

use leeward_policy::{
    Action, Effect, Fact, Facts, Obligation, Operation, PolicySet, ResourceType, Role, Rule, Set,
};

/// What the default policy means, told as code and without looking at the rules.
fn meant(operation: Operation, facts: Facts) -> bool {
    let is = |fact| facts.hold(fact);
    if is(Fact::Suspended) || !is(Fact::AalTwo) {
        return false;
    }
    let carer = is(Fact::Counsellor) || is(Fact::Supervisor);
    let cares = carer && is(Fact::Assigned) && is(Fact::ForTreatment);
    let overrides = carer && is(Fact::GlassBroken) && is(Fact::ForBreakTheGlass);
    let supervises = is(Fact::Supervisor) && is(Fact::ForOperations);
    let moderates = is(Fact::Moderator) && is(Fact::ForOperations);
    let unbiased = !is(Fact::ConflictOfInterest);
    match operation {
        Operation::ReadCaseNote => unbiased && (cares || overrides),
        Operation::ReadRoster => unbiased && (cares || overrides || supervises),
        Operation::ReadMetadata => unbiased && (cares || overrides || supervises || moderates),
        Operation::WriteCaseNote | Operation::JoinConversation => unbiased && cares,
        Operation::Assign => unbiased && supervises && !is(Fact::ConcernsSelf),
        Operation::Restrict => supervises || (is(Fact::ConcernsSelf) && is(Fact::ForOperations)),
        Operation::OpenBreakGlass => unbiased && carer && is(Fact::ForBreakTheGlass),
        Operation::ManageStaff => {
            is(Fact::Administrator) && is(Fact::ForAdministration) && !is(Fact::ConcernsSelf)
        }
        Operation::ReadAuditLog => is(Fact::Auditor) && is(Fact::ForCompliance),
    }
}

fn every_case() -> impl Iterator<Item = (Operation, Facts)> {
    Facts::every().flat_map(|facts| Operation::ALL.iter().map(move |&operation| (operation, facts)))
}

#[test]
fn the_rules_say_what_is_meant() {
    let policy = PolicySet::default_policy();
    for (operation, facts) in every_case() {
        let evaluation = policy.evaluate(operation, facts);
        assert_eq!(evaluation.is_permitted(), meant(operation, facts), "{operation:?} {facts:?}");
        assert_eq!(policy.permits(operation, facts), meant(operation, facts), "{operation:?} {facts:?}");
    }
}

#[test]
fn no_permit_lacks_an_audit_record_or_a_rule() {
    let policy = PolicySet::default_policy();
    for (operation, facts) in every_case() {
        let evaluation = policy.evaluate(operation, facts);
        if evaluation.is_permitted() {
            assert!(evaluation.obligations().contains(&Obligation::Audit), "{operation:?} {facts:?}");
            assert!(!evaluation.determining().is_empty());
            assert!(evaluation.why_not().is_empty());
        } else {
            assert!(evaluation.obligations().is_empty());
        }
    }
}

#[test]
fn behind_broken_glass_nothing_is_written_and_somebody_is_told() {
    let policy = PolicySet::default_policy();
    for (operation, facts) in every_case() {
        let unassigned = facts.hold(Fact::GlassBroken) && !facts.hold(Fact::Assigned);
        if !unassigned || !policy.permits(operation, facts) {
            continue;
        }
        let evaluation = policy.evaluate(operation, facts);
        if operation.resource() == ResourceType::CaseNote {
            assert_eq!(operation.action(), Action::Read, "{facts:?}");
            assert!(evaluation.obligations().contains(&Obligation::Notify(Role::Supervisor)));
            assert!(evaluation.obligations().contains(&Obligation::Review { within_hours: 72 }));
        }
    }
}

#[test]
fn a_denial_names_every_rule_that_denies_and_what_each_other_lacked() {
    let policy = PolicySet::default_policy();
    for (operation, facts) in every_case() {
        let evaluation = policy.evaluate(operation, facts);
        if evaluation.is_permitted() {
            continue;
        }
        let denies = |rule: &&Rule| rule.effect() == Effect::Deny;
        let expected = policy.rules().iter().filter(denies);
        let expected = expected.filter(|rule| rule.applies_to(operation) && rule.matches(facts));
        assert!(evaluation.determining().iter().eq(expected.map(Rule::id)), "{operation:?} {facts:?}");
        for why in evaluation.why_not() {
            assert!(!why.missing.is_empty() || !why.in_the_way.is_empty());
            assert_eq!(why.missing.and(facts.as_set()), Set::EMPTY);
        }
    }
}

#[test]
fn no_rules_permit_nothing() {
    let empty = PolicySet::new(1, Vec::new()).unwrap();
    assert!(every_case().all(|(operation, facts)| !empty.permits(operation, facts)));
}

/// For each rule that permits, and each of its conditions: one case where the rule alone permits, and
/// a case that differs in that condition, where nothing does.
#[test]
fn each_condition_of_each_rule_makes_the_difference_somewhere() {
    let policy = PolicySet::default_policy();
    for rule in policy.rules().iter().filter(|rule| rule.effect() == Effect::Permit) {
        for condition in rule.required().iter() {
            let operations = Operation::ALL.iter().copied().filter(|&operation| rule.applies_to(operation));
            let mut cases = operations.flat_map(|operation| sole(&policy, rule, operation));
            let boundary = cases.any(|(operation, facts)| {
                let mut beyond = neighbours(facts, condition);
                beyond.any(|facts| !policy.permits(operation, facts))
            });
            assert!(boundary, "{condition:?} of {:?} makes no difference", rule.id());
        }
    }
}

fn sole<'a>(
    policy: &'a PolicySet,
    rule: &'a Rule,
    operation: Operation,
) -> impl Iterator<Item = (Operation, Facts)> + 'a {
    let alone = move |facts: &Facts| {
        rule.matches(*facts) && {
            policy.permits(operation, *facts)
                && policy.evaluate(operation, *facts).determining() == std::slice::from_ref(rule.id())
        }
    };
    Facts::every().filter(alone).take(1).map(move |facts| (operation, facts))
}

/// Cases without `condition` that are otherwise the same; the purpose is always some purpose.
fn neighbours(facts: Facts, condition: Fact) -> impl Iterator<Item = Facts> {
    let purposes = Set::of(&[
        Fact::ForTreatment,
        Fact::ForBreakTheGlass,
        Fact::ForOperations,
        Fact::ForAdministration,
        Fact::ForCompliance,
    ]);
    let varies = if purposes.contains(condition) { purposes } else { Set::of(&[condition]) };
    Facts::every().filter(move |other| {
        !other.hold(condition) && other.as_set().minus(varies) == facts.as_set().minus(varies)
    })
}
