use crate::{
    cubes::roles,
    meaning::{Case, is_about_a_record, permitted, shows_content, takes_out, tells},
};
use leeward_policy::{
    Evaluation, Fact, Facts, Obligation, ObligationKind, Operation, PolicySet, Purpose, Role, Set,
};

/// One role at a time, and some of those that one person may have together.
fn people() -> Vec<Set<Fact>> {
    let together = [
        [Fact::Counsellor, Fact::Administrator],
        [Fact::Supervisor, Fact::WorkgroupManager],
        [Fact::Counsellor, Fact::Auditor],
        [Fact::Supervisor, Fact::PrivacyOfficer],
        [Fact::Moderator, Fact::PeerSupporter],
        [Fact::Administrator, Fact::Moderator],
        [Fact::Administrator, Fact::PrivacyOfficer],
    ];
    let pairs = together.iter().map(|pair| Set::of(pair));
    roles().map(|role| Set::of(&[role])).chain(pairs).chain([Set::EMPTY]).collect()
}

/// The facts besides roles that matter to an operation, by its rules, and those that must never be passed by.
fn relevant(policy: &PolicySet, operation: Operation) -> Vec<Fact> {
    let always = [Fact::Suspended, Fact::ConflictOfInterest, Fact::AalTwo, Fact::Assigned, Fact::GlassBroken];
    let rules = policy.rules().iter().filter(|rule| rule.operations().contains(operation));
    let mentioned = rules.fold(Set::of(&always), |facts, rule| {
        facts.or(rule.required()).or(rule.forbidden()).or(rule.alternatives())
    });
    let roles = roles().fold(Set::EMPTY, Set::with);
    mentioned.minus(roles).iter().collect()
}

fn subsets(of: &[Fact]) -> impl Iterator<Item = Set<Fact>> {
    (0..1_usize << of.len()).map(move |bits| {
        let chosen = of.iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1);
        chosen.fold(Set::EMPTY, |set, (_, fact)| set.with(*fact))
    })
}

/// What no rule may bring about, whatever the rest says.
fn keeps_its_promises(operation: Operation, purpose: Purpose, facts: Facts) {
    let told = || format!("{operation:?} {purpose:?} {facts:?}");
    let staff = !facts.hold(Fact::Seeker) && !facts.hold(Fact::Service);
    assert!(!facts.hold(Fact::Suspended), "suspended: {}", told());
    assert!(!staff || facts.hold(Fact::AalTwo), "assurance: {}", told());
    let manages = facts.hold(Fact::Administrator) || facts.hold(Fact::WorkgroupManager);
    assert!(!manages || !(shows_content(operation) || tells(operation)), "manager: {}", told());
    let glass = purpose == Purpose::BreakTheGlass;
    let conflict = facts.hold(Fact::ConflictOfInterest) && is_about_a_record(operation);
    assert!(!conflict || operation == Operation::Restrict, "conflict: {}", told());
    assert!(!glass || !takes_out(operation), "glass takes out: {}", told());
    let related = facts.hold(Fact::Assigned) || facts.hold(Fact::OwnRecord);
    let open = glass && facts.hold(Fact::GlassBroken) && operation.action() == leeward_policy::Action::Read;
    assert!(!shows_content(operation) || related || open, "content: {}", told());
}

fn is_watched(evaluation: &Evaluation) -> bool {
    let obligations = evaluation.obligations().iter().collect::<Vec<_>>();
    let kinds = [ObligationKind::Audit, ObligationKind::Review, ObligationKind::DiscloseToPerson];
    let told = [Role::Supervisor, Role::PrivacyOfficer].map(Obligation::Notify);
    kinds.into_iter().all(|kind| obligations.iter().any(|one| one.kind() == kind))
        && told.iter().all(|one| obligations.contains(one))
}

#[test]
fn over_a_small_world_the_rules_say_what_is_meant() {
    let policy = PolicySet::default_policy();
    let (mut cases, mut permits) = (0_u64, 0_u64);
    for &operation in Operation::ALL {
        let relevant = relevant(&policy, operation);
        for person in people() {
            let worlds = subsets(&relevant).filter_map(|facts| Facts::from_set(facts.or(person)));
            for facts in worlds {
                for &purpose in Purpose::ALL {
                    let permits_it = policy.permits(operation, purpose, facts);
                    let meant = permitted(operation, &Case::new(facts.as_set(), purpose));
                    assert_eq!(permits_it, meant, "{operation:?} {purpose:?} {facts:?}");
                    cases += 1;
                    if permits_it {
                        permits += 1;
                        keeps_its_promises(operation, purpose, facts);
                        let about_self = facts.hold(Fact::ConcernsSelf);
                        let evaluation = policy.evaluate(operation, purpose, facts);
                        assert!(purpose != Purpose::BreakTheGlass || about_self || is_watched(&evaluation));
                    }
                }
            }
        }
    }
    println!("{cases} cases, {permits} permitted");
    assert!(cases > 1_000_000 && permits > 1_000, "{cases} cases, {permits} permitted");
}
