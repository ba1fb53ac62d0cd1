use crate::ThrottleError;
use jiff::{SignedDuration, Timestamp};
use ring::rand::SecureRandom;

/// How far the clocks of two machines may be apart.
pub(crate) const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(1);

/// Attempts in a row that were counted, of which none was known to be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Count {
    pub(crate) attempts: u32,
    pub(crate) last: Timestamp,
    /// The longest wait, in seconds, of which an event tells already.
    pub(crate) told: u32,
    /// Which run of attempts it counts: a number at random, drawn when the first of them is written down.
    /// 0 for none.
    pub(crate) run: u64,
}

impl Count {
    /// No attempt.
    pub const NONE: Self = Self { attempts: 0, last: Timestamp::UNIX_EPOCH, told: 0, run: 0 };

    /// [`told`](Self::told) once an event tells that the authenticator is disabled.
    pub(crate) const TOLD_DISABLED: u32 = u32::MAX;

    /// How many.
    #[must_use]
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// When the last of them was counted, to the millisecond.
    #[must_use]
    pub const fn last(&self) -> Timestamp {
        self.last
    }

    /// With one more.
    pub(crate) fn counted(self, now: Timestamp) -> Self {
        Self { attempts: self.attempts.saturating_add(1), last: to_millisecond(now), ..self }
    }

    /// With a number for the run, if it has none.
    pub(crate) fn numbered(self, rng: &dyn SecureRandom) -> Result<Self, ThrottleError> {
        if self.run != 0 || self.attempts == 0 {
            return Ok(self);
        }
        let mut run = [0; 8];
        rng.fill(&mut run).map_err(|_| ThrottleError::Random)?;
        Ok(Self { run: u64::from_be_bytes(run) | 1, ..self })
    }

    /// What is left of a wait that began with the last attempt. A last attempt that is still to come, by
    /// more than clocks are apart, was made by a clock that has gone back since: the wait begins anew.
    pub(crate) fn left_of(&self, wait: SignedDuration, now: Timestamp) -> SignedDuration {
        if self.is_ahead_of(now) {
            return wait;
        }
        wait.saturating_sub(now.duration_since(self.last)).max(SignedDuration::ZERO)
    }

    pub(crate) fn is_ahead_of(&self, now: Timestamp) -> bool {
        self.last.duration_since(now) > CLOCK_SKEW
    }
}

/// A moment as a record keeps it: never later than it was.
pub(crate) fn to_millisecond(moment: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(moment.as_millisecond()).unwrap_or(moment)
}
