//! What no well-behaved client sends.

use super::server::{KEY, Server};
use crate::scenario::Scenario;
use serde_json::{Value, json};

const EVALUATION: &str = "/access/v1/evaluation";
const EVALUATIONS: &str = "/access/v1/evaluations";
const SUBJECTS: &str = "/access/v1/search/subject";
const RESOURCES: &str = "/access/v1/search/resource";
const ACTIONS: &str = "/access/v1/search/action";
const ALL: [&str; 5] = [EVALUATION, EVALUATIONS, SUBJECTS, RESOURCES, ACTIONS];

struct Raw(Server, reqwest::Client);

impl Raw {
    async fn new() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self(Server::of(Scenario::Certification).await, http)
    }

    fn ask(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let url = format!("http://{}{path}", self.0.plain);
        let request = self.1.request(method.parse().unwrap(), url);
        request.header("authorization", KEY).header("content-type", "application/json")
    }

    async fn post(&self, path: &str, body: impl Into<Vec<u8>>) -> (u16, Value) {
        let answer = self.ask("POST", path).body(body.into()).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default())
    }

    async fn status(&self, request: reqwest::RequestBuilder) -> u16 {
        request.send().await.unwrap().status().as_u16()
    }
}

fn question() -> Value {
    json!({
        "subject": { "type": "user", "id": "alice" },
        "action": { "name": "read" },
        "resource": { "type": "record", "id": "record-1" },
    })
}

fn without(name: &str) -> Value {
    let mut question = question();
    question.as_object_mut().unwrap().remove(name);
    question
}

fn with(pointer: &str, value: Value) -> Value {
    let mut question = question();
    *question.pointer_mut(pointer).unwrap() = value;
    question
}

#[tokio::test]
async fn a_path_is_for_one_method() {
    let raw = Raw::new().await;
    for path in ALL {
        for method in ["GET", "PUT", "DELETE", "PATCH", "HEAD"] {
            assert_eq!(
                raw.status(raw.ask(method, path).body(question().to_string())).await,
                405,
                "{method} {path}"
            );
        }
    }
    let discovery = "/.well-known/authzen-configuration";
    assert_eq!(raw.status(raw.ask("POST", discovery)).await, 405);
    for path in
        ["/", "/access/v1/evaluation/", "/access/v2/evaluation", "/.well-known/authzen-configuration/tenant"]
    {
        assert_eq!(raw.status(raw.ask("POST", path)).await, 404, "{path}");
    }
}

#[tokio::test]
async fn a_body_is_json_by_its_type() {
    let raw = Raw::new().await;
    let url = format!("http://{}{EVALUATION}", raw.0.plain);
    for (kind, status) in [
        (Some("text/plain"), 415),
        (Some("application/jsonp"), 415),
        (None, 415),
        (Some("application/json; charset=utf-8"), 200),
        (Some("Application/JSON"), 200),
    ] {
        let request = raw.1.post(&url).header("authorization", KEY).body(question().to_string());
        let request = kind.into_iter().fold(request, |request, kind| request.header("content-type", kind));
        assert_eq!(raw.status(request).await, status, "{kind:?}");
    }
}

#[tokio::test]
async fn whoever_is_not_known_gets_no_decision() {
    let raw = Raw::new().await;
    for path in ALL {
        for shown in [None, Some("another key"), Some(""), Some("Bearer "), Some("Basic a2V5")] {
            let request = raw.1.post(format!("http://{}{path}", raw.0.plain)).json(&question());
            let request =
                shown.into_iter().fold(request, |request, key| request.header("authorization", key));
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), 401, "{path} {shown:?}");
            assert!(answer.headers().contains_key("www-authenticate"));
        }
    }
    let twice = raw.ask("POST", EVALUATION).header("authorization", KEY).body(question().to_string());
    assert_eq!(raw.status(twice).await, 401);
}

