use super::Obligation;
use crate::PolicyError;
use serde_json::{Value, json};

/// Where a decision point is, and what it offers (`AuthZEN` 1.0, 9).
#[derive(Clone, Debug)]
pub(super) struct Metadata {
    base: String,
    /// What stands after the host: empty, or `/tenant`.
    prefix: String,
}

/// What a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    Evaluation,
    Evaluations,
    Search(super::Sought),
    Discovery,
}

impl Metadata {
    pub(super) fn new(base: &str) -> Result<Self, PolicyError> {
        let base = base.trim_end_matches('/');
        let rest = base.strip_prefix("https://").ok_or(PolicyError::DecisionPointUrl)?;
        let plain = rest.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#' | b'@'));
        if rest.is_empty() || rest.starts_with('/') || !plain {
            return Err(PolicyError::DecisionPointUrl);
        }
        let prefix = rest.split_once('/').map(|(_, path)| format!("/{path}")).unwrap_or_default();
        Ok(Self { base: base.to_owned(), prefix })
    }

    pub(super) fn route(&self, path: &str) -> Option<Route> {
        let discovered = path.strip_prefix("/.well-known/authzen-configuration");
        if discovered.is_some_and(|tenant| tenant == self.prefix) {
            return Some(Route::Discovery);
        }
        let below = path.strip_prefix(&self.prefix)?;
        Route::ALL.into_iter().find(|route| route.path() == below)
    }

    pub(super) fn document(&self) -> Value {
        let at = |route: Route| format!("{}{}", self.base, route.path());
        json!({
            "policy_decision_point": self.base,
            "access_evaluation_endpoint": at(Route::Evaluation),
            "access_evaluations_endpoint": at(Route::Evaluations),
            "search_subject_endpoint": at(Route::Search(super::Sought::Subject)),
            "search_resource_endpoint": at(Route::Search(super::Sought::Resource)),
            "search_action_endpoint": at(Route::Search(super::Sought::Action)),
            "supported_obligations": Obligation::KINDS,
        })
    }
}

impl Route {
    const ALL: [Self; 5] = [
        Self::Evaluation,
        Self::Evaluations,
        Self::Search(super::Sought::Subject),
        Self::Search(super::Sought::Resource),
        Self::Search(super::Sought::Action),
    ];

    const fn path(self) -> &'static str {
        match self {
            Self::Evaluation => "/access/v1/evaluation",
            Self::Evaluations => "/access/v1/evaluations",
            Self::Search(super::Sought::Subject) => "/access/v1/search/subject",
            Self::Search(super::Sought::Resource) => "/access/v1/search/resource",
            Self::Search(super::Sought::Action) => "/access/v1/search/action",
            Self::Discovery => "/.well-known/authzen-configuration",
        }
    }

    pub(super) const fn method(self) -> &'static str {
        match self {
            Self::Discovery => "GET",
            _ => "POST",
        }
    }
}
