//! What a policy may not say.

use leeward_policy::{
    Action, Fact, Facts, Flaw, Invariant, Member, Obligation, Operation, PolicyError, PolicySet, Purpose,
    ResourceType, Role, Rule,
};

const CARE: [Fact; 4] = [Fact::Counsellor, Fact::Assigned, Fact::Trained, Fact::AalTwo];

const NEVER: [Fact; 4] =
    [Fact::Suspended, Fact::ConflictOfInterest, Fact::Administrator, Fact::WorkgroupManager];

fn read(id: &'static str, facts: &[Fact]) -> Rule {
    unless(&NEVER, id, facts).obliging(&[Obligation::Audit])
}

fn unless(none: &[Fact], id: &'static str, facts: &[Fact]) -> Rule {
    Rule::permit(id)
        .on(&[Action::Read], &[ResourceType::CaseNote])
        .for_purposes(&[Purpose::Treatment])
        .all(facts)
        .none(none)
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

#[test]
fn the_default_policy_is_sound() {
    assert_eq!(PolicySet::default_policy().validate(), Ok(()));
}

#[test]
fn a_careful_rule_of_ones_own_is_sound() {
    assert_eq!(flaws(vec![read("own", &CARE)]), []);
}

#[test]
fn no_rules_permit_nothing() {
    let empty = PolicySet::new(1, Vec::new()).unwrap();
    assert!(empty.is_empty());
    let facts = Facts::from_set(leeward_policy::Set::of(&CARE)).unwrap();
    assert!(!empty.permits(Operation::ReadCaseNote, Purpose::Treatment, facts));
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
    let no_purpose = Rule::deny("no-purpose").to(Operation::ALL).for_purposes(&[]);
    for (name, rule) in [("nothing", nothing), ("no-pair", no_pair), ("no-purpose", no_purpose)] {
        assert_eq!(flaws(vec![rule]), [Flaw::NoOperation { rule: name.into() }]);
    }
}

#[test]
fn conditions_that_cannot_be_met_are_refused() {
    let two_states = read("own", &[Fact::Consented, Fact::ConsentRevoked]);
    let contradiction = read("own", &CARE).none(&[Fact::Assigned]);
    let aal3_below_aal2 = read("own", &[Fact::AalThree]).none(&[Fact::AalTwo]);
    let seeker_with_a_role = read("own", &[Fact::Seeker]).any(&[Fact::Counsellor, Fact::Auditor]);
    for rule in [two_states, contradiction, aal3_below_aal2, seeker_with_a_role] {
        assert_eq!(flaws(vec![rule]), [Flaw::Unsatisfiable { rule: "own".into() }]);
    }
}

#[test]
fn a_rule_that_another_contradicts_is_refused() {
    let deny = Rule::deny("never").on(&[Action::Read], &[ResourceType::CaseNote]).all(&[Fact::Counsellor]);
    let expected = [Flaw::Contradictory { permit: "own".into(), deny: "never".into() }];
    assert_eq!(flaws(vec![read("own", &CARE), deny]), expected);
}

#[test]
fn a_rule_in_the_shadow_of_several_denials_is_refused() {
    let deny = |id: &'static str| Rule::deny(id).on(&[Action::Read], &[ResourceType::CaseNote]);
    let (closed, open) = (deny("closed").all(&[Fact::Closed]), deny("open").none(&[Fact::Closed]));
    let expected = Flaw::Shadowed { rule: "own".into(), denied_by: vec!["closed".into(), "open".into()] };
    assert_eq!(flaws(vec![read("own", &CARE), closed.clone(), open]), [expected]);
    let alternatives = deny("any").any(&[Fact::Closed, Fact::Counsellor]);
    let expected = Flaw::Contradictory { permit: "own".into(), deny: "any".into() };
    assert_eq!(flaws(vec![read("own", &CARE), alternatives]), [expected]);
    assert_eq!(flaws(vec![read("own", &CARE), closed]), []);
}

#[test]
fn a_rule_that_says_nothing_new_is_refused() {
    let subsumed =
        |rule: &'static str, by: &'static str| vec![Flaw::Subsumed { rule: rule.into(), by: by.into() }];
    let narrower = read("narrower", &CARE).all(&[Fact::OnDuty]);
    assert_eq!(flaws(vec![read("own", &CARE), narrower.clone()]), subsumed("narrower", "own"));
    let told = [Obligation::Notify(Role::Supervisor)];
    assert_eq!(flaws(vec![read("own", &CARE), narrower.obliging(&told)]), [], "it obliges to more");
    let (a, b) = (read("a", &CARE), read("b", &CARE));
    assert_eq!(flaws(vec![a, b]), subsumed("a", "b"), "one of two equals");
    let either = read("either", &CARE).any(&[Fact::OnDuty, Fact::Recent]);
    let one = read("one", &CARE).all(&[Fact::Recent]);
    assert_eq!(flaws(vec![either, one]), subsumed("one", "either"));
    let aal2 = Rule::deny("aal2").to(Operation::ALL).all(&[Fact::AalTwo]);
    let aal3 = Rule::deny("aal3").to(Operation::ALL).all(&[Fact::AalThree]);
    assert_eq!(flaws(vec![aal2, aal3]), subsumed("aal3", "aal2"));
}

#[test]
fn obligations_that_nobody_meets_or_that_are_none_are_refused() {
    let own = || "own".into();
    let deny =
        Rule::deny("own").on(&[Action::Read], &[ResourceType::CaseNote]).obliging(&[Obligation::Audit]);
    assert_eq!(flaws(vec![deny]), [Flaw::ObligesOnDeny { rule: own() }]);
    assert_eq!(flaws(vec![unless(&NEVER, "own", &CARE)]), [Flaw::ObligesToNothing { rule: own() }]);
    for nonsense in [Obligation::Service(16), Obligation::Review { within_hours: 0 }] {
        let rule = read("own", &CARE).obliging(&[nonsense]);
        assert_eq!(flaws(vec![rule]), [Flaw::NoSuchObligation { rule: own() }]);
    }
    let assigns = Rule::permit("own")
        .to(&[Operation::Assign])
        .all(&[Fact::Supervisor, Fact::AalTwo])
        .none(&[Fact::Suspended, Fact::ConflictOfInterest, Fact::ConcernsSelf])
        .obliging(&[Obligation::Audit, Obligation::Notify(Role::Auditor)]);
    assert_eq!(flaws(vec![assigns]), [Flaw::ObligesNobody { rule: own() }]);
}

/// A rule that breaks each invariant, and the operation by which it does.
#[test]
fn every_invariant_is_guarded_and_shown_by_an_example() {
    let glass = [Fact::Counsellor, Fact::GlassBroken, Fact::Trained, Fact::AalTwo];
    let assigned = |none: &[Fact]| unless(none, "own", &CARE).obliging(&[Obligation::Audit]);
    let op = |operation, facts: &[Fact]| read("own", facts).to(&[operation]);
    let watched = [Obligation::Notify(Role::Supervisor), Obligation::Review { within_hours: 1 }];
    let btg = [Purpose::BreakTheGlass];
    let open = [Fact::Counsellor, Fact::AalTwo, Fact::GlassEligible];
    let moderator = [Fact::Moderator, Fact::AalTwo];
    let reports =
        unless(&NEVER[..2], "own", &moderator).to(&[Operation::ReadReport]).obliging(&[Obligation::Audit]);
    let cases = [
        ("whoever-is-suspended-is-permitted-nothing", assigned(&NEVER[1..])),
        ("a-conflict-of-interest-permits-only-to-give-access-up", assigned(&[NEVER[0], NEVER[2], NEVER[3]])),
        ("managers-see-no-content", assigned(&NEVER[..3])),
        ("staff-sign-in-at-aal2", read("own", &CARE[..3])),
        ("everything-permitted-is-recorded", unless(&NEVER, "own", &CARE).obliging(&watched)),
        ("content-takes-a-relation", read("own", &[Fact::Auditor, Fact::AalTwo])),
        ("broken-glass-takes-its-purpose", read("own", &glass)),
        ("broken-glass-is-watched", read("own", &glass).for_purposes(&btg)),
        ("broken-glass-is-watched", read("own", &CARE).for_purposes(&btg)),
        ("reading-behind-glass-takes-broken-glass", read("own", &CARE).for_purposes(&btg)),
        ("broken-glass-is-for-reading", op(Operation::WriteCaseNote, &CARE).for_purposes(&btg)),
        ("managers-see-no-content", reports),
        ("beyond-reading-content-takes-an-assignment", op(Operation::WriteCaseNote, &glass)),
        ("beyond-reading-content-takes-an-assignment", op(Operation::JoinConversation, &glass)),
        ("nobody-gives-rights-to-themselves", op(Operation::Assign, &[Fact::Supervisor, Fact::AalTwo])),
        ("breaking-the-glass-takes-its-purpose", op(Operation::OpenBreakGlass, &open)),
        ("breaking-the-glass-is-watched", op(Operation::OpenBreakGlass, &open).for_purposes(&btg)),
        ("only-the-eligible-break-the-glass", op(Operation::OpenBreakGlass, &open[..2]).for_purposes(&btg)),
        ("the-next-use-waits-for-the-review", op(Operation::OpenBreakGlass, &open).for_purposes(&btg)),
        ("broken-glass-takes-nothing-out", op(Operation::ExportRecords, &glass).for_purposes(&btg)),
        ("a-second-person-approves-what-leaves", op(Operation::DiscloseIdentity, &CARE)),
    ];
    for (name, rule) in &cases {
        let found = flaws(vec![rule.clone()]);
        let example = found.iter().find_map(|flaw| match flaw {
            Flaw::Breaks { invariant, counterexample } if invariant.as_str() == *name => Some(counterexample),
            _ => None,
        });
        let example = example.unwrap_or_else(|| panic!("{name}: {found:?}"));
        assert!(rule.applies_to(example.operation, example.purpose), "{name}");
        assert!(rule.matches(example.facts) && Facts::is_possible(example.facts.as_set()), "{name}");
        assert_eq!(example.rules, ["own".into()]);
    }
    let guarded = cases.map(|(name, _)| name);
    assert!(Invariant::always().iter().all(|invariant| guarded.contains(&invariant.name().as_str())));
}

#[test]
fn an_invariant_of_ones_own_is_decided_too() {
    let only = Invariant::never("only-counsellors-write", &[Operation::WriteCaseNote])
        .when_none(&[Fact::Counsellor]);
    let build = |policy: PolicySet| policy.to_builder(2).invariant(only.clone()).build();
    let Err(PolicyError::Unsound { flaws }) = build(PolicySet::default_policy()) else { panic!() };
    let told = flaws.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        told,
        ["`only-counsellors-write` does not hold: write case-note for TREAT is permitted by \
          supervisor-writes-assigned when these facts alone hold: supervisor, assigned, aal2, trained"]
    );
    let without =
        PolicySet::default_policy().to_builder(2).remove("supervisor-writes-assigned").build().unwrap();
    assert!(build(without).is_ok());
}

