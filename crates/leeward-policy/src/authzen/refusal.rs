/// An answer that is no decision: a status and a message, neither of which repeats what was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) message: &'static str,
}

impl Refusal {
    pub(super) const NOT_FOUND: Self = Self { status: 404, message: "there is nothing at this path" };
    pub(super) const METHOD: Self = Self { status: 405, message: "this path is not for this method" };
    pub(super) const UNAUTHENTICATED: Self =
        Self { status: 401, message: "credentials are missing or not known" };
    pub(super) const CONTENT_TYPE: Self =
        Self { status: 415, message: "the content type is to be application/json" };
    pub(super) const TOO_LARGE: Self = Self { status: 413, message: "the request is too large" };
    pub(super) const UNDECIDED: Self = Self { status: 500, message: "it could not be decided" };

    pub(super) const fn bad_request(message: &'static str) -> Self {
        Self { status: 400, message }
    }
}
