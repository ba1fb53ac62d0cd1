use super::{
    CedarAnswer, CedarError, CedarText,
    engine::{read_policies, read_schema, validate},
    schema::{PURPOSE, REQUESTER, action, attribute, schema, type_name},
};
use crate::{Fact, Facts, Member, Operation, PolicySet, Purpose};
use cedar_policy::{
    ActionConstraint, Authorizer, Context, Entities, EntityId, EntityTypeName, EntityUid, Policy,
    PolicySet as Policies, Request, RestrictedExpression, Schema,
};
use std::collections::HashMap;

/// Rules in Cedar over the facts that leeward knows, in the schema of [`CedarText`].
///
/// There are no entities, so that none can be absent: a rule that names one, or that could never apply, is refused.
/// [`Facts`] say of each fact whether it holds. It is slower than a [`PolicySet`] by orders of magnitude.
pub struct CedarRules {
    schema: Schema,
    /// For each operation, the policies that could speak of it.
    operations: HashMap<Operation, Asked>,
    authorizer: Authorizer,
}

struct Asked {
    policies: Policies,
    action: EntityUid,
    resource: EntityUid,
    principal: EntityUid,
}

impl CedarRules {
    /// Reads policies in Cedar's own syntax. Each has a name of its own in `@id`.
    ///
    /// # Errors
    /// Every variant of [`CedarError`] but [`Schema`](CedarError::Schema): text over the limits is not
    /// parsed, and what does not strictly validate is refused.
    pub fn read(policies: &str) -> Result<Self, CedarError> {
        let policies = read_policies(policies)?;
        let schema = read_schema(&schema())?;
        validate(&schema, &policies, 1)?;
        policies.policies().try_for_each(looks_at_facts_alone)?;
        let asked = |&operation| Some((operation, Asked::of(&policies, operation)?));
        let operations = Operation::ALL.iter().filter_map(asked).collect();
        Ok(Self { operations, schema, authorizer: Authorizer::new() })
    }

    /// The rules of a set, in Cedar.
    ///
    /// # Errors
    /// As [`read`](Self::read): a set that is so large that its text is over the limits.
    pub fn of(policy: &PolicySet) -> Result<Self, CedarError> {
        Self::read(&CedarText::of(policy).to_string())
    }

    /// What the rules say to an operation under these facts.
    #[must_use]
    pub fn evaluate(&self, operation: Operation, purpose: Purpose, facts: Facts) -> CedarAnswer {
        let asked = self.operations.get(&operation);
        asked.and_then(|asked| self.ask(asked, purpose, facts)).unwrap_or(CedarAnswer::Indeterminate)
    }

    fn ask(&self, asked: &Asked, purpose: Purpose, facts: Facts) -> Option<CedarAnswer> {
        let (principal, action) = (asked.principal.clone(), asked.action.clone());
        let context = context(purpose, facts)?;
        let request =
            Request::new(principal, action, asked.resource.clone(), context, Some(&self.schema)).ok()?;
        Some(CedarAnswer::of(&self.authorizer.is_authorized(&request, &asked.policies, &Entities::empty())))
    }
}

impl Asked {
    fn of(policies: &Policies, operation: Operation) -> Option<Self> {
        let action: EntityUid = action(operation).parse().ok()?;
        let speaking = policies.policies().filter(|policy| speaks_of(policy, &action));
        let policies = Policies::from_policies(speaking.cloned()).ok()?;
        let resource = unnamed(&type_name(operation.resource()))?;
        Some(Self { policies, resource, principal: unnamed(REQUESTER)?, action })
    }
}

fn speaks_of(policy: &Policy, action: &EntityUid) -> bool {
    match policy.action_constraint() {
        ActionConstraint::Any => true,
        ActionConstraint::Eq(named) => named == *action,
        ActionConstraint::In(named) => named.contains(action),
    }
}

/// A rule that names somebody would never apply, since who asks has no name here: had it been to deny, all would be
/// let through.
fn looks_at_facts_alone(policy: &Policy) -> Result<(), CedarError> {
    let is_action = |uid: &EntityUid| uid.type_name().basename() == "Action";
    if policy.entity_literals().iter().all(is_action) {
        return Ok(());
    }
    let problem = format!("for policy `{}`, it names an entity other than an action", policy.id());
    Err(CedarError::Unsound { problem })
}

/// Some entity of a type: rules over facts cannot look at it.
fn unnamed(kind: &str) -> Option<EntityUid> {
    let kind: EntityTypeName = kind.parse().ok()?;
    Some(EntityUid::from_type_name_and_id(kind, EntityId::new("")))
}

fn context(purpose: Purpose, facts: Facts) -> Option<Context> {
    let held = |&fact: &Fact| (attribute(fact), RestrictedExpression::new_bool(facts.hold(fact)));
    let purpose = (PURPOSE.to_owned(), RestrictedExpression::new_string(purpose.name().to_owned()));
    Context::from_pairs(Fact::ALL.iter().map(held).chain([purpose])).ok()
}

impl std::fmt::Debug for CedarRules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CedarRules").finish_non_exhaustive()
    }
}
