//! What the endpoints do between a request and a decision point.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a failing test panics")]

use leeward_policy::{PolicyError, authzen::*};
use pollster::block_on;
use serde_json::json;

/// Doors 0 to 599: those of even numbers open, for a fee that is to be announced; nobody can tell of door 7.
struct Doors(ApiKeys);

impl DecisionPoint for Doors {
    async fn authenticate(&self, headers: &Headers<'_>) -> Result<Pep, NotAuthenticated> {
        self.0.authenticate(headers)
    }

    async fn evaluate(&self, _: &Pep, query: &Query) -> Result<Answer, Undecided> {
        let number = query.resource().id().parse::<u32>().map_err(|_| Undecided)?;
        match (query.action().name(), number) {
            (_, 7) => Err(Undecided),
            ("open", number) => Ok(Answer::of(number % 2 == 0)),
            ("announce", number) if number % 2 == 0 => {
                Ok(Answer::permit().obliging(Obligation::notification("n-1", "porter", "door")))
            }
            ("force", _) => {
                Ok(Answer::deny().obliging(Obligation::step_up("s-1", "aal3")).saying("reason", "weak"))
            }
            _ => Ok(Answer::deny()),
        }
    }

    async fn candidates(
        &self,
        _: &Pep,
        search: &Search,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<String>, Undecided> {
        if search.kind() != Some("door") {
            return Ok(Vec::new());
        }
        let all = (0..600).filter(|number| *number != 7).map(|number| format!("{number:03}"));
        Ok(all.filter(|id| after.is_none_or(|after| id.as_str() > after)).take(limit).collect())
    }
}

fn endpoint(base: &str) -> Result<Endpoint<Doors>, PolicyError> {
    let keys = ApiKeys::new()?.with(Pep::named("gate"), "gate's")?.with(Pep::named("lift"), "lift's")?;
    Endpoint::new(Doors(keys), base, PageKey::from_bytes(&[1; 32])?)
}

struct Client {
    endpoint: Endpoint<Doors>,
    key: &'static str,
}

impl Client {
    fn of(key: &'static str) -> Self {
        Self { endpoint: endpoint("https://pdp.example.org").unwrap(), key }
    }

    fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let headers = [("Content-Type", "application/json"), ("Authorization", self.key)];
        let body = body.to_string();
        let request = Request::new("POST", path, &headers, body.as_bytes());
        let response = block_on(self.endpoint.handle(&request));
        (response.status(), serde_json::from_slice(response.body()).unwrap_or_default())
    }
}

fn question(action: &str, door: &str) -> Value {
    json!({
        "subject": { "type": "user", "id": "alice" },
        "action": { "name": action },
        "resource": { "type": "door", "id": door },
    })
}

const EVALUATION: &str = "/access/v1/evaluation";
const RESOURCES: &str = "/access/v1/search/resource";

#[test]
fn an_obligation_goes_with_the_decision() {
    let client = Client::of("gate's");
    let (_, permitted) = client.post(EVALUATION, &question("announce", "2"));
    let duty =
        json!({ "id": "n-1", "type": "notification", "properties": { "to": "porter", "topic": "door" } });
    assert_eq!(permitted, json!({ "decision": true, "context": { "obligations": [duty] } }));
    let (_, denied) = client.post(EVALUATION, &question("force", "2"));
    let duty = json!({ "id": "s-1", "type": "step-up", "properties": { "acr_value": "aal3" } });
    assert_eq!(denied, json!({ "decision": false, "context": { "obligations": [duty], "reason": "weak" } }));
}

#[test]
fn whoever_says_that_they_cannot_is_denied() {
    let client = Client::of("gate's");
    for (supported, expected) in [
        (json!(["notification", "step-up"]), true),
        (json!(["step-up"]), false),
        (json!([]), false),
        (json!("notification"), false),
        (json!([1]), false),
    ] {
        let mut question = question("announce", "2");
        question["context"] = json!({ "supported_obligations": supported });
        assert_eq!(client.post(EVALUATION, &question).1["decision"], expected, "{question}");
    }
}

#[test]
fn a_list_holds_no_obligation_that_nobody_said_they_know() {
    let client = Client::of("gate's");
    let mut search = question("announce", "x");
    assert_eq!(client.post(RESOURCES, &search).1["results"], json!([]));
    search["context"] = json!({ "supported_obligations": ["notification"] });
    assert_eq!(client.post(RESOURCES, &search).1["results"].as_array().unwrap().len(), 300);
}

