use serde_json::{Map, Value, json};

/// A decision, and what goes with it. There is no third outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    decision: bool,
    obligations: Vec<Obligation>,
    context: Map<String, Value>,
}

/// Something the enforcement point has to do because of the decision (`AuthZEN` obligations profile 1.0,
/// draft). One that cannot denies.
#[derive(Clone, Debug, PartialEq)]
pub struct Obligation {
    id: String,
    kind: &'static str,
    properties: Map<String, Value>,
}

impl Answer {
    /// Permitted, or not.
    #[must_use]
    pub fn of(decision: bool) -> Self {
        Self { decision, obligations: Vec::new(), context: Map::new() }
    }

    /// Permitted.
    #[must_use]
    pub fn permit() -> Self {
        Self::of(true)
    }

    /// Not permitted.
    #[must_use]
    pub fn deny() -> Self {
        Self::of(false)
    }

    /// With something to be done, beside any said before. It goes with a permit, and with a denial that
    /// it would lift.
    #[must_use]
    pub fn obliging(mut self, obligation: Obligation) -> Self {
        self.obligations.push(obligation);
        self
    }

    /// With a word in the context of the answer.
    #[must_use]
    pub fn saying(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.context.insert(name.to_owned(), value.into());
        self
    }

    /// Whether it is permitted.
    #[must_use]
    pub const fn is_permitted(&self) -> bool {
        self.decision
    }

    /// What is to be done.
    #[must_use]
    pub fn obligations(&self) -> &[Obligation] {
        &self.obligations
    }

    /// The same answer to somebody who says what they can carry out: denied if that is not enough.
    pub(super) fn for_whoever_can(mut self, supported: Option<&[&str]>) -> Self {
        let can = |obligation: &Obligation| supported.is_none_or(|all| all.contains(&obligation.kind));
        self.decision &= self.obligations.iter().all(can);
        self
    }

    /// Whether a list may hold it: it has no room for obligations, so whoever reads the list must have
    /// said that they know them.
    pub(super) fn may_be_listed(&self, supported: Option<&[&str]>) -> bool {
        self.clone().for_whoever_can(Some(supported.unwrap_or_default())).decision
    }

    pub(super) fn into_json(self) -> Value {
        let mut context = self.context;
        if !self.obligations.is_empty() {
            context.insert(
                "obligations".to_owned(),
                self.obligations.into_iter().map(Obligation::into_json).collect(),
            );
        }
        if context.is_empty() {
            json!({ "decision": self.decision })
        } else {
            json!({ "decision": self.decision, "context": context })
        }
    }
}

impl Obligation {
    /// The types of the profile that [`Obligation`] speaks of.
    pub const KINDS: [&'static str; 3] = ["step-up", "notification", "custom"];

    /// The subject signs in more strongly first: `acr` names how.
    #[must_use]
    pub fn step_up(id: impl Into<String>, acr: impl Into<String>) -> Self {
        Self { id: id.into(), kind: "step-up", properties: one("acr_value", acr.into()) }
    }

    /// Somebody is told.
    #[must_use]
    pub fn notification(id: impl Into<String>, to: impl Into<String>, topic: impl Into<String>) -> Self {
        let mut properties = one("to", to.into());
        properties.insert("topic".to_owned(), topic.into().into());
        Self { id: id.into(), kind: "notification", properties }
    }

    /// Anything else, that both sides know.
    #[must_use]
    pub fn custom(id: impl Into<String>, properties: Map<String, Value>) -> Self {
        Self { id: id.into(), kind: "custom", properties }
    }

    fn into_json(self) -> Value {
        json!({ "id": self.id, "type": self.kind, "properties": self.properties })
    }
}

fn one(name: &str, value: String) -> Map<String, Value> {
    std::iter::once((name.to_owned(), Value::String(value))).collect()
}
