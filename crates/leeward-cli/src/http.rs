//! A log at an address. The server is not trusted: not with memory, and not with time.

use crate::{args::Args, clock, failure::Failure};
use leeward_audit::{Source, SourceError};
use std::{
    fmt, io,
    time::{Duration, Instant},
};
use ureq::{Agent, Error, http::StatusCode};

/// How long one file may take.
const PER_FILE: Duration = Duration::from_secs(60);

/// How long a connection may take, and how long a server may be silent.
const PER_STEP: Duration = Duration::from_secs(15);

/// How long everything may take, unless the command line says otherwise.
const MAX_SECONDS: u64 = 3600;

/// The most bytes of headers.
const MAX_HEADERS: usize = 16 * 1024;

/// The log at an address.
pub(crate) struct HttpSource {
    agent: Agent,
    base: String,
    until: Instant,
}

impl HttpSource {
    pub(crate) fn open(url: &str, args: &Args) -> Result<Self, Failure> {
        let seconds = args.parsed("max-time", "a number of seconds")?.unwrap_or(MAX_SECONDS);
        let until = clock::instant().checked_add(Duration::from_secs(seconds));
        let until = until.ok_or_else(|| args.usage("`--max-time` takes fewer seconds than that"))?;
        check(url)?;
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_response_header_size(MAX_HEADERS)
            .timeout_connect(Some(PER_STEP))
            .timeout_per_read(Some(PER_STEP))
            .timeout_per_call(Some(PER_FILE))
            .user_agent(concat!("leeward-audit/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Self { agent: config.into(), base: url.trim_end_matches('/').to_owned(), until })
    }

    fn get(&self, file: &str, limit: usize) -> Result<Vec<u8>, SourceError> {
        let left = self.until.saturating_duration_since(clock::instant());
        if left.is_zero() {
            return Err(failed("the time for it was over: `--max-time` gives it more"));
        }
        let request = self.agent.get(format!("{}/{file}", self.base));
        let request = request.config().timeout_per_call(Some(left.min(PER_FILE))).build();
        let mut response = request.call().map_err(explained)?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND | StatusCode::GONE => return Err(SourceError::Missing),
            status if status.is_redirection() => {
                return Err(failed("the server points elsewhere: give the address that it points to"));
            }
            status => return Err(failed(&format!("the server answered {}", status.as_u16()))),
        }
        // What was decompressed is not announced any more.
        if response.headers().contains_key("content-encoding") {
            return Err(failed("the server compresses in a way that nobody asked for"));
        }
        let limit = u64::try_from(limit).unwrap_or(u64::MAX);
        response.body_mut().with_config().limit(limit).read_to_vec().map_err(explained)
    }
}

impl Source for HttpSource {
    fn read(&self, file: &str, limit: usize) -> Result<Vec<u8>, SourceError> {
        self.get(file, limit)
    }
}

impl fmt::Display for HttpSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.base)
    }
}

/// An address without anything that would end up in the middle of a path.
fn check(url: &str) -> Result<(), Failure> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let rest = rest.ok_or_else(|| Failure::new("an address begins with https:// or http://"))?;
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '?' | '#' | '@' | '\\');
    if rest.is_empty() || !rest.chars().all(plain) {
        return Err(Failure::new("an address has no spaces, no user, no `?` and no `#`"));
    }
    Ok(())
}

fn explained(error: Error) -> SourceError {
    match error {
        Error::BodyExceedsLimit(_) => SourceError::TooLong,
        Error::Timeout(_) => failed("the server took too long"),
        Error::HostNotFound => failed("there is no such host"),
        Error::Io(error) => SourceError::Io(error),
        other => failed(&other.to_string()),
    }
}

fn failed(why: &str) -> SourceError {
    SourceError::Io(io::Error::other(why.to_owned()))
}
