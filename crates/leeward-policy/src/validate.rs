use crate::{
    Effect, Facts, Flaw, Invariant, Obligation, ObligationKind, Operation, PolicySet, Purpose, Rule, Set,
    facts::rules_of_the_world,
    flaw::Counterexample,
    sat::{self, Budget, Clause, TooComplex},
};

pub(crate) fn flaws(policy: &PolicySet, invariants: &[Invariant]) -> Vec<Flaw> {
    let rules = policy.rules();
    if rules.len() > PolicySet::MAX_RULES {
        return vec![Flaw::TooManyRules { count: rules.len() }];
    }
    let world = World { clauses: rules_of_the_world(), budget: Budget::whole() };
    let mut flaws = duplicate_ids(rules);
    flaws.extend(rules.iter().filter_map(|rule| world.flaw_of_rule(rule)));
    if flaws.is_empty() {
        let always = Invariant::always();
        let found = world.dead_rules(policy).and_then(|mut dead| {
            dead.extend(world.subsumed(policy)?);
            dead.extend(world.broken(policy, always.iter().chain(invariants))?);
            Ok(dead)
        });
        flaws = found.unwrap_or_else(|TooComplex| vec![Flaw::TooComplex]);
    }
    flaws
}

/// Rules are in the order of their names.
fn duplicate_ids(rules: &[Rule]) -> Vec<Flaw> {
    let pairs = rules.iter().zip(rules.iter().skip(1));
    let twice = pairs.filter(|(a, b)| a.id == b.id);
    twice.map(|(rule, _)| Flaw::DuplicateId { rule: rule.id.clone() }).collect()
}

/// What holds of all facts there can be.
struct World {
    clauses: Vec<Clause>,
    budget: Budget,
}

impl World {
    /// Facts that can be and meet all of these, if there are any.
    fn find(&self, clauses: impl IntoIterator<Item = Clause>) -> Result<Option<Facts>, TooComplex> {
        let all = clauses.into_iter().chain(self.clauses.iter().copied()).collect::<Vec<_>>();
        Ok(sat::solve(&all, &self.budget)?.and_then(Facts::from_set))
    }

    fn flaw_of_rule(&self, rule: &Rule) -> Option<Flaw> {
        let id = rule.id.clone();
        if !rule.id.is_well_formed() {
            Some(Flaw::MalformedId)
        } else if rule.operations.is_empty() || rule.purposes.is_empty() {
            Some(Flaw::NoOperation { rule: id })
        } else if self.find(sat::met(rule)) == Ok(None) {
            Some(Flaw::Unsatisfiable { rule: id })
        } else {
            flaw_of_obligations(rule)
        }
    }

    /// The rules that permit nowhere, since others deny wherever they would.
    fn dead_rules(&self, policy: &PolicySet) -> Result<Vec<Flaw>, TooComplex> {
        let mut flaws = Vec::new();
        for rule in policy.rules().iter().filter(|rule| rule.effect == Effect::Permit) {
            let mut alive = false;
            for (operation, purpose) in questions(rule) {
                alive = alive || self.permits_somewhere(policy, rule, operation, purpose)?;
            }
            if !alive {
                flaws.push(self.why_dead(policy, rule)?);
            }
        }
        Ok(flaws)
    }

    fn permits_somewhere(
        &self,
        policy: &PolicySet,
        rule: &Rule,
        operation: Operation,
        purpose: Purpose,
    ) -> Result<bool, TooComplex> {
        Ok(self.find(sat::met(rule).chain(not_denied(policy, operation, purpose)))?.is_some())
    }

    fn why_dead(&self, policy: &PolicySet, rule: &Rule) -> Result<Flaw, TooComplex> {
        let mut in_the_way = Vec::new();
        for deny in policy.rules().iter().filter(|other| other.effect == Effect::Deny) {
            if overlaps(rule, deny) && self.find(sat::met(rule).chain(sat::met(deny)))?.is_some() {
                in_the_way.push(deny);
            }
        }
        for deny in &in_the_way {
            if covers(deny, rule) && self.find(sat::met(rule).chain(sat::unmet(deny)))?.is_none() {
                return Ok(Flaw::Contradictory { permit: rule.id.clone(), deny: deny.id.clone() });
            }
        }
        let denied_by = in_the_way.into_iter().map(|deny| deny.id.clone()).collect();
        Ok(Flaw::Shadowed { rule: rule.id.clone(), denied_by })
    }

    /// The rules that could be left out without a difference, since one other says as much.
    fn subsumed(&self, policy: &PolicySet) -> Result<Vec<Flaw>, TooComplex> {
        let mut flaws = Vec::new();
        let mut needless = Vec::new();
        for rule in policy.rules() {
            for other in policy.rules() {
                if other.id != rule.id && !needless.contains(&&other.id) && self.says_as_much(other, rule)? {
                    needless.push(&rule.id);
                    flaws.push(Flaw::Subsumed { rule: rule.id.clone(), by: other.id.clone() });
                    break;
                }
            }
        }
        Ok(flaws)
    }

