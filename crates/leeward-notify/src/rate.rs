use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// How much may be sent: a bucket of `most` messages that fills again evenly over a time.
///
/// ```
/// use leeward_notify::Rate;
/// let rate = Rate::new(5, jiff::SignedDuration::from_hours(1));
/// assert_eq!(rate.most(), 5);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    most: u32,
    within: SignedDuration,
}

impl Rate {
    /// `most` messages at once, and as many again within each `within`. Less than one message or one
    /// second counts as one.
    #[must_use]
    pub fn new(most: u32, within: SignedDuration) -> Self {
        Self { most: most.max(1), within: within.max(SignedDuration::from_secs(1)) }
    }

    /// How many at once.
    #[must_use]
    pub const fn most(self) -> u32 {
        self.most
    }

    /// Takes one message out of a bucket that is full again at `full_at`, or says how long until there is
    /// one: the generic cell rate algorithm.
    ///
    /// A bucket that is full later than its whole time from now was written by a clock that has gone
    /// back since, and is taken as full: it would stay empty until that moment came again.
    pub(crate) fn take(self, full_at: Option<Timestamp>, now: Timestamp) -> Result<Timestamp, Duration> {
        let within = self.within.as_millis();
        let each = (within / i128::from(self.most)).max(1);
        let now_ms = i128::from(now.as_millisecond());
        let owed = full_at.map_or(0, |at| i128::from(at.as_millisecond()) - now_ms).max(0);
        let owed = if owed > within { 0 } else { owed };
        let over = owed + each - within.max(each);
        if over > 0 {
            return Err(Duration::from_millis(u64::try_from(over).unwrap_or(u64::MAX)));
        }
        let full_at = i64::try_from(now_ms + owed + each).unwrap_or(i64::MAX);
        Ok(Timestamp::from_millisecond(full_at).unwrap_or(Timestamp::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_bucket_gives_its_content_at_once_and_then_one_after_the_other() {
        let rate = Rate::new(3, SignedDuration::from_secs(30));
        let mut full_at = None;
        for _ in 0..3 {
            full_at = Some(rate.take(full_at, at(100)).unwrap());
        }
        assert_eq!(rate.take(full_at, at(100)), Err(Duration::from_secs(10)));
        full_at = Some(rate.take(full_at, at(110)).unwrap());
        assert_eq!(rate.take(full_at, at(115)), Err(Duration::from_secs(5)));
        assert_eq!(rate.take(full_at, at(1_000)).unwrap(), at(1_010));
    }

    #[test]
    fn a_clock_that_goes_back_shuts_nobody_out() {
        let rate = Rate::new(3, SignedDuration::from_secs(30));
        assert_eq!(rate.take(Some(at(1_000_000)), at(100)).unwrap(), at(110));
        assert!(Rate::new(1, SignedDuration::ZERO).take(Some(Timestamp::MAX), Timestamp::MIN).is_ok());
        assert!(Rate::new(1, SignedDuration::MAX).take(None, Timestamp::MAX).is_ok());
    }
}
