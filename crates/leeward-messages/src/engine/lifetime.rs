//! How long a key package may live. RFC 9420 7.2 asks applications for a bound; `openmls` knows one and
//! does not apply it.

use crate::Refusal;
use jiff::Timestamp;
use openmls::prelude::{KeyPackage, Lifetime};

const DAY: u64 = 24 * 60 * 60;
/// How far clocks may be apart.
const SKEW: u64 = 60 * 60;
/// How long a key package is valid.
const VALID: u64 = 84 * DAY;
/// How much of that must be left when it is claimed. `openmls` refuses a commit whose key package has
/// expired by the system's clock, so this is how long a member may be away and still receive one.
const LEFT_AT_CLAIM: u64 = 56 * DAY;

pub(super) fn starting(now: Timestamp) -> Lifetime {
    let now = seconds(now);
    Lifetime::init(now.saturating_sub(SKEW), now.saturating_add(VALID))
}

/// Whether a key package may be claimed.
pub(super) fn check_claim(package: &KeyPackage, now: Timestamp) -> Result<(), Refusal> {
    check_received(package, now)?;
    let left = package.life_time().not_after().saturating_sub(seconds(now));
    if left >= LEFT_AT_CLAIM { Ok(()) } else { Err(Refusal::Lifetime) }
}

/// Whether a key package that another member claimed may be taken into the roster.
pub(super) fn check_received(package: &KeyPackage, now: Timestamp) -> Result<(), Refusal> {
    let lifetime = package.life_time();
    let length = lifetime.not_after().checked_sub(lifetime.not_before()).ok_or(Refusal::Lifetime)?;
    let begun = lifetime.not_before() <= seconds(now).saturating_add(SKEW);
    if length <= VALID.saturating_add(SKEW) && begun { Ok(()) } else { Err(Refusal::Lifetime) }
}

/// When a key package published at `now` may be claimed no more, and when its private half is of no
/// use any more.
pub(super) fn ends(now: Timestamp) -> (Timestamp, Timestamp) {
    let after = |seconds: u64| {
        let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
        let end = now.as_second().saturating_add(seconds);
        Timestamp::from_second(end).unwrap_or(Timestamp::MAX)
    };
    (after(VALID.saturating_sub(LEFT_AT_CLAIM)), after(VALID))
}

fn seconds(now: Timestamp) -> u64 {
    u64::try_from(now.as_second()).unwrap_or(0)
}