    fn says_as_much(&self, other: &Rule, rule: &Rule) -> Result<bool, TooComplex> {
        let obliges =
            other.effect == Effect::Deny || other.obligations.join(rule.obligations) == other.obligations;
        let may = other.effect == rule.effect && covers(other, rule) && obliges;
        // Without alternatives a rule cannot imply what it neither asks for nor is told by the world.
        let far = rule.any.is_empty() && !other.all.minus(rule.all).is_subset_of(implied(rule));
        if !may || far {
            return Ok(false);
        }
        for clause in sat::unmet(other) {
            // `unmet` is a conjunction: one clause without a model is enough.
            if self.find(sat::met(rule).chain([clause]))?.is_none() {
                return Ok(true);
            }
        }
        Ok(other.any.len() > 1 && self.find(sat::met(rule).chain(sat::unmet(other)))?.is_none())
    }

    fn broken<'a>(
        &self,
        policy: &PolicySet,
        invariants: impl Iterator<Item = &'a Invariant>,
    ) -> Result<Vec<Flaw>, TooComplex> {
        let mut flaws = Vec::new();
        for invariant in invariants {
            for operation in invariant.operations.iter() {
                if let Some(counterexample) = self.counterexample(policy, invariant, operation)? {
                    flaws.push(Flaw::Breaks { invariant: invariant.name.clone(), counterexample });
                }
            }
        }
        Ok(flaws)
    }

    fn counterexample(
        &self,
        policy: &PolicySet,
        invariant: &Invariant,
        operation: Operation,
    ) -> Result<Option<Counterexample>, TooComplex> {
        for purpose in representatives(policy, operation, invariant.purposes) {
            for lacking in lacking(invariant.unless_obliged) {
                if let Some(facts) = self.permit_under(policy, invariant, (operation, purpose), lacking)? {
                    let rules = policy.determining(&policy.evaluate(operation, purpose, facts));
                    let rules = rules.map(|rule| rule.id.clone()).collect();
                    return Ok(Some(Counterexample { operation, purpose, facts, rules }));
                }
            }
        }
        Ok(None)
    }

    /// Facts under which it is permitted, the invariant's conditions hold, and no rule that permits obliges
    /// to something of the kind that may not lack.
    fn permit_under(
        &self,
        policy: &PolicySet,
        invariant: &Invariant,
        (operation, purpose): (Operation, Purpose),
        lacking: Option<ObligationKind>,
    ) -> Result<Option<Facts>, TooComplex> {
        let obliges = |rule: &&Rule| lacking.is_some_and(|kind| rule.obligations.kinds().contains(kind));
        for rule in policy.permitting(operation, purpose).filter(|rule| !obliges(rule)) {
            let clauses = sat::literals(invariant.all, invariant.none, invariant.any)
                .chain(sat::met(rule))
                .chain(not_denied(policy, operation, purpose))
                .chain(policy.permitting(operation, purpose).filter(obliges).flat_map(sat::unmet));
            if let Some(facts) = self.find(clauses)? {
                return Ok(Some(facts));
            }
        }
        Ok(None)
    }
}

/// One of each group of purposes for which the same rules speak of an operation.
fn representatives(policy: &PolicySet, operation: Operation, purposes: Set<Purpose>) -> Vec<Purpose> {
    let mut groups = vec![purposes];
    for rule in policy.rules_for(operation) {
        let parts = groups.iter().flat_map(|group| [group.and(rule.purposes), group.minus(rule.purposes)]);
        groups = parts.filter(|part| !part.is_empty()).collect();
    }
    groups.into_iter().filter_map(|group| group.iter().next()).collect()
}

/// Each kind that might lack, or that nothing could make it right.
fn lacking(unless_obliged: Set<ObligationKind>) -> Vec<Option<ObligationKind>> {
    if unless_obliged.is_empty() { vec![None] } else { unless_obliged.iter().map(Some).collect() }
}

fn flaw_of_obligations(rule: &Rule) -> Option<Flaw> {
    let id = rule.id.clone();
    let more_than_audit = rule.obligations.iter().any(|obligation| obligation != Obligation::Audit);
    if !rule.obligations.is_well_formed() {
        Some(Flaw::NoSuchObligation { rule: id })
    } else if rule.effect == Effect::Deny && !rule.obligations.is_empty() {
        Some(Flaw::ObligesOnDeny { rule: id })
    } else if rule.effect == Effect::Permit && rule.obligations.is_empty() {
        Some(Flaw::ObligesToNothing { rule: id })
    } else if rule.operations.iter().any(Operation::is_own) && more_than_audit {
        Some(Flaw::ObligesNobody { rule: id })
    } else {
        None
    }
}

/// What follows from what a rule asks for, as the world is.
fn implied(rule: &Rule) -> Set<crate::Fact> {
    use crate::Fact;
    Set::EMPTY
        .with_if(Fact::AalTwo, rule.all.contains(Fact::AalThree))
        .with_if(Fact::Restricted, rule.all.contains(Fact::VeryRestricted))
}

fn questions(rule: &Rule) -> impl Iterator<Item = (Operation, Purpose)> {
    let purposes = rule.purposes;
    rule.operations.iter().flat_map(move |operation| purposes.iter().map(move |purpose| (operation, purpose)))
}

fn not_denied(policy: &PolicySet, operation: Operation, purpose: Purpose) -> impl Iterator<Item = Clause> {
    policy.denying(operation, purpose).flat_map(sat::unmet)
}

/// Whether one speaks of everything that the other speaks of.
fn covers(one: &Rule, other: &Rule) -> bool {
    other.operations.is_subset_of(one.operations) && other.purposes.is_subset_of(one.purposes)
}

fn overlaps(one: &Rule, other: &Rule) -> bool {
    !one.operations.and(other.operations).is_empty() && !one.purposes.and(other.purposes).is_empty()
}
