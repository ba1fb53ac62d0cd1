use super::refusal::Refusal;
use serde_json::Value;

/// The longest request id that is sent back, in bytes.
const MAX_REQUEST_ID_LEN: usize = 256;

/// The parts of a request: method, path without query, headers and body.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) headers: Headers<'a>,
    pub(super) body: &'a [u8],
}

/// The headers of a request. Names are compared without regard to case.
#[derive(Clone, Copy, Debug)]
pub struct Headers<'a>(&'a [(&'a str, &'a str)]);

/// The parts of a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl<'a> Request<'a> {
    /// A request. Whoever reads it from a socket stops at [`MAX_BODY_LEN`](super::MAX_BODY_LEN).
    #[must_use]
    pub const fn new(
        method: &'a str,
        path: &'a str,
        headers: &'a [(&'a str, &'a str)],
        body: &'a [u8],
    ) -> Self {
        Self { method, path, headers: Headers(headers), body }
    }
}

impl<'a> Headers<'a> {
    /// A header that stands there once.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'a str> {
        let mut values = self.0.iter().filter(|(given, _)| given.eq_ignore_ascii_case(name));
        let (_, value) = values.next()?;
        values.next().is_none().then_some(*value)
    }

    /// `Authorization`.
    #[must_use]
    pub fn authorization(&self) -> Option<&'a str> {
        self.get("authorization")
    }

    pub(super) fn is_json(&self) -> bool {
        let essence = self.get("content-type").and_then(|value| value.split(';').next());
        essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
    }

    /// The id of the request, if it can stand in a header.
    pub(super) fn request_id(&self) -> Option<&'a str> {
        let plain =
            |id: &&str| id.len() <= MAX_REQUEST_ID_LEN && id.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        self.get("x-request-id").filter(plain)
    }
}

impl Response {
    /// The status code.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The headers, without a length.
    #[must_use]
    pub fn headers(&self) -> &[(&'static str, String)] {
        &self.headers
    }

    /// The body: JSON when the status is 200, and a message otherwise.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    pub(super) fn json(value: &Value) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => Self::new(200, "application/json", body),
            Err(_) => Refusal::UNDECIDED.into(),
        }
    }

    fn new(status: u16, content_type: &str, body: Vec<u8>) -> Self {
        let headers =
            vec![("content-type", content_type.to_owned()), ("cache-control", "no-store".to_owned())];
        Self { status, headers, body }
    }

    pub(super) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

impl From<Refusal> for Response {
    fn from(refusal: Refusal) -> Self {
        let message = refusal.message.as_bytes().to_vec();
        let response = Self::new(refusal.status, "text/plain; charset=utf-8", message);
        if refusal.status == 401 { response.with("www-authenticate", "Bearer") } else { response }
    }
}
