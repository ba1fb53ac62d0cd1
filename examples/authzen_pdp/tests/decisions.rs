use super::server::Server;
use crate::scenario::Scenario;
use authzen_rs::{Action, EvaluationRequest, EvaluationsRequest, Resource, Subject, client::AuthZenClient};
use serde_json::Value;

fn vectors(json: &str, name: &str) -> Vec<(Value, Value)> {
    let all = serde_json::from_str::<Value>(json).unwrap();
    let cases = all[name].as_array().unwrap();
    cases.iter().map(|case| (case["request"].clone(), case["expected"].clone())).collect()
}

async fn check_evaluations_of(scenario: Scenario, json: &str, expected: usize) {
    let client = Server::of(scenario).await.client().await;
    let cases = vectors(json, "evaluation");
    assert_eq!(cases.len(), expected);
    for (request, expected) in cases {
        let typed = serde_json::from_value::<EvaluationRequest>(request.clone()).unwrap();
        assert_eq!(client.evaluate(typed).await.unwrap().allowed(), expected, "{request}");
    }
}

const TODO: &str = include_str!("../vectors/todo-decisions.json");

#[tokio::test]
async fn the_decisions_of_todo() {
    check_evaluations_of(Scenario::Todo, TODO, 40).await;
}

#[tokio::test]
async fn the_decisions_of_the_gateway() {
    check_evaluations_of(Scenario::Gateway, include_str!("../vectors/gateway-decisions.json"), 25).await;
}

#[tokio::test]
async fn the_batches_of_todo() {
    let client = Server::of(Scenario::Todo).await.client().await;
    let cases = vectors(TODO, "evaluations");
    assert_eq!(cases.len(), 3);
    for (request, expected) in cases {
        let typed = without_missing_parts(&request);
        let answers = client.evaluations(typed).await.unwrap();
        let decisions = answers.evaluations().iter().map(|answer| answer.allowed()).collect::<Vec<_>>();
        let wanted = expected.as_array().unwrap().iter().map(|answer| answer["decision"] == true);
        assert_eq!(decisions, wanted.collect::<Vec<_>>(), "{request}");
    }
}

fn without_missing_parts(request: &Value) -> EvaluationsRequest {
    serde_json::from_value(request.clone()).unwrap()
}

async fn decide(client: &AuthZenClient, subject: Subject, action: Action, resource: Resource) -> bool {
    client.evaluate(EvaluationRequest::new(subject, action, resource)).await.unwrap().allowed()
}

/// The eight decisions of the certification's fixture.
#[tokio::test]
async fn the_decisions_of_the_certification() {
    let client = Server::of(Scenario::Certification).await.client().await;
    let user = |id: &str| Subject::new("user", id);
    let record = || Resource::new("record", "record-1");
    let archived = || record().with_property("status", "archived");
    let delete = |soft: bool| Action::new("delete").with_property("soft", soft);
    let admin = || user("alice").with_property("role", "admin");
    for (subject, action, resource, expected) in [
        (user("alice"), Action::new("read"), record(), true),
        (user("alice"), Action::new("write"), record(), true),
        (user("bob"), Action::new("read"), record(), true),
        (user("bob"), Action::new("write"), record(), false),
        (user("alice"), Action::new("write"), archived(), false),
        (admin(), Action::new("write"), archived(), true),
        (user("alice"), delete(true), record(), true),
        (user("alice"), delete(false), record(), false),
    ] {
        let asked = format!("{subject:?} {action:?} {resource:?}");
        assert_eq!(decide(&client, subject, action, resource).await, expected, "{asked}");
    }
}

fn read_note(of: &str, context: Value) -> EvaluationRequest {
    let (carol, note) = (Subject::new("staff", "carol"), Resource::new("case-note", of));
    let claims = carol.with_property("roles", ["supervisor"]).with_property("assigned", true);
    let request = EvaluationRequest::new(claims, Action::new("read"), note.with_property("assigned", true));
    request.with_context(serde_json::from_value(context).unwrap())
}

/// What the enforcement point says of roles and assignments stands in for nothing on record.
#[tokio::test]
async fn the_default_policy_decides_on_its_own_facts() {
    let client = Server::of(Scenario::Default).await.client().await;
    let strong = serde_json::json!({ "purpose": "TREAT", "aal": 2 });
    let permitted = client.evaluate(read_note("c-1", strong.clone())).await.unwrap();
    assert!(permitted.allowed());
    assert_eq!(permitted.context().unwrap()["obligations"][0]["type"], "custom");
    assert!(!client.evaluate(read_note("c-2", strong)).await.unwrap().allowed());
}

#[tokio::test]
async fn a_weak_sign_in_is_denied_with_what_would_help() {
    let client = Server::of(Scenario::Default).await.client().await;
    let weak = serde_json::json!({ "purpose": "TREAT" });
    let denied = client.evaluate(read_note("c-1", weak)).await.unwrap();
    assert!(!denied.allowed());
    assert_eq!(denied.context().unwrap()["obligations"][0]["type"], "step-up");
}

#[tokio::test]
async fn whoever_cannot_carry_out_an_obligation_is_denied() {
    let client = Server::of(Scenario::Default).await.client().await;
    for (supported, expected) in [(vec!["custom"], true), (vec!["notification"], false), (vec![], false)] {
        let context = serde_json::json!({ "purpose": "TREAT", "aal": 2, "supported_obligations": supported });
        assert_eq!(client.evaluate(read_note("c-1", context)).await.unwrap().allowed(), expected);
    }
}
