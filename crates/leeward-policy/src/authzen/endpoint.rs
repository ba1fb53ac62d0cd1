use super::{
    Answer, DecisionPoint, PageKey, Pep, Query, Request, Response, Search, Sought,
    evaluations::Batch,
    json,
    metadata::{Metadata, Route},
    page::Bound,
    query::supported_obligations,
    refusal::Refusal,
    search::Page,
};
use crate::PolicyError;
use serde_json::{Map, Value, json};
use std::fmt;

/// How many candidates are asked for at a time.
const CHUNK_LEN: usize = 256;

/// How many candidates one request decides. A search that has more to look at answers with a shorter
/// page, and a token.
const MAX_DECIDED: usize = 10_000;

/// The endpoints of a decision point, behind TLS and whatever reads HTTP.
pub struct Endpoint<P> {
    point: P,
    metadata: Metadata,
    page_key: PageKey,
}

/// What a search found, and the candidate after which it goes on.
struct Found {
    ids: Vec<String>,
    more_after: Option<String>,
}

impl<P: DecisionPoint> Endpoint<P> {
    /// The endpoints under a base URL, such as `https://pdp.example.org` or `https://example.org/tenant`.
    ///
    /// # Errors
    /// [`PolicyError::DecisionPointUrl`] when the URL is none of HTTPS, or has a query, fragment or user.
    pub fn new(point: P, base: &str, page_key: PageKey) -> Result<Self, PolicyError> {
        Ok(Self { point, metadata: Metadata::new(base)?, page_key })
    }

    /// What answers behind it.
    pub const fn point(&self) -> &P {
        &self.point
    }

    /// Answers one request. A decision is always 200; every other status comes with a message that
    /// repeats nothing of the request.
    pub async fn handle(&self, request: &Request<'_>) -> Response {
        let response = self.respond(request).await.unwrap_or_else(Response::from);
        match request.headers.request_id() {
            Some(id) => response.with("x-request-id", id),
            None => response,
        }
    }

    async fn respond(&self, request: &Request<'_>) -> Result<Response, Refusal> {
        let route = self.metadata.route(request.path).ok_or(Refusal::NOT_FOUND)?;
        if request.method != route.method() {
            return Ok(Response::from(Refusal::METHOD).with("allow", route.method()));
        }
        if route == Route::Discovery {
            return Ok(Response::json(&self.metadata.document()));
        }
        let pep = self.point.authenticate(&request.headers).await;
        let pep = pep.map_err(|_| Refusal::UNAUTHENTICATED)?;
        if !request.headers.is_json() {
            return Err(Refusal::CONTENT_TYPE);
        }
        let body = json::object(request.body)?;
        self.answer(route, &pep, &body).await.map(|value| Response::json(&value))
    }

    async fn answer(&self, route: Route, pep: &Pep, body: &Map<String, Value>) -> Result<Value, Refusal> {
        match route {
            Route::Search(sought) => self.search(sought, pep, body).await,
            Route::Evaluations => match Batch::parse(body)? {
                Some(batch) => Ok(self.batch(pep, body, batch).await),
                None => self.single(pep, body).await,
            },
            Route::Evaluation | Route::Discovery => self.single(pep, body).await,
        }
    }

    async fn single(&self, pep: &Pep, body: &Map<String, Value>) -> Result<Value, Refusal> {
        let query = Query::parse(body)?;
        self.decide(pep, &query).await.map(Answer::into_json)
    }

    pub(super) async fn decide(&self, pep: &Pep, query: &Query) -> Result<Answer, Refusal> {
        let answer = self.point.evaluate(pep, query).await.map_err(|_| Refusal::UNDECIDED)?;
        Ok(answer.for_whoever_can(supported_obligations(query.context()).as_deref()))
    }

    async fn search(&self, sought: Sought, pep: &Pep, body: &Map<String, Value>) -> Result<Value, Refusal> {
        let (search, page) = (Search::parse(sought, body)?, Page::parse(body)?);
        let bound = Bound::to(pep, sought, body)?;
        let after = page.token.map(|token| self.page_key.open(&token, &bound)).transpose()?;
        let found = self.find(pep, &search, after, page.limit).await?;
        let next = found.more_after.map(|id| self.page_key.seal(&id, &bound)).transpose()?;
        let results = found.ids.iter().map(|id| search.result(id)).collect::<Vec<_>>();
        Ok(json!({
            "page": { "next_token": next.unwrap_or_default(), "count": results.len() },
            "results": results,
        }))
    }

    async fn find(
        &self,
        pep: &Pep,
        search: &Search,
        mut after: Option<String>,
        limit: usize,
    ) -> Result<Found, Refusal> {
        let (mut ids, mut decided) = (Vec::new(), 0);
        loop {
            let candidates = self.point.candidates(pep, search, after.as_deref(), CHUNK_LEN).await;
            let candidates = candidates.map_err(|_| Refusal::UNDECIDED)?;
            let is_last = candidates.len() < CHUNK_LEN;
            let mut left = candidates.len();
            for id in candidates {
                left = left.saturating_sub(1);
                decided += 1;
                if self.may_be_listed(pep, &search.query(&id), search).await? {
                    ids.push(id.clone());
                }
                after = Some(id);
                if ids.len() == limit || decided == MAX_DECIDED {
                    let more_after = after.filter(|_| left > 0 || !is_last);
                    return Ok(Found { ids, more_after });
                }
            }
            if is_last {
                return Ok(Found { ids, more_after: None });
            }
        }
    }

    async fn may_be_listed(&self, pep: &Pep, query: &Query, search: &Search) -> Result<bool, Refusal> {
        let answer = self.point.preview(pep, query).await.map_err(|_| Refusal::UNDECIDED)?;
        Ok(answer.may_be_listed(supported_obligations(search.context()).as_deref()))
    }
}

impl<P> fmt::Debug for Endpoint<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").field("metadata", &self.metadata).finish_non_exhaustive()
    }
}
