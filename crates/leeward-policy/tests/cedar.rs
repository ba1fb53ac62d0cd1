//! Our rules in Cedar, decided by both, and what makes Cedar fail open by itself.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a failing test panics, and the seed is printed"
)]

use leeward_policy::cedar::cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityUid, Policy, PolicyId, PolicySet as Policies,
    Request, RestrictedExpression, Schema, ValidationMode, Validator,
};
use leeward_policy::{cedar::*, *};
use std::{
    collections::{BTreeSet, HashMap, HashSet},
    hash::{BuildHasher, RandomState},
    thread,
};

fn parsed(text: &CedarText) -> Policies {
    let one = |(id, text): (&RuleId, &str)| Policy::parse(Some(PolicyId::new(id.as_str())), text).unwrap();
    Policies::from_policies(text.policies().map(one)).unwrap()
}

#[test]
fn the_exported_default_policy_validates_strictly_and_without_warnings() {
    let text = CedarText::of(&PolicySet::default_policy());
    let (schema, warnings) = Schema::from_cedarschema_str(text.schema()).unwrap();
    assert_eq!(warnings.count(), 0);
    let policies = parsed(&text);
    let result = Validator::new(schema).validate(&policies, ValidationMode::Strict);
    let said = result.validation_errors().map(ToString::to_string);
    let said = said.chain(result.validation_warnings().map(ToString::to_string)).collect::<Vec<_>>();
    assert_eq!(said, Vec::<String>::new());
    for rule in PolicySet::default_policy().rules() {
        let policy = policies.policy(&PolicyId::new(rule.id().as_str())).unwrap();
        assert_eq!(policy.annotation("id"), Some(rule.id().as_str()));
        assert_eq!(policy.annotation("obligations").is_some(), rule.obligations().iter().next().is_some());
    }
}

#[test]
fn a_rule_reads_as_it_is_meant() {
    let rule = Rule::permit("statistics-for-research")
        .version(3)
        .to(&[Operation::ReadStatistics])
        .for_purposes(&[Purpose::Research, Purpose::PublicHealth])
        .all(&[Fact::AalTwo])
        .none(&[Fact::Suspended, Fact::ConflictOfInterest])
        .any(&[Fact::Auditor, Fact::Supervisor])
        .obliging(&[Obligation::Audit, Obligation::Notify(Role::PrivacyOfficer)]);
    let text = CedarText::of(&PolicySet::new(1, vec![rule]).unwrap()).to_string();
    assert_eq!(
        text.trim(),
        r#"@id("statistics-for-research")
@version("3")
@obligations("audit; notify privacy-officer")
permit (principal, action in [Leeward::Action::"read statistics"], resource)
when { context.aal2 }
unless { context.suspended || context.conflict_of_interest }
when { context.supervisor || context.auditor }
when { ["HRESCH", "PUBHLTH"].contains(context.purpose) };"#
    );
}

#[test]
fn forty_thousand_random_requests_have_one_answer_by_the_same_rules() {
    let seed = std::env::var("LEEWARD_CEDAR_SEED").ok().map(|seed| seed.parse().unwrap());
    let seed = seed.unwrap_or_else(|| RandomState::new().hash_one(0));
    println!("LEEWARD_CEDAR_SEED={seed}");
    let policy = PolicySet::default_policy();
    let cedar = CedarRules::of(&policy).unwrap();
    let compared = thread::scope(|scope| {
        let parts = [0, 1, 2, 3].map(|part| {
            let (policy, cedar) = (&policy, &cedar);
            scope.spawn(move || compare(policy, cedar, seed.wrapping_add(part), 10_000))
        });
        parts.map(|part| part.join().unwrap())
    });
    let permitted = compared.iter().map(|(permitted, _)| permitted).sum::<u32>();
    assert!((4_000..36_000).contains(&permitted), "seed {seed}: {permitted} permitted");
    let determined = compared.into_iter().flat_map(|(_, rules)| rules).collect::<BTreeSet<_>>();
    assert_eq!(determined.len(), policy.rules().len(), "seed {seed}: a rule never determined anything");
}

