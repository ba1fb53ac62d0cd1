use super::{Answer, Headers, Query, Search};

/// What a service brings: who may ask, what is permitted, and what there is.
pub trait DecisionPoint: Send + Sync {
    /// Who asks. Only what an authenticated enforcement point says is looked at at all.
    fn authenticate(
        &self,
        headers: &Headers<'_>,
    ) -> impl Future<Output = Result<Pep, NotAuthenticated>> + Send;

    /// Decides one question. A subject or resource that is not known is denied, not an error.
    fn evaluate(&self, pep: &Pep, query: &Query) -> impl Future<Output = Result<Answer, Undecided>> + Send;

    /// What [`evaluate`](Self::evaluate) would answer, for a list: nobody does anything on the strength of it. For a
    /// point whose decisions leave a trace, or use something up; it permits nothing that an evaluation would deny.
    fn preview(&self, pep: &Pep, query: &Query) -> impl Future<Output = Result<Answer, Undecided>> + Send {
        self.evaluate(pep, query)
    }

    /// What a search may find, to be decided one by one: at most `limit` ids of the type sought (names,
    /// for actions), each after `after` in one order that does not change, first ones first.
    ///
    /// Fewer than `limit` means that there are no more. It may leave out what is never permitted. A type
    /// that is not known has no candidates.
    fn candidates(
        &self,
        pep: &Pep,
        search: &Search,
        after: Option<&str>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<String>, Undecided>> + Send;
}

/// An enforcement point that was authenticated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pep(String);

/// The request shows no credential that is known. It is answered with 401.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("credentials are missing or not known")]
pub struct NotAuthenticated;

/// It could not be decided. It is answered with 500, and within a batch with a denial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it could not be decided")]
pub struct Undecided;

impl Pep {
    /// The one of this name.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }
}
