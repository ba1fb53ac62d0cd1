use crate::{OverrideReason, RecordOf};
use jiff::{SignedDuration, Timestamp};
use leeward_event::{GrantId, StaffId};

/// Access to one conversation without an assignment: for one person, a reason and a time, to read only.
///
/// It stands for an assignment and for nothing else. Suspension, a conflict of interest or a weak
/// sign-in are as much in the way as ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BreakGlassGrant {
    /// Which grant. The events of whatever it is used for carry these bytes as their correlation.
    pub id: GrantId,
    /// Whose.
    pub staff: StaffId,
    /// Whose record.
    pub of: RecordOf,
    /// Why.
    pub reason: OverrideReason,
    /// From when, to the millisecond.
    pub opened_at: Timestamp,
    /// Until when, itself not included.
    pub expires_at: Timestamp,
}

impl BreakGlassGrant {
    /// The longest time a grant may last.
    pub const MAX_DURATION: SignedDuration = SignedDuration::from_hours(4);

    /// Whether it is open at `now`. Before it was opened it was not: a clock that went back that far
    /// opens nothing. One that went back less opens it again until it is purged, for four hours at the
    /// most by that clock.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.opened_at <= now && now < self.expires_at && is_window(self.opened_at, self.expires_at)
    }
}

/// Whether a grant may last from `opened_at` to `expires_at`.
pub(crate) fn is_window(opened_at: Timestamp, expires_at: Timestamp) -> bool {
    let length = expires_at.duration_since(opened_at);
    SignedDuration::ZERO < length && length <= BreakGlassGrant::MAX_DURATION
}

/// A moment as a record keeps it.
pub(crate) fn to_millisecond(moment: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(moment.as_millisecond()).unwrap_or(moment)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(hours: i64) -> BreakGlassGrant {
        let opened_at = Timestamp::from_second(1_000_000).unwrap();
        BreakGlassGrant {
            id: GrantId::from_bytes([1; 16]),
            staff: StaffId::from_bytes([2; 16]),
            of: leeward_event::ConversationId::from_bytes([3; 16]).into(),
            reason: OverrideReason::ThirdPartySafety,
            opened_at,
            expires_at: opened_at + SignedDuration::from_hours(hours),
        }
    }

    #[test]
    fn a_grant_is_open_from_its_first_moment_until_just_before_its_last() {
        let grant = grant(4);
        let instant = SignedDuration::from_nanos(1);
        assert!(!grant.is_open(grant.opened_at - instant));
        assert!(grant.is_open(grant.opened_at));
        assert!(grant.is_open(grant.expires_at - instant));
        assert!(!grant.is_open(grant.expires_at));
    }

    #[test]
    fn a_grant_of_no_legal_length_is_never_open() {
        for hours in [-1, 0, 5] {
            let grant = grant(hours);
            assert!(!grant.is_open(grant.opened_at), "{hours}");
        }
    }
}
