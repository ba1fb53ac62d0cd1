use crate::{
    meaning::{Case, permitted},
    suite::{Rules, Vector, questions},
};
use leeward_policy::{Effect, Facts, PolicySet};

fn expected(vector: &Vector) -> bool {
    permitted(vector.operation, &Case::new(vector.facts, vector.purpose))
}

#[test]
fn at_both_sides_of_every_condition_the_rules_say_what_is_meant() {
    let (rules, policy) = (Rules::of_default(), PolicySet::default_policy());
    let suite = rules.suite();
    for vector in &suite {
        let facts = Facts::from_set(vector.facts).expect("facts that can be");
        let permits = policy.permits(vector.operation, vector.purpose, facts);
        let rule = rules.rules[vector.rule].id();
        assert_eq!(permits, expected(vector), "{rule} {vector:?}");
    }
    assert!(suite.len() > 5_000, "{} cases", suite.len());
}

/// All but one, which is there for rules that a service adds: no rule of the default policy would let anything
/// out behind broken glass.
#[test]
fn every_rule_decides_something_alone() {
    let rules = Rules::of_default();
    let mut idle = Vec::new();
    for (at, rule) in rules.rules.iter().enumerate() {
        let inside = crate::cubes::Cube::of(rule);
        let mut questions = questions(rule).into_iter();
        let found =
            questions.find_map(|question| Some((question, rules.matters(at, question, &inside, &[])?)));
        let Some(((operation, purpose), facts)) = found else {
            idle.push(rule.id().as_str());
            continue;
        };
        let meant = permitted(operation, &Case::new(facts, purpose));
        assert_eq!(meant, rule.effect() == Effect::Permit, "{} {operation:?} {facts:?}", rule.id());
    }
    assert_eq!(idle, ["nothing-leaves-behind-glass"]);
}
