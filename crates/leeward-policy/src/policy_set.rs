use crate::{
    Access, AccessRequest, Decision, Effect, Evaluation, Facts, Flaw, Operation, PolicyError, Rule, Standing,
    validate,
};
use ring::digest::{SHA256, digest};
use std::fmt;

/// A set of rules: a value that decides and reads nothing, which never fails.
///
/// Whatever no rule permits is denied, and one rule that denies outweighs all that permit.
///
/// ```
/// use leeward_event::{ConversationId, StaffId, assurance::Aal};
/// use leeward_policy::*;
/// let policy = PolicySet::default_policy();
/// let requester = Requester::new(StaffId::from_bytes([1; 16]), Aal::Two);
/// let conversation = ConversationId::from_bytes([2; 16]);
/// let request = AccessRequest::<ReadCaseNote>::new(requester, conversation, Purpose::Treatment);
/// let standing = Standing {
///     roles: Set::of(&[Role::Counsellor]),
///     suspended: false,
///     conflict_of_interest: false,
///     assigned: false,
///     glass_broken: false,
/// };
/// let Decision::Deny(denial) = policy.decide(&request, &standing) else { panic!("not assigned") };
/// assert_eq!(denial.class(), DenialClass::NotPermitted);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct PolicySet {
    version: u32,
    rules: Vec<Rule>,
    hash: PolicyHash,
}

/// The SHA-256 of the canonical bytes of a [`PolicySet`]: which rules a decision was made by.
///
/// The bytes are `leeward-policy/1` and a zero byte, the version (4), and for each rule, in the order
/// of names: the name with its length (8) before it, version (2), effect (1 permit, 2 deny), and as
/// bits (4 each) actions, resource types, facts required and facts forbidden; then the number of
/// obligations (8) and three bytes for each. All numbers are big-endian.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PolicyHash([u8; 32]);

impl PolicySet {
    /// The most rules in a set.
    pub const MAX_RULES: usize = 1_000;

    /// A set of rules, if it is sound.
    ///
    /// The rules are checked against every combination of facts there is: see [`Flaw`] for what is
    /// refused. So no policy can let break-glass pass by a suspension, for one.
    ///
    /// # Errors
    /// [`PolicyError::Unsound`] with every flaw found.
    pub fn new(version: u32, rules: Vec<Rule>) -> Result<Self, PolicyError> {
        let policy = Self::unchecked(version, rules);
        policy.validate().map_err(|flaws| PolicyError::Unsound { flaws })?;
        Ok(policy)
    }

    pub(crate) fn unchecked(version: u32, mut rules: Vec<Rule>) -> Self {
        // In the order of their names, so that the same rules have one hash.
        rules.sort_by(|a, b| a.id.cmp(&b.id));
        let hash = PolicyHash::of(version, &rules);
        Self { version, rules, hash }
    }

    /// Every flaw of the set.
    ///
    /// # Errors
    /// The flaws, if there are any.
    pub fn validate(&self) -> Result<(), Vec<Flaw>> {
        let flaws = validate::flaws(self);
        if flaws.is_empty() { Ok(()) } else { Err(flaws) }
    }

    /// What the rules say to an operation under these facts.
    #[must_use]
    pub fn evaluate(&self, operation: Operation, facts: Facts) -> Evaluation {
        Evaluation::of(&self.rules, operation, facts)
    }

    /// Whether the rules permit an operation under these facts, and nothing of why: the same answer as
    /// [`evaluate`](Self::evaluate) gives, without allocating.
    #[must_use]
    pub fn permits(&self, operation: Operation, facts: Facts) -> bool {
        let matches = |effect| {
            let mut of_effect = self.rules.iter().filter(|rule| rule.effect == effect);
            of_effect.any(|rule| rule.applies_to(operation) && rule.matches(facts))
        };
        matches(Effect::Permit) && !matches(Effect::Deny)
    }

    /// Whether the rules permit a request by somebody of this standing.
    ///
    /// For a service that keeps assignments and roles itself; [`Policies`](crate::Policies) keeps them
    /// and records the decision too. Here [`Obligation::Audit`](crate::Obligation::Audit) is left to
    /// the caller.
    pub fn decide<A: Access>(&self, request: &AccessRequest<A>, standing: &Standing) -> Decision<A> {
        let facts = request.facts(standing);
        let evaluation = self.evaluate(A::OPERATION, facts);
        if evaluation.is_permitted() {
            Decision::permit(request, evaluation)
        } else {
            let stronger = self.permits(A::OPERATION, facts.at_highest_aal());
            Decision::deny(evaluation, stronger)
        }
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

    /// The rules, in the order of their names.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }
}

impl PolicyHash {
    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn of(version: u32, rules: &[Rule]) -> Self {
        let mut bytes = b"leeward-policy/1\0".to_vec();
        bytes.extend(version.to_be_bytes());
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
    for bits in [rule.actions.bits(), rule.resources.bits(), rule.all.bits(), rule.none.bits()] {
        bytes.extend(bits.to_be_bytes());
    }
    push_len(bytes, rule.obligations.len());
    rule.obligations.iter().for_each(|obligation| bytes.extend(obligation.encode()));
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
