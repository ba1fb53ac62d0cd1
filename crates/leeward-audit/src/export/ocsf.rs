//! The Open Cybersecurity Schema Framework.

use super::{
    facts::{Facts, Party, Role, hex},
    hash_hex,
    kind::{Class, Kind, Severity, What},
};
use crate::Checkpoint;
use leeward_event::{Action, CoarseTime, Detail, Outcome, Purpose, Reason};
use serde_json::{Map, Value, json};
use std::{fmt, str::FromStr};

/// A version of the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OcsfVersion {
    /// 1.8.0, of March 2026.
    V1_8_0,
}

impl fmt::Display for OcsfVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V1_8_0 => "1.8.0",
        })
    }
}

/// A version of OCSF that this release does not write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this release writes OCSF {}, and no other version", OcsfVersion::V1_8_0)]
pub struct UnknownOcsfVersion;

impl FromStr for OcsfVersion {
    type Err = UnknownOcsfVersion;

    fn from_str(version: &str) -> Result<Self, UnknownOcsfVersion> {
        match version {
            "1.8.0" => Ok(Self::V1_8_0),
            _ => Err(UnknownOcsfVersion),
        }
    }
}

/// The schema asks for a name where the log has none to give.
const NOT_TOLD: &str = "not in this entry";

pub(super) fn line(facts: &Facts, checkpoint: &Checkpoint, version: OcsfVersion) -> String {
    let kind = facts.what.kind();
    let mut event = base(facts, &kind);
    event.extend(status(facts, kind.class));
    event.extend(of_class(facts, checkpoint, kind.class));
    event.extend(acted(&facts.actor, kind.class));
    event.insert("metadata".into(), metadata(facts, checkpoint, version));
    event.insert("unmapped".into(), unmapped(facts, checkpoint));
    format!("{}\n", Value::Object(event))
}

type Attributes = Map<String, Value>;

