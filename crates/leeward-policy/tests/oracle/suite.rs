//! A suite that the rules themselves generate: for each rule, operation, purpose and fact, a case on either
//! side where that rule alone decides.

use crate::cubes::{Cube, impossible};
use leeward_policy::{Effect, Fact, Operation, PolicySet, Purpose, Rule, Set};

/// One question.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Vector {
    /// The rule it was made from.
    pub(crate) rule: usize,
    pub(crate) operation: Operation,
    pub(crate) purpose: Purpose,
    pub(crate) facts: Set<Fact>,
}

/// Rules, and where each matters.
pub(crate) struct Rules {
    pub(crate) rules: Vec<Rule>,
    impossible: Vec<Cube>,
}

pub(crate) type Question = (Operation, Purpose);

impl Rules {
    pub(crate) fn of_default() -> Self {
        Self { rules: PolicySet::default_policy().rules().to_vec(), impossible: impossible() }
    }

    /// Facts in one of these regions and in none of those, where it is for rule `at` alone to say what is
    /// decided.
    pub(crate) fn matters(
        &self,
        at: usize,
        (operation, purpose): Question,
        regions: &[Cube],
        outside: &[Cube],
    ) -> Option<Set<Fact>> {
        let effect = self.rules[at].effect();
        let others = |effect| self.cubes(at, operation, purpose, effect);
        let mut avoided = [outside, &self.impossible, &others(Effect::Deny)].concat();
        let regions = if effect == Effect::Permit {
            avoided.extend(others(Effect::Permit));
            regions.to_vec()
        } else {
            let permits = others(Effect::Permit);
            regions.iter().flat_map(|region| permits.iter().map(|permit| region.and(*permit))).collect()
        };
        regions.into_iter().find_map(|region| region.outside(&avoided))
    }

    /// Facts in one of these regions that no other rule denies.
    pub(crate) fn undenied(
        &self,
        at: usize,
        (operation, purpose): Question,
        regions: &[Cube],
    ) -> Option<Set<Fact>> {
        let denied = self.cubes(at, operation, purpose, Effect::Deny);
        let avoided = [denied, self.impossible.clone()].concat();
        regions.iter().find_map(|region| region.outside(&avoided))
    }

    fn cubes(&self, but: usize, operation: Operation, purpose: Purpose, effect: Effect) -> Vec<Cube> {
        let others = self.rules.iter().enumerate().filter(|(at, _)| *at != but).map(|(_, rule)| rule);
        let wanted = others.filter(|rule| rule.effect() == effect && rule.applies_to(operation, purpose));
        wanted.flat_map(Cube::of).collect()
    }

    /// The whole suite.
    pub(crate) fn suite(&self) -> Vec<Vector> {
        (0..self.rules.len()).flat_map(|at| self.of_rule(at)).collect()
    }

    fn of_rule(&self, at: usize) -> Vec<Vector> {
        let rule = &self.rules[at];
        let inside = Cube::of(rule);
        let (operations, purposes) = (rule.operations(), rule.purposes());
        let mut vectors = Vec::new();
        let first = |questions: Vec<Question>, regions: &[Cube], outside: &[Cube]| {
            questions.into_iter().find_map(|(operation, purpose)| {
                let facts = self.matters(at, (operation, purpose), regions, outside)?;
                Some(Vector { rule: at, operation, purpose, facts })
            })
        };
        for &operation in Operation::ALL {
            let questions = purposes.iter().map(|purpose| (operation, purpose)).collect();
            vectors.extend(first(questions, &inside, &[]));
        }
        for &purpose in Purpose::ALL {
            let questions = operations.iter().map(|operation| (operation, purpose)).collect();
            vectors.extend(first(questions, &inside, &[]));
        }
        let questions = questions(rule);
        for alternative in rule.alternatives().iter() {
            let others = rule.alternatives().without(alternative);
            let alone = Cube { all: rule.required().with(alternative), none: rule.forbidden().or(others) };
            vectors.extend(first(questions.clone(), &[alone], &[]));
        }
        vectors.extend(questions.iter().find_map(|&(operation, purpose)| {
            let facts = self.undenied(at, (operation, purpose), &inside)?;
            Some(Vector { rule: at, operation, purpose, facts })
        }));
        for &fact in Fact::ALL {
            for holds in [false, true] {
                let regions = inside.iter().map(|cube| cube.with(fact, holds)).collect::<Vec<_>>();
                vectors.extend(first(questions.clone(), &regions, &[]));
                let across = without(rule, fact, holds);
                vectors.extend(first(questions.clone(), &across, &inside));
            }
        }
        vectors
    }
}

pub(crate) fn questions(rule: &Rule) -> Vec<Question> {
    let each = |operation| rule.purposes().iter().map(move |purpose| (operation, purpose));
    rule.operations().iter().flat_map(each).collect()
}

/// The conditions of a rule but for those on one fact, of which the opposite is so.
fn without(rule: &Rule, fact: Fact, holds: bool) -> Vec<Cube> {
    let left = |set: Set<Fact>| set.without(fact);
    let cube = Cube { all: left(rule.required()), none: left(rule.forbidden()) }.with(fact, holds);
    if rule.alternatives().is_empty() {
        return vec![cube];
    }
    // With the alternatives met by another, and with none of them met.
    let others = left(rule.alternatives());
    let none_met = Cube { none: cube.none.or(others), ..cube };
    others.iter().map(|other| cube.with(other, true)).chain([none_met]).collect()
}
