use super::{Scope, facts_asked, parts};
use crate::workload::Asked;
use leeward_policy::{
    Fact, Facts, Member, Operation, PolicySet, Purpose,
    cedar::{
        CedarText,
        cedar_policy::{
            Authorizer, Context, Decision, Entities, EntityUid, Policy, PolicyId, PolicySet as Policies,
            Request, Response, RestrictedExpression,
        },
    },
};

/// The exported policies, without a schema, which would cost it more.
pub(crate) struct Cedar {
    policies: Vec<Policies>,
    facts: Vec<(Fact, String)>,
    actions: Vec<EntityUid>,
    resources: Vec<EntityUid>,
    principal: EntityUid,
    entities: Entities,
    authorizer: Authorizer,
}

impl Cedar {
    pub(crate) fn of(policy: &PolicySet, scope: Scope) -> Self {
        let text = CedarText::of(policy);
        let parsed = |id: &str| {
            let (_, text) = text.policies().find(|(name, _)| name.as_str() == id).unwrap();
            Policy::parse(Some(PolicyId::new(id)), text).unwrap()
        };
        let of_rules = |rules: Vec<&leeward_policy::Rule>| {
            Policies::from_policies(rules.into_iter().map(|rule| parsed(rule.id().as_str()))).unwrap()
        };
        let whole = (scope == Scope::Whole).then(|| of_rules(policy.rules().iter().collect()));
        let policies = match whole {
            Some(whole) => vec![whole; Operation::ALL.len()],
            None => parts(policy, scope).into_iter().map(of_rules).collect(),
        };
        let action = |operation: &Operation| format!("Leeward::Action::\"{}\"", operation.name());
        let resource = |operation: &Operation| format!("Leeward::{:?}::\"\"", operation.resource());
        Self {
            policies,
            facts: facts_asked(policy)
                .into_iter()
                .map(|fact| (fact, fact.name().replace('-', "_")))
                .collect(),
            actions: Operation::ALL.iter().map(|operation| action(operation).parse().unwrap()).collect(),
            resources: Operation::ALL.iter().map(|operation| resource(operation).parse().unwrap()).collect(),
            principal: "Leeward::Requester::\"\"".parse().unwrap(),
            entities: Entities::empty(),
            authorizer: Authorizer::new(),
        }
    }

    pub(crate) fn request(&self, asked: &Asked) -> Request {
        self.build(asked.operation, asked.purpose, asked.facts)
    }

    pub(crate) fn build(&self, operation: Operation, purpose: Purpose, facts: Facts) -> Request {
        let held =
            |(fact, name): &(Fact, String)| (name.clone(), RestrictedExpression::new_bool(facts.hold(*fact)));
        let purpose = ("purpose".to_owned(), RestrictedExpression::new_string(purpose.name().to_owned()));
        let context = Context::from_pairs(self.facts.iter().map(held).chain([purpose])).unwrap();
        let at = usize::from(operation.code());
        let (action, resource) = (self.actions[at].clone(), self.resources[at].clone());
        Request::new(self.principal.clone(), action, resource, context, None).unwrap()
    }

    pub(crate) fn decide(&self, asked: &Asked, request: &Request) -> Response {
        self.authorize(asked.operation, request)
    }

    pub(crate) fn authorize(&self, operation: Operation, request: &Request) -> Response {
        let policies = &self.policies[usize::from(operation.code())];
        self.authorizer.is_authorized(request, policies, &self.entities)
    }

    pub(crate) fn permits(&self, asked: &Asked) -> bool {
        self.decide(asked, &self.request(asked)).decision() == Decision::Allow
    }
}
