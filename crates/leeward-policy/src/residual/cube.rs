use crate::{Fact, Known, Rule, Set};
use std::collections::HashSet;

/// Facts that must all hold and facts of which none may: one rule's conditions on a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cube {
    pub(crate) all: Set<Fact>,
    pub(crate) none: Set<Fact>,
}

impl Cube {
    /// No condition at all.
    pub(crate) const EVERYTHING: Self = Self { all: Set::EMPTY, none: Set::EMPTY };

    /// What is left of a rule's conditions where some facts are known: one for each alternative that
    /// matters still, and none when no record meets them.
    pub(crate) fn left_of(rule: &Rule, known: Known) -> Vec<Self> {
        let holds = |facts: Set<Fact>| facts.and(known.holds());
        let missing = rule.required().and(known.decided()).minus(known.holds());
        if !missing.is_empty() || !holds(rule.forbidden()).is_empty() {
            return Vec::new();
        }
        let open = |facts: Set<Fact>| facts.minus(known.decided());
        let left = Self { all: open(rule.required()), none: open(rule.forbidden()) };
        if rule.alternatives().is_empty() || !holds(rule.alternatives()).is_empty() {
            return Vec::from_iter(left.is_possible().then_some(left));
        }
        let each = open(rule.alternatives()).iter().map(|fact| Self { all: left.all.with(fact), ..left });
        each.filter(|cube| cube.is_possible()).collect()
    }

    pub(crate) const fn is_possible(self) -> bool {
        self.all.and(self.none).is_empty()
    }

    /// Whether whatever meets this one meets the other.
    pub(crate) const fn implies(self, other: Self) -> bool {
        other.all.minus(self.all).is_empty() && other.none.minus(self.none).is_empty()
    }

    /// The conditions of both.
    pub(crate) const fn and(self, other: Self) -> Self {
        Self { all: self.all.or(other.all), none: self.none.or(other.none) }
    }

    /// The conditions that both share.
    pub(crate) const fn shared(self, other: Self) -> Self {
        Self { all: self.all.and(other.all), none: self.none.and(other.none) }
    }

    /// What it still asks for where the other holds; `None` when it cannot.
    pub(crate) fn given(self, other: Self) -> Option<Self> {
        let left = Self { all: self.all.minus(other.all), none: self.none.minus(other.none) };
        self.and(other).is_possible().then_some(left)
    }

    /// The opposite, when that is one condition: when this is.
    pub(crate) fn opposite(self) -> Option<Self> {
        (self.len() == 1).then_some(Self { all: self.none, none: self.all })
    }

    pub(crate) const fn len(self) -> u32 {
        self.all.bits().count_ones() + self.none.bits().count_ones()
    }

    /// This one without a condition on a fact, and with the opposite one; `None` when it has none.
    fn across(self, fact: Fact) -> Option<(Self, Self)> {
        let wider = Self { all: self.all.without(fact), none: self.none.without(fact) };
        if self.all.contains(fact) {
            Some((wider, Self { none: wider.none.with(fact), ..wider }))
        } else {
            self.none.contains(fact).then_some((wider, Self { all: wider.all.with(fact), ..wider }))
        }
    }
}

/// Of more conditions than these no shorter ones are sought: there can be 3^n for n facts.
const MAX_MERGED: usize = 256;

/// The same records, with fewer and shorter conditions: two that differ in the sign of one fact become
/// one, and what implies another goes.
pub(crate) fn simplified(cubes: Vec<Cube>) -> Vec<Cube> {
    let mut cubes = absorbed(cubes);
    while cubes.len() <= MAX_MERGED
        && let Some(wider) = merged(&cubes)
    {
        cubes.extend(wider);
        cubes = absorbed(cubes);
    }
    cubes
}

fn absorbed(mut cubes: Vec<Cube>) -> Vec<Cube> {
    cubes.sort_by_key(|cube| (cube.len(), cube.all.bits(), cube.none.bits()));
    let mut kept = Vec::<Cube>::new();
    for cube in cubes {
        if !kept.iter().any(|wider| cube.implies(*wider)) {
            kept.push(cube);
        }
    }
    kept
}

fn merged(cubes: &[Cube]) -> Option<Vec<Cube>> {
    let known = cubes.iter().map(|cube| (cube.all.bits(), cube.none.bits()));
    let known = known.collect::<HashSet<_>>();
    let wider = cubes.iter().flat_map(|cube| {
        let across = cube.all.or(cube.none).iter().filter_map(|fact| cube.across(fact));
        across
            .filter(|(_, other)| known.contains(&(other.all.bits(), other.none.bits())))
            .map(|(wider, _)| wider)
    });
    let wider = wider.collect::<Vec<_>>();
    (!wider.is_empty()).then_some(wider)
}
