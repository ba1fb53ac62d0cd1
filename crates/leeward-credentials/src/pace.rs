use std::time::Duration;

/// How much the latest job weighs in the average: one part in this many.
const WEIGHT: u32 = 8;

/// How fast jobs are done, as measured.
pub(crate) struct Pace {
    each: Duration,
    workers: u32,
    measured: bool,
}

impl Pace {
    pub(crate) fn new(assumed: Duration, workers: usize) -> Self {
        Self { each: assumed, workers: u32::try_from(workers).unwrap_or(u32::MAX).max(1), measured: false }
    }

    /// A job took this long.
    pub(crate) fn took(&mut self, duration: Duration) {
        if self.measured {
            let kept = self.each.saturating_mul(WEIGHT.saturating_sub(1));
            self.each = kept.saturating_add(duration).checked_div(WEIGHT).unwrap_or(duration);
        } else {
            self.each = duration;
            self.measured = true;
        }
    }

    /// How long until all workers together have done this many.
    pub(crate) fn wait(&self, jobs: usize) -> Duration {
        let jobs = u32::try_from(jobs).unwrap_or(u32::MAX);
        self.each.saturating_mul(jobs).checked_div(self.workers).unwrap_or(Duration::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_measure_replaces_what_was_assumed_and_later_ones_move_it() {
        let mut pace = Pace::new(Duration::from_secs(9), 2);
        assert_eq!(pace.wait(4), Duration::from_secs(18));
        pace.took(Duration::from_millis(20));
        assert_eq!(pace.wait(100), Duration::from_secs(1));
        pace.took(Duration::from_millis(100));
        assert_eq!(pace.wait(2), Duration::from_millis(30));
        (0..100).for_each(|_| pace.took(Duration::from_millis(100)));
        assert!(pace.wait(2) > Duration::from_millis(99));
    }

    #[test]
    fn nothing_overflows() {
        let mut pace = Pace::new(Duration::MAX, 0);
        pace.took(Duration::MAX);
        pace.took(Duration::MAX);
        assert!(pace.wait(usize::MAX) > Duration::from_secs(u64::from(u32::MAX)));
        assert_eq!(pace.wait(0), Duration::ZERO);
    }
}