#[test]
fn what_cannot_be_decided_is_never_permitted() {
    let client = Client::of("gate's");
    assert_eq!(client.post(EVALUATION, &question("open", "7")).0, 500);
    let mut batch = question("open", "2");
    batch["evaluations"] = json!([{ "resource": { "type": "door", "id": "7" } }, {}]);
    let (status, answers) = client.post("/access/v1/evaluations", &batch);
    assert_eq!(status, 200);
    assert_eq!(answers["evaluations"][0]["decision"], false);
    assert_eq!(answers["evaluations"][0]["context"]["error"]["status"], 500);
    assert_eq!(answers["evaluations"][1]["decision"], true);
    let who = json!({ "subject": { "type": "user" }, "action": { "name": "open" }, "resource": { "type": "door", "id": "7" } });
    assert_eq!(
        client.post("/access/v1/search/subject", &who),
        (200, json!({ "page": { "next_token": "", "count": 0 }, "results": [] }))
    );
}

#[test]
fn pages_cross_what_is_asked_for_at_a_time() {
    let client = Client::of("gate's");
    let mut search = question("open", "x");
    let (mut found, mut token) = (Vec::new(), String::new());
    loop {
        search["page"] = json!({ "limit": 100, "token": token });
        let (status, answer) = client.post(RESOURCES, &search);
        assert_eq!(status, 200);
        found.extend(answer["results"].as_array().unwrap().iter().map(|door| door["id"].clone()));
        token = answer["page"]["next_token"].as_str().unwrap().to_owned();
        if token.is_empty() {
            break;
        }
    }
    let expected = (0..600).filter(|number| number % 2 == 0).map(|number| json!(format!("{number:03}")));
    assert_eq!(found, expected.collect::<Vec<_>>());
}

/// Tokens show neither by their bytes nor by their length where a search stands.
#[test]
fn a_token_is_of_one_search_by_one_point_and_says_nothing() {
    let (gate, lift) = (Client::of("gate's"), Client::of("Bearer lift's"));
    let mut search = question("open", "x");
    search["page"] = json!({ "limit": 1 });
    let token = |client: &Client| {
        client.post(RESOURCES, &search).1["page"]["next_token"].as_str().unwrap().to_owned()
    };
    let (first, again) = (token(&gate), token(&gate));
    assert_ne!(first, again);
    assert_eq!(first.len(), again.len());
    let follow = |client: &Client, path: &str, mut search: Value| {
        search["page"] = json!({ "token": first });
        client.post(path, &search).0
    };
    assert_eq!(follow(&gate, RESOURCES, search.clone()), 200);
    assert_eq!(follow(&lift, RESOURCES, search.clone()), 400);
    assert_eq!(follow(&gate, "/access/v1/search/subject", search.clone()), 400);
    assert_eq!(follow(&gate, RESOURCES, question("announce", "x")), 400);
    search["context"] = json!({ "hour": 3 });
    assert_eq!(follow(&gate, RESOURCES, search), 400);
}

#[test]
fn a_decision_point_may_be_one_of_several_on_a_host() {
    let endpoint = endpoint("https://example.org/tenant/").unwrap();
    let get = |path| block_on(endpoint.handle(&Request::new("GET", path, &[], b"")));
    assert_eq!(get("/.well-known/authzen-configuration").status(), 404);
    let found = get("/.well-known/authzen-configuration/tenant");
    let found = serde_json::from_slice::<Value>(found.body()).unwrap();
    assert_eq!(found["policy_decision_point"], "https://example.org/tenant");
    assert_eq!(found["access_evaluation_endpoint"], "https://example.org/tenant/access/v1/evaluation");
    assert_eq!(get("/tenant/access/v1/evaluation").status(), 405);
    assert_eq!(get("/access/v1/evaluation").status(), 404);
}

#[test]
fn a_url_without_tls_is_refused() {
    for base in [
        "http://pdp.example.org",
        "https://",
        "https:///x",
        "https://a?b",
        "https://a#b",
        "https://u@a",
        "https://a b",
    ] {
        assert!(matches!(endpoint(base), Err(PolicyError::DecisionPointUrl)), "{base}");
    }
}

/// As from a variable of the environment that is not set.
#[test]
fn a_key_that_nobody_has_is_no_key() {
    for none in ["", " ", " a", "a\n", "schlüssel"] {
        let keys = ApiKeys::new().unwrap().with(Pep::named("gate"), none);
        assert!(matches!(keys, Err(PolicyError::ApiKey)), "{none:?}");
    }
}

#[test]
fn keys_are_not_printed() {
    let endpoint = endpoint("https://pdp.example.org").unwrap();
    assert_eq!(format!("{:?}", endpoint.point().0), "ApiKeys { known: 2, .. }");
    assert_eq!(format!("{:?}", PageKey::from_bytes(&[1; 32]).unwrap()), "PageKey { .. }");
}

#[test]
fn answers_may_be_sent_between_threads() {
    fn is_send<T: Send>(_: &T) {}
    let endpoint = endpoint("https://pdp.example.org").unwrap();
    let request = Request::new("GET", "/", &[], b"");
    is_send(&endpoint.handle(&request));
}
