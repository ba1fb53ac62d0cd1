use crate::{Evaluation, Fact, Facts, PolicySet, Rule, RuleId, Set, set::names};
use std::fmt;

/// All of why something is permitted or denied, for the operator and the auditor: never for who asked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// What it explains.
    pub evaluation: Evaluation,
    /// Every rule that determined the outcome: all that permit, or all that deny. None when nothing
    /// permitted.
    pub determining: Vec<RuleId>,
    /// For each rule that could have permitted, what it lacked; empty when it is permitted.
    pub why_not: Vec<WhyNot>,
    /// There are no rules at all, and so nothing is ever permitted.
    pub no_rules: bool,
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
    /// Of which one should hold, and none does.
    pub none_of: Set<Fact>,
}

impl Explanation {
    pub(crate) fn of(policy: &PolicySet, evaluation: Evaluation) -> Self {
        let determining = policy.determining(&evaluation).map(|rule| rule.id().clone()).collect();
        let why_not = if evaluation.is_permitted() { Vec::new() } else { why_not(policy, &evaluation) };
        Self { evaluation, determining, why_not, no_rules: policy.is_empty() }
    }
}

fn why_not(policy: &PolicySet, evaluation: &Evaluation) -> Vec<WhyNot> {
    let could = policy.permitting(evaluation.operation(), evaluation.purpose());
    could.filter_map(|rule| WhyNot::of(rule, evaluation.facts())).collect()
}

impl WhyNot {
    fn of(rule: &Rule, facts: Facts) -> Option<Self> {
        (!rule.matches(facts)).then(|| Self {
            rule: rule.id().clone(),
            missing: rule.missing(facts),
            in_the_way: rule.in_the_way(facts),
            none_of: rule.none_of(facts),
        })
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.evaluation.is_permitted() { "permitted" } else { "denied" };
        let rules = self.determining.iter().map(RuleId::as_str).collect::<Vec<_>>().join(", ");
        match (self.no_rules, rules.as_str()) {
            (true, _) => writeln!(f, "{verdict}: there are no rules")?,
            (false, "") => writeln!(f, "{verdict}: no rule permits it")?,
            (false, rules) => writeln!(f, "{verdict} by {rules}")?,
        }
        self.why_not.iter().try_for_each(|why| writeln!(f, "  {why}"))
    }
}

impl fmt::Display for WhyNot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.rule)?;
        let parts = [
            ("lacks", self.missing, ", "),
            ("is barred by", self.in_the_way, ", "),
            ("lacks one of", self.none_of, ", "),
        ];
        let told = parts.iter().filter(|(_, facts, _)| !facts.is_empty());
        let told = told.map(|(what, facts, between)| format!(" {what} {}", names(*facts, between)));
        f.write_str(&told.collect::<Vec<_>>().join(";"))
    }
}
