//! What a policy may not say.

use leeward_policy::{
    Action, Fact, Flaw, Invariant, Obligation, Operation, PolicyError, PolicySet, ResourceType, Role, Rule,
};

const CARE: [Fact; 4] = [Fact::Counsellor, Fact::Assigned, Fact::ForTreatment, Fact::AalTwo];

const NEVER: [Fact; 2] = [Fact::Suspended, Fact::ConflictOfInterest];

fn read(id: &'static str, facts: &[Fact]) -> Rule {
    unless(&NEVER, id, facts).obliging(&[Obligation::Audit])
}

fn unless(none: &[Fact], id: &'static str, facts: &[Fact]) -> Rule {
    Rule::permit(id).on(&[Action::Read], &[ResourceType::CaseNote]).all(facts).none(none)
}

#[test]
fn what_is_said_twice_of_a_rule_is_asked_for_twice() {
    let rule = unless(&NEVER[..1], "own", &CARE[..2]).all(&CARE[2..]).none(&NEVER[1..]);
    let rule = rule.obliging(&[Obligation::Audit]).obliging(&[]);
    assert_eq!(rule, read("own", &CARE));
}

fn flaws(rules: Vec<Rule>) -> Vec<Flaw> {
    match PolicySet::new(1, rules) {
        Ok(_) => Vec::new(),
        Err(PolicyError::Unsound { flaws }) => flaws,
        Err(other) => panic!("{other:?}"),
    }
}

fn breaks(operation: Operation, invariant: Invariant) -> Flaw {
    Flaw::Breaks { operation, invariant }
}

#[test]
fn the_default_policy_is_sound() {
    assert_eq!(PolicySet::default_policy().validate(), Ok(()));
}

#[test]
fn a_careful_rule_of_ones_own_is_sound() {
    assert_eq!(flaws(vec![read("own", &CARE)]), []);
}

#[test]
fn two_rules_of_one_name_are_refused() {
    let twice = vec![read("own", &CARE), read("own", &CARE).version(2)];
    assert_eq!(flaws(twice), [Flaw::DuplicateId { rule: "own".into() }]);
}

#[test]
fn malformed_names_are_refused() {
    for name in ["", "Own", "own rule", "own\n", "öwn"] {
        assert_eq!(flaws(vec![read(name, &CARE)]), [Flaw::MalformedId], "{name:?}");
    }
    let long = Rule::deny("x".repeat(65)).on(&[Action::Read], &[ResourceType::CaseNote]);
    assert_eq!(flaws(vec![long]), [Flaw::MalformedId]);
}

#[test]
fn a_rule_on_nothing_is_refused() {
    let nothing = Rule::deny("nothing");
    let no_pair = Rule::deny("no-pair").on(&[Action::Write], &[ResourceType::AuditLog]);
    for (name, rule) in [("nothing", nothing), ("no-pair", no_pair)] {
        assert_eq!(flaws(vec![rule]), [Flaw::NoOperation { rule: name.into() }]);
    }
}

#[test]
fn conditions_that_cannot_be_met_are_refused() {
    let two_purposes = read("own", &[Fact::ForTreatment, Fact::ForOperations]);
    let contradiction = read("own", &CARE).none(&[Fact::Assigned]);
    let aal3_below_aal2 = read("own", &[Fact::AalThree]).none(&[Fact::AalTwo]);
    for rule in [two_purposes, contradiction, aal3_below_aal2] {
        assert_eq!(flaws(vec![rule]), [Flaw::Unsatisfiable { rule: "own".into() }]);
    }
}

#[test]
fn a_rule_in_the_shadow_of_a_denial_is_refused() {
    let shadow = Rule::deny("shadow").on(&[Action::Read], &[ResourceType::CaseNote]).all(&[Fact::Counsellor]);
    let rules = vec![read("own", &CARE), shadow];
    assert_eq!(flaws(rules.clone()), [Flaw::Unreachable { rule: "own".into() }]);
    let elsewhere =
        rules.into_iter().chain([read("roster", &CARE).on(&[Action::Read], &[ResourceType::Roster])]);
    assert_eq!(flaws(elsewhere.collect()), [Flaw::Unreachable { rule: "own".into() }]);
}

#[test]
fn a_denial_cannot_oblige() {
    let deny = Rule::deny("own").on(&[Action::Read], &[ResourceType::CaseNote]);
    let deny = deny.obliging(&[Obligation::Audit]);
    assert_eq!(flaws(vec![deny]), [Flaw::ObligesOnDeny { rule: "own".into() }]);
}

#[test]
fn an_obligation_that_nobody_could_meet_is_refused() {
    let rule = Rule::permit("own")
        .on(&[Action::Assign], &[ResourceType::Conversation])
        .all(&[Fact::Supervisor, Fact::AalTwo])
        .none(&[Fact::Suspended, Fact::ConflictOfInterest, Fact::ConcernsSelf])
        .obliging(&[Obligation::Audit, Obligation::Notify(Role::Auditor)]);
    assert_eq!(flaws(vec![rule]), [Flaw::ObligesNobody { rule: "own".into() }]);
}

#[test]
fn every_invariant_is_guarded() {
    use Invariant::*;
    let glass = [Fact::Counsellor, Fact::GlassBroken, Fact::ForBreakTheGlass, Fact::AalTwo];
    let audited = |rule: Rule| rule.obliging(&[Obligation::Audit]);
    let on = |action, resource, rule: Rule| rule.on(&[action], &[resource]);
    let cases = [
        (Suspended, audited(unless(&[Fact::ConflictOfInterest], "own", &CARE))),
        (ConflictOfInterest, audited(unless(&[Fact::Suspended], "own", &CARE))),
        (WeakAssurance, read("own", &CARE[..3])),
        (Content, read("own", &[Fact::Administrator, Fact::AalTwo])),
        (Content, on(Action::Write, ResourceType::CaseNote, read("own", &glass))),
        (Content, on(Action::Join, ResourceType::Conversation, read("own", &glass))),
        (BreakGlass, read("own", &glass)),
        (BreakGlass, on(Action::BreakGlass, ResourceType::Conversation, read("own", &CARE))),
        (Unrecorded, unless(&NEVER, "own", &CARE)),
        (
            SelfService,
            on(Action::Assign, ResourceType::Conversation, read("own", &[Fact::Supervisor, Fact::AalTwo])),
        ),
    ];
    for (invariant, rule) in cases {
        let operation = Operation::ALL.iter().copied().find(|&operation| rule.applies_to(operation));
        let expected = breaks(operation.unwrap(), invariant);
        let found = flaws(vec![rule.clone()]);
        assert!(found.contains(&expected), "{rule:?}: {found:?}");
    }
}

#[test]
fn every_flaw_is_told_at_once() {
    let rules = vec![Rule::deny("a"), Rule::deny("b")];
    assert_eq!(flaws(rules).len(), 2);
    let many = (0..=PolicySet::MAX_RULES).map(|n| Rule::deny(format!("r{n}"))).collect();
    assert_eq!(flaws(many), [Flaw::TooManyRules { count: 1_001 }]);
}