#[tokio::test]
async fn what_is_malformed_is_a_bad_request_everywhere() {
    let raw = Raw::new().await;
    let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
    let abyss = "[".repeat(200_000);
    let twice = question().to_string().replacen("\"id\"", "\"id\":\"bob\",\"id\"", 1);
    let bodies = [
        "",
        " ",
        "null",
        "[]",
        "\"text\"",
        "{",
        "{}",
        "{}{}",
        "[{}]",
        "{\"subject\":}",
        &deep,
        &abyss,
        &twice,
    ];
    for path in ALL {
        for body in bodies {
            assert_eq!(raw.post(path, body).await.0, 400, "{path} {body:.40}");
        }
        assert_eq!(raw.post(path, vec![b'{', 0xff, b'}']).await.0, 400, "{path}");
        assert_eq!(raw.post(path, vec![b' '; 300_000]).await.0, 413, "{path}");
    }
}

#[tokio::test]
async fn a_question_is_complete_and_well_typed() {
    let raw = Raw::new().await;
    let long = "x".repeat(257);
    let wrong = [
        without("subject"),
        without("action"),
        without("resource"),
        with("/subject", json!("alice")),
        with("/subject", json!(null)),
        with("/subject", json!({ "type": "user" })),
        with("/subject", json!({ "id": "alice" })),
        with("/subject/id", json!(7)),
        with("/subject/id", json!("")),
        with("/subject/id", json!(long)),
        with("/subject/type", json!({})),
        with("/action", json!({})),
        with("/action/name", json!(true)),
        with("/resource", json!([])),
        with("/resource/id", json!(null)),
        with("/resource/type", json!(1)),
        with("/subject", json!({ "type": "user", "id": "alice", "properties": [] })),
    ];
    for question in wrong {
        assert_eq!(raw.post(EVALUATION, question.to_string()).await.0, 400, "{question:.80}");
        assert_eq!(raw.post(EVALUATIONS, question.to_string()).await.0, 400, "{question:.80}");
    }
    let mut ill = question();
    ill["context"] = json!("now");
    assert_eq!(raw.post(EVALUATION, ill.to_string()).await.0, 400);
}

#[tokio::test]
async fn what_is_not_known_beside_is_not_looked_at() {
    let raw = Raw::new().await;
    let mut more = question();
    more["reason"] = json!({ "any": ["thing"] });
    more["subject"]["rank"] = json!(1);
    more["context"] = json!(null);
    assert_eq!(raw.post(EVALUATION, more.to_string()).await, (200, json!({ "decision": true })));
    assert_eq!(
        raw.post(EVALUATION, with("/action/name", json!("fly")).to_string()).await,
        (200, json!({ "decision": false }))
    );
}

#[tokio::test]
async fn an_id_of_a_request_comes_back() {
    let raw = Raw::new().await;
    for (path, body) in
        [(EVALUATION, question().to_string()), (EVALUATION, String::new()), ("/", String::new())]
    {
        let answer =
            raw.ask("POST", path).header("X-Request-ID", "bfe9eb29").body(body).send().await.unwrap();
        assert_eq!(answer.headers()["x-request-id"], "bfe9eb29");
    }
    let long = raw.ask("POST", EVALUATION).header("X-Request-ID", "x".repeat(257)).send().await.unwrap();
    assert!(!long.headers().contains_key("x-request-id"));
}

fn batch(semantic: Option<&str>, actions: &[&str]) -> String {
    let items = actions.iter().map(|name| json!({ "action": { "name": name } })).collect::<Vec<_>>();
    let mut batch = without("action");
    batch["evaluations"] = json!(items);
    if let Some(semantic) = semantic {
        batch["options"] = json!({ "evaluations_semantic": semantic });
    }
    batch.to_string()
}

fn decisions(answer: &Value) -> Vec<bool> {
    answer["evaluations"].as_array().unwrap().iter().map(|answer| answer["decision"] == true).collect()
}

#[tokio::test]
async fn a_batch_ends_as_it_says() {
    let raw = Raw::new().await;
    let asked = ["read", "fly", "write", "swim"];
    for (semantic, expected) in [
        (None, vec![true, false, true, false]),
        (Some("execute_all"), vec![true, false, true, false]),
        (Some("deny_on_first_deny"), vec![true, false]),
        (Some("permit_on_first_permit"), vec![true]),
    ] {
        let (status, answer) = raw.post(EVALUATIONS, batch(semantic, &asked)).await;
        assert_eq!((status, decisions(&answer)), (200, expected), "{semantic:?}");
    }
    assert_eq!(raw.post(EVALUATIONS, batch(Some("whatever"), &asked)).await.0, 400);
    assert_eq!(raw.post(EVALUATIONS, batch(None, &vec!["read"; 257])).await.0, 413);
}

