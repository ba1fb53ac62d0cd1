//! Whether facts can be such that all of several clauses hold: unit propagation and search, over at most 64
//! facts. The questions are small, so that the answer is exact; a budget keeps a hostile policy from
//! making them large.

use crate::{Fact, Rule, Set};
use std::cell::Cell;

/// A condition that holds when one of `some` holds or one of `not` does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Clause {
    pub(crate) some: u64,
    pub(crate) not: u64,
}

/// The answers need more steps than all questions about one policy may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooComplex;

/// What is known so far of each fact.
#[derive(Clone, Copy)]
struct Known {
    holds: u64,
    fails: u64,
}

/// How many clauses may still be looked at, in all questions about one policy.
pub(crate) struct Budget(Cell<u64>);

impl Budget {
    /// Some seconds of work, of which a policy of the largest size takes a part.
    pub(crate) const fn whole() -> Self {
        Self(Cell::new(1_000_000_000))
    }

    fn spend(&self, clauses: usize) -> Result<(), TooComplex> {
        let left = self.0.get().checked_sub(clauses as u64).ok_or(TooComplex)?;
        self.0.set(left);
        Ok(())
    }
}

impl Clause {
    /// If `one` holds, `other` does.
    pub(crate) fn implies(one: Fact, other: Fact) -> Self {
        Self { some: Set::of(&[other]).bits(), not: Set::of(&[one]).bits() }
    }

    /// Not all of these hold.
    pub(crate) const fn never(facts: Set<Fact>) -> Self {
        Self { some: 0, not: facts.bits() }
    }

    /// One of these holds.
    pub(crate) const fn some(facts: Set<Fact>) -> Self {
        Self { some: facts.bits(), not: 0 }
    }

    pub(crate) const fn holds(self, facts: Set<Fact>) -> bool {
        self.some & facts.bits() != 0 || self.not & !facts.bits() != 0
    }
}

/// That a rule's conditions are met.
pub(crate) fn met(rule: &Rule) -> impl Iterator<Item = Clause> {
    literals(rule.all, rule.none, rule.any)
}

/// That these conditions are met.
pub(crate) fn literals(all: Set<Fact>, none: Set<Fact>, any: Set<Fact>) -> impl Iterator<Item = Clause> {
    let all = all.iter().map(|fact| Clause::some(Set::of(&[fact])));
    let none = none.iter().map(|fact| Clause::never(Set::of(&[fact])));
    all.chain(none).chain((!any.is_empty()).then_some(Clause::some(any)))
}

/// That a rule's conditions are not met: one clause, or one for each of its alternatives.
pub(crate) fn unmet(rule: &Rule) -> impl Iterator<Item = Clause> {
    let (some, not) = (rule.none.bits(), rule.all.bits());
    let plain = rule.any.is_empty().then_some(Clause { some, not });
    let each = rule.any.iter().map(move |fact| Clause { some, not: not | Set::of(&[fact]).bits() });
    plain.into_iter().chain(each)
}

/// Facts for which all clauses hold, if there are any: the fewest that the search comes by.
pub(crate) fn solve(clauses: &[Clause], budget: &Budget) -> Result<Option<Set<Fact>>, TooComplex> {
    let found = search(clauses, Known { holds: 0, fails: 0 }, budget)?;
    Ok(found.and_then(|known| Set::from_bits(known.holds)))
}

fn search(clauses: &[Clause], known: Known, budget: &Budget) -> Result<Option<Known>, TooComplex> {
    let Some(known) = propagate(clauses, known, budget)? else { return Ok(None) };
    let open = clauses.iter().map(|clause| open(*clause, known)).find(|open| !is_met(*open));
    let Some(undecided) = open else { return Ok(Some(known)) };
    // What fails is tried first, so that a counterexample names few facts.
    let bit = lowest(if undecided.not == 0 { undecided.some } else { undecided.not });
    let fails = search(clauses, Known { fails: known.fails | bit, ..known }, budget)?;
    if fails.is_some() {
        return Ok(fails);
    }
    search(clauses, Known { holds: known.holds | bit, ..known }, budget)
}

/// Draws every conclusion that a single clause forces, or finds the contradiction.
fn propagate(clauses: &[Clause], mut known: Known, budget: &Budget) -> Result<Option<Known>, TooComplex> {
    loop {
        budget.spend(clauses.len())?;
        let before = known;
        for clause in clauses {
            let open = open(*clause, known);
            if is_met(open) {
                continue;
            }
            match open.some.count_ones().saturating_add(open.not.count_ones()) {
                0 => return Ok(None),
                1 => known = Known { holds: known.holds | open.some, fails: known.fails | open.not },
                _ => {}
            }
        }
        if (before.holds, before.fails) == (known.holds, known.fails) {
            return Ok(Some(known));
        }
    }
}

const MET: Clause = Clause { some: u64::MAX, not: u64::MAX };

/// What of a clause is still undecided, or [`MET`].
fn open(clause: Clause, known: Known) -> Clause {
    if clause.some & known.holds != 0 || clause.not & known.fails != 0 {
        return MET;
    }
    Clause { some: clause.some & !known.fails, not: clause.not & !known.holds }
}

fn is_met(clause: Clause) -> bool {
    clause == MET
}

const fn lowest(bits: u64) -> u64 {
    bits & bits.wrapping_neg()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Looks at every combination of eight facts.
    fn by_force(clauses: &[Clause]) -> bool {
        let set = |bits| Set::<Fact>::from_bits(bits).unwrap();
        (0..256_u64).any(|bits| clauses.iter().all(|clause| clause.holds(set(bits))))
    }

    proptest! {
        #[test]
        fn it_finds_facts_exactly_when_there_are_any(
            parts in proptest::collection::vec((0..256_u64, 0..256_u64, 0..256_u64), 0..24)
        ) {
            let thin = |(some, not, mask): &(u64, u64, u64)| Clause { some: some & mask, not: not & mask & !some };
            let clauses = parts.iter().map(thin).collect::<Vec<_>>();
            let found = solve(&clauses, &Budget::whole()).unwrap();
            prop_assert_eq!(found.is_some(), by_force(&clauses));
            if let Some(facts) = found {
                prop_assert!(clauses.iter().all(|clause| clause.holds(facts)));
            }
        }
    }

    #[test]
    fn a_rule_is_met_or_unmet() {
        let rule = Rule::permit("r").all(&[Fact::Counsellor]).none(&[Fact::Supervisor]);
        let rule = rule.any(&[Fact::Moderator, Fact::Auditor]);
        for bits in 0..16 {
            let facts = Set::from_bits(bits).unwrap();
            let holds =
                |mut clauses: Box<dyn Iterator<Item = Clause>>| clauses.all(|clause| clause.holds(facts));
            let (met, unmet) = (holds(Box::new(met(&rule))), holds(Box::new(unmet(&rule))));
            assert_ne!(met, unmet, "{facts:?}");
            assert_eq!(met, crate::Facts::from_set(facts).is_some_and(|facts| rule.matches(facts)));
        }
    }
}
