use super::{BreachError, Range, RangePrefix, RangeSource, range::MAX_RANGE};
use std::time::Duration;
use ureq::{Agent, Error, http::StatusCode};

/// The most bytes of headers.
const MAX_HEADERS: usize = 16 * 1024;
/// How long a connection may take, and how long a server may be silent.
const PER_STEP: Duration = Duration::from_secs(2);

/// A server of ranges, which learns the first five digits of a hash and nothing else (k-anonymity).
///
/// It asks for padding, so that the length of an answer does not tell an onlooker which range it was. The
/// server learns that somebody at this address sets a passphrase now, and twenty bits of it: a crisis service
/// does well to use a filter.
#[derive(Debug)]
pub struct RangeClient {
    agent: Agent,
    base: String,
    timeout: Duration,
}

impl RangeClient {
    /// The public server of the set that the range files are of.
    pub const PUBLIC: &str = "https://api.pwnedpasswords.com/range/";

    /// How long an answer may take, unless it is said otherwise.
    ///
    /// One thread of the [`Governor`](crate::Governor) waits for it, and hashes nothing meanwhile.
    pub const TIMEOUT: Duration = Duration::from_secs(1);

    /// Asks the server at `base`, to which the five digits are appended, after a slash.
    ///
    /// # Errors
    /// [`BreachError::NotHttps`].
    pub fn new(base: &str) -> Result<Self, BreachError> {
        if !base.starts_with("https://") {
            return Err(BreachError::NotHttps);
        }
        Ok(Self::over(base, true))
    }

    /// As [`new`](Self::new), of a server whose answers anybody on the way can read and change. For tests
    /// alone.
    #[must_use]
    pub fn insecure_for_tests(base: &str) -> Self {
        Self::over(base, false)
    }

    /// How long an answer may take in all.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    fn over(base: &str, https_only: bool) -> Self {
        let config = Agent::config_builder()
            .https_only(https_only)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_response_header_size(MAX_HEADERS)
            .timeout_connect(Some(PER_STEP))
            .timeout_per_read(Some(PER_STEP))
            .user_agent("leeward")
            .build();
        Self {
            agent: config.into(),
            base: [base.trim_end_matches('/'), "/"].concat(),
            timeout: Self::TIMEOUT,
        }
    }

    fn ask(&self, prefix: RangePrefix) -> Result<Vec<u8>, Error> {
        let request = self.agent.get(format!("{}{prefix}", self.base)).header("Add-Padding", "true");
        let mut response = request.config().timeout_global(Some(self.timeout)).build().call()?;
        match response.status() {
            StatusCode::OK => {}
            status => return Err(Error::StatusCode(status.as_u16())),
        }
        let limit = u64::try_from(MAX_RANGE).unwrap_or(u64::MAX);
        response.body_mut().with_config().limit(limit).read_to_vec()
    }
}

impl RangeSource for RangeClient {
    fn range(&self, prefix: RangePrefix) -> Result<Range, BreachError> {
        let lines = self.ask(prefix).map_err(|error| match error {
            Error::StatusCode(status) => BreachError::Status { status },
            Error::BodyExceedsLimit(_) => BreachError::malformed("more than 4 MiB"),
            other => BreachError::Unreachable(Box::new(other)),
        })?;
        let range = Range::parse(prefix, &lines)?;
        if range.is_empty() {
            return Err(BreachError::MissingRange { prefix });
        }
        Ok(range)
    }
}
