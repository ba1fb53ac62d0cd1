const MINUTE: f64 = 60.0;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;
const MONTH: f64 = 31.0 * DAY;
const YEAR: f64 = 12.0 * MONTH;
const CENTURY: f64 = 100.0 * YEAR;

/// How somebody guesses, as `zxcvbn` has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Attack {
    /// At a sign-in that is throttled: 100 an hour.
    Throttled,
    /// At a sign-in that nothing slows down: 10 a second.
    Unthrottled,
    /// At stolen hashes that are costly, as these are: 10,000 a second.
    SlowHash,
    /// At stolen hashes that are not: 10 thousand million a second.
    FastHash,
}

/// A time in words: rounded down to one unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimeToGuess {
    /// Less than a second.
    Instant,
    /// Seconds.
    Seconds(u8),
    /// Minutes.
    Minutes(u8),
    /// Hours.
    Hours(u8),
    /// Days.
    Days(u8),
    /// Months of 31 days.
    Months(u8),
    /// Years of twelve of them.
    Years(u8),
    /// A century or more.
    Centuries,
}

impl Attack {
    const fn guesses_per_second(self) -> f64 {
        match self {
            Self::Throttled => 100.0 / HOUR,
            Self::Unthrottled => 10.0,
            Self::SlowHash => 1e4,
            Self::FastHash => 1e10,
        }
    }
}

impl TimeToGuess {
    pub(super) fn of(guesses_log10: f64, attack: Attack) -> Self {
        // A hair more, so that a power of ten that was a whole number is one again.
        let seconds = 10_f64.powf(guesses_log10) / attack.guesses_per_second() * (1.0 + 1e-12);
        match seconds {
            s if s < 1.0 => Self::Instant,
            s if s < MINUTE => Self::Seconds(count(s, 1.0)),
            s if s < HOUR => Self::Minutes(count(s, MINUTE)),
            s if s < DAY => Self::Hours(count(s, HOUR)),
            s if s < MONTH => Self::Days(count(s, DAY)),
            s if s < YEAR => Self::Months(count(s, MONTH)),
            s if s < CENTURY => Self::Years(count(s, YEAR)),
            _ => Self::Centuries,
        }
    }
}

/// How many whole units: always under 100.
fn count(seconds: f64, unit: f64) -> u8 {
    (0_u8..100).take_while(|whole| f64::from(*whole) * unit <= seconds).last().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_whole_units_rounded_down() {
        for (log, attack, time) in [
            (0.0, Attack::FastHash, TimeToGuess::Instant),
            (3.0, Attack::Unthrottled, TimeToGuess::Minutes(1)),
            (1.0, Attack::Unthrottled, TimeToGuess::Seconds(1)),
            (2.0, Attack::Throttled, TimeToGuess::Hours(1)),
            (8.0, Attack::SlowHash, TimeToGuess::Hours(2)),
            (10.0, Attack::SlowHash, TimeToGuess::Days(11)),
            (11.0, Attack::SlowHash, TimeToGuess::Months(3)),
            (12.0, Attack::SlowHash, TimeToGuess::Years(3)),
            (19.2, Attack::FastHash, TimeToGuess::Years(49)),
            (19.2, Attack::SlowHash, TimeToGuess::Centuries),
            (f64::INFINITY, Attack::FastHash, TimeToGuess::Centuries),
            (f64::NAN, Attack::FastHash, TimeToGuess::Centuries),
        ] {
            assert_eq!(TimeToGuess::of(log, attack), time, "{log}");
        }
    }
}
