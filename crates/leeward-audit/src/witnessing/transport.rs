use leeward_tlog::BoxError;
use std::{future::Future, pin::Pin};

/// The application's HTTP client, as the log needs it to reach its witnesses.
pub trait WitnessTransport: Send + Sync + 'static {
    /// Posts `body` to `url`, and returns what came back, whatever its status. It follows no redirect,
    /// reads at most [`MAX_ANSWER`](leeward_tlog::witness::MAX_ANSWER) bytes, and gives up after a time of its
    /// own choice, which should be a few seconds: a publication waits for the slowest of its witnesses.
    ///
    /// # Errors
    /// Whatever kept the witness from answering.
    fn post(&self, url: &str, body: String) -> impl Future<Output = Result<WitnessAnswer, BoxError>> + Send;
}

/// What a witness answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

pub(super) type Answered<'a> = Pin<Box<dyn Future<Output = Result<WitnessAnswer, BoxError>> + Send + 'a>>;

/// The same, whatever its type.
pub(super) trait DynTransport: Send + Sync {
    fn post<'a>(&'a self, url: &'a str, body: String) -> Answered<'a>;
}

impl<T: WitnessTransport> DynTransport for T {
    fn post<'a>(&'a self, url: &'a str, body: String) -> Answered<'a> {
        Box::pin(WitnessTransport::post(self, url, body))
    }
}
