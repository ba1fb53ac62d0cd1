use crate::{
    Access, AccessRequest, Decision, Effect, Evaluation, Explanation, Fact, Facts, Flaw, Operation,
    PolicyBuilder, PolicyError, Purpose, Rule, Standing, Thresholds, compiled::Index, evaluation, validate,
};
use jiff::Timestamp;
use ring::digest::{SHA256, digest};
use std::fmt;

/// A set of rules: a value that decides and reads nothing, which never fails.
///
/// Whatever no rule permits is denied, and one rule that denies outweighs all that permit.
///
/// ```
/// use leeward_policy::*;
/// let policy = PolicySet::default_policy();
/// let facts = Set::of(&[Fact::Counsellor, Fact::Trained, Fact::AalTwo]);
/// let facts = Facts::from_set(facts).unwrap();
/// let why = policy.explain(Operation::ReadCaseNote, Purpose::Treatment, facts);
/// assert!(!why.evaluation.is_permitted());
/// assert_eq!(why.why_not[0].missing, Set::of(&[Fact::Assigned]));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct PolicySet {
    version: u32,
    thresholds: Thresholds,
    rules: Vec<Rule>,
    index: Index,
    hash: PolicyHash,
}

/// The SHA-256 of the canonical bytes of a [`PolicySet`]: which rules a decision was made by.
///
/// The bytes are `leeward-policy/2` and a zero byte, the version (4), both thresholds (4 each: minutes,
/// days), and for each rule, in the order of names: the name with its length (8) before it, version (2),
/// effect (1 permit, 2 deny), and as bits (8 each) operations, purposes, facts required, forbidden and
/// alternative; then its obligations: as bits (8 each) their kinds, the roles told and the fields left,
/// then the level of the step-up (1, or 1 for none), its minutes, the hours until a review (2 each, all
/// ones for none) and the service's own as bits (2). All numbers are big-endian.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PolicyHash([u8; 32]);

impl PolicySet {
    /// The most rules in a set.
    pub const MAX_RULES: usize = 4_096;

    /// A set of rules, if it is sound.
    ///
    /// The rules are checked for every combination of facts there is, exactly: see [`Flaw`] for what is
    /// refused. So no policy can let break-glass pass by a suspension, for one. A set without rules is
    /// sound, and denies everything.
    ///
    /// # Errors
    /// [`PolicyError::Unsound`] with every flaw found.
    pub fn new(version: u32, rules: Vec<Rule>) -> Result<Self, PolicyError> {
        Self::builder(version).rules(rules).build()
    }

    /// Begins a set without rules.
    pub fn builder(version: u32) -> PolicyBuilder {
        PolicyBuilder::new(version)
    }

    /// Begins a set with the rules of this one, to add to, take from and replace.
    pub fn to_builder(&self, version: u32) -> PolicyBuilder {
        Self::builder(version).thresholds(self.thresholds).rules(self.rules.iter().cloned())
    }

    pub(crate) fn unchecked(version: u32, thresholds: Thresholds, mut rules: Vec<Rule>) -> Self {
        // In the order of their names, so that the same rules have one hash.
        rules.sort_by(|a, b| a.id.cmp(&b.id));
        let hash = PolicyHash::of(version, thresholds, &rules);
        Self { version, thresholds, index: Index::of(&rules), rules, hash }
    }

    /// Every flaw of the set.
    ///
    /// # Errors
    /// The flaws, if there are any.
    pub fn validate(&self) -> Result<(), Vec<Flaw>> {
        let flaws = validate::flaws(self, &[]);
        if flaws.is_empty() { Ok(()) } else { Err(flaws) }
    }

    /// What the rules say to an operation under these facts. It does not allocate.
    #[must_use]
    pub fn evaluate(&self, operation: Operation, purpose: Purpose, facts: Facts) -> Evaluation {
        Evaluation::of(self.index.rules(operation), (operation, purpose), facts, self.hash)
    }

    /// Whether the rules permit an operation under these facts, and nothing of why: the same answer as
    /// [`evaluate`](Self::evaluate) gives, and sooner.
    #[must_use]
    pub fn permits(&self, operation: Operation, purpose: Purpose, facts: Facts) -> bool {
        evaluation::permission(self.index.rules(operation), purpose, facts).is_some()
    }

    /// All of why: which rules decided, and what each other lacked.
    #[must_use]
    pub fn explain(&self, operation: Operation, purpose: Purpose, facts: Facts) -> Explanation {
        Explanation::of(self, self.evaluate(operation, purpose, facts))
    }

