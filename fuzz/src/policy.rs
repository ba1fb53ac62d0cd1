use leeward_policy::authzen::{
    Answer, DecisionPoint, Endpoint, Headers, NotAuthenticated, PageKey, Pep, Query, Request, Search,
    Undecided, Value,
};
use pollster::block_on;
use std::sync::LazyLock;

const PATHS: [&str; 5] = [
    "/access/v1/evaluation",
    "/access/v1/evaluations",
    "/access/v1/search/subject",
    "/access/v1/search/resource",
    "/access/v1/search/action",
];

static ENDPOINT: LazyLock<Endpoint<Denies>> = LazyLock::new(|| {
    let key = PageKey::from_bytes(&[1; 32]).expect("a key of the right length");
    Endpoint::new(Denies, "https://pdp.example.org", key).expect("a URL of HTTPS")
});

/// Denies everything, and knows of two candidates.
struct Denies;

impl DecisionPoint for Denies {
    async fn authenticate(&self, _: &Headers<'_>) -> Result<Pep, NotAuthenticated> {
        Ok(Pep::named("anybody"))
    }

    async fn evaluate(&self, _: &Pep, _: &Query) -> Result<Answer, Undecided> {
        Ok(Answer::deny())
    }

    async fn candidates(
        &self,
        _: &Pep,
        _: &Search,
        _: Option<&str>,
        _: usize,
    ) -> Result<Vec<String>, Undecided> {
        Ok(vec!["a".to_owned(), "b".to_owned()])
    }
}

/// Whatever is sent, the answer has a status of the specification, is JSON when it is 200, and permits
/// nothing that the decision point denies.
pub fn authzen_request(data: &[u8]) {
    let headers = [("content-type", "application/json")];
    for path in PATHS {
        let response = block_on(ENDPOINT.handle(&Request::new("POST", path, &headers, data)));
        assert!([200, 400, 413].contains(&response.status()), "{}", response.status());
        if response.status() == 200 {
            let answer = std::str::from_utf8(response.body()).expect("JSON is UTF-8");
            assert!(answer.parse::<Value>().is_ok());
            assert!(!answer.contains("\"decision\":true"));
        }
    }
}
