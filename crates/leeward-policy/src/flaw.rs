use crate::{Facts, Operation, PolicySet, Purpose, RuleId, set::Member, set::names};
use std::fmt;

/// What is wrong with a [`PolicySet`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Flaw {
    /// There are more rules than [`PolicySet::MAX_RULES`].
    #[error("there are {count} rules, over {max}", max = PolicySet::MAX_RULES)]
    TooManyRules {
        /// How many there are.
        count: usize,
    },
    /// The rules are so entangled that they cannot be checked in bounded time.
    #[error("the rules are too entangled to be checked: use fewer alternatives in rules that deny")]
    TooComplex,
    /// Two rules have one name.
    #[error("two rules are named `{rule}`")]
    DuplicateId {
        /// The name.
        rule: RuleId,
    },
    /// A name is no [`RuleId`].
    #[error("a rule's name is not 1 to 64 of a-z, 0-9 and `-`")]
    MalformedId,
    /// A rule speaks of nothing that exists.
    #[error("`{rule}` applies to no operation and purpose: name some of each")]
    NoOperation {
        /// The rule.
        rule: RuleId,
    },
    /// No combination of facts meets a rule's conditions: it is never reached.
    #[error("`{rule}` asks for facts that cannot hold together")]
    Unsatisfiable {
        /// The rule.
        rule: RuleId,
    },
    /// Wherever one rule would permit, another denies.
    #[error("`{permit}` permits nothing that `{deny}` does not deny")]
    Contradictory {
        /// The rule that permits.
        permit: RuleId,
        /// The rule that denies.
        deny: RuleId,
    },
    /// Wherever a rule would permit, one of several others denies.
    #[error("`{rule}` permits nothing that {} other rules do not deny", denied_by.len())]
    Shadowed {
        /// The rule.
        rule: RuleId,
        /// Those that deny.
        denied_by: Vec<RuleId>,
    },
    /// A rule makes no difference: another of the same effect says as much, and obliges to as much.
    #[error("`{rule}` says nothing that `{by}` does not say: remove it")]
    Subsumed {
        /// The rule.
        rule: RuleId,
        /// The other.
        by: RuleId,
    },
    /// A rule that denies carries obligations, which nobody would meet.
    #[error("`{rule}` denies, and only rules that permit can oblige")]
    ObligesOnDeny {
        /// The rule.
        rule: RuleId,
    },
    /// A rule permits, and not even a record is asked for.
    #[error("`{rule}` permits without any obligation: an audit record is the least")]
    ObligesToNothing {
        /// The rule.
        rule: RuleId,
    },
    /// A rule obliges to something that does not exist: a service's obligation over 15, a review or a
    /// step-up within no time.
    #[error("`{rule}` obliges to something that cannot be met")]
    NoSuchObligation {
        /// The rule.
        rule: RuleId,
    },
    /// A rule for an operation that [`Policies`](crate::Policies) carries out itself asks for more
    /// than an audit record.
    #[error("`{rule}` obliges to more than an audit record where no caller could meet it")]
    ObligesNobody {
        /// The rule.
        rule: RuleId,
    },
    /// Something would be permitted that may never be.
    #[error("`{invariant}` does not hold: {counterexample}")]
    Breaks {
        /// The name of what must always hold.
        invariant: RuleId,
        /// Where it does not.
        counterexample: Counterexample,
    },
}

/// One case in which a policy permits what it must not.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counterexample {
    /// What would be permitted.
    pub operation: Operation,
    /// What for.
    pub purpose: Purpose,
    /// Under which facts, and no others.
    pub facts: Facts,
    /// By which rules.
    pub rules: Vec<RuleId>,
}

impl fmt::Display for Counterexample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rules = self.rules.iter().map(RuleId::as_str).collect::<Vec<_>>().join(", ");
        let (operation, purpose) = (self.operation.name(), self.purpose.name());
        let facts = names(self.facts.as_set(), ", ");
        write!(f, "{operation} for {purpose} is permitted by {rules} when these facts alone hold: {facts}")
    }
}
