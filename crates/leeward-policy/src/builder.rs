use crate::{Invariant, PolicyError, PolicySet, Rule, RuleId, Thresholds, validate};

/// Puts a [`PolicySet`] together, usually from the default one.
///
/// ```
/// use leeward_policy::*;
/// let longer = Rule::permit("statistics-for-research")
///     .to(&[Operation::ReadStatistics])
///     .for_purposes(&[Purpose::Research])
///     .all(&[Fact::Auditor])
///     .none(&[Fact::Suspended, Fact::ConflictOfInterest])
///     .obliging(&[Obligation::Audit]);
/// let policy = PolicySet::default_policy().to_builder(2).rule(longer).build()?;
/// assert_ne!(policy.hash(), PolicySet::default_policy().hash());
/// # Ok::<(), PolicyError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct PolicyBuilder {
    version: u32,
    thresholds: Thresholds,
    rules: Vec<Rule>,
    invariants: Vec<Invariant>,
}

impl PolicyBuilder {
    pub(crate) const fn new(version: u32) -> Self {
        Self { version, thresholds: Thresholds::USUAL, rules: Vec::new(), invariants: Vec::new() }
    }

    /// Adds a rule.
    pub fn rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Adds rules.
    pub fn rules(mut self, rules: impl IntoIterator<Item = Rule>) -> Self {
        self.rules.extend(rules);
        self
    }

    /// Puts a rule in the place of the one of the same name, or adds it.
    pub fn replace(self, rule: Rule) -> Self {
        self.remove(rule.id().clone()).rule(rule)
    }

    /// Leaves out the rule of this name.
    pub fn remove(mut self, id: impl Into<RuleId>) -> Self {
        let id = id.into();
        self.rules.retain(|rule| *rule.id() != id);
        self
    }

    /// Where two of the facts begin and end; [`Thresholds::USUAL`] when not said.
    pub const fn thresholds(mut self, thresholds: Thresholds) -> Self {
        self.thresholds = thresholds;
        self
    }

    /// What must hold of this policy, beside what [must hold of every one](Invariant::always).
    pub fn invariant(mut self, invariant: Invariant) -> Self {
        self.invariants.push(invariant);
        self
    }

    /// The set, if it is sound.
    ///
    /// # Errors
    /// [`PolicyError::Unsound`] with every flaw found.
    pub fn build(self) -> Result<PolicySet, PolicyError> {
        let policy = PolicySet::unchecked(self.version, self.thresholds, self.rules);
        let flaws = validate::flaws(&policy, &self.invariants);
        if flaws.is_empty() { Ok(policy) } else { Err(PolicyError::Unsound { flaws }) }
    }
}
