use crate::{BoxError, StoreError};

/// What one check comes to.
pub type Outcome<T = ()> = Result<T, Finding>;

/// Why a check did not pass.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Finding {
    /// The store broke a promise.
    #[error("{0}")]
    Violation(String),
    /// A call failed that should have succeeded.
    #[error("a call that should succeed failed")]
    Unexpected(#[from] StoreError),
    /// The harness could not open a store.
    #[error("the harness could not open a store")]
    Harness(#[source] BoxError),
    /// The check does not concern this store.
    #[error("does not apply: {0}")]
    NotApplicable(&'static str),
}

/// Returns a [`Finding::Violation`] from the check unless the condition holds.
macro_rules! ensure {
    ($condition:expr, $($saw:tt)+) => {
        if !$condition {
            return Err($crate::conformance::Finding::Violation(format!($($saw)+)));
        }
    };
}