fn attributes<const N: usize>(pairs: [(&str, Value); N]) -> Attributes {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn base(facts: &Facts, kind: &Kind) -> Attributes {
    let (class, (activity, activity_name)) = (kind.class, kind.activity);
    let (severity_id, severity) = severity(kind.severity, facts.outcome);
    attributes([
        ("category_uid", json!(class.category().0)),
        ("category_name", json!(class.category().1)),
        ("class_uid", json!(class.uid())),
        ("class_name", json!(class.caption())),
        ("activity_id", json!(activity)),
        ("activity_name", json!(activity_name)),
        ("type_uid", json!(class.uid().saturating_mul(100).saturating_add(activity.into()))),
        ("type_name", json!(format!("{}: {activity_name}", class.caption()))),
        ("severity_id", json!(severity_id)),
        ("severity", json!(severity)),
        ("time", json!(milliseconds(facts.happened))),
        ("message", json!(facts.sentence())),
        ("raw_data", json!(hex(&facts.entry))),
    ])
}

fn status(facts: &Facts, class: Class) -> Attributes {
    let (id, caption) = match (class, facts.outcome) {
        // Of a finding the status says how far somebody got with it.
        (Class::DetectionFinding, _) => (1, "New"),
        (_, Outcome::Success) => (1, "Success"),
        (_, Outcome::Failure) => (2, "Failure"),
        _ => (0, "Unknown"),
    };
    let mut status = attributes([("status_id", json!(id)), ("status", json!(caption))]);
    if let Some(times) = facts.times {
        status.insert("count".into(), json!(times));
    }
    if let Some(reason) = facts.reason {
        status.insert("status_code".into(), json!(reason.code().to_string()));
        status.insert("status_detail".into(), json!(Reason::words(reason)));
    }
    status
}

/// What a class asks for beyond the base event.
fn of_class(facts: &Facts, checkpoint: &Checkpoint, class: Class) -> Attributes {
    match class {
        Class::Base => Attributes::new(),
        Class::EventLog => attributes([
            ("log_name", json!(checkpoint.origin())),
            ("log_provider", json!("leeward-audit")),
            ("log_type_id", json!(99)),
            ("log_type", json!("transparency log")),
        ]),
        Class::DetectionFinding => attributes([("finding_info", finding(facts, checkpoint))]),
        Class::AccountChange => attributes([("user", user(facts))]),
        Class::Authentication => {
            attributes([("user", user(facts)), ("service", json!({ "name": checkpoint.origin() }))])
        }
        Class::EntityManagement => attributes([("entity", entity(facts))]),
        Class::UserAccess => attributes([
            ("user", user(facts)),
            ("privileges", json!([privilege(facts)])),
            ("resources", json!([subject(facts)])),
        ]),
        Class::GroupManagement => attributes([("user", user(facts)), ("group", group(facts))]),
        Class::ApiActivity => attributes([
            ("api", json!({ "operation": facts.detail.map_or_else(|| facts.what.words(), Detail::words) })),
            ("src_endpoint", src_endpoint()),
            ("resources", json!([subject(facts)])),
        ]),
        Class::DatastoreActivity => attributes([
            ("database", database(facts, checkpoint)),
            ("type_id", json!(1)),
            ("type", json!("Database")),
            ("src_endpoint", src_endpoint()),
        ]),
    }
}

/// The product, the place in the log, and what the event belongs with.
fn metadata(facts: &Facts, checkpoint: &Checkpoint, version: OcsfVersion) -> Value {
    let mut metadata = attributes([
        ("version", json!(version.to_string())),
        (
            "product",
            json!({
                "name": "leeward-audit",
                "vendor_name": "leeward",
                "version": env!("CARGO_PKG_VERSION"),
            }),
        ),
        ("log_name", json!(checkpoint.origin())),
        ("log_provider", json!("leeward-audit")),
        ("logged_time", json!(milliseconds(facts.logged))),
        ("sequence", json!(facts.index)),
        ("uid", json!(uid(facts, checkpoint))),
        ("event_code", json!(facts.what.code())),
    ]);
    if let Some(correlation) = facts.correlation {
        metadata.insert("correlation_uid".into(), json!(correlation.to_string()));
    }
    Value::Object(metadata)
}

/// The way back to the proof, and what OCSF has no attribute for.
fn unmapped(facts: &Facts, checkpoint: &Checkpoint) -> Value {
    let mut unmapped = attributes([
        ("details", json!(facts.details)),
        ("leaf_hash", json!(hash_hex(&facts.leaf))),
        (
            "checkpoint",
            json!({
                "origin": checkpoint.origin(),
                "size": checkpoint.size(),
                "root_hash": hash_hex(checkpoint.root()),
            }),
        ),
    ]);
    if let Some(purpose) = facts.purpose {
        unmapped.insert("purpose_of_use".into(), json!(Purpose::words(purpose)));
    }
    if let Some(detail) = facts.detail {
        unmapped.insert("detail".into(), json!(Detail::words(detail)));
    }
    for (name, party) in [("actor", Some(&facts.actor)), ("subject", facts.subject.as_ref())] {
        if let Some(party) = party {
            unmapped.insert(name.into(), json!({ "uid": party.uid(), "role": party.role.words() }));
        }
    }
    Value::Object(unmapped)
}

/// Who did it, where the class has it.
fn acted(party: &Party, class: Class) -> Attributes {
    let actor = match party.role {
        Role::Component(component) => json!({ "app_name": component.words() }),
        _ => json!({ "user": person(party) }),
    };
    match class {
        Class::Base => Attributes::new(),
        Class::DetectionFinding => attributes([("evidences", json!([{ "actor": actor }]))]),
        _ => attributes([("actor", actor)]),
    }
}

/// The account that was changed, signed in or given something.
fn user(facts: &Facts) -> Value {
    let own = matches!(facts.what.kind().class, Class::AccountChange | Class::Authentication)
        || facts.what == What::Event(Action::BreakGlassOpened);
    match &facts.subject {
        Some(subject) if subject.role.is_person() => person(subject),
        Some(subject) if own && subject.role == Role::Unknown => person(subject),
        _ if own => person(&facts.actor),
        _ => json!({ "name": NOT_TOLD }),
    }
}

fn person(party: &Party) -> Value {
    let (type_id, kind) = match party.role {
        Role::Staff => (1, "User"),
        Role::Component(_) => (3, "System"),
        Role::Seeker => (99, "Seeker"),
        Role::Conversation | Role::Unknown => (0, "Unknown"),
    };
    let mut person = attributes([("type_id", json!(type_id)), ("type", json!(kind))]);
    let uid = party.uid();
    if party.is_named() || uid.is_none() {
        person.insert("name".into(), json!(party.name()));
    }
    if let Some(uid) = uid {
        person.insert("uid".into(), json!(uid));
    }
    Value::Object(person)
}

/// Whom or what it concerned, as a resource.
fn subject(facts: &Facts) -> Value {
    match &facts.subject {
        Some(subject) => {
            json!({ "name": subject.name(), "uid": subject.uid(), "type": subject.role.words() })
        }
        None => json!({ "name": NOT_TOLD }),
    }
}

fn entity(facts: &Facts) -> Value {
    let mut entity = attributes([("type_id", json!(99)), ("type", json!(entity_type(facts)))]);
    match &facts.subject {
        Some(subject) => {
            entity.insert("name".into(), json!(subject.name()));
            entity.insert("uid".into(), json!(subject.uid()));
        }
        None => drop(entity.insert("name".into(), json!("the service"))),
    }
    Value::Object(entity)
}

const fn entity_type(facts: &Facts) -> &'static str {
    match facts.what {
        What::Event(Action::KeyRotated | Action::OldKeysDestroyed) => "key",
        What::Event(Action::LegalHoldPlaced | Action::LegalHoldLifted) => "legal hold",
        What::Event(Action::BreakGlassReviewed) => "break-glass grant",
        What::Event(Action::SubjectErased) => "subject",
        _ => "conversation",
    }
}

