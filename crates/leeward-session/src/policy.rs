use crate::SessionError;
use jiff::SignedDuration;
use leeward_event::assurance::Aal;

/// How long a session lasts at one assurance level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// From the sign-in, whatever happens.
    pub overall: SignedDuration,
    /// Without use, if that ends it. What counts as use is known to a tenth of this, so that a session
    /// may end that much earlier than the limit after the last use, and never later.
    pub idle: Option<SignedDuration>,
}

/// How long sessions last: never longer than NIST SP 800-63B-4 allows.
///
/// ```
/// use leeward_event::assurance::Aal;
/// use leeward_session::{Limits, SessionPolicy};
/// use jiff::SignedDuration;
/// let policy = SessionPolicy::nist();
/// assert_eq!(policy.limits(Aal::Two).overall, SignedDuration::from_hours(24));
///
/// let shift = Limits::new(SignedDuration::from_hours(8), Some(SignedDuration::from_mins(30)))?;
/// let policy = policy.shorten(Aal::Two, shift)?;
/// let month = Limits::new(SignedDuration::from_hours(30 * 24), None)?;
/// assert!(policy.shorten(Aal::Two, month).is_err());
/// # Ok::<(), leeward_session::SessionError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionPolicy {
    one: Limits,
    two: Limits,
    three: Limits,
    access: SignedDuration,
}

impl Limits {
    /// These limits.
    ///
    /// # Errors
    /// [`SessionError::Limit`] when one is not positive.
    pub fn new(overall: SignedDuration, idle: Option<SignedDuration>) -> Result<Self, SessionError> {
        let positive = |limit: SignedDuration| limit > SignedDuration::ZERO;
        if positive(overall) && idle.is_none_or(positive) {
            Ok(Self { overall, idle })
        } else {
            Err(SessionError::Limit)
        }
    }

    fn within(&self, other: &Self) -> bool {
        let idle = match (self.idle, other.idle) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(mine), Some(theirs)) => mine <= theirs,
        };
        idle && self.overall <= other.overall
    }

    /// How much time may pass until a use is worth a write.
    pub(crate) fn touch_after(&self) -> SignedDuration {
        self.idle.and_then(|idle| idle.checked_div(10)).unwrap_or(SignedDuration::from_hours(1))
    }
}

impl SessionPolicy {
    /// The longest that the standard allows: at AAL1 30 days (NIST SP 800-63B-4 2.1.3), at AAL2 24
    /// hours and 1 hour without use (2.2.3), at AAL3 12 hours and 15 minutes without use (2.3.3).
    #[must_use]
    pub const fn nist() -> Self {
        let hours = SignedDuration::from_hours;
        Self {
            one: Limits { overall: hours(30 * 24), idle: None },
            two: Limits { overall: hours(24), idle: Some(hours(1)) },
            three: Limits { overall: hours(12), idle: Some(SignedDuration::from_mins(15)) },
            access: SignedDuration::from_mins(10),
        }
    }

    /// This policy with another lifetime of access tokens, where a session is kept up by refresh
    /// tokens: 10 minutes when not said, an hour at the most.
    ///
    /// # Errors
    /// [`SessionError::Limit`] when it is longer, or not positive.
    pub fn access_for(self, access: SignedDuration) -> Result<Self, SessionError> {
        if access <= SignedDuration::ZERO || access > SignedDuration::from_hours(1) {
            return Err(SessionError::Limit);
        }
        Ok(Self { access, ..self })
    }

    /// How long an access token lasts.
    #[must_use]
    pub const fn access(&self) -> SignedDuration {
        self.access
    }

    /// This policy with shorter limits at one level.
    ///
    /// # Errors
    /// [`SessionError::Limit`] when a limit is longer than the one in its place, or leaves it out.
    pub fn shorten(mut self, aal: Aal, limits: Limits) -> Result<Self, SessionError> {
        if !limits.within(&self.limits(aal)) {
            return Err(SessionError::Limit);
        }
        let place = match aal {
            Aal::One => &mut self.one,
            Aal::Two => &mut self.two,
            Aal::Three => &mut self.three,
        };
        *place = limits;
        Ok(self)
    }

    /// The limits at a level.
    #[must_use]
    pub const fn limits(&self, aal: Aal) -> Limits {
        match aal {
            Aal::One => self.one,
            Aal::Two => self.two,
            Aal::Three => self.three,
        }
    }
}
