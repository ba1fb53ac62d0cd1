//! FHIR `AuditEvent`, R4 in the shape of IHE BALP 1.1.4, and R5.
//!
//! The profiles of BALP ask for the network addresses of client and server, which the vocabulary has no
//! field for; so the resources have their shape and do not claim them in `meta.profile`.

mod entity;

use super::{
    facts::{Facts, Party, Role},
    json_line,
    kind::{EventType, Kind, Severity, Verb},
};
use crate::Checkpoint;
use entity::{Entity, entities};
use leeward_event::{Outcome, Purpose};
use serde_json::{Map, Value, json};

const DCM: &str = "http://dicom.nema.org/resources/ontology/DCM";
const OUTCOME: &str = "http://terminology.hl7.org/CodeSystem/audit-event-outcome";
const ACT_REASON: &str = "http://terminology.hl7.org/CodeSystem/v3-ActReason";
const PARTICIPATION: &str = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";

/// The code systems of this vocabulary.
const ACTION: &str = "urn:leeward:action";
const REASON: &str = "urn:leeward:reason";
const OPERATION: &str = "urn:leeward:detail";

pub(super) fn line_r4(facts: &Facts, checkpoint: &Checkpoint) -> String {
    let kind = facts.what.kind();
    let mut event = common(facts, &kind, checkpoint);
    insert(&mut event, "type", event_type(kind.event));
    insert(&mut event, "subtype", Value::Array(subtypes(facts, &kind)));
    if let Some((code, _)) = outcome(facts.outcome) {
        insert(&mut event, "outcome", json!(code));
    }
    insert(&mut event, "outcomeDesc", json!(facts.sentence()));
    if facts.happened != facts.logged {
        let at = facts.happened.start().to_string();
        insert(&mut event, "period", json!({ "start": at, "end": at }));
    }
    if let Some(purpose) = facts.purpose {
        insert(&mut event, "purposeOfEvent", json!([act_reason(purpose)]));
    }
    let entities = entities(facts, checkpoint).into_iter().map(Entity::r4).collect();
    insert(&mut event, "entity", Value::Array(entities));
    json_line(event)
}

pub(super) fn line_r5(facts: &Facts, checkpoint: &Checkpoint) -> String {
    let kind = facts.what.kind();
    let mut event = common(facts, &kind, checkpoint);
    let mut category = vec![concept(event_type(kind.event))];
    category.extend(interaction_or_subtype(&kind).map(concept));
    insert(&mut event, "category", Value::Array(category));
    insert(&mut event, "code", concept(action_code(facts)));
    insert(&mut event, "severity", json!(severity(&kind, facts.outcome)));
    if let Some(outcome) = outcome_r5(facts) {
        insert(&mut event, "outcome", outcome);
    }
    if facts.happened != facts.logged {
        insert(&mut event, "occurredDateTime", json!(facts.happened.start().to_string()));
    }
    if let Some(purpose) = facts.purpose {
        insert(&mut event, "authorization", json!([act_reason(purpose)]));
    }
    if let Some(seeker) = facts.subject.as_ref().filter(|subject| subject.role == Role::Seeker) {
        insert(&mut event, "patient", reference(seeker, checkpoint));
    }
    let entities = entities(facts, checkpoint).into_iter().map(Entity::r5).collect();
    insert(&mut event, "entity", Value::Array(entities));
    json_line(event)
}

fn insert(event: &mut Map<String, Value>, name: &str, value: Value) {
    event.insert(name.to_owned(), value);
}

/// What both releases write the same way.
fn common(facts: &Facts, kind: &Kind, checkpoint: &Checkpoint) -> Map<String, Value> {
    let mut event = Map::new();
    insert(&mut event, "resourceType", json!("AuditEvent"));
    insert(&mut event, "action", json!(verb(kind.verb)));
    insert(&mut event, "recorded", json!(facts.logged.start().to_string()));
    insert(&mut event, "agent", agents(facts, kind, checkpoint));
    insert(&mut event, "source", source(checkpoint));
    event
}

/// The two machines and the user, in the order of BALP. The machines are the service: it recorded the event
/// on behalf of whoever asked.
fn agents(facts: &Facts, kind: &Kind, checkpoint: &Checkpoint) -> Value {
    let reads = kind.verb == Verb::Read;
    let source = coding(DCM, "110153", "Source Role ID");
    let destination = coding(DCM, "110152", "Destination Role ID");
    let (client, server) = if reads { (destination, source) } else { (source, destination) };
    let user = if reads {
        coding(PARTICIPATION, "IRCP", "information recipient")
    } else {
        coding(PARTICIPATION, "AUT", "author (originator)")
    };
    json!([
        { "type": concept(client), "who": { "display": "client, not recorded" }, "requestor": false },
        { "type": concept(server), "who": service(checkpoint), "requestor": false },
        { "type": concept(user), "who": reference(&facts.actor, checkpoint), "requestor": true },
    ])
}

fn source(checkpoint: &Checkpoint) -> Value {
    let mut source = Map::new();
    insert(&mut source, "observer", service(checkpoint));
    Value::Object(source)
}

