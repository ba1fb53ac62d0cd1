use crate::{
    cubes::Cube,
    meaning::{Case, permitted},
    suite::{Rules, Vector, questions},
};
use leeward_policy::{Effect, Fact, Facts, Member, Operation, Purpose, Rule, Set};

/// What changed, and the changed rule.
type Mutant = (String, Rule);

fn flipped<T: Copy + PartialEq>(set: Vec<T>, one: T, contains: bool) -> Vec<T> {
    if contains { set.into_iter().filter(|other| *other != one).collect() } else { [set, vec![one]].concat() }
}

fn rebuilt(
    rule: &Rule,
    effect: Effect,
    operations: &[Operation],
    purposes: &[Purpose],
    [all, none, any]: [Set<Fact>; 3],
) -> Rule {
    let id = rule.id().clone();
    let new = if effect == Effect::Permit { Rule::permit(id) } else { Rule::deny(id) };
    let list = |set: Set<Fact>| set.iter().collect::<Vec<_>>();
    new.to(operations).for_purposes(purposes).all(&list(all)).none(&list(none)).any(&list(any))
}

/// The rule with each of its bits changed.
fn mutants(rule: &Rule) -> Vec<Mutant> {
    let operations = rule.operations().iter().collect::<Vec<_>>();
    let purposes = rule.purposes().iter().collect::<Vec<_>>();
    let facts = [rule.required(), rule.forbidden(), rule.alternatives()];
    let id = rule.id();
    let other = if rule.effect() == Effect::Permit { Effect::Deny } else { Effect::Permit };
    let mut mutants = vec![(format!("{id}: effect"), rebuilt(rule, other, &operations, &purposes, facts))];
    for &one in Operation::ALL {
        let changed = flipped(operations.clone(), one, rule.operations().contains(one));
        let rule = rebuilt(rule, rule.effect(), &changed, &purposes, facts);
        mutants.push((format!("{id}: {}", one.name()), rule));
    }
    for &one in Purpose::ALL {
        let changed = flipped(purposes.clone(), one, rule.purposes().contains(one));
        let rule = rebuilt(rule, rule.effect(), &operations, &changed, facts);
        mutants.push((format!("{id}: {}", one.name()), rule));
    }
    for &one in Fact::ALL {
        for (at, kind) in ["all", "none", "any"].into_iter().enumerate() {
            let mut changed = facts;
            let set = changed[at];
            changed[at] = if set.contains(one) { set.without(one) } else { set.with(one) };
            let rule = rebuilt(rule, rule.effect(), &operations, &purposes, changed);
            mutants.push((format!("{id}: {kind} {}", one.name()), rule));
        }
    }
    mutants
}

/// Whether the mutant decides like the rule everywhere. Exact: otherwise there are facts that tell them apart.
fn is_equivalent(rules: &Rules, at: usize, mutant: &Rule) -> bool {
    let rule = &rules.rules[at];
    let region = |rule: &Rule, (operation, purpose)| {
        if rule.applies_to(operation, purpose) { Cube::of(rule) } else { Vec::new() }
    };
    let mut asked = [questions(rule), questions(mutant)].concat();
    asked.sort_unstable();
    asked.dedup();
    if rule.effect() != mutant.effect() {
        return !asked.iter().any(|&question| rules.undenied(at, question, &Cube::of(rule)).is_some());
    }
    !asked.into_iter().any(|question| {
        let (before, after) = (region(rule, question), region(mutant, question));
        rules.matters(at, question, &before, &after).is_some()
            || rules.matters(at, question, &after, &before).is_some()
    })
}

/// A case of the suite, what is meant, and what the rules that match it make of it.
struct Tried {
    vector: Vector,
    facts: Facts,
    meant: bool,
    permits: usize,
    denies: usize,
}

impl Tried {
    fn new(rules: &Rules, vector: Vector) -> Self {
        let facts = Facts::from_set(vector.facts).unwrap();
        let matching = |effect| {
            let of_effect = rules.rules.iter().filter(|rule| rule.effect() == effect);
            of_effect.filter(|rule| says(rule, &vector, facts)).count()
        };
        let meant = permitted(vector.operation, &Case::new(vector.facts, vector.purpose));
        Self { vector, facts, meant, permits: matching(Effect::Permit), denies: matching(Effect::Deny) }
    }

    /// Whether it goes wrong with the mutant in place of the rule.
    fn kills(&self, rule: &Rule, mutant: &Rule) -> bool {
        let counted =
            |one: &Rule, effect| usize::from(one.effect() == effect && says(one, &self.vector, self.facts));
        let with = |count: usize, effect| count - counted(rule, effect) + counted(mutant, effect);
        let permitted = with(self.permits, Effect::Permit) > 0 && with(self.denies, Effect::Deny) == 0;
        permitted != self.meant
    }
}

fn says(rule: &Rule, vector: &Vector, facts: Facts) -> bool {
    rule.applies_to(vector.operation, vector.purpose) && rule.matches(facts)
}

#[test]
fn of_all_single_changes_to_the_rules_the_suite_finds_nearly_every_one() {
    let rules = Rules::of_default();
    let suite = rules.suite().into_iter().map(|vector| Tried::new(&rules, vector)).collect::<Vec<_>>();
    let (mut all, mut equivalent, mut survivors) = (0, 0, Vec::new());
    for (at, rule) in rules.rules.iter().enumerate() {
        let near = suite.iter().filter(|tried| tried.vector.rule == at).collect::<Vec<_>>();
        for (what, mutant) in mutants(rule) {
            all += 1;
            if near.iter().any(|tried| tried.kills(rule, &mutant)) {
                continue;
            }
            if is_equivalent(&rules, at, &mutant) {
                equivalent += 1;
            } else if !suite.iter().any(|tried| tried.kills(rule, &mutant)) {
                survivors.push(what);
            }
        }
    }
    println!("{all} mutants, {equivalent} equivalent, survivors: {survivors:?}");
    let killed = all - equivalent - survivors.len();
    assert!(killed * 100 >= (all - equivalent) * 97, "{killed} of {}: {survivors:?}", all - equivalent);
    assert!(all > 10_000 && equivalent * 2 < all, "{all} mutants, {equivalent} equivalent");
}
