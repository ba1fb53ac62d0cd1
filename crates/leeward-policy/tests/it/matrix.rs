use leeward_policy::{Action, DecisionMatrix, Fact, Obligation, PolicySet, ResourceType, Role, Rule};

/// A change of a rule shows as a changed line: read it, and copy it over if it is meant.
#[test]
fn the_default_policy_permits_exactly_this() {
    let matrix = DecisionMatrix::of(&PolicySet::default_policy()).to_string();
    assert_eq!(matrix, include_str!("../decision-matrix.txt"), "the table is now:\n{matrix}");
}

#[test]
fn the_default_policy_has_this_hash() {
    let policy = PolicySet::default_policy();
    assert_eq!(policy.version(), 1);
    assert_eq!(policy.hash().to_string(), "cf9e62d4941d9cdfec4cd173fce0c2f2d7af946ff2f829d7c2b0410f74403c1b");
}

#[test]
fn the_order_of_rules_does_not_matter_to_the_hash_and_their_content_does() {
    let policy = PolicySet::default_policy();
    let mut rules = policy.rules().to_vec();
    rules.reverse();
    assert_eq!(PolicySet::new(1, rules.clone()).unwrap().hash(), policy.hash());
    assert_ne!(PolicySet::new(2, rules.clone()).unwrap().hash(), policy.hash());
    let last = rules.pop().unwrap();
    rules.push(last.version(2));
    assert_ne!(PolicySet::new(1, rules).unwrap().hash(), policy.hash());
}

/// Computed from the description of the canonical bytes by a program of its own.
#[test]
fn the_hash_of_one_rule_is_known() {
    let rule = Rule::permit("own")
        .version(3)
        .on(&[Action::Read], &[ResourceType::CaseNote])
        .all(&[Fact::Counsellor, Fact::Assigned, Fact::ForTreatment, Fact::AalTwo])
        .none(&[Fact::Suspended, Fact::ConflictOfInterest])
        .obliging(&[
            Obligation::Audit,
            Obligation::Notify(Role::Supervisor),
            Obligation::Review { within_hours: 256 },
        ]);
    let policy = PolicySet::new(7, vec![rule]).unwrap();
    assert_eq!(policy.hash().to_string(), "5f53d6bcc5dadbb808b6768c536dfafda0049327509fde55f149c4724f7d30d8");
}