fn service(checkpoint: &Checkpoint) -> Value {
    let origin = checkpoint.origin();
    json!({
        "display": origin,
        "identifier": { "system": "urn:ietf:rfc:3986", "value": format!("https://{origin}") },
    })
}

/// Somebody by pseudonym, and by alias if there is one.
fn reference(party: &Party, checkpoint: &Checkpoint) -> Value {
    match party.uid() {
        Some(uid) => json!({
            "display": party.name(),
            "identifier": { "system": format!("https://{}#pseudonym", checkpoint.origin()), "value": uid },
        }),
        None => json!({ "display": party.name() }),
    }
}

fn coding(system: &str, code: &str, display: &str) -> Value {
    json!({ "system": system, "code": code, "display": display })
}

fn concept(coding: Value) -> Value {
    [("coding".to_owned(), Value::Array(vec![coding]))].into_iter().collect()
}

fn event_type(event: EventType) -> Value {
    match event {
        EventType::Rest => {
            coding("http://terminology.hl7.org/CodeSystem/audit-event-type", "rest", "Restful Operation")
        }
        EventType::ApplicationActivity => coding(DCM, "110100", "Application Activity"),
        EventType::AuditLogUsed => coding(DCM, "110101", "Audit Log Used"),
        EventType::Export => coding(DCM, "110106", "Export"),
        EventType::SecurityAlert => coding(DCM, "110113", "Security Alert"),
        EventType::UserAuthentication => coding(DCM, "110114", "User Authentication"),
    }
}

fn subtypes(facts: &Facts, kind: &Kind) -> Vec<Value> {
    interaction_or_subtype(kind).into_iter().chain([action_code(facts)]).collect()
}

fn interaction_or_subtype(kind: &Kind) -> Option<Value> {
    if kind.event != EventType::Rest {
        return kind.subtype.map(|(code, display)| coding(DCM, code, display));
    }
    let code = match kind.verb {
        Verb::Create => "create",
        Verb::Read => "read",
        Verb::Update => "update",
        Verb::Delete => "delete",
        Verb::Execute => "operation",
    };
    Some(coding("http://hl7.org/fhir/restful-interaction", code, code))
}

fn action_code(facts: &Facts) -> Value {
    coding(ACTION, &facts.what.code(), facts.what.words())
}

const fn verb(verb: Verb) -> &'static str {
    match verb {
        Verb::Create => "C",
        Verb::Read => "R",
        Verb::Update => "U",
        Verb::Delete => "D",
        Verb::Execute => "E",
    }
}

const fn outcome(outcome: Outcome) -> Option<(&'static str, &'static str)> {
    match outcome {
        Outcome::Success => Some(("0", "Success")),
        Outcome::Failure => Some(("4", "Minor failure")),
        _ => None,
    }
}

fn outcome_r5(facts: &Facts) -> Option<Value> {
    let (code, display) = outcome(facts.outcome)?;
    let codes = [
        facts.reason.map(|reason| coding(REASON, &reason.code().to_string(), reason.words())),
        facts.detail.map(|detail| coding(OPERATION, &detail.code().to_string(), detail.words())),
    ];
    let detail: Vec<Value> = codes.into_iter().flatten().map(concept).collect();
    let mut outcome = Map::new();
    insert(&mut outcome, "code", coding(OUTCOME, code, display));
    if !detail.is_empty() {
        insert(&mut outcome, "detail", Value::Array(detail));
    }
    Some(Value::Object(outcome))
}

fn act_reason(purpose: Purpose) -> Value {
    let code = match purpose {
        Purpose::Treatment => "TREAT",
        Purpose::BreakTheGlass => "BTG",
        Purpose::Operations => "HOPERAT",
        Purpose::Administration => "HSYSADMIN",
        Purpose::Compliance => "HCOMPL",
        Purpose::EmergencyTreatment => "ETREAT",
        Purpose::EmergencyRoomTreatment => "ERTREAT",
        Purpose::QualityImprovement => "HQUALIMP",
        Purpose::PatientSafety => "PATSFTY",
        Purpose::Legal => "HLEGAL",
        Purpose::Training => "TRAIN",
        Purpose::Research => "HRESCH",
        Purpose::PublicHealth => "PUBHLTH",
        Purpose::Threat => "THREAT",
        Purpose::Disaster => "DISASTER",
        Purpose::PersonRequest => "PATRQT",
        Purpose::FamilyRequest => "FAMRQT",
        Purpose::PowerOfAttorney => "PWATRNY",
        Purpose::SupportNetwork => "SUPNWK",
        _ => return json!({ "text": purpose.words() }),
    };
    concept(coding(ACT_REASON, code, purpose.words()))
}

fn severity(kind: &Kind, outcome: Outcome) -> &'static str {
    match kind.severity {
        Severity::Informational if outcome == Outcome::Failure => "notice",
        Severity::Informational => "informational",
        Severity::Low => "notice",
        Severity::Medium => "warning",
        Severity::High => "error",
        Severity::Critical => "critical",
    }
}