#[test]
fn every_flaw_is_told_at_once() {
    let rules = vec![Rule::deny("a"), Rule::deny("b")];
    assert_eq!(flaws(rules).len(), 2);
    let many = (0..=PolicySet::MAX_RULES).map(|n| Rule::deny(format!("r{n}"))).collect();
    assert_eq!(flaws(many), [Flaw::TooManyRules { count: 4_097 }]);
}

/// Distinct rules, as many as there may be: each is for one service fact out of sixteen, and asks for others not.
#[test]
fn the_largest_policy_is_checked_in_bounded_time() {
    let facts = |bits: usize| -> Vec<Fact> {
        let service = Fact::ALL.iter().filter(|fact| fact.name().starts_with("service-"));
        service.enumerate().filter(|(bit, _)| bits >> bit & 1 == 1).map(|(_, fact)| *fact).collect()
    };
    let rule = |n: usize| {
        let operation = Operation::ALL[n % Operation::ALL.len()];
        // As many facts of sixteen in each, so that none implies another.
        let rule = Rule::deny(format!("r{n}")).to(&[operation]);
        rule.all(&facts(n)).none(&facts(!n & 0xFFF))
    };
    let rules = (0..PolicySet::MAX_RULES - 70).map(rule).chain(PolicySet::default_policy().rules().to_vec());
    let policy = PolicySet::new(1, rules.collect()).unwrap();
    assert!(policy.rules().len() > 4_000);
}