#[tokio::test]
async fn an_empty_batch_is_a_single_question() {
    let raw = Raw::new().await;
    let mut empty = question();
    empty["evaluations"] = json!([]);
    assert_eq!(raw.post(EVALUATIONS, empty.to_string()).await, (200, json!({ "decision": true })));
    assert_eq!(raw.post(EVALUATIONS, question().to_string()).await, (200, json!({ "decision": true })));
    for wrong in [json!("x"), json!({}), json!([1]), json!([null])] {
        let mut ill = question();
        ill["evaluations"] = wrong;
        assert_eq!(raw.post(EVALUATIONS, ill.to_string()).await.0, 400, "{ill}");
    }
}

/// One takes a default as a whole, or none of it: what it says itself is all there is.
#[tokio::test]
async fn what_fails_within_a_batch_is_denied_alone() {
    let raw = Raw::new().await;
    let mut mixed = question();
    mixed["evaluations"] = json!([{}, { "resource": { "id": "record-1" } }, { "subject": 1 }, {}]);
    let (status, answer) = raw.post(EVALUATIONS, mixed.to_string()).await;
    assert_eq!((status, decisions(&answer)), (200, vec![true, false, false, true]));
    assert_eq!(answer["evaluations"][1]["context"]["error"]["status"], 400);
    mixed["options"] = json!({ "evaluations_semantic": "deny_on_first_deny" });
    assert_eq!(decisions(&raw.post(EVALUATIONS, mixed.to_string()).await.1), [true, false]);
}

#[tokio::test]
async fn a_search_is_complete() {
    let raw = Raw::new().await;
    for (path, whole, needed) in [
        (SUBJECTS, question(), &["subject", "action", "resource"][..]),
        (RESOURCES, question(), &["subject", "action", "resource"]),
        (ACTIONS, without("action"), &["subject", "resource"]),
    ] {
        assert_eq!(raw.post(path, whole.to_string()).await.0, 200, "{path}");
        for name in needed {
            let mut less = whole.clone();
            less.as_object_mut().unwrap().remove(*name);
            assert_eq!(raw.post(path, less.to_string()).await.0, 400, "{path} {name}");
        }
    }
    assert_eq!(raw.post(SUBJECTS, with("/resource", json!({ "type": "record" })).to_string()).await.0, 400);
    assert_eq!(raw.post(RESOURCES, with("/subject", json!({ "type": "user" })).to_string()).await.0, 400);
    // An action is not looked at where actions are sought.
    assert_eq!(raw.post(ACTIONS, with("/action", json!(7)).to_string()).await.0, 200);
}

#[tokio::test]
async fn a_page_is_well_typed() {
    let raw = Raw::new().await;
    for page in [
        json!(1),
        json!({ "limit": 0 }),
        json!({ "limit": -1 }),
        json!({ "limit": "1" }),
        json!({ "token": 1 }),
        json!({ "token": "00" }),
    ] {
        let mut search = question();
        search["page"] = page;
        assert_eq!(raw.post(SUBJECTS, search.to_string()).await.0, 400, "{search}");
    }
}

#[tokio::test]
async fn discovery_needs_no_key() {
    let raw = Raw::new().await;
    let url = format!("http://{}/.well-known/authzen-configuration", raw.0.plain);
    let answer = raw.1.get(url).send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["content-type"]),
        (200, &"application/json".parse().unwrap())
    );
    let found = serde_json::from_slice::<Value>(&answer.bytes().await.unwrap()).unwrap();
    let base = found["policy_decision_point"].as_str().unwrap();
    assert_eq!(found["access_evaluation_endpoint"], format!("{base}{EVALUATION}"));
    assert_eq!(found["search_action_endpoint"], format!("{base}{ACTIONS}"));
}