/// How many were permitted, and which rules ever determined an answer.
fn compare(policy: &PolicySet, cedar: &CedarRules, seed: u64, requests: u32) -> (u32, BTreeSet<RuleId>) {
    let mut random = Random(seed);
    let (mut permitted, mut determined) = (0, BTreeSet::new());
    for _ in 0..requests {
        let (operation, purpose, facts) = random.request(policy);
        let why = policy.explain(operation, purpose, facts);
        let ours = match why.evaluation.is_permitted() {
            true => CedarAnswer::Permit(why.determining.clone()),
            false => CedarAnswer::Deny(why.determining.clone()),
        };
        let theirs = cedar.evaluate(operation, purpose, facts);
        assert_eq!(theirs, ours, "seed {seed}: {operation:?} {purpose:?} {facts:?}");
        permitted += u32::from(ours.is_permitted());
        determined.extend(why.determining);
    }
    (permitted, determined)
}

/// `SplitMix64`.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    fn one_of<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// What some rule asks for, with a few facts changed, so that neither answer is rare.
    fn request(&mut self, policy: &PolicySet) -> (Operation, Purpose, Facts) {
        let at = self.below(policy.rules().len());
        let rule = &policy.rules()[at];
        let operation = self.one_of(&rule.operations().iter().collect::<Vec<_>>());
        let purpose = match self.below(8) {
            0 => self.one_of(Purpose::ALL),
            _ => self.one_of(&rule.purposes().iter().collect::<Vec<_>>()),
        };
        loop {
            if let Some(facts) = Facts::from_set(self.facts(rule)) {
                return (operation, purpose, facts);
            }
        }
    }

    fn facts(&mut self, rule: &Rule) -> Set<Fact> {
        let usual = Set::of(&[Fact::AalTwo, Fact::Trained, Fact::Consented]);
        let mut facts = if self.below(4) > 0 { usual } else { Set::EMPTY };
        if !rule.alternatives().is_empty() {
            facts = facts.with(self.one_of(&rule.alternatives().iter().collect::<Vec<_>>()));
        }
        facts = facts.or(rule.required()).minus(rule.forbidden());
        for _ in 0..self.below(4) {
            let fact = self.one_of(Fact::ALL);
            facts = if facts.contains(fact) { facts.without(fact) } else { facts.with(fact) };
        }
        facts
    }
}

const SCHEMA: &str = "
    entity Group;
    entity User in [Group] { blocked: Bool, level: Long };
    entity Note { open: Bool };
    action read appliesTo { principal: [User], resource: [Note], context: { night: Bool } };
";
const RULES: &str = r#"
    @id("everybody-reads") permit (principal, action == Action::"read", resource);
    @id("not-the-blocked") forbid (principal is User, action == Action::"read", resource) when { principal.blocked };
    @id("not-the-banned") forbid (principal in Group::"banned", action == Action::"read", resource);
    @id("not-at-night") forbid (principal, action == Action::"read", resource) when { context.night };
"#;

fn uid(text: &str) -> EntityUid {
    text.parse().unwrap()
}

