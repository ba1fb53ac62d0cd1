use jiff::Timestamp;

/// A moment, to the minute: what an event may say of when. Finer times help to link a person's visits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CoarseTime(u32);

impl CoarseTime {
    /// The minute that `at` lies in. Before 1970 it is the first minute, and after the year 10136 the
    /// last.
    #[must_use]
    pub fn of(at: Timestamp) -> Self {
        let minutes = at.as_second().div_euclid(60).max(0);
        Self(u32::try_from(minutes).unwrap_or(u32::MAX))
    }

    /// The minute with this number, counted from 1970-01-01T00:00Z.
    #[must_use]
    pub const fn from_minutes(minutes: u32) -> Self {
        Self(minutes)
    }

    /// Whole minutes since 1970-01-01T00:00Z.
    #[must_use]
    pub const fn minutes(self) -> u32 {
        self.0
    }

    /// The beginning of the minute.
    #[must_use]
    pub fn start(self) -> Timestamp {
        let seconds = i64::from(self.0).saturating_mul(60);
        Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
    }
}
