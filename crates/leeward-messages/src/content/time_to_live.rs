use crate::Refusal;
use jiff::{SignedDuration, Timestamp};

/// How long a message is kept after the delivery service accepted it.
///
/// It is part of what the sender signs, and stands beside the ciphertext for the delivery service. Clients
/// delete what they keep by it. Nothing keeps a recipient from copying before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeToLive(u32);

impl TimeToLive {
    /// A year.
    pub const MAX: Self = Self(366 * 24 * 60 * 60);

    /// So many minutes; `None` for none at all or more than [`MAX`](Self::MAX).
    #[must_use]
    pub const fn minutes(minutes: u32) -> Option<Self> {
        match minutes.checked_mul(60) {
            Some(seconds) if seconds > 0 && seconds <= Self::MAX.0 => Some(Self(seconds)),
            _ => None,
        }
    }

    /// So many hours; `None` for none at all or more than [`MAX`](Self::MAX).
    #[must_use]
    pub const fn hours(hours: u32) -> Option<Self> {
        match hours.checked_mul(60) {
            Some(minutes) => Self::minutes(minutes),
            None => None,
        }
    }

    /// In seconds.
    #[must_use]
    pub const fn as_secs(self) -> u32 {
        self.0
    }

    /// When what was accepted then ends. The end of time, should it lie beyond.
    #[must_use]
    pub fn after(self, accepted_at: Timestamp) -> Timestamp {
        let duration = SignedDuration::from_secs(i64::from(self.0));
        accepted_at.checked_add(duration).unwrap_or(Timestamp::MAX)
    }

    pub(crate) fn encode(this: Option<Self>) -> [u8; 4] {
        this.map_or(0, |time| time.0).to_be_bytes()
    }

    pub(crate) fn decode(bytes: [u8; 4]) -> Result<Option<Self>, Refusal> {
        match u32::from_be_bytes(bytes) {
            0 => Ok(None),
            seconds if seconds <= Self::MAX.0 && seconds.is_multiple_of(60) => Ok(Some(Self(seconds))),
            _ => Err(Refusal::Malformed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_bounded() {
        assert_eq!(TimeToLive::minutes(0), None);
        assert_eq!(TimeToLive::hours(366 * 24), Some(TimeToLive::MAX));
        assert_eq!(TimeToLive::minutes(366 * 24 * 60 + 1), None);
        assert_eq!((TimeToLive::minutes(u32::MAX), TimeToLive::hours(u32::MAX)), (None, None));
        assert_eq!(TimeToLive::MAX.after(Timestamp::MAX), Timestamp::MAX);
        assert!(TimeToLive::decode(59_u32.to_be_bytes()).is_err());
    }
}
