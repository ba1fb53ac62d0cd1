//! The same rules in other people's engines, each as fast as we could make it: relations are computed beforehand, and
//! all that an engine is given are facts, a purpose and an operation.

mod casbin;
mod cedar;
mod rego;

pub(crate) use casbin::Matcher;
pub(crate) use cedar::Cedar;
pub(crate) use rego::Rego;

use leeward_policy::{Fact, Operation, PolicySet, Rule, Set};

/// Which rules an engine looks at for one request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// All.
    Whole,
    /// Those that speak of the operation, which a service would have parted beforehand.
    Operation,
}

/// The rules by the operation that they are looked at for: all of them, or those that speak of it.
pub(crate) fn parts(policy: &PolicySet, scope: Scope) -> Vec<Vec<&Rule>> {
    let of = |&operation: &Operation| match scope {
        Scope::Whole => policy.rules().iter().collect(),
        Scope::Operation => policy.rules_for(operation).collect(),
    };
    Operation::ALL.iter().map(of).collect()
}

/// The facts that some rule looks at: no engine is given others.
pub(crate) fn facts_asked(policy: &PolicySet) -> Vec<Fact> {
    let of = |rule: &Rule| rule.required().or(rule.forbidden()).or(rule.alternatives());
    let all = policy.rules().iter().fold(Set::EMPTY, |facts, rule| facts.or(of(rule)));
    all.iter().collect()
}