fn user(blocked: bool, level: i64, groups: &[&str]) -> Entity {
    let attributes = HashMap::from([
        ("blocked".to_owned(), RestrictedExpression::new_bool(blocked)),
        ("level".to_owned(), RestrictedExpression::new_long(level)),
    ]);
    Entity::new(uid(r#"User::"anna""#), attributes, groups.iter().map(|group| uid(group)).collect()).unwrap()
}

fn group(name: &str) -> Entity {
    Entity::new_no_attrs(uid(name), HashSet::new())
}

fn note() -> Entity {
    let attributes = HashMap::from([("open".to_owned(), RestrictedExpression::new_bool(true))]);
    Entity::new(uid(r#"Note::"n""#), attributes, HashSet::new()).unwrap()
}

fn by_day() -> Context {
    Context::from_pairs([("night".to_owned(), RestrictedExpression::new_bool(false))]).unwrap()
}

fn reads(rules: &str, context: Context, entities: Vec<Entity>) -> CedarAnswer {
    let policies = CedarPolicies::read(SCHEMA, rules).unwrap();
    policies.decide(
        &uid(r#"User::"anna""#),
        &uid(r#"Action::"read""#),
        &uid(r#"Note::"n""#),
        context,
        entities,
    )
}

/// What Cedar by itself answers, without a schema at hand.
fn cedar_alone(rules: &str, context: Context, entities: Vec<Entity>) -> Decision {
    let [principal, action, resource] = [r#"User::"anna""#, r#"Action::"read""#, r#"Note::"n""#].map(uid);
    let request = Request::new(principal, action, resource, context, None).unwrap();
    let entities = Entities::from_entities(entities, None).unwrap();
    Authorizer::new().is_authorized(&request, &rules.parse().unwrap(), &entities).decision()
}

fn rule_ids(ids: &[&'static str]) -> Vec<RuleId> {
    ids.iter().map(|&id| RuleId::from(id)).collect()
}

#[test]
fn rules_of_a_service_decide_over_its_entities() {
    let permitted = CedarAnswer::Permit(rule_ids(&["everybody-reads"]));
    assert_eq!(reads(RULES, by_day(), vec![user(false, 1, &[]), note()]), permitted);
    let blocked = CedarAnswer::Deny(rule_ids(&["not-the-blocked"]));
    assert_eq!(reads(RULES, by_day(), vec![user(true, 1, &[]), note()]), blocked);
    let banned = vec![user(true, 1, &[r#"Group::"banned""#]), group(r#"Group::"banned""#), note()];
    let both = CedarAnswer::Deny(rule_ids(&["not-the-banned", "not-the-blocked"]));
    assert_eq!(reads(RULES, by_day(), banned), both);
    let none =
        r#"@id("never") permit (principal, action == Action::"read", resource) when { context.night };"#;
    assert_eq!(reads(none, by_day(), vec![user(false, 1, &[]), note()]), CedarAnswer::Deny(Vec::new()));
}

#[test]
fn an_absent_principal_is_denied_where_cedar_alone_permits() {
    assert_eq!(cedar_alone(RULES, by_day(), vec![note()]), Decision::Allow);
    assert_eq!(reads(RULES, by_day(), vec![note()]), CedarAnswer::Indeterminate);
}

#[test]
fn an_absent_resource_or_group_is_denied() {
    assert_eq!(reads(RULES, by_day(), vec![user(false, 1, &[])]), CedarAnswer::Indeterminate);
    // The group that was not loaded might be in the one that is banned: Cedar alone cannot see it.
    let unknown = vec![user(false, 1, &[r#"Group::"night-shift""#]), note()];
    assert_eq!(cedar_alone(RULES, by_day(), unknown.clone()), Decision::Allow);
    assert_eq!(reads(RULES, by_day(), unknown), CedarAnswer::Indeterminate);
}

#[test]
fn a_missing_attribute_of_the_context_is_denied_where_cedar_alone_permits() {
    let entities = || vec![user(false, 1, &[]), note()];
    assert_eq!(cedar_alone(RULES, Context::empty(), entities()), Decision::Allow);
    assert_eq!(reads(RULES, Context::empty(), entities()), CedarAnswer::Indeterminate);
}

#[test]
fn a_rule_that_fails_denies_where_cedar_alone_permits() {
    let rules = format!(
        "{RULES} @id(\"not-the-high\") forbid (principal is User, action == Action::\"read\", resource) \
         when {{ principal.level + 1 > 5 }};"
    );
    let entities = |level| vec![user(false, level, &[]), note()];
    assert!(reads(&rules, by_day(), entities(1)).is_permitted());
    assert_eq!(cedar_alone(&rules, by_day(), entities(i64::MAX)), Decision::Allow);
    assert_eq!(reads(&rules, by_day(), entities(i64::MAX)), CedarAnswer::Indeterminate);
}

#[test]
fn an_entity_or_an_action_outside_of_the_schema_is_denied() {
    let odd = Entity::new_no_attrs(uid(r#"User::"anna""#), HashSet::new());
    assert_eq!(reads(RULES, by_day(), vec![odd, note()]), CedarAnswer::Indeterminate);
    let policies = CedarPolicies::read(SCHEMA, RULES).unwrap();
    let [anna, write, n] = [r#"User::"anna""#, r#"Action::"write""#, r#"Note::"n""#].map(uid);
    let answer = policies.decide(&anna, &write, &n, by_day(), vec![user(false, 1, &[]), note()]);
    assert_eq!(answer, CedarAnswer::Indeterminate);
}

fn refused(rules: &str) -> CedarError {
    CedarRules::read(rules).unwrap_err()
}

#[test]
fn rules_that_are_not_sound_are_refused() {
    let permit =
        |id: &str, when: &str| format!("{id} permit (principal, action, resource) when {{ {when} }};");
    assert!(CedarRules::read(&permit("@id(\"a\")", "context.auditor")).is_ok());
    assert!(matches!(refused(&permit("", "true")), CedarError::Nameless { place: 1 }));
    assert!(matches!(refused(&permit("@id(\"A b\")", "true")), CedarError::Nameless { place: 1 }));
    let twice = permit("@id(\"a\")", "context.auditor") + &permit("@id(\"a\")", "context.seeker");
    assert!(matches!(refused(&twice), CedarError::DuplicateId { place: 2 }));
    assert!(matches!(refused(&permit("@id(\"a\")", "context.sober")), CedarError::Unsound { .. }));
    assert!(matches!(refused(&permit("@id(\"a\")", "principal in resource")), CedarError::Unsound { .. }));
    let named = permit("@id(\"a\")", r#"principal == Leeward::Requester::"anna""#);
    assert!(matches!(refused(&named), CedarError::Unsound { .. }));
    assert!(matches!(refused("permit (whoever);"), CedarError::Unreadable(_)));
    let template = "@id(\"a\") permit (principal == ?principal, action, resource);";
    assert!(matches!(refused(template), CedarError::Template));
    // A policy about an entity that the caller would have to have loaded two steps away.
    let far = r#"@id("a") permit (principal, action, resource) when { principal.best.blocked };"#;
    let schema = "entity User { best: User, blocked: Bool };
        action read appliesTo { principal: [User], resource: [User] };";
    assert!(matches!(CedarPolicies::read(schema, far), Err(CedarError::Unsound { .. })));
    assert!(matches!(CedarPolicies::read("entity", RULES), Err(CedarError::Schema(_))));
}

#[test]
fn text_that_would_exhaust_the_stack_is_refused_and_the_longest_chain_is_not() {
    let chain = |links| {
        let when = vec!["context.auditor"; links].join(" && ");
        format!("@id(\"a\") permit (principal, action, resource) when {{ {when} }};")
    };
    CedarRules::read(&chain(MAX_JOINTS / 3 - 2)).unwrap();
    let longest = Rule::deny("longest").to(&[Operation::ReadStatistics]).for_purposes(&[Purpose::Research]);
    let policy = PolicySet::default_policy().to_builder(2).rule(longest.any(Fact::ALL)).build().unwrap();
    CedarRules::of(&policy).unwrap();
    assert!(matches!(refused(&chain(MAX_JOINTS)), CedarError::TooDeep { line: 1 }));
    assert!(matches!(refused(&"(".repeat(MAX_DEPTH + 1)), CedarError::TooDeep { .. }));
    assert!(matches!(refused(&" ".repeat(MAX_BYTES + 1)), CedarError::TooLong { .. }));
}

#[test]
fn no_rules_deny_everything() {
    let rules = CedarRules::read("").unwrap();
    let facts = Facts::from_set(Set::of(&[Fact::Auditor])).unwrap();
    let answer = rules.evaluate(Operation::ReadAuditLog, Purpose::Compliance, facts);
    assert_eq!(answer, CedarAnswer::Deny(Vec::new()));
}
