//! Finding entries: by an index that serves only to skip what cannot match, and is not trusted.

mod attribute;
mod check;
mod cursor;
mod index;
mod search;

pub use check::Checked;
pub use cursor::{Cursor, ParseCursorError};
pub use index::Indexed;
pub use search::Found;

pub(crate) use attribute::Attribute;
use index::row_key;
pub(crate) use index::{end_key, expect, procedures_key};

use leeward_event::{Action, Actor, CoarseTime, CorrelationId, Outcome, Subject};
use leeward_store::limits;
use ring::digest::{SHA256, digest};

/// Which entries of the log are wanted. All that is asked for must hold.
///
/// ```
/// use leeward_audit::Query;
/// use leeward_event::{Action, CoarseTime, Outcome};
/// let refused_that_hour = Query::new()
///     .logged_from(CoarseTime::from_minutes(29_900_000))
///     .logged_until(CoarseTime::from_minutes(29_900_060))
///     .what(Action::AccessDecided)
///     .how(Outcome::Failure)
///     .newest_first();
/// # let _ = refused_that_hour;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    from: Option<CoarseTime>,
    until: Option<CoarseTime>,
    actor: Option<Actor>,
    subject: Option<Subject>,
    action: Option<Action>,
    outcome: Option<Outcome>,
    correlation: Option<CorrelationId>,
    backward: bool,
    limit: usize,
    cursor: Option<Cursor>,
}

impl Query {
    /// Every entry, the oldest first, 100 to a page.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            from: None,
            until: None,
            actor: None,
            subject: None,
            action: None,
            outcome: None,
            correlation: None,
            backward: false,
            limit: 100,
            cursor: None,
        }
    }

    /// Logged in this minute or later. An event is logged when it is drained, a little after it happened;
    /// the minute in which it happened stands in the event.
    #[must_use]
    pub const fn logged_from(mut self, minute: CoarseTime) -> Self {
        self.from = Some(minute);
        self
    }

    /// Logged before this minute.
    #[must_use]
    pub const fn logged_until(mut self, minute: CoarseTime) -> Self {
        self.until = Some(minute);
        self
    }

    /// Done by this actor.
    #[must_use]
    pub const fn by(mut self, actor: Actor) -> Self {
        self.actor = Some(actor);
        self
    }

    /// About this subject.
    #[must_use]
    pub const fn about(mut self, subject: Subject) -> Self {
        self.subject = Some(subject);
        self
    }

    /// Of this kind.
    #[must_use]
    pub const fn what(mut self, action: Action) -> Self {
        self.action = Some(action);
        self
    }

    /// Ended like this.
    #[must_use]
    pub const fn how(mut self, outcome: Outcome) -> Self {
        self.outcome = Some(outcome);
        self
    }

    /// Part of this procedure. Which events belong to one stands in their details, so that those of
    /// erased subjects are not found by it.
    #[must_use]
    pub const fn within(mut self, procedure: CorrelationId) -> Self {
        self.correlation = Some(procedure);
        self
    }

    /// The newest first.
    #[must_use]
    pub const fn newest_first(mut self) -> Self {
        self.backward = true;
        self
    }

    /// At most this many to a page, from 1 to 1,000; others are clamped.
    #[must_use]
    pub const fn limit(mut self, entries: usize) -> Self {
        self.limit = match entries {
            0 => 1,
            n if n > limits::MAX_PAGE => limits::MAX_PAGE,
            n => n,
        };
        self
    }

    /// The page that follows the one that gave this cursor.
    #[must_use]
    pub const fn after(mut self, cursor: Cursor) -> Self {
        self.cursor = Some(cursor);
        self
    }

    /// Tells queries apart, so that no cursor is used with another one.
    fn fingerprint(&self) -> [u8; 8] {
        let asked = (self.from, self.until, self.actor, self.subject, self.action, self.outcome);
        let asked = format!("{asked:?} {:?} {}", self.correlation, self.backward);
        let digest = digest(&SHA256, asked.as_bytes());
        digest.as_ref().first_chunk().copied().unwrap_or_default()
    }
}

impl Default for Query {
    fn default() -> Self {
        Self::new()
    }
}
