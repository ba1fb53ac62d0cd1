//! The one place where a clock is read.

use jiff::Timestamp;
use std::time::Instant;

#[expect(clippy::disallowed_methods, reason = "an application may read the clock")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

#[expect(clippy::disallowed_methods, reason = "an application may read the clock")]
pub(crate) fn instant() -> Instant {
    Instant::now()
}
