//! The Open Cybersecurity Schema Framework.

mod objects;
mod version;

pub use version::{OcsfVersion, UnknownOcsfVersion};

use super::{
    facts::{Facts, hex},
    hash_hex, json_line,
    kind::{Class, Kind, Severity},
};
use crate::Checkpoint;
use leeward_event::{CoarseTime, Detail, Outcome, Purpose, Reason};
use objects::{acted, database, entity, finding, group, privilege, src_endpoint, subject, user};
use serde_json::{Map, Value, json};

pub(super) fn line(facts: &Facts, checkpoint: &Checkpoint, version: OcsfVersion) -> String {
    let kind = facts.what.kind();
    let mut event = base(facts, &kind);
    event.extend(status(facts, kind.class));
    event.extend(of_class(facts, checkpoint, kind.class));
    event.extend(acted(&facts.actor, kind.class));
    event.insert("metadata".into(), metadata(facts, checkpoint, version));
    event.insert("unmapped".into(), unmapped(facts, checkpoint));
    json_line(event)
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
