//! AuthZEN over what is on record, with no decision point of the service's own.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a failing test panics")]

use jiff::SignedDuration;
use leeward_event::{Actor, Component, ConversationId, SeekerId, StaffId, outbox};
use leeward_policy::{By, Describe, Policies, PolicySet, Role, authzen::*};
use leeward_store::{Store, Timestamp};
use pollster::block_on;
use serde_json::json;

const ANNA: StaffId = StaffId::from_bytes([1; 16]);
const BEN: StaffId = StaffId::from_bytes([2; 16]);
const HERS: ConversationId = ConversationId::from_bytes([3; 16]);
const OTHER: ConversationId = ConversationId::from_bytes([4; 16]);
const PERSON: SeekerId = SeekerId::from_bytes([5; 16]);

const EVALUATION: &str = "/access/v1/evaluation";
const SUBJECTS: &str = "/access/v1/search/subject";
const RESOURCES: &str = "/access/v1/search/resource";
const ACTIONS: &str = "/access/v1/search/action";

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

struct Line {
    store: Store,
    policies: Policies,
    endpoint: Endpoint<PolicyPoint<fn() -> Timestamp>>,
}

impl Line {
    /// Anna and Ben are counsellors; Anna is assigned to one conversation of two, and nobody to the other.
    fn open() -> Self {
        let store = Store::memory().assume_sealed();
        let policies = Policies::new(&store, PolicySet::default_policy());
        let service = Actor::Component(Component::Application);
        block_on(async {
            let by = By::ServiceUnchecked;
            for staff in [ANNA, BEN] {
                policies.grant_role(staff, Role::Counsellor, by, now()).await.unwrap();
                let until = now() + SignedDuration::from_hours(24);
                policies.record_training(staff, until, by, now()).await.unwrap();
            }
            for conversation in [HERS, OTHER] {
                policies.describe(conversation, Describe::Begun, service, now()).await.unwrap();
                policies.link_person(conversation, PERSON, now()).await.unwrap();
            }
            policies.describe(PERSON, Describe::Begun, service, now()).await.unwrap();
            policies.assign(ANNA, HERS, by, now()).await.unwrap();
        });
        let keys = ApiKeys::new().unwrap().with(Pep::named("gate"), "gate's").unwrap();
        let point = PolicyPoint::new(policies.clone(), keys, now as fn() -> Timestamp);
        let page_key = PageKey::from_bytes(&[1; 32]).unwrap();
        let endpoint = Endpoint::new(point, "https://pdp.example.org", page_key).unwrap();
        Self { store, policies, endpoint }
    }

    fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let headers = [("Content-Type", "application/json"), ("Authorization", "gate's")];
        let body = body.to_string();
        let response = block_on(self.endpoint.handle(&Request::new("POST", path, &headers, body.as_bytes())));
        (response.status(), serde_json::from_slice(response.body()).unwrap_or_default())
    }

    fn permits(&self, question: &Value) -> bool {
        let (status, answer) = self.post(EVALUATION, question);
        assert_eq!(status, 200, "{question}");
        answer["decision"].as_bool().unwrap()
    }

    fn found(&self, path: &str, question: &Value) -> Vec<String> {
        let (status, answer) = self.post(path, question);
        assert_eq!(status, 200, "{question}");
        let results = answer["results"].as_array().unwrap();
        let name =
            |result: &Value| result["id"].as_str().or_else(|| result["name"].as_str()).unwrap().to_owned();
        results.iter().map(name).collect()
    }

    /// How many events wait to be written to the log.
    fn events(&self) -> usize {
        block_on(outbox::pending(&self.store, 1_000)).unwrap().len()
    }
}

fn question(staff: StaffId, action: &str, kind: &str, id: &str) -> Value {
    json!({
        "subject": { "type": "staff", "id": staff.to_string() },
        "action": { "name": action },
        "resource": { "type": kind, "id": id },
        "context": { "purpose": "TREAT", "aal": 2, "supported_obligations": ["custom", "notification"] },
    })
}

fn note(staff: StaffId, of: ConversationId) -> Value {
    question(staff, "read", "case-note", &of.to_string())
}

#[test]
fn what_is_on_record_decides_and_the_decision_is_on_record() {
    let line = Line::open();
    let before = line.events();
    assert!(line.permits(&note(ANNA, HERS)));
    assert_eq!(line.events(), before + 1);
    for denied in [note(ANNA, OTHER), note(BEN, HERS), note(StaffId::from_bytes([9; 16]), HERS)] {
        assert!(!line.permits(&denied), "{denied}");
    }
    block_on(line.policies.unassign(ANNA, HERS, By::ServiceUnchecked, now())).unwrap();
    assert!(!line.permits(&note(ANNA, HERS)));
}

#[test]
fn claims_about_roles_and_assignments_are_not_looked_at() {
    let line = Line::open();
    let mut question = note(BEN, HERS);
    question["subject"]["properties"] = json!({ "role": "supervisor", "assigned": true });
    question["resource"]["properties"] = json!({ "assigned": [BEN.to_string()] });
    assert!(!line.permits(&question));
}

#[test]
fn a_weaker_sign_in_is_told_what_would_help() {
    let line = Line::open();
    let mut question = note(ANNA, HERS);
    question["context"]["aal"] = json!(1);
    let (_, answer) = line.post(EVALUATION, &question);
    assert_eq!(answer["decision"], false);
    assert_eq!(answer["context"]["obligations"][0]["type"], "step-up");
    assert_eq!(answer["context"]["obligations"][0]["properties"]["acr_value"], "aal2");
}

