use leeward_policy::{
    Fact, Facts, Member, Operation, Purpose, Set,
    cedar::{
        CedarAnswer, CedarPolicies, CedarRules, MAX_BYTES,
        cedar_policy::{
            Authorizer, Context, Decision, Entities, EntityUid, PolicySet, Request, RestrictedExpression,
        },
    },
};

const SCHEMA: &str = "
    entity Group;
    entity User in [Group] { blocked: Bool, level: Long, friend: User };
    entity Note { open: Bool, words?: String };
    action read, write appliesTo { principal: [User], resource: [Note], context: { night: Bool } };
";

/// Hostile text makes no rules, or rules that permit only what Cedar, asked with all of the text, permits without
/// an error; and nothing at all when nobody is among the entities.
pub fn policy_cedar(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(policies) = CedarPolicies::read(SCHEMA, text) {
        let answer = of_nobody(&policies);
        assert_eq!(answer, CedarAnswer::Indeterminate);
    }
    if let Ok(rules) = CedarRules::read(text) {
        assert!(text.len() <= MAX_BYTES);
        let all: PolicySet = text.parse().expect("it was read");
        for (at, &operation) in Operation::ALL.iter().enumerate() {
            compare(&rules, &all, operation, facts(data, at));
        }
    }
    drop(CedarPolicies::read(text, ""));
}

fn of_nobody(policies: &CedarPolicies) -> CedarAnswer {
    let [user, read, note] = [r#"User::"a""#, r#"Action::"read""#, r#"Note::"b""#].map(uid);
    let night = [("night".to_owned(), RestrictedExpression::new_bool(false))];
    let context = Context::from_pairs(night).expect("one attribute");
    policies.decide(&user, &read, &note, context, [])
}

fn compare(rules: &CedarRules, all: &PolicySet, operation: Operation, facts: Facts) {
    let action = uid(&format!("Leeward::Action::\"{}\"", operation.name()));
    let resource = uid(&format!("Leeward::{:?}::\"\"", operation.resource()));
    for &purpose in &[Purpose::Treatment, Purpose::Research] {
        let principal = uid(r#"Leeward::Requester::"""#);
        let request =
            Request::new(principal, action.clone(), resource.clone(), context(purpose, facts), None)
                .expect("without a schema every request is one");
        let response = Authorizer::new().is_authorized(&request, all, &Entities::empty());
        let failed = response.diagnostics().errors().next().is_some();
        let permitted = response.decision() == Decision::Allow && !failed;
        assert_eq!(rules.evaluate(operation, purpose, facts).is_permitted(), permitted);
    }
}

fn context(purpose: Purpose, facts: Facts) -> Context {
    let held =
        |&fact: &Fact| (fact.name().replace('-', "_"), RestrictedExpression::new_bool(facts.hold(fact)));
    let purpose = ("purpose".to_owned(), RestrictedExpression::new_string(purpose.name().to_owned()));
    Context::from_pairs(Fact::ALL.iter().map(held).chain([purpose])).expect("names that differ")
}

/// A combination of facts, drawn from the input.
fn facts(data: &[u8], at: usize) -> Facts {
    let drawn = data.iter().skip(at).take(8).fold(0, |bits: u64, byte| bits << 8 | u64::from(*byte));
    let set = Set::from_bits(drawn & Set::<Fact>::full().bits());
    let one_fact = Facts::from_set(Set::of(&[Fact::Auditor])).expect("one fact");
    set.and_then(Facts::from_set).unwrap_or(one_fact)
}

fn uid(text: &str) -> EntityUid {
    text.parse().expect("a name")
}
