use crate::Refusal;
use jiff::{SignedDuration, Timestamp};

/// How long a transcript may be kept: a rule, for whoever keeps its records to follow. The least that will do is the
/// default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Retention {
    /// None is kept.
    None,
    /// So many hours after each message.
    Hours(u16),
    /// Until the case is closed.
    Case,
    /// Until a legal hold is lifted, whatever else was promised. Tell the members.
    Hold,
}

impl Default for Retention {
    /// Three days: long enough to hand a person over, and to look into a complaint.
    fn default() -> Self {
        Self::Hours(72)
    }
}

impl Retention {
    /// Whether the record of a message may be kept at all, and read now.
    #[must_use]
    pub fn keeps(self, accepted_at: Timestamp, case_closed: bool, now: Timestamp) -> bool {
        match self {
            Self::None => false,
            Self::Hours(hours) => now.duration_since(accepted_at) < SignedDuration::from_hours(hours.into()),
            Self::Case => !case_closed,
            Self::Hold => true,
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
        let keeps = |policy: Retention, closed, hours| policy.keeps(at(0), closed, at(hours));
        assert!(!keeps(Retention::None, false, 0));
        assert!(keeps(Retention::default(), true, 71) && !keeps(Retention::default(), false, 72));
        assert!(keeps(Retention::Case, false, 100_000) && !keeps(Retention::Case, true, 0));
        assert!(keeps(Retention::Hold, true, 100_000));
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