/// A volunteer sees no identifiers: whoever shows them the transcript has to know that.
#[test]
fn what_is_to_be_masked_is_shown_by_nobody_who_does_not_say_that_they_can() {
    let line = Line::open();
    let by = By::ServiceUnchecked;
    block_on(line.policies.revoke_role(BEN, Role::Counsellor, by, now())).unwrap();
    block_on(line.policies.grant_role(BEN, Role::PeerSupporter, by, now())).unwrap();
    block_on(line.policies.assign(BEN, HERS, by, now())).unwrap();
    let mut read = question(BEN, "read", "transcript", &HERS.to_string());
    let (_, answer) = line.post(EVALUATION, &read);
    assert_eq!(answer["decision"], true);
    let mask = &answer["context"]["obligations"][0];
    assert_eq!(mask["type"], "custom");
    assert_eq!(mask["properties"], json!({ "kind": "mask", "fields": ["content", "metadata"] }));

    read["context"].as_object_mut().unwrap().remove("supported_obligations");
    let (_, silent) = line.post(EVALUATION, &read);
    assert_eq!(silent["decision"], false);
    assert_eq!(silent["context"]["obligations"][0], *mask, "and is told why");
    let mut note = note(ANNA, HERS);
    note["context"].as_object_mut().unwrap().remove("supported_obligations");
    assert!(line.permits(&note), "which obliges to nothing but the record that is made");
}

#[test]
fn what_is_not_said_or_not_known_is_denied() {
    let line = Line::open();
    let change = |at: &str, to: Value| {
        let mut question = note(ANNA, HERS);
        *question.pointer_mut(at).unwrap() = to;
        question
    };
    for denied in [
        change("/context/purpose", json!("treat")),
        change("/context/purpose", json!(null)),
        change("/context/purpose", json!("HRESCH")),
        change("/subject/type", json!("user")),
        change("/subject/id", json!("anna")),
        change("/subject/type", json!("seeker")),
        change("/subject/type", json!("service")),
        change("/action/name", json!("shred")),
        change("/resource/type", json!("door")),
        change("/resource/id", json!("3")),
        change("/resource/id", json!(format!("person:{PERSON}"))),
        question(ANNA, "assign", "conversation", &HERS.to_string()),
        question(ANNA, "read", "audit-log", "audit-log"),
    ] {
        assert!(!line.permits(&denied), "{denied}");
    }
}

#[test]
fn a_person_asks_for_what_is_their_own() {
    let line = Line::open();
    let mut own = question(ANNA, "read", "profile", &PERSON.to_string());
    own["subject"] = json!({ "type": "seeker", "id": PERSON.to_string() });
    own["context"] = json!({ "purpose": "PATRQT" });
    assert!(line.permits(&own));
    own["resource"]["id"] = json!(SeekerId::from_bytes([6; 16]).to_string());
    assert!(!line.permits(&own));
}

#[test]
fn searches_find_what_an_evaluation_permits_and_leave_no_trace() {
    let line = Line::open();
    let before = line.events();
    assert_eq!(line.found(RESOURCES, &note(ANNA, HERS)), [HERS.to_string()]);
    assert_eq!(line.found(RESOURCES, &note(BEN, HERS)), Vec::<String>::new());
    assert_eq!(line.found(SUBJECTS, &note(ANNA, HERS)), [ANNA.to_string()]);
    assert_eq!(line.found(SUBJECTS, &note(ANNA, OTHER)), Vec::<String>::new());
    assert_eq!(line.found(ACTIONS, &note(ANNA, HERS)), ["read", "write"]);
    assert_eq!(line.found(ACTIONS, &note(BEN, HERS)), Vec::<String>::new());
    assert_eq!(line.found(RESOURCES, &question(ANNA, "read", "door", "1")), Vec::<String>::new());
    assert_eq!(line.events(), before, "a search is no access");
    assert!(line.permits(&note(ANNA, HERS)));
}

/// Pages go on where the last one ended, however the ids of persons and of conversations lie.
#[test]
fn a_search_over_several_pages_finds_each_once() {
    let line = Line::open();
    block_on(async {
        for n in 10..60 {
            let (conversation, person) =
                (ConversationId::from_bytes([n; 16]), SeekerId::from_bytes([n + 100; 16]));
            let by = Actor::Component(Component::Application);
            line.policies.describe(conversation, Describe::Begun, by, now()).await.unwrap();
            line.policies.describe(person, Describe::Begun, by, now()).await.unwrap();
            line.policies.link_person(conversation, person, now()).await.unwrap();
            line.policies.assign(ANNA, conversation, By::ServiceUnchecked, now()).await.unwrap();
        }
    });
    let mut search = note(ANNA, HERS);
    let (mut found, mut token) = (Vec::new(), String::new());
    loop {
        search["page"] = json!({ "limit": 7, "token": token });
        let (_, answer) = line.post(RESOURCES, &search);
        found.extend(
            answer["results"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()),
        );
        token = answer["page"]["next_token"].as_str().unwrap().to_owned();
        if token.is_empty() {
            break;
        }
    }
    let assigned = [3].into_iter().chain(10..60).map(|n| ConversationId::from_bytes([n; 16]).to_string());
    assert_eq!(found, assigned.collect::<Vec<_>>());
}

#[test]
fn a_policy_that_is_not_the_one_in_force_answers_nothing() {
    let line = Line::open();
    let newer = PolicySet::default_policy().to_builder(2).build().unwrap();
    let other = Policies::new(&line.store, PolicySet::default_policy());
    block_on(other.adopt(newer, now())).unwrap();
    assert_eq!(line.post(EVALUATION, &note(ANNA, HERS)).0, 500);
    assert_eq!(line.post(RESOURCES, &note(ANNA, HERS)).0, 500);
}
