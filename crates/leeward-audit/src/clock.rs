use crate::AuditError;
use leeward_event::CoarseTime;
use leeward_store::Timestamp;

/// By how many minutes the clocks of processes that share a log may differ.
const TOLERANCE: u32 = 5;

/// The longest pause of a log, in minutes, after which the clock is still believed: 400 days.
const LONGEST_PAUSE: u32 = 400 * 24 * 60;

/// How a log's minutes are told by a clock that others set.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Clock {
    /// Whether to keep the last minute for as long as the clock is behind it.
    pub(crate) hold: bool,
    /// Whether to believe a clock after however long a pause.
    pub(crate) resume: bool,
}

impl Clock {
    /// The minute in which something is logged or signed at `now` that follows what was at `last`: never
    /// before it.
    pub(crate) fn minute(self, now: Timestamp, last: CoarseTime) -> Result<CoarseTime, AuditError> {
        let now = CoarseTime::of(now);
        let behind = last.minutes().saturating_sub(now.minutes());
        if behind > TOLERANCE && !self.hold {
            return Err(AuditError::ClockBehind { minutes: behind });
        }
        let pause = now.minutes().saturating_sub(last.minutes());
        if pause > LONGEST_PAUSE && last.minutes() > 0 && !self.resume {
            return Err(AuditError::ClockAhead { days: pause / (24 * 60) });
        }
        Ok(now.max(last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: u32) -> Timestamp {
        CoarseTime::from_minutes(minute).start()
    }

    fn told(clock: Clock, now: u32, last: u32) -> Result<u32, String> {
        let minute = clock.minute(at(now), CoarseTime::from_minutes(last));
        minute.map(CoarseTime::minutes).map_err(|error| error.to_string())
    }

    #[test]
    fn minutes_never_go_back() {
        let clock = Clock::default();
        assert_eq!(told(clock, 1_000, 1_000), Ok(1_000));
        assert_eq!(told(clock, 1_001, 1_000), Ok(1_001));
        assert_eq!(told(clock, 995, 1_000), Ok(1_000));
        let refused = told(clock, 994, 1_000).unwrap_err();
        assert!(refused.starts_with("the clock is 6 minutes behind the log"), "{refused}");
        assert_eq!(told(Clock { hold: true, ..clock }, 1, 1_000), Ok(1_000));
    }

    #[test]
    fn a_leap_of_years_is_not_believed_unless_told_so() {
        let clock = Clock::default();
        assert_eq!(told(clock, 29_000_000, 0), Ok(29_000_000));
        assert_eq!(told(clock, 576_001, 1), Ok(576_001));
        let refused = told(clock, 576_002, 1).unwrap_err();
        assert!(refused.starts_with("the clock is 400 days ahead of the log"), "{refused}");
        assert_eq!(told(Clock { resume: true, ..clock }, 576_002, 1), Ok(576_002));
    }
}
