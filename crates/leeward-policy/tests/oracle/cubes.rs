//! Which facts meet these conditions and none of those: decided exactly, with an example.

use leeward_policy::{Fact, Member, Role, Rule, Set};

/// Facts that all hold and facts of which none does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cube {
    pub(crate) all: Set<Fact>,
    pub(crate) none: Set<Fact>,
}

impl Cube {
    pub(crate) const ANY: Self = Self { all: Set::EMPTY, none: Set::EMPTY };

    /// What meets a rule's conditions: one for each of its alternatives.
    pub(crate) fn of(rule: &Rule) -> Vec<Self> {
        let cube = Self { all: rule.required(), none: rule.forbidden() };
        if rule.alternatives().is_empty() {
            return vec![cube];
        }
        rule.alternatives().iter().map(|fact| cube.with(fact, true)).collect()
    }

    pub(crate) fn with(self, fact: Fact, holds: bool) -> Self {
        if holds {
            Self { all: self.all.with(fact), ..self }
        } else {
            Self { none: self.none.with(fact), ..self }
        }
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self { all: self.all.or(other.all), none: self.none.or(other.none) }
    }

    fn is_possible(self) -> bool {
        self.all.and(self.none).is_empty()
    }

    /// An example of this and none of these.
    pub(crate) fn outside(self, others: &[Self]) -> Option<Set<Fact>> {
        if !self.is_possible() {
            return None;
        }
        let near = others.iter().copied().filter(|other| self.and(*other).is_possible()).collect::<Vec<_>>();
        let left = |other: &&Self| {
            let left = Self { all: other.all.minus(self.all), none: other.none.minus(self.none) };
            left.all.bits().count_ones() + left.none.bits().count_ones()
        };
        let Some(nearest) = near.iter().min_by_key(left) else { return Some(self.all) };
        let mut within = self;
        for (fact, holds) in nearest.literals() {
            if !self.all.contains(fact) && !self.none.contains(fact) {
                if let Some(found) = within.with(fact, !holds).outside(&near) {
                    return Some(found);
                }
                within = within.with(fact, holds);
            }
        }
        None
    }

    fn literals(self) -> impl Iterator<Item = (Fact, bool)> {
        self.all.iter().map(|fact| (fact, true)).chain(self.none.iter().map(|fact| (fact, false)))
    }
}

/// What cannot be.
pub(crate) fn impossible() -> Vec<Cube> {
    let both = |one, other| Cube::ANY.with(one, true).with(other, true);
    let without = |one, other| Cube::ANY.with(one, true).with(other, false);
    let mut cubes = vec![
        without(Fact::AalThree, Fact::AalTwo),
        without(Fact::VeryRestricted, Fact::Restricted),
        both(Fact::Consented, Fact::ConsentRevoked),
        both(Fact::Consented, Fact::EmergencyOnly),
        both(Fact::ConsentRevoked, Fact::EmergencyOnly),
        both(Fact::Seeker, Fact::Service),
    ];
    for role in roles() {
        if role != Fact::Seeker && role != Fact::Service {
            cubes.extend([both(Fact::Seeker, role), both(Fact::Service, role)]);
        }
    }
    cubes
}

/// Roles are facts of the same name.
pub(crate) fn roles() -> impl Iterator<Item = Fact> {
    let fact = |role: &Role| Fact::ALL.iter().copied().find(|fact| fact.name() == role.name());
    Role::ALL.iter().map(move |role| fact(role).unwrap())
}
