use super::{coding, concept, insert, reference};
use crate::{
    Checkpoint,
    export::{
        facts::{Facts, Party, Role, hex},
        hash_hex,
    },
};
use leeward_event::{Detail, Reason};
use serde_json::{Map, Value, json};

const ENTITY_TYPE: &str = "http://terminology.hl7.org/CodeSystem/audit-entity-type";
const OBJECT_ROLE: &str = "http://terminology.hl7.org/CodeSystem/object-role";
const BALP_ENTITY: &str = "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType";

/// What the event was about, or what belongs with it.
pub(super) struct Entity {
    what: Value,
    kind: Value,
    /// Code and display of the object's role, where it has one.
    role: Option<(&'static str, &'static str)>,
    detail: Vec<(&'static str, String)>,
}

pub(super) fn entities(facts: &Facts, checkpoint: &Checkpoint) -> Vec<Entity> {
    let subject = facts.subject.as_ref().map(|subject| subject_entity(facts, subject, checkpoint));
    let request = facts.correlation.map(|correlation| Entity {
        what: json!({ "identifier": { "value": correlation.to_string() } }),
        kind: json!({ "system": BALP_ENTITY, "code": "XrequestId" }),
        role: None,
        detail: Vec::new(),
    });
    subject.into_iter().chain(request).chain([log_entity(facts, checkpoint)]).collect()
}

fn subject_entity(facts: &Facts, subject: &Party, checkpoint: &Checkpoint) -> Entity {
    let (kind, role) = match subject.role {
        Role::Seeker => (coding(ENTITY_TYPE, "1", "Person"), ("1", "Patient")),
        Role::Staff => (coding(ENTITY_TYPE, "1", "Person"), ("11", "Security User Entity")),
        _ => (coding(ENTITY_TYPE, "2", "System Object"), ("4", "Domain Resource")),
    };
    let detail = [
        ("role", Some(subject.role.words())),
        ("reason", facts.reason.map(Reason::words)),
        ("operation", facts.detail.map(Detail::words)),
    ];
    let detail = detail.into_iter().filter_map(|(name, words)| Some((name, words?.to_owned()))).collect();
    Entity { what: reference(subject, checkpoint), kind, role: Some(role), detail }
}

/// The way back to the proof.
fn log_entity(facts: &Facts, checkpoint: &Checkpoint) -> Entity {
    let origin = checkpoint.origin();
    let times = facts.times.map(|times| ("times", times.to_string()));
    let proof = [
        ("details", facts.details.to_owned()),
        ("entry", hex(&facts.entry)),
        ("leaf-hash", hash_hex(&facts.leaf)),
        ("tree-size", checkpoint.size().to_string()),
        ("root-hash", hash_hex(checkpoint.root())),
    ];
    Entity {
        what: json!({
            "display": format!("{origin}#{}", facts.index),
            "identifier": { "system": format!("https://{origin}"), "value": facts.index.to_string() },
        }),
        kind: coding(ENTITY_TYPE, "2", "System Object"),
        role: Some(("13", "Security Resource")),
        detail: proof.into_iter().chain(times).collect(),
    }
}

impl Entity {
    pub(super) fn r4(self) -> Value {
        let mut entity = Map::new();
        insert(&mut entity, "what", self.what);
        insert(&mut entity, "type", self.kind);
        if let Some((code, display)) = self.role {
            insert(&mut entity, "role", coding(OBJECT_ROLE, code, display));
        }
        if !self.detail.is_empty() {
            let detail =
                self.detail.into_iter().map(|(name, value)| json!({ "type": name, "valueString": value }));
            insert(&mut entity, "detail", detail.collect());
        }
        Value::Object(entity)
    }

    pub(super) fn r5(self) -> Value {
        let mut entity = Map::new();
        insert(&mut entity, "what", self.what);
        // R5 has no type beside the role; what only R4's type told becomes the role.
        let role = self.role.map_or(self.kind, |(code, display)| coding(OBJECT_ROLE, code, display));
        insert(&mut entity, "role", concept(role));
        if !self.detail.is_empty() {
            let detail = self.detail.into_iter();
            let detail =
                detail.map(|(name, value)| json!({ "type": { "text": name }, "valueString": value }));
            insert(&mut entity, "detail", detail.collect());
        }
        Value::Object(entity)
    }
}
