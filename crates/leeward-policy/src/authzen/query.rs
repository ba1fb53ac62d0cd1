use super::{json::member, refusal::Refusal};
use serde_json::{Map, Value};

/// The longest type, id or name that is looked at, in bytes.
pub const MAX_NAME_LEN: usize = 256;

/// A subject or a resource: a type, an id within it, and what whoever asks says about it.
///
/// Properties are claims of the enforcement point. A policy that keeps its own facts does not let them
/// stand in for those.
#[derive(Clone, Debug, PartialEq)]
pub struct Entity {
    kind: String,
    id: String,
    properties: Map<String, Value>,
}

/// An action: a name, and what whoever asks says about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Act {
    name: String,
    properties: Map<String, Value>,
}

/// One question: may this subject do this to that resource (`AuthZEN` 1.0, 5)?
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    subject: Entity,
    action: Act,
    resource: Entity,
    context: Map<String, Value>,
}

/// Which of the two entities is parsed, so that a message can say so.
#[derive(Clone, Copy)]
pub(super) enum Part {
    Subject,
    Resource,
}

impl Entity {
    pub(super) const fn new(kind: String, id: String, properties: Map<String, Value>) -> Self {
        Self { kind, id, properties }
    }

    /// The type.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What the enforcement point says about it.
    #[must_use]
    pub const fn properties(&self) -> &Map<String, Value> {
        &self.properties
    }

    /// A property that is a string.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&str> {
        self.properties.get(name).and_then(Value::as_str)
    }

    /// An entity that is named in full.
    pub(super) fn parse(body: &Map<String, Value>, part: Part) -> Result<Self, Refusal> {
        let (kind, properties, given) = parse_kind(body, part)?;
        let id = text(
            given,
            "id",
            match part {
                Part::Subject => "subject.id is missing, empty, too long or no string",
                Part::Resource => "resource.id is missing, empty, too long or no string",
            },
        )?;
        Ok(Self { kind, id, properties })
    }

    /// A type and properties; an id is not looked at (`AuthZEN` 1.0, 8).
    pub(super) fn parse_sought(
        body: &Map<String, Value>,
        part: Part,
    ) -> Result<(String, Map<String, Value>), Refusal> {
        parse_kind(body, part).map(|(kind, properties, _)| (kind, properties))
    }
}

impl Act {
    pub(super) const fn new(name: String, properties: Map<String, Value>) -> Self {
        Self { name, properties }
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the enforcement point says about it.
    #[must_use]
    pub const fn properties(&self) -> &Map<String, Value> {
        &self.properties
    }

    pub(super) fn parse(body: &Map<String, Value>) -> Result<Self, Refusal> {
        let given = member(body, "action", "action is no object")?;
        let given = given.ok_or(Refusal::bad_request("action is missing"))?;
        let name = text(given, "name", "action.name is missing, empty, too long or no string")?;
        Ok(Self { name, properties: properties(given)? })
    }
}

impl Query {
    pub(super) const fn new(
        subject: Entity,
        action: Act,
        resource: Entity,
        context: Map<String, Value>,
    ) -> Self {
        Self { subject, action, resource, context }
    }

    /// Who.
    #[must_use]
    pub const fn subject(&self) -> &Entity {
        &self.subject
    }

    /// Does what.
    #[must_use]
    pub const fn action(&self) -> &Act {
        &self.action
    }

    /// To what.
    #[must_use]
    pub const fn resource(&self) -> &Entity {
        &self.resource
    }

    /// Under which circumstances, as the enforcement point says.
    #[must_use]
    pub const fn context(&self) -> &Map<String, Value> {
        &self.context
    }

    pub(super) fn parse(body: &Map<String, Value>) -> Result<Self, Refusal> {
        Ok(Self {
            subject: Entity::parse(body, Part::Subject)?,
            action: Act::parse(body)?,
            resource: Entity::parse(body, Part::Resource)?,
            context: context(body)?,
        })
    }
}

pub(super) fn context(body: &Map<String, Value>) -> Result<Map<String, Value>, Refusal> {
    Ok(member(body, "context", "context is no object")?.cloned().unwrap_or_default())
}

/// What the enforcement point says it can carry out (obligations profile); `None` when it says nothing.
pub(super) fn supported_obligations(context: &Map<String, Value>) -> Option<Vec<&str>> {
    match context.get("supported_obligations") {
        None | Some(Value::Null) => None,
        Some(Value::Array(kinds)) => Some(kinds.iter().filter_map(Value::as_str).collect()),
        Some(_) => Some(Vec::new()),
    }
}

/// A type, properties, and all that was given.
type Kind<'a> = (String, Map<String, Value>, &'a Map<String, Value>);

fn parse_kind(body: &Map<String, Value>, part: Part) -> Result<Kind<'_>, Refusal> {
    let (name, ill_typed, missing, no_kind) = match part {
        Part::Subject => (
            "subject",
            "subject is no object",
            "subject is missing",
            "subject.type is missing, empty, too long or no string",
        ),
        Part::Resource => (
            "resource",
            "resource is no object",
            "resource is missing",
            "resource.type is missing, empty, too long or no string",
        ),
    };
    let given = member(body, name, ill_typed)?.ok_or_else(|| Refusal::bad_request(missing))?;
    Ok((text(given, "type", no_kind)?, properties(given)?, given))
}

fn properties(given: &Map<String, Value>) -> Result<Map<String, Value>, Refusal> {
    Ok(member(given, "properties", "properties is no object")?.cloned().unwrap_or_default())
}

fn text(given: &Map<String, Value>, name: &str, otherwise: &'static str) -> Result<String, Refusal> {
    match given.get(name) {
        Some(Value::String(text)) if (1..=MAX_NAME_LEN).contains(&text.len()) => Ok(text.clone()),
        _ => Err(Refusal::bad_request(otherwise)),
    }
}
