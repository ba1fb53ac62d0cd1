//! OpenID `AuthZEN` Authorization API 1.0, without a web framework: the parts of a request in, the parts
//! of a response out.
//!
//! A service implements [`DecisionPoint`]: who may ask, what is permitted, and which subjects, resources
//! or actions there are to search. [`Endpoint`] does the rest: paths and methods, caps before parsing,
//! defaults and semantics of a batch, pages, discovery, and the obligations profile.
//!
//! A service whose records are in [`Policies`](crate::Policies) has one already: [`PolicyPoint`].
//!
//! A search decides each candidate by [`DecisionPoint::preview`], which is [`DecisionPoint::evaluate`] unless a
//! decision is to leave a trace, so that it cannot find what an evaluation denies.
//!
//! ```
//! use leeward_policy::authzen::*;
//! struct Doors;
//! impl DecisionPoint for Doors {
//!     async fn authenticate(&self, headers: &Headers<'_>) -> Result<Pep, NotAuthenticated> {
//!         if headers.authorization() == Some("Bearer key of the gate") { Ok(Pep::named("gate")) } else { Err(NotAuthenticated) }
//!     }
//!     async fn evaluate(&self, _pep: &Pep, query: &Query) -> Result<Answer, Undecided> {
//!         Ok(Answer::of(query.action().name() == "open" && query.subject().id() == "alice"))
//!     }
//!     async fn candidates(&self, _: &Pep, _: &Search, _: Option<&str>, _: usize) -> Result<Vec<String>, Undecided> {
//!         Ok(Vec::new())
//!     }
//! }
//! # pollster::block_on(async {
//! let endpoint = Endpoint::new(Doors, "https://pdp.example.org", PageKey::generate()?)?;
//! let headers = [("content-type", "application/json"), ("authorization", "Bearer key of the gate")];
//! let body = br#"{"subject":{"type":"user","id":"alice"},"action":{"name":"open"},"resource":{"type":"door","id":"1"}}"#;
//! let response = endpoint.handle(&Request::new("POST", "/access/v1/evaluation", &headers, body)).await;
//! assert_eq!((response.status(), response.body()), (200, &br#"{"decision":true}"#[..]));
//! # Ok::<(), PolicyError>(()) }).unwrap();
//! # use leeward_policy::PolicyError;
//! ```

mod answer;
mod api_keys;
mod asked;
mod candidates;
mod decision_point;
mod endpoint;
mod evaluations;
mod http;
mod json;
mod metadata;
mod page;
mod policy_point;
mod query;
mod refusal;
mod search;

pub use answer::{Answer, Obligation};
pub use api_keys::ApiKeys;
pub use decision_point::{DecisionPoint, NotAuthenticated, Pep, Undecided};
pub use endpoint::Endpoint;
pub use http::{Headers, Request, Response};
pub use json::{MAX_BODY_LEN, MAX_DEPTH};
pub use page::PageKey;
pub use policy_point::PolicyPoint;
pub use query::{Act, Entity, MAX_NAME_LEN, Query};
pub use search::{Search, Sought};
/// What `AuthZEN` calls properties and context.
pub use serde_json::{Map, Value};
