use crate::{Effect, Fact, Facts, Obligation, Operation, Rule, RuleId, Set};
use leeward_event::Reason;

/// What the rules say, and all of why. Who asks for access gets a [`Decision`](crate::Decision)
/// instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluation {
    effect: Effect,
    determining: Vec<RuleId>,
    /// Facts that hold, and that the determining rules ask for.
    because: Set<Fact>,
    /// Facts that do not hold, and of which they ask that none does.
    for_want_of: Set<Fact>,
    obligations: Vec<Obligation>,
    why_not: Vec<WhyNot>,
}

/// Why one rule that could have permitted did not.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WhyNot {
    /// The rule.
    pub rule: RuleId,
    /// What it asks for that does not hold.
    pub missing: Set<Fact>,
    /// What holds that it forbids.
    pub in_the_way: Set<Fact>,
}

impl Evaluation {
    /// Deny overrides permit, and no rule at all denies.
    pub(crate) fn of(rules: &[Rule], operation: Operation, facts: Facts) -> Self {
        let matching = |effect| {
            let wanted = move |rule: &&Rule| {
                rule.effect == effect && rule.applies_to(operation) && rule.matches(facts)
            };
            rules.iter().filter(wanted).collect::<Vec<_>>()
        };
        let (denying, permitting) = (matching(Effect::Deny), matching(Effect::Permit));
        if denying.is_empty() && !permitting.is_empty() {
            Self::permit(&permitting)
        } else {
            let why_not = rules.iter().filter_map(|rule| why_not(rule, operation, facts));
            Self::deny(&denying, why_not.collect())
        }
    }

    fn permit(rules: &[&Rule]) -> Self {
        let mut obligations =
            rules.iter().flat_map(|rule| rule.obligations.iter().copied()).collect::<Vec<_>>();
        obligations.sort_unstable();
        obligations.dedup();
        Self { effect: Effect::Permit, obligations, ..Self::determined_by(rules) }
    }

    fn deny(rules: &[&Rule], why_not: Vec<WhyNot>) -> Self {
        Self { effect: Effect::Deny, why_not, ..Self::determined_by(rules) }
    }

    fn determined_by(rules: &[&Rule]) -> Self {
        let union = |of: fn(&Rule) -> Set<Fact>| rules.iter().fold(Set::EMPTY, |all, rule| all.or(of(rule)));
        Self {
            effect: Effect::Deny,
            determining: rules.iter().map(|rule| rule.id.clone()).collect(),
            because: union(|rule| rule.all),
            for_want_of: union(|rule| rule.none),
            obligations: Vec::new(),
            why_not: Vec::new(),
        }
    }

    /// Whether it is permitted.
    #[must_use]
    pub fn is_permitted(&self) -> bool {
        self.effect == Effect::Permit
    }

    /// Every rule that determined the outcome: all that permit, or all that deny. None when nothing
    /// permitted.
    #[must_use]
    pub fn determining(&self) -> &[RuleId] {
        &self.determining
    }

    /// What has to be done because it is permitted, each once; empty when it is denied.
    #[must_use]
    pub fn obligations(&self) -> &[Obligation] {
        &self.obligations
    }

    /// For each rule that could have permitted the operation, what it lacked; empty when it is
    /// permitted.
    #[must_use]
    pub fn why_not(&self) -> &[WhyNot] {
        &self.why_not
    }

    /// Whether it is permitted by a break-glass grant.
    pub(crate) fn breaks_glass(&self) -> bool {
        self.is_permitted() && self.because.contains(Fact::GlassBroken)
    }

    /// The nearest reason in the vocabulary of events.
    #[must_use]
    pub fn reason(&self) -> Reason {
        if self.is_permitted() { self.why_permitted() } else { self.why_denied() }
    }

    fn why_permitted(&self) -> Reason {
        if self.because.contains(Fact::Assigned) { Reason::Assigned } else { Reason::RolePermits }
    }

    fn why_denied(&self) -> Reason {
        let because = |fact| self.because.contains(fact);
        if because(Fact::Suspended) {
            Reason::Suspended
        } else if because(Fact::ConflictOfInterest) || because(Fact::ConcernsSelf) {
            Reason::ConflictOfInterest
        } else if [Fact::AalTwo, Fact::AalThree].into_iter().any(|fact| self.for_want_of.contains(fact)) {
            Reason::WeakAssurance
        } else if self.lacks_only(Set::of(&[Fact::Assigned, Fact::GlassBroken])) {
            Reason::NotAssigned
        } else if self.lacks_only(purposes()) {
            Reason::NoPurpose
        } else {
            Reason::NoRule
        }
    }

    /// Whether some rule would have permitted, had it not lacked facts of this kind.
    fn lacks_only(&self, kind: Set<Fact>) -> bool {
        self.why_not.iter().any(|why| why.in_the_way.is_empty() && why.missing.minus(kind).is_empty())
    }
}

fn why_not(rule: &Rule, operation: Operation, facts: Facts) -> Option<WhyNot> {
    let could_permit = rule.effect == Effect::Permit && rule.applies_to(operation);
    (could_permit && !rule.matches(facts)).then(|| WhyNot {
        rule: rule.id.clone(),
        missing: rule.missing(facts),
        in_the_way: rule.in_the_way(facts),
    })
}

fn purposes() -> Set<Fact> {
    Set::of(&[
        Fact::ForTreatment,
        Fact::ForBreakTheGlass,
        Fact::ForOperations,
        Fact::ForAdministration,
        Fact::ForCompliance,
    ])
}
