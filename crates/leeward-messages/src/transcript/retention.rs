use crate::Refusal;
use jiff::{SignedDuration, Timestamp};

/// How long the service keeps a transcript: [`Transcripts::set_retention`](super::Transcripts::set_retention). The
/// least that will do is the default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Retention {
    /// None is kept: of each message the ledger has a hash, and nothing else.
    None,
    /// So many hours after each message.
    Hours(u16),
    /// Until the case is closed, which the application says by another policy.
    Case,
    /// Until a legal hold is lifted, which the application says by another policy. Tell the members. What one of them
    /// sent to disappear does so all the same.
    Hold,
}

impl Default for Retention {
    /// Three days: long enough to hand a person over, and to look into a complaint.
    fn default() -> Self {
        Self::Hours(72)
    }
}

impl Retention {
    /// Whether the record of a message may be kept, and read now.
    #[must_use]
    pub fn keeps(self, accepted_at: Timestamp, now: Timestamp) -> bool {
        match self {
            Self::None => false,
            Self::Hours(hours) => now.duration_since(accepted_at) < SignedDuration::from_hours(hours.into()),
            Self::Case | Self::Hold => true,
        }
    }

    /// `code(1) || hours (u16), or 0`.
    #[must_use]
    pub fn encode(self) -> [u8; 3] {
        let (code, hours) = match self {
            Self::None => (0, 0),
            Self::Hours(hours) => (1, hours),
            Self::Case => (2, 0),
            Self::Hold => (3, 0),
        };
        let [high, low] = hours.to_be_bytes();
        [code, high, low]
    }

    /// The policy in these bytes.
    ///
    /// # Errors
    /// [`Refusal::Malformed`].
    pub const fn decode(bytes: [u8; 3]) -> Result<Self, Refusal> {
        match bytes {
            [0, 0, 0] => Ok(Self::None),
            [1, high, low] => Ok(Self::Hours(u16::from_be_bytes([high, low]))),
            [2, 0, 0] => Ok(Self::Case),
            [3, 0, 0] => Ok(Self::Hold),
            _ => Err(Refusal::Malformed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_policy_keeps_as_long_as_it_says() {
        let at = |hours: i64| Timestamp::from_second(hours * 3_600).unwrap();
        let keeps = |policy: Retention, hours| policy.keeps(at(0), at(hours));
        assert!(!keeps(Retention::None, 0));
        assert!(keeps(Retention::default(), 71) && !keeps(Retention::default(), 72));
        assert!(keeps(Retention::Case, 100_000) && keeps(Retention::Hold, 100_000));
    }

    #[test]
    fn the_policies_are_pinned() {
        let pinned = [
            (Retention::None, [0, 0, 0]),
            (Retention::Hours(258), [1, 1, 2]),
            (Retention::Case, [2, 0, 0]),
            (Retention::Hold, [3, 0, 0]),
        ];
        for (policy, bytes) in pinned {
            assert_eq!((policy.encode(), Retention::decode(bytes)), (bytes, Ok(policy)));
        }
        assert!([[0, 0, 1], [3, 1, 0], [4, 0, 0]].iter().all(|bytes| Retention::decode(*bytes).is_err()));
    }
}
