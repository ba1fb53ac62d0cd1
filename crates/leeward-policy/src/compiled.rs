use crate::{Effect, Fact, Facts, Obligations, Operation, Purpose, Rule, Set, set::Member};

/// The rules once for each operation that they speak of, those that deny first.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Index {
    rules: Vec<Compiled>,
    /// For each operation, where its rules begin, where those that permit begin, and where they end.
    places: Vec<[usize; 3]>,
}

/// The rules of one operation.
#[derive(Clone, Copy)]
pub(crate) struct Rules<'a> {
    pub(crate) deny: &'a [Compiled],
    pub(crate) permit: &'a [Compiled],
}

/// One rule, as a decision reads it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Compiled {
    all: u64,
    none: u64,
    /// Zero when the rule names no alternatives.
    any: u64,
    purposes: u64,
    pub(crate) obligations: Obligations,
    /// Its place among the rules of the set.
    pub(crate) rule: usize,
}

impl Index {
    pub(crate) fn of(rules: &[Rule]) -> Self {
        let mut index = Self { rules: Vec::new(), places: Vec::new() };
        for &operation in Operation::ALL {
            let start = index.rules.len();
            index.push(rules, operation, Effect::Deny);
            let middle = index.rules.len();
            index.push(rules, operation, Effect::Permit);
            index.places.push([start, middle, index.rules.len()]);
        }
        index
    }

    fn push(&mut self, rules: &[Rule], operation: Operation, effect: Effect) {
        let of_operation = rules
            .iter()
            .enumerate()
            .filter(|(_, rule)| rule.effect == effect && rule.operations.contains(operation));
        self.rules.extend(of_operation.map(|(place, rule)| Compiled::of(rule, place)));
    }

    pub(crate) fn rules(&self, operation: Operation) -> Rules<'_> {
        let place = self.places.get(usize::from(operation.code())).copied().unwrap_or_default();
        let [start, middle, end] = place;
        let part = |from, to| self.rules.get(from..to).unwrap_or_default();
        Rules { deny: part(start, middle), permit: part(middle, end) }
    }
}

impl Compiled {
    const fn of(rule: &Rule, place: usize) -> Self {
        Self {
            all: rule.all.bits(),
            none: rule.none.bits(),
            any: rule.any.bits(),
            purposes: rule.purposes.bits(),
            obligations: rule.obligations,
            rule: place,
        }
    }

    pub(crate) fn matches(&self, purpose: Purpose, facts: Facts) -> bool {
        let facts = facts.as_set().bits();
        self.is_for(purpose)
            && facts & self.all == self.all
            && facts & self.none == 0
            && (self.any == 0 || facts & self.any != 0)
    }

    pub(crate) fn is_for(&self, purpose: Purpose) -> bool {
        self.purposes & Set::of(&[purpose]).bits() != 0
    }

    /// Whether it would match, if only facts of this kind held too.
    pub(crate) fn lacks_only(&self, kind: Set<Fact>, facts: Facts) -> bool {
        let facts = facts.as_set().bits();
        let more = facts | kind.bits();
        self.all & !more == 0 && self.none & facts == 0 && (self.any == 0 || self.any & more != 0)
    }

    /// What holds, of that which it asks for.
    pub(crate) const fn because(&self, facts: Facts) -> Set<Fact> {
        facts.as_set().keep(self.all | self.any)
    }

    pub(crate) const fn forbids_one_of(&self, kind: Set<Fact>) -> bool {
        self.none & kind.bits() != 0
    }
}
