use crate::{Action, Fact, Facts, Obligation, Obligations, Operation, Purpose, ResourceType, Set};
use std::{borrow::Cow, fmt};

/// The name of a rule, as evaluations and decision matrices give it: 1 to 64 of `a-z`, `0-9` and `-`. Never reused for
/// another rule.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(Cow<'static, str>);

/// What a rule does when it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// It permits, unless another rule denies.
    Permit,
    /// It denies, whatever others permit.
    Deny,
}

/// One rule: a value, not code.
///
/// It applies to its operations for its purposes, and matches when all facts of `all` hold, none of
/// `none` does, and at least one of `any` does, if it names any.
///
/// ```
/// use leeward_policy::{Action, Fact, Obligation, Purpose, ResourceType, Rule};
/// let rule = Rule::permit("counsellor-reads-assigned")
///     .on(&[Action::Read], &[ResourceType::CaseNote])
///     .for_purposes(&[Purpose::Treatment])
///     .all(&[Fact::Counsellor, Fact::Assigned])
///     .obliging(&[Obligation::Audit]);
/// assert_eq!(rule.id().as_str(), "counsellor-reads-assigned");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub(crate) id: RuleId,
    pub(crate) version: u16,
    pub(crate) effect: Effect,
    pub(crate) operations: Set<Operation>,
    pub(crate) purposes: Set<Purpose>,
    pub(crate) all: Set<Fact>,
    pub(crate) none: Set<Fact>,
    pub(crate) any: Set<Fact>,
    pub(crate) obligations: Obligations,
}

impl Rule {
    /// A rule that permits, on nothing as yet, for every purpose.
    #[must_use]
    pub fn permit(id: impl Into<RuleId>) -> Self {
        Self::new(id.into(), Effect::Permit)
    }

    /// A rule that denies, on nothing as yet, for every purpose.
    #[must_use]
    pub fn deny(id: impl Into<RuleId>) -> Self {
        Self::new(id.into(), Effect::Deny)
    }

    pub(crate) fn new(id: RuleId, effect: Effect) -> Self {
        Self {
            id,
            version: 1,
            effect,
            operations: Set::EMPTY,
            purposes: Set::full(),
            all: Set::EMPTY,
            none: Set::EMPTY,
            any: Set::EMPTY,
            obligations: Obligations::none(),
        }
    }

    /// Which edition of the rule this is; 1 when not said.
    #[must_use]
    pub const fn version(mut self, version: u16) -> Self {
        self.version = version;
        self
    }

    /// Each of these actions on each of these resource types, as far as they go together, in place of any
    /// operations said before.
    #[must_use]
    pub fn on(mut self, actions: &[Action], resources: &[ResourceType]) -> Self {
        let meant = |operation: &Operation| {
            actions.contains(&operation.action()) && resources.contains(&operation.resource())
        };
        let operations = Operation::ALL.iter().copied().filter(meant);
        self.operations = operations.fold(Set::EMPTY, Set::with);
        self
    }

    /// These operations, in place of any said before.
    #[must_use]
    pub fn to(mut self, operations: &[Operation]) -> Self {
        self.operations = Set::of(operations);
        self
    }

    /// For these purposes only.
    #[must_use]
    pub fn for_purposes(mut self, purposes: &[Purpose]) -> Self {
        self.purposes = Set::of(purposes);
        self
    }

    /// Facts that must all hold, beside any said before.
    #[must_use]
    pub fn all(mut self, facts: &[Fact]) -> Self {
        self.all = self.all.or(Set::of(facts));
        self
    }

    /// Facts of which none may hold, beside any said before.
    #[must_use]
    pub fn none(mut self, facts: &[Fact]) -> Self {
        self.none = self.none.or(Set::of(facts));
        self
    }

    /// Facts of which at least one must hold, those said before included.
    #[must_use]
    pub fn any(mut self, facts: &[Fact]) -> Self {
        self.any = self.any.or(Set::of(facts));
        self
    }

    /// What has to be done when this rule permits, beside any said before.
    #[must_use]
    pub fn obliging(mut self, obligations: &[Obligation]) -> Self {
        self.obligations = obligations.iter().fold(self.obligations, |all, &one| all.with(one));
        self
    }

    /// Its name.
    #[must_use]
    pub const fn id(&self) -> &RuleId {
        &self.id
    }

    /// Which edition of it this is.
    #[must_use]
    pub const fn edition(&self) -> u16 {
        self.version
    }

    /// What it does when it matches.
    #[must_use]
    pub const fn effect(&self) -> Effect {
        self.effect
    }

    /// What it speaks of.
    #[must_use]
    pub const fn operations(&self) -> Set<Operation> {
        self.operations
    }

    /// Which purposes it speaks of.
    #[must_use]
    pub const fn purposes(&self) -> Set<Purpose> {
        self.purposes
    }

    /// Facts that must all hold.
    #[must_use]
    pub const fn required(&self) -> Set<Fact> {
        self.all
    }

    /// Facts of which none may hold.
    #[must_use]
    pub const fn forbidden(&self) -> Set<Fact> {
        self.none
    }

    /// Facts of which at least one must hold; when it is empty, none need.
    #[must_use]
    pub const fn alternatives(&self) -> Set<Fact> {
        self.any
    }

    /// What has to be done when it permits.
    #[must_use]
    pub const fn obligations(&self) -> Obligations {
        self.obligations
    }

    /// Whether it speaks of the operation for the purpose at all.
    #[must_use]
    pub fn applies_to(&self, operation: Operation, purpose: Purpose) -> bool {
        self.operations.contains(operation) && self.purposes.contains(purpose)
    }

    /// Whether its conditions are met.
    #[must_use]
    pub const fn matches(&self, facts: Facts) -> bool {
        self.missing(facts).is_empty() && self.in_the_way(facts).is_empty() && self.none_of(facts).is_empty()
    }

    /// What it asks for that does not hold.
    #[must_use]
    pub const fn missing(&self, facts: Facts) -> Set<Fact> {
        self.all.minus(facts.as_set())
    }

    /// What holds that it forbids.
    #[must_use]
    pub const fn in_the_way(&self, facts: Facts) -> Set<Fact> {
        self.none.and(facts.as_set())
    }

    /// Its alternatives, when none of them holds.
    #[must_use]
    pub const fn none_of(&self, facts: Facts) -> Set<Fact> {
        if self.any.and(facts.as_set()).is_empty() { self.any } else { self.any.minus(self.any) }
    }
}

impl RuleId {
    /// The longest name, in bytes.
    pub const MAX_LEN: usize = 64;

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn is_well_formed(&self) -> bool {
        let plain = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        (1..=Self::MAX_LEN).contains(&self.0.len()) && self.0.as_bytes().iter().all(plain)
    }
}

impl From<&'static str> for RuleId {
    fn from(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }
}

impl From<String> for RuleId {
    fn from(name: String) -> Self {
        Self(Cow::Owned(name))
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RuleId({})", self.0)
    }
}