/// What was given or taken.
fn privilege(facts: &Facts) -> &'static str {
    match facts.what {
        What::Event(Action::BreakGlassOpened | Action::BreakGlassClosed) => "break glass",
        What::Event(Action::AssignmentMade | Action::AssignmentEnded) => "assignment",
        _ => facts.detail.map_or(NOT_TOLD, Detail::words),
    }
}

/// The roster of a conversation. Membership events tell it by their correlation.
fn group(facts: &Facts) -> Value {
    let conversation = facts.subject.as_ref().filter(|subject| subject.role == Role::Conversation);
    let uid = conversation.and_then(Party::uid).or_else(|| facts.correlation.map(|id| id.to_string()));
    match uid {
        Some(uid) => json!({ "name": "roster", "uid": uid, "type": "conversation" }),
        None => json!({ "name": "roster", "type": "conversation" }),
    }
}

fn database(facts: &Facts, checkpoint: &Checkpoint) -> Value {
    let mut database = attributes([("name", json!(checkpoint.origin())), ("type_id", json!(99))]);
    database.insert("type".into(), json!("records"));
    if let Some(uid) = facts.subject.as_ref().and_then(Party::uid) {
        database.insert("uid".into(), json!(uid));
    }
    Value::Object(database)
}

fn finding(facts: &Facts, checkpoint: &Checkpoint) -> Value {
    json!({ "uid": uid(facts, checkpoint), "title": facts.what.words(), "types": ["decoy record"] })
}

/// The schema wants an endpoint; the vocabulary has no field for one.
fn src_endpoint() -> Value {
    json!({ "name": "not recorded" })
}

/// Names one entry among those of every log.
fn uid(facts: &Facts, checkpoint: &Checkpoint) -> String {
    format!("{}#{}", checkpoint.origin(), facts.index)
}

fn milliseconds(time: CoarseTime) -> u64 {
    u64::from(time.minutes()).saturating_mul(60_000)
}

fn severity(severity: Severity, outcome: Outcome) -> (u8, &'static str) {
    match severity {
        Severity::Informational if outcome == Outcome::Failure => (2, "Low"),
        Severity::Informational => (1, "Informational"),
        Severity::Low => (2, "Low"),
        Severity::Medium => (3, "Medium"),
        Severity::High => (4, "High"),
        Severity::Critical => (5, "Critical"),
    }
}

impl Class {
    const fn uid(self) -> u32 {
        match self {
            Self::Base => 0,
            Self::EventLog => 1008,
            Self::DetectionFinding => 2004,
            Self::AccountChange => 3001,
            Self::Authentication => 3002,
            Self::EntityManagement => 3004,
            Self::UserAccess => 3005,
            Self::GroupManagement => 3006,
            Self::ApiActivity => 6003,
            Self::DatastoreActivity => 6005,
        }
    }

    const fn caption(self) -> &'static str {
        match self {
            Self::Base => "Base Event",
            Self::EventLog => "Event Log Activity",
            Self::DetectionFinding => "Detection Finding",
            Self::AccountChange => "Account Change",
            Self::Authentication => "Authentication",
            Self::EntityManagement => "Entity Management",
            Self::UserAccess => "User Access Management",
            Self::GroupManagement => "Group Management",
            Self::ApiActivity => "API Activity",
            Self::DatastoreActivity => "Datastore Activity",
        }
    }

    /// The number and the caption of its category.
    const fn category(self) -> (u32, &'static str) {
        let caption = match self.uid() / 1000 {
            1 => "System Activity",
            2 => "Findings",
            3 => "Identity & Access Management",
            6 => "Application Activity",
            _ => "Uncategorized",
        };
        (self.uid() / 1000, caption)
    }
}
