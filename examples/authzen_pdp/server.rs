use crate::scenario::{Policy, Scenario};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::State,
    http::{Request, Response, StatusCode},
};
use leeward_policy::{
    PolicyError,
    authzen::{
        self, Answer, ApiKeys, DecisionPoint, Endpoint, Headers, MAX_BODY_LEN, PageKey, Pep, Query, Search,
    },
};
use std::sync::Arc;

/// A scenario, and who may ask.
struct Guarded {
    policy: Policy,
    /// `None` when anybody may.
    keys: Option<ApiKeys>,
}

impl DecisionPoint for Guarded {
    async fn authenticate(&self, headers: &Headers<'_>) -> Result<Pep, authzen::NotAuthenticated> {
        match &self.keys {
            Some(keys) => keys.authenticate(headers),
            None => Ok(Pep::named("anybody")),
        }
    }

    async fn evaluate(&self, _: &Pep, query: &Query) -> Result<Answer, authzen::Undecided> {
        Ok(self.policy.evaluate(query))
    }

    async fn candidates(
        &self,
        _: &Pep,
        search: &Search,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<String>, authzen::Undecided> {
        let mut ids = self.policy.candidates(search);
        ids.sort_unstable();
        let beyond = ids.into_iter().filter(|id| after.is_none_or(|after| id.as_str() > after));
        Ok(beyond.take(limit).collect())
    }
}

pub(crate) fn routes(scenario: Scenario, url: &str, key: Option<&str>) -> Result<Router, PolicyError> {
    let keys = key.map(|key| ApiKeys::new()?.with(Pep::named("gate"), key));
    let guarded = Guarded { policy: scenario.policy(), keys: keys.transpose()? };
    let endpoint = Endpoint::new(guarded, url, PageKey::generate()?)?;
    Ok(Router::new().fallback(answer).with_state(Arc::new(endpoint)))
}

async fn answer(State(endpoint): State<Arc<Endpoint<Guarded>>>, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    // One byte more than is looked at, so that too much is seen to be too much.
    let Ok(body) = to_bytes(body, MAX_BODY_LEN + 1).await else {
        return status(StatusCode::PAYLOAD_TOO_LARGE);
    };
    let readable = |value: &axum::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers =
        parts.headers.iter().map(|(name, value)| (name.as_str(), readable(value))).collect::<Vec<_>>();
    let headers = headers.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>();
    let request = authzen::Request::new(parts.method.as_str(), parts.uri.path(), &headers, &body);
    let answer = endpoint.handle(&request).await;
    let named = answer
        .headers()
        .iter()
        .fold(Response::builder().status(answer.status()), |response, (name, value)| {
            response.header(*name, value)
        });
    named.body(answer.body().to_vec().into()).unwrap_or_else(|_| status(StatusCode::INTERNAL_SERVER_ERROR))
}

fn status(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
