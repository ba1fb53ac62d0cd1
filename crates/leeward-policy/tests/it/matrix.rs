use leeward_policy::{
    Action, DecisionMatrix, Effect, Fact, Member, Obligation, Operation, PolicySet, Purpose, ResourceType,
    Role, Rule, Set,
};

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
    assert_eq!(policy.hash().to_string(), "d0c8bcb5285bbb4986711f0e6f90593836afddc54ba75477860eda3d773807ee");
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
        .all(&[Fact::Counsellor, Fact::Assigned, Fact::AalTwo, Fact::Trained])
        .for_purposes(&[Purpose::Treatment])
        .none(&[Fact::Suspended, Fact::ConflictOfInterest, Fact::Administrator, Fact::WorkgroupManager])
        .any(&[Fact::OnDuty, Fact::Service15])
        .obliging(&[
            Obligation::Audit,
            Obligation::Notify(Role::Supervisor),
            Obligation::Review { within_hours: 256 },
        ]);
    let policy = PolicySet::new(7, vec![rule]).unwrap();
    assert_eq!(policy.hash().to_string(), "e23d86710025c6c4f0a9ad597c48eb4886c6c9d9abc31cd55170e18533582323");
}

#[test]
fn a_changed_rule_is_a_changed_line() {
    let old = PolicySet::default_policy();
    let rule = old.rules().iter().find(|rule| rule.id().as_str() == "moderator-sees-metadata").unwrap();
    let new = old.to_builder(2).replace(rule.clone().all(&[Fact::OnDuty])).build().unwrap();
    let diff = DecisionMatrix::of(&old).diff(&DecisionMatrix::of(&new));
    assert_eq!(
        diff.to_string(),
        "- read metadata | moderator | HOPERAT | aal2 | suspended, conflict-of-interest | \
         very-restricted-is-for-named-people | moderator-sees-metadata | audit\n\
         + read metadata | moderator | HOPERAT | on-duty, aal2 | suspended, conflict-of-interest | \
         very-restricted-is-for-named-people | moderator-sees-metadata | audit\n"
    );
    assert!(DecisionMatrix::of(&old).diff(&DecisionMatrix::of(&old)).is_empty());
}

#[test]
fn a_table_of_no_rules_says_so() {
    let empty = DecisionMatrix::of(&PolicySet::new(1, Vec::new()).unwrap());
    assert!(empty.to_string().ends_with("nothing is permitted to anybody\n"));
}

/// Which rules there are, and why: the table in `docs/default-policy.md`, whose last column is written by hand.
#[test]
fn every_default_rule_is_documented_with_its_clause() {
    let table = include_str!("../../docs/default-policy.md");
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `")).collect::<Vec<_>>();
    let policy = PolicySet::default_policy();
    let told = rows.iter().map(|row| row.rsplit_once(" | ").unwrap());
    let expected = policy.rules().iter().map(row).collect::<Vec<_>>();
    assert_eq!(told.clone().map(|(row, _)| row).collect::<Vec<_>>(), expected, "{}", expected.join("\n"));
    assert!(told.into_iter().all(|(_, clause)| clause.len() > 10));
}

fn row(rule: &Rule) -> String {
    fn names<T: Member>(set: Set<T>, all: usize) -> String {
        match set.len() {
            0 => "-".to_owned(),
            len if len == all => "any".to_owned(),
            len if len * 2 > all && all == Purpose::ALL.len() => {
                let but = Set::full().minus(set).iter().map(Member::name).collect::<Vec<_>>();
                format!("all but {}", but.join(", "))
            }
            _ => set.iter().map(Member::name).collect::<Vec<_>>().join(", "),
        }
    }
    let effect = if rule.effect() == Effect::Deny { "deny" } else { "permit" };
    let obligations = rule.obligations().to_string();
    let cells = [
        format!("{}`", rule.id()),
        effect.to_owned(),
        names(rule.operations(), Operation::ALL.len()),
        names(rule.purposes(), Purpose::ALL.len()),
        names(rule.required(), usize::MAX),
        names(rule.forbidden(), usize::MAX),
        names(rule.alternatives(), usize::MAX),
        if obligations.is_empty() { "-".to_owned() } else { obligations },
    ];
    cells.join(" | ")
}

/// A rule that asks for two roles at once hides from no reviewer.
#[test]
fn every_rule_that_permits_has_a_line() {
    let rule = |id: &'static str| {
        Rule::permit(id)
            .to(&[Operation::ReadStatistics])
            .none(&[Fact::Suspended])
            .obliging(&[Obligation::Audit])
    };
    let both = rule("both").all(&[Fact::Auditor, Fact::Moderator, Fact::AalTwo]);
    let roles = Role::ALL.iter().map(|role| Fact::from_name(role.name()).unwrap()).collect::<Vec<_>>();
    let none = rule("none").all(&[Fact::AalTwo, Fact::OnDuty]).none(&roles);
    let matrix = DecisionMatrix::of(&PolicySet::new(1, vec![both, none]).unwrap());
    assert_eq!(
        matrix.lines(),
        [
            "read statistics | moderator and auditor | any | aal2 | suspended | - | both | audit",
            "read statistics | no role | any | on-duty, aal2 | suspended | - | none | audit",
        ]
    );
    let policy = PolicySet::default_policy();
    let default = DecisionMatrix::of(&policy).to_string();
    let mut permits = policy.rules().iter().filter(|rule| rule.effect() == Effect::Permit);
    assert!(permits.all(|rule| default.contains(&format!(" | {} | ", rule.id()))));
}
