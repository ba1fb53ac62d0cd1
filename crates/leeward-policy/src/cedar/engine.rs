use super::{CedarError, limits};
use crate::RuleId;
use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityUid, Policy, PolicyId, PolicySet, Request,
    Response, Schema, ValidationMode, Validator,
};
use std::collections::HashSet;

/// Rules of a service in Cedar, over entities and a schema of its own, in an engine that fails closed.
///
/// Cedar skips a policy that fails to evaluate. Here the whole answer is [`CedarAnswer::Indeterminate`] when any
/// policy fails, when the principal, the resource or an ancestor of theirs is not among the entities, or when anything
/// does not fit the schema. Policies see attributes of the principal and of the resource only (Cedar's level 1), so that
/// there is nothing else that could be absent.
pub struct CedarPolicies {
    schema: Schema,
    policies: PolicySet,
    authorizer: Authorizer,
}

/// What rules in Cedar say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CedarAnswer {
    /// Permitted, by all of these, in the order of their names.
    Permit(Vec<RuleId>),
    /// Denied, by all of these; by none when nothing permits.
    Deny(Vec<RuleId>),
    /// It could not be decided, and so is denied. Somebody should look: the input or a rule is wrong.
    Indeterminate,
}

impl CedarAnswer {
    /// Whether it is permitted.
    #[must_use]
    pub const fn is_permitted(&self) -> bool {
        matches!(self, Self::Permit(_))
    }

    /// By what Cedar answered; never a permit if anything failed.
    pub(super) fn of(response: &Response) -> Self {
        if response.diagnostics().errors().next().is_some() {
            return Self::Indeterminate;
        }
        let rule = |id: &PolicyId| RuleId::from(<PolicyId as AsRef<str>>::as_ref(id).to_owned());
        let mut rules = response.diagnostics().reason().map(rule).collect::<Vec<_>>();
        rules.sort();
        match response.decision() {
            Decision::Allow => Self::Permit(rules),
            Decision::Deny => Self::Deny(rules),
        }
    }
}

impl CedarPolicies {
    /// Reads a schema and policies in Cedar's own syntax. Each policy has a name of its own in `@id`.
    ///
    /// # Errors
    /// Every variant of [`CedarError`]: text over the limits is not parsed, and what does not strictly
    /// validate against the schema is refused.
    pub fn read(schema: &str, policies: &str) -> Result<Self, CedarError> {
        let schema = read_schema(schema)?;
        let policies = read_policies(policies)?;
        validate(&schema, &policies, 1)?;
        Ok(Self { schema, policies, authorizer: Authorizer::new() })
    }

    /// Whether the policies permit an action. Of the entities, the principal, the resource and all their
    /// ancestors have to be there.
    #[must_use]
    pub fn decide(
        &self,
        principal: &EntityUid,
        action: &EntityUid,
        resource: &EntityUid,
        context: Context,
        entities: impl IntoIterator<Item = Entity>,
    ) -> CedarAnswer {
        let Ok(entities) = Entities::from_entities(entities, Some(&self.schema)) else {
            return CedarAnswer::Indeterminate;
        };
        if !is_complete(&entities, principal) || !is_complete(&entities, resource) {
            return CedarAnswer::Indeterminate;
        }
        let (principal, action, resource) = (principal.clone(), action.clone(), resource.clone());
        let request = Request::new(principal, action, resource, context, Some(&self.schema));
        request.map_or(CedarAnswer::Indeterminate, |request| {
            CedarAnswer::of(&self.authorizer.is_authorized(&request, &self.policies, &entities))
        })
    }
}

/// Whether the entity is there, and everything that it is said to be in.
fn is_complete(entities: &Entities, uid: &EntityUid) -> bool {
    let mut ancestors = entities.ancestors(uid).into_iter().flatten();
    entities.get(uid).is_some() && ancestors.all(|ancestor| entities.get(ancestor).is_some())
}

pub(super) fn read_schema(text: &str) -> Result<Schema, CedarError> {
    limits::check(text)?;
    let read = Schema::from_cedarschema_str(text);
    read.map(|(schema, _warnings)| schema).map_err(|error| CedarError::Schema(Box::new(error)))
}

/// The policies by the names that they give themselves.
pub(super) fn read_policies(text: &str) -> Result<PolicySet, CedarError> {
    limits::check(text)?;
    let numbered: PolicySet = text.parse().map_err(|error| CedarError::Unreadable(Box::new(error)))?;
    if numbered.templates().next().is_some() {
        return Err(CedarError::Template);
    }
    if numbered.num_of_policies() > limits::MAX_POLICIES {
        return Err(CedarError::TooMany { max: limits::MAX_POLICIES });
    }
    let (mut named, mut taken) = (PolicySet::new(), HashSet::new());
    for (place, policy) in (1_usize..).zip(numbered.policies()) {
        let id = name(policy).ok_or(CedarError::Nameless { place })?;
        let is_new = taken.insert(id.clone());
        let added = named.add(policy.new_id(PolicyId::new(id.as_str())));
        if !is_new || added.is_err() {
            return Err(CedarError::DuplicateId { place });
        }
    }
    Ok(named)
}

fn name(policy: &Policy) -> Option<RuleId> {
    let id = RuleId::from(policy.annotation("id")?.to_owned());
    id.is_well_formed().then_some(id)
}

pub(super) fn validate(schema: &Schema, policies: &PolicySet, level: u32) -> Result<(), CedarError> {
    let validator = Validator::new(schema.clone());
    let result = validator.validate_with_level(policies, ValidationMode::Strict, level);
    if let Some(error) = result.validation_errors().next() {
        return Err(CedarError::Unsound { problem: error.to_string() });
    }
    // The validator passes over what it could not look at for want of stack.
    let applies = |policy: &&Policy| policy.get_valid_request_envs(schema).next().is_some();
    match policies.policies().find(|policy| !applies(policy)) {
        Some(policy) => {
            let problem = format!("for policy `{}`, it can never apply", policy.id());
            Err(CedarError::Unsound { problem })
        }
        None => Ok(()),
    }
}

impl std::fmt::Debug for CedarPolicies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CedarPolicies").field("policies", &self.policies.num_of_policies()).finish()
    }
}
