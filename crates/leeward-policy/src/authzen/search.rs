use super::{
    json::member,
    query::{Act, Entity, Part, Query, context},
    refusal::Refusal,
};
use serde_json::{Map, Value, json};

/// The most results on one page, and how many there are when nobody says.
const MAX_PAGE_LEN: usize = 1_000;

/// What a search looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sought {
    /// Subjects of a type.
    Subject,
    /// Resources of a type.
    Resource,
    /// Actions.
    Action,
}

/// A search (`AuthZEN` 1.0, 8): a question with one part left open.
#[derive(Clone, Debug, PartialEq)]
pub struct Search {
    open: Open,
    context: Map<String, Value>,
}

/// Which part is open, and the others.
#[derive(Clone, Debug, PartialEq)]
enum Open {
    Subject { kind: String, properties: Map<String, Value>, action: Act, resource: Entity },
    Resource { kind: String, properties: Map<String, Value>, subject: Entity, action: Act },
    Action { subject: Entity, resource: Entity },
}

/// Which page is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) token: Option<String>,
    pub(super) limit: usize,
}

impl Search {
    /// What is looked for.
    #[must_use]
    pub const fn sought(&self) -> Sought {
        match self.open {
            Open::Subject { .. } => Sought::Subject,
            Open::Resource { .. } => Sought::Resource,
            Open::Action { .. } => Sought::Action,
        }
    }

    /// Of which type; `None` when actions are looked for.
    #[must_use]
    pub fn kind(&self) -> Option<&str> {
        match &self.open {
            Open::Subject { kind, .. } | Open::Resource { kind, .. } => Some(kind),
            Open::Action { .. } => None,
        }
    }

    /// The subject, unless that is what is looked for.
    #[must_use]
    pub const fn subject(&self) -> Option<&Entity> {
        match &self.open {
            Open::Resource { subject, .. } | Open::Action { subject, .. } => Some(subject),
            Open::Subject { .. } => None,
        }
    }

    /// The resource, unless that is what is looked for.
    #[must_use]
    pub const fn resource(&self) -> Option<&Entity> {
        match &self.open {
            Open::Subject { resource, .. } | Open::Action { resource, .. } => Some(resource),
            Open::Resource { .. } => None,
        }
    }

    /// The question about one candidate.
    #[must_use]
    pub fn query(&self, candidate: &str) -> Query {
        let named = |kind: &String, properties: &Map<String, Value>| {
            Entity::new(kind.clone(), candidate.to_owned(), properties.clone())
        };
        let (subject, action, resource) = match &self.open {
            Open::Subject { kind, properties, action, resource } => {
                (named(kind, properties), action.clone(), resource.clone())
            }
            Open::Resource { kind, properties, subject, action } => {
                (subject.clone(), action.clone(), named(kind, properties))
            }
            Open::Action { subject, resource } => {
                (subject.clone(), Act::new(candidate.to_owned(), Map::new()), resource.clone())
            }
        };
        Query::new(subject, action, resource, self.context.clone())
    }

    pub(super) const fn context(&self) -> &Map<String, Value> {
        &self.context
    }

    pub(super) fn result(&self, candidate: &str) -> Value {
        match self.kind() {
            Some(kind) => json!({ "type": kind, "id": candidate }),
            None => json!({ "name": candidate }),
        }
    }

    pub(super) fn parse(sought: Sought, body: &Map<String, Value>) -> Result<Self, Refusal> {
        let open = match sought {
            Sought::Subject => {
                let (kind, properties) = Entity::parse_sought(body, Part::Subject)?;
                let (action, resource) = (Act::parse(body)?, Entity::parse(body, Part::Resource)?);
                Open::Subject { kind, properties, action, resource }
            }
            Sought::Resource => {
                let (kind, properties) = Entity::parse_sought(body, Part::Resource)?;
                let (subject, action) = (Entity::parse(body, Part::Subject)?, Act::parse(body)?);
                Open::Resource { kind, properties, subject, action }
            }
            Sought::Action => Open::Action {
                subject: Entity::parse(body, Part::Subject)?,
                resource: Entity::parse(body, Part::Resource)?,
            },
        };
        Ok(Self { open, context: context(body)? })
    }
}

impl Page {
    pub(super) fn parse(body: &Map<String, Value>) -> Result<Self, Refusal> {
        let given = member(body, "page", "page is no object")?;
        let token = match given.and_then(|page| page.get("token")) {
            None | Some(Value::Null) => None,
            Some(Value::String(token)) => Some(token.clone()).filter(|token| !token.is_empty()),
            Some(_) => return Err(Refusal::bad_request("page.token is no string")),
        };
        let limit = match given.and_then(|page| page.get("limit")) {
            None | Some(Value::Null) => MAX_PAGE_LEN,
            Some(limit) => at_most(limit)?,
        };
        Ok(Self { token, limit })
    }
}

fn at_most(limit: &Value) -> Result<usize, Refusal> {
    let limit = limit.as_u64().filter(|&limit| limit > 0);
    let limit = limit.ok_or(Refusal::bad_request("page.limit is no positive integer"))?;
    Ok(usize::try_from(limit).unwrap_or(MAX_PAGE_LEN).min(MAX_PAGE_LEN))
}
