use crate::{Action, Disclosure, Operation, OverrideReason, RecordOf, ResourceType};
use jiff::{SignedDuration, Timestamp};
use leeward_event::{ConversationId, Detail, GrantId, SeekerId, StaffId};

/// Access to one conversation, one person's records, or one kind of record in them, without an assignment: for one
/// member of staff, a reason and a time, to read only.
///
/// It stands for an assignment and for nothing else. Suspension, a conflict of interest or a weak
/// sign-in are as much in the way as ever. It is kept until it was
/// [reviewed](crate::Policies::review_break_glass), and until then its holder opens no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BreakGlassGrant {
    /// Which grant. The events of whatever it is used for carry these bytes as their correlation.
    pub id: GrantId,
    /// Whose.
    pub staff: StaffId,
    /// Whose records.
    pub of: RecordOf,
    /// The one kind of record that it is for, or `None` for all.
    pub only: Option<ResourceType>,
    /// Why.
    pub reason: OverrideReason,
    /// From when, to the millisecond.
    pub opened_at: Timestamp,
    /// Until when, itself not included.
    pub expires_at: Timestamp,
    /// Whether the person concerned is told of what it is used for.
    pub disclosure: Disclosure,
    /// How far it has come.
    pub state: GrantState,
    /// The latest moment at which a decision for its holder was made.
    pub(crate) seen_at: Timestamp,
}

/// What glass is broken for: no more than the emergency needs.
///
/// ```
/// use leeward_event::ConversationId;
/// use leeward_policy::{BreakGlassScope, ResourceType};
/// # let conversation = ConversationId::from_bytes([1; 16]);
/// let everything_said = BreakGlassScope::from(conversation);
/// let address_alone = BreakGlassScope::only(conversation, ResourceType::ContactHint);
/// assert_ne!(everything_said, address_alone);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakGlassScope {
    pub(crate) of: RecordOf,
    pub(crate) only: Option<ResourceType>,
}

/// By how much the clocks of two machines of one service differ at the most.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_secs(10);

/// How far a break-glass grant has come. It never goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GrantState {
    /// It opens a conversation until it expires.
    Open,
    /// It opens nothing any more, and waits for its review.
    Ended,
    /// Somebody reviewed what it was used for.
    Reviewed,
}

impl BreakGlassScope {
    /// One kind of record alone, such as the contact hint of one person.
    #[must_use]
    pub fn only(of: impl Into<RecordOf>, resource: ResourceType) -> Self {
        Self { of: of.into(), only: Some(resource) }
    }
}

impl From<RecordOf> for BreakGlassScope {
    fn from(of: RecordOf) -> Self {
        Self { of, only: None }
    }
}

impl From<ConversationId> for BreakGlassScope {
    fn from(conversation: ConversationId) -> Self {
        RecordOf::from(conversation).into()
    }
}

impl From<SeekerId> for BreakGlassScope {
    fn from(person: SeekerId) -> Self {
        RecordOf::from(person).into()
    }
}

impl BreakGlassGrant {
    /// The longest time a grant may last.
    pub const MAX_DURATION: SignedDuration = SignedDuration::from_hours(4);

    /// Whether it is open at `now`. A clock that is seen to have gone back ends it; a few seconds are what two
    /// machines, or two requests at once, may differ by.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.state == GrantState::Open
            && is_behind(self.seen_at, now)
            && now < self.expires_at
            && self.opened_at <= self.seen_at
            && is_window(self.opened_at, self.expires_at)
    }

    /// Whether it is for this operation on this record. One for a person is for the conversations that are known to
    /// be theirs, too.
    pub(crate) fn covers(&self, operation: Operation, of: RecordOf, person: Option<SeekerId>) -> bool {
        let in_scope = self.only.is_none_or(|only| only == operation.resource());
        in_scope && (self.of == of || person.is_some_and(|person| self.of == person.into()))
    }

    /// What the log says of the scope: the one thing that may be read, if it is one.
    pub(crate) fn event_detail(&self) -> Option<Detail> {
        let reads = |operation: &&Operation| {
            operation.action() == Action::Read && Some(operation.resource()) == self.only
        };
        Operation::ALL.iter().find(reads).map(|operation| operation.event_detail())
    }

    /// The grant after a decision for its holder: once over, it stays over, whatever the clock says
    /// later.
    pub(crate) fn observed(self, now: Timestamp) -> Self {
        match self.state {
            GrantState::Open if self.is_open(now) => {
                Self { seen_at: self.seen_at.max(to_millisecond(now)), ..self }
            }
            GrantState::Open => Self { state: GrantState::Ended, ..self },
            GrantState::Ended | GrantState::Reviewed => self,
        }
    }

    pub(crate) fn ended(self) -> Self {
        Self { state: self.state.max(GrantState::Ended), ..self }
    }
}

/// Whether a grant may last from `opened_at` to `expires_at`.
pub(crate) fn is_window(opened_at: Timestamp, expires_at: Timestamp) -> bool {
    let length = expires_at.duration_since(opened_at);
    SignedDuration::ZERO < length && length <= BreakGlassGrant::MAX_DURATION
}

/// Whether what was seen then is not of the future, as far as clocks agree.
pub(crate) fn is_behind(seen_at: Timestamp, now: Timestamp) -> bool {
    seen_at.duration_since(now) <= CLOCKS_DIFFER
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
            of: ConversationId::from_bytes([3; 16]).into(),
            only: None,
            reason: OverrideReason::ThirdPartySafety,
            opened_at,
            expires_at: opened_at + SignedDuration::from_hours(hours),
            disclosure: Disclosure::ToPerson,
            state: GrantState::Open,
            seen_at: opened_at,
        }
    }

    #[test]
    fn a_grant_is_open_from_its_first_moment_until_just_before_its_last() {
        let grant = grant(4);
        let instant = SignedDuration::from_nanos(1);
        assert!(!grant.is_open(grant.opened_at - CLOCKS_DIFFER - instant));
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

    #[test]
    fn what_two_clocks_differ_by_ends_no_grant_and_prolongs_none() {
        let grant = grant(4);
        let late = grant.expires_at - SignedDuration::from_secs(1);
        let seen = grant.observed(late).observed(late - CLOCKS_DIFFER);
        assert!(seen.is_open(late) && seen.seen_at == late);
        let crept_back = late - CLOCKS_DIFFER - SignedDuration::from_nanos(1);
        assert_eq!(seen.observed(crept_back).state, GrantState::Ended, "little by little");
    }

    #[test]
    fn a_step_of_the_clock_ends_a_grant_for_good() {
        let grant = grant(4);
        let hour = SignedDuration::from_hours(1);
        let used = grant.observed(grant.opened_at + hour);
        assert!(used.is_open(grant.opened_at + hour));
        for step in [grant.opened_at, grant.opened_at - hour, grant.expires_at, grant.expires_at + hour] {
            let after = used.observed(step);
            assert_eq!(after.state, GrantState::Ended, "{step}");
            assert!(!after.observed(grant.opened_at + hour).is_open(grant.opened_at + hour));
        }
    }
}
