//! What OCSF calls objects: who, whom, and what.

use super::{Attributes, attributes, uid};
use crate::{
    Checkpoint,
    export::{
        facts::{Facts, Party, Role},
        kind::{Class, What},
    },
};
use leeward_event::{Action, Detail};
use serde_json::{Value, json};

/// The schema asks for a name where the log has none to give.
const NOT_TOLD: &str = "not in this entry";

/// Who did it, where the class has it.
pub(super) fn acted(party: &Party, class: Class) -> Attributes {
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
pub(super) fn user(facts: &Facts) -> Value {
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
pub(super) fn subject(facts: &Facts) -> Value {
    match &facts.subject {
        Some(subject) => {
            json!({ "name": subject.name(), "uid": subject.uid(), "type": subject.role.words() })
        }
        None => json!({ "name": NOT_TOLD }),
    }
}

pub(super) fn entity(facts: &Facts) -> Value {
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
        What::Event(Action::EscrowDeposited | Action::EscrowReshared | Action::EscrowShredded) => {
            "secret in escrow"
        }
        What::Event(Action::BreakGlassReviewed) => "break-glass grant",
        What::Event(Action::SubjectErased) => "subject",
        What::Event(Action::PolicyAdopted) => "policy",
        What::Event(Action::ConsentRecorded | Action::ConsentRevoked) => "consent",
        _ => "conversation",
    }
}

/// What was given or taken.
pub(super) fn privilege(facts: &Facts) -> &'static str {
    match facts.what {
        What::Event(Action::BreakGlassOpened | Action::BreakGlassClosed) => "break glass",
        What::Event(Action::EscrowOpened) => "secret in escrow",
        What::Event(Action::TrusteeChanged) => "trustee",
        What::Event(Action::AssignmentMade | Action::AssignmentEnded) => "assignment",
        What::Event(Action::RelationshipChanged) => "relationship",
        What::Event(Action::ConflictLifted) => "conflict of interest",
        _ => facts.detail.map_or(NOT_TOLD, Detail::words),
    }
}

/// The roster of a conversation. Membership events tell it by their correlation.
pub(super) fn group(facts: &Facts) -> Value {
    let conversation = facts.subject.as_ref().filter(|subject| subject.role == Role::Conversation);
    let uid = conversation.and_then(Party::uid).or_else(|| facts.correlation.map(|id| id.to_string()));
    match uid {
        Some(uid) => json!({ "name": "roster", "uid": uid, "type": "conversation" }),
        None => json!({ "name": "roster", "type": "conversation" }),
    }
}

pub(super) fn database(facts: &Facts, checkpoint: &Checkpoint) -> Value {
    let mut database = attributes([("name", json!(checkpoint.origin())), ("type_id", json!(99))]);
    database.insert("type".into(), json!("records"));
    if let Some(uid) = facts.subject.as_ref().and_then(Party::uid) {
        database.insert("uid".into(), json!(uid));
    }
    Value::Object(database)
}

pub(super) fn finding(facts: &Facts, checkpoint: &Checkpoint) -> Value {
    json!({ "uid": uid(facts, checkpoint), "title": facts.what.words(), "types": ["decoy record"] })
}

/// The schema wants an endpoint; the vocabulary has no field for one.
pub(super) fn src_endpoint() -> Value {
    json!({ "name": "not recorded" })
}
