//! When a passphrase has to be changed before it is used again.

use crate::CredentialError;
use jiff::{SignedDuration, Timestamp};
use leeward_event::{AuthenticatorId, assurance::ProvedFactor};
use leeward_store::Value;

/// Why a passphrase has to be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChangeReason {
    /// There is evidence that somebody else knows it (NIST SP 800-63B-4 3.1.1.2 item 6).
    Compromised,
    /// It is older than the policy allows.
    TooOld {
        /// How many days it may be used.
        days: u16,
    },
}

/// The passphrase was right, and has to be changed before it opens anything.
///
/// Ask for the second factor first: whoever else knows the passphrase must not choose the next one. Then
/// have a new one [chosen in its place](crate::Credentials::change), and only then start a session.
#[derive(Debug)]
pub struct ChangeDue {
    proved: ProvedFactor,
    reason: ChangeReason,
}

impl ChangeDue {
    pub(crate) const fn new(proved: ProvedFactor, reason: ChangeReason) -> Self {
        Self { proved, reason }
    }

    /// Why.
    #[must_use]
    pub const fn reason(&self) -> ChangeReason {
        self.reason
    }

    /// What was proved. Who takes it answers for the change.
    pub fn into_proved(self) -> ProvedFactor {
        self.proved
    }
}

/// What stands beside a passphrase that was found compromised, form 1: the form, its authenticator, and
/// when it was said, in seconds since 1970-01-01T00:00Z, big-endian.
pub(crate) struct ForcedChange {
    pub(crate) authenticator: AuthenticatorId,
    pub(crate) at: Timestamp,
}

const FORM: u8 = 1;

impl ChangeReason {
    /// Whether it is old enough. A clock that went back makes nothing old.
    pub(crate) fn of_age(set_at: Timestamp, max_days: Option<u16>, now: Timestamp) -> Option<Self> {
        let days = max_days?;
        let old =
            now.duration_since(set_at) >= SignedDuration::from_hours(i64::from(days).saturating_mul(24));
        old.then_some(Self::TooOld { days })
    }
}

impl ForcedChange {
    pub(crate) fn to_value(&self) -> Value {
        let mut bytes = vec![FORM];
        bytes.extend(self.authenticator.as_bytes());
        bytes.extend(self.at.as_second().to_be_bytes());
        Value::new(bytes)
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, CredentialError> {
        let wrong = |what| CredentialError::Record { what };
        let Some((&FORM, rest)) = bytes.split_first() else {
            return Err(wrong("a form of change that this release does not know: update it"));
        };
        let fields = rest.split_first_chunk().and_then(|(who, at)| Some((*who, at.try_into().ok()?)));
        let (who, at) = fields.ok_or_else(|| wrong("a length of no known form"))?;
        let at = Timestamp::from_second(i64::from_be_bytes(at)).map_err(|_| wrong("a time out of range"))?;
        Ok(Self { authenticator: AuthenticatorId::from_bytes(who), at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_pinned_byte_for_byte() {
        let at = Timestamp::from_second(0x6a00_0001).unwrap();
        let known = b"\x01\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x00\x00\x00\x00\x6a\x00\x00\x01";
        let authenticator = AuthenticatorId::from_bytes([0x11; 16]);
        assert_eq!(ForcedChange { authenticator, at }.to_value().as_bytes(), known);
        let read = ForcedChange::from_bytes(known).unwrap();
        assert_eq!((read.authenticator, read.at), (authenticator, at));
        for len in 0..known.len() {
            assert!(ForcedChange::from_bytes(&known[..len]).is_err());
        }
        assert!(ForcedChange::from_bytes(&[&known[..], &[0]].concat()).is_err());
        for (at, byte) in [(0, 2), (17, 0x7f)] {
            let mut wrong = *known;
            wrong[at] = byte;
            assert!(ForcedChange::from_bytes(&wrong).is_err());
        }
    }

    #[test]
    fn a_passphrase_grows_old_to_the_second_and_only_where_it_may() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let day = 24 * 60 * 60;
        assert_eq!(ChangeReason::of_age(at(0), Some(1), at(day - 1)), None);
        assert_eq!(ChangeReason::of_age(at(0), Some(1), at(day)), Some(ChangeReason::TooOld { days: 1 }));
        assert_eq!(ChangeReason::of_age(at(0), None, at(day * 100_000)), None);
        assert_eq!(ChangeReason::of_age(at(day * 9), Some(1), at(0)), None);
        let (first, last) = (Timestamp::MIN, Timestamp::MAX);
        assert!(ChangeReason::of_age(first, Some(u16::MAX), last).is_some());
    }
}
