use crate::{Action, Fact, Facts, Obligation, Operation, ResourceType, Set};
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
/// It applies to each of its actions on each of its resource types, and matches when all facts of
/// `all` hold and none of `none` does.
///
/// ```
/// use leeward_policy::{Action, Fact, Obligation, ResourceType, Rule};
/// let rule = Rule::permit("counsellor-reads-assigned")
///     .on(&[Action::Read], &[ResourceType::CaseNote])
///     .all(&[Fact::Counsellor, Fact::Assigned, Fact::ForTreatment])
///     .obliging(&[Obligation::Audit]);
/// assert_eq!(rule.id().as_str(), "counsellor-reads-assigned");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub(crate) id: RuleId,
    pub(crate) version: u16,
    pub(crate) effect: Effect,
    pub(crate) actions: Set<Action>,
    pub(crate) resources: Set<ResourceType>,
    pub(crate) all: Set<Fact>,
    pub(crate) none: Set<Fact>,
    pub(crate) obligations: Vec<Obligation>,
}

impl Rule {
    /// A rule that permits, on nothing as yet.
    #[must_use]
    pub fn permit(id: impl Into<RuleId>) -> Self {
        Self::new(id.into(), Effect::Permit)
    }

    /// A rule that denies, on nothing as yet.
    #[must_use]
    pub fn deny(id: impl Into<RuleId>) -> Self {
        Self::new(id.into(), Effect::Deny)
    }

    const fn new(id: RuleId, effect: Effect) -> Self {
        Self {
            id,
            version: 1,
            effect,
            actions: Set::EMPTY,
            resources: Set::EMPTY,
            all: Set::EMPTY,
            none: Set::EMPTY,
            obligations: Vec::new(),
        }
    }

    /// Which edition of the rule this is; 1 when not said.
    #[must_use]
    pub const fn version(mut self, version: u16) -> Self {
        self.version = version;
        self
    }

    /// Each of these actions on each of these resource types, in place of any said before.
    #[must_use]
    pub fn on(mut self, actions: &[Action], resources: &[ResourceType]) -> Self {
        self.actions = Set::of(actions);
        self.resources = Set::of(resources);
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

    /// What has to be done when this rule permits, beside any said before.
    #[must_use]
    pub fn obliging(mut self, obligations: &[Obligation]) -> Self {
        self.obligations.extend_from_slice(obligations);
        self
    }

    /// Its name.
    #[must_use]
    pub const fn id(&self) -> &RuleId {
        &self.id
    }

    /// What it does when it matches.
    #[must_use]
    pub const fn effect(&self) -> Effect {
        self.effect
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

    /// Whether it speaks of the operation at all.
    #[must_use]
    pub fn applies_to(&self, operation: Operation) -> bool {
        self.actions.contains(operation.action()) && self.resources.contains(operation.resource())
    }

    /// Whether its conditions are met.
    #[must_use]
    pub const fn matches(&self, facts: Facts) -> bool {
        self.missing(facts).is_empty() && self.in_the_way(facts).is_empty()
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