    /// Every rule that determined an outcome of this set: all that permit, or all that deny, in the order
    /// of their names.
    pub fn determining<'a>(&'a self, evaluation: &Evaluation) -> impl Iterator<Item = &'a Rule> + use<'a> {
        let (purpose, facts) = (evaluation.purpose(), evaluation.facts());
        let rules = self.index.rules(evaluation.operation());
        let rules = if evaluation.is_permitted() { rules.permit } else { rules.deny };
        let matching = rules.iter().filter(move |rule| rule.matches(purpose, facts));
        matching.filter_map(|rule| self.rules.get(rule.rule))
    }

    /// The rules that could permit an operation for a purpose.
    pub(crate) fn permitting(&self, operation: Operation, purpose: Purpose) -> impl Iterator<Item = &Rule> {
        let rules = self.index.rules(operation).permit.iter().filter(move |rule| rule.is_for(purpose));
        rules.filter_map(|rule| self.rules.get(rule.rule))
    }

    /// The rules that could deny an operation for a purpose.
    pub(crate) fn denying(&self, operation: Operation, purpose: Purpose) -> impl Iterator<Item = &Rule> {
        let rules = self.index.rules(operation).deny.iter().filter(move |rule| rule.is_for(purpose));
        rules.filter_map(|rule| self.rules.get(rule.rule))
    }

    /// Whether any rule that speaks of an operation looks at a fact.
    pub(crate) fn looks_at(&self, operation: Operation, fact: Fact) -> bool {
        let looked_at = |rule: &Rule| rule.all.or(rule.none).or(rule.any).contains(fact);
        self.rules_for(operation).any(looked_at)
    }

    /// The rules that speak of an operation, those that deny first.
    pub fn rules_for(&self, operation: Operation) -> impl Iterator<Item = &Rule> {
        let rules = self.index.rules(operation);
        rules.deny.iter().chain(rules.permit).filter_map(|rule| self.rules.get(rule.rule))
    }

    /// Whether the rules permit a request by somebody of this standing.
    ///
    /// For a service that keeps assignments and roles itself; [`Policies`](crate::Policies) keeps them
    /// and records the decision too. Here [`Obligation::Audit`](crate::Obligation::Audit) is left to
    /// the caller.
    pub fn decide<A: Access>(
        &self,
        request: &AccessRequest<A>,
        standing: &Standing,
        now: Timestamp,
    ) -> Decision<A> {
        let facts = request.facts(standing, now, self.thresholds);
        let evaluation = self.evaluate(A::OPERATION, request.purpose(), facts);
        if evaluation.is_permitted() {
            return Decision::permit(request, evaluation, now);
        }
        let would = |facts| self.permits(A::OPERATION, request.purpose(), facts);
        let stronger = facts.at_highest_aal();
        Decision::deny(evaluation, would(stronger), would(facts.approved()) || would(stronger.approved()))
    }

    /// The number its author gave it.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// The hash of its canonical bytes.
    #[must_use]
    pub const fn hash(&self) -> PolicyHash {
        self.hash
    }

    /// Where two of the facts begin and end.
    #[must_use]
    pub const fn thresholds(&self) -> Thresholds {
        self.thresholds
    }

    /// The rules, in the order of their names.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Whether there are no rules, so that everything is denied.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}

impl PolicyHash {
    /// The hash with these bytes, as it was kept somewhere.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn of(version: u32, thresholds: Thresholds, rules: &[Rule]) -> Self {
        let mut bytes = b"leeward-policy/2\0".to_vec();
        for number in [version, thresholds.fresh_within_minutes, thresholds.recent_within_days] {
            bytes.extend(number.to_be_bytes());
        }
        rules.iter().for_each(|rule| push_rule(&mut bytes, rule));
        let mut hash = [0; 32];
        hash.iter_mut().zip(digest(&SHA256, &bytes).as_ref()).for_each(|(to, from)| *to = *from);
        Self(hash)
    }
}

fn push_rule(bytes: &mut Vec<u8>, rule: &Rule) {
    push_len(bytes, rule.id.as_str().len());
    bytes.extend(rule.id.as_str().as_bytes());
    bytes.extend(rule.version.to_be_bytes());
    bytes.push(match rule.effect {
        Effect::Permit => 1,
        Effect::Deny => 2,
    });
    let facts = [rule.all, rule.none, rule.any].map(crate::Set::bits);
    for bits in [rule.operations.bits(), rule.purposes.bits()].into_iter().chain(facts) {
        bytes.extend(bits.to_be_bytes());
    }
    rule.obligations.encode(bytes);
}

fn push_len(bytes: &mut Vec<u8>, len: usize) {
    bytes.extend(u64::try_from(len).unwrap_or(u64::MAX).to_be_bytes());
}

impl fmt::Display for PolicyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for PolicyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PolicyHash({self})")
    }
}

impl fmt::Debug for PolicySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PolicySet")
            .field("version", &self.version)
            .field("hash", &self.hash)
            .field("rules", &self.rules.len())
            .finish()
    }
}
