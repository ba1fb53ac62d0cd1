//! The rows of the consent ledger, version 1. A directive is purpose (2), state (1), edition of the notice
//! (4) and since (8).
//!
//! | record | bytes |
//! |---|---|
//! | what a person says now | version, entries so far (8), how many directives (1), the directives |
//! | one entry of the ledger | version, directive |

use super::{
    access::purpose,
    bytes::{Fields, push_instant},
};
use crate::{Consent, ConsentDirective, PolicyError};
use leeward_event::SeekerId;
use leeward_store::{Key, Prefix, Space, StoreError};

const CURRENT: Space = Space::sealed_for("policy.consent", 0);
const LEDGER: Space = Space::sealed_for("policy.consent-ledger", 0);
const VERSION: u8 = 1;

/// What a person says now, and how many entries led to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Current {
    pub(crate) entries: u64,
    /// One for each purpose at the most.
    pub(crate) directives: Vec<ConsentDirective>,
}

pub(crate) fn current_key(person: SeekerId) -> Result<Key, StoreError> {
    CURRENT.key(&[person.as_bytes()])
}

pub(crate) fn entry_key(person: SeekerId, entry: u64) -> Result<Key, StoreError> {
    LEDGER.key(&[person.as_bytes(), &entry.to_be_bytes()])
}

pub(crate) fn ledger_of(person: SeekerId) -> Result<Prefix, StoreError> {
    LEDGER.prefix(&[person.as_bytes()])
}

impl Current {
    /// With one directive more, in place of the one for the same purpose.
    pub(crate) fn with(mut self, directive: ConsentDirective) -> Self {
        self.directives.retain(|known| known.purpose != directive.purpose);
        self.directives.push(directive);
        self.directives.sort_by_key(|known| known.purpose.event_purpose().code());
        Self { entries: self.entries.saturating_add(1), ..self }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        bytes.extend(self.entries.to_be_bytes());
        // There are far fewer purposes.
        bytes.push(u8::try_from(self.directives.len()).unwrap_or(u8::MAX));
        self.directives.iter().for_each(|directive| push(&mut bytes, directive));
        bytes
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, PolicyError> {
        Self::read(bytes).ok_or(PolicyError::Corrupt { what: "consent" })
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields(bytes);
        (fields.byte()? == VERSION).then_some(())?;
        let entries = u64::from_be_bytes(fields.array()?);
        let count = fields.byte()?;
        let directives = (0..count).map(|_| take(&mut fields)).collect::<Option<Vec<_>>>()?;
        let codes = directives.iter().map(|directive| directive.purpose.event_purpose().code());
        (codes.is_sorted_by(|one, next| one < next)).then_some(())?;
        fields.end().map(|()| Self { entries, directives })
    }
}

pub(crate) fn encode_entry(directive: &ConsentDirective) -> Vec<u8> {
    let mut bytes = vec![VERSION];
    push(&mut bytes, directive);
    bytes
}

pub(crate) fn decode_entry(bytes: &[u8]) -> Result<ConsentDirective, PolicyError> {
    let read = || {
        let mut fields = Fields(bytes);
        (fields.byte()? == VERSION).then_some(())?;
        let directive = take(&mut fields)?;
        fields.end().map(|()| directive)
    };
    read().ok_or(PolicyError::Corrupt { what: "consent ledger" })
}

fn push(bytes: &mut Vec<u8>, directive: &ConsentDirective) {
    bytes.extend(directive.purpose.event_purpose().code().to_be_bytes());
    bytes.push(match directive.state {
        Consent::Granted => 1,
        Consent::EmergencyOnly => 2,
        Consent::Revoked => 3,
        Consent::None => 4,
    });
    bytes.extend(directive.notice.to_be_bytes());
    push_instant(bytes, directive.since);
}

fn take(fields: &mut Fields<'_>) -> Option<ConsentDirective> {
    Some(ConsentDirective {
        purpose: purpose(u16::from_be_bytes(fields.array()?))?,
        state: match fields.byte()? {
            1 => Consent::Granted,
            2 => Consent::EmergencyOnly,
            3 => Consent::Revoked,
            4 => Consent::None,
            _ => return None,
        },
        notice: u32::from_be_bytes(fields.array()?),
        since: fields.instant()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Purpose;
    use jiff::Timestamp;

    fn directive(purpose: Purpose, state: Consent) -> ConsentDirective {
        ConsentDirective { purpose, state, notice: 3, since: Timestamp::from_second(1).unwrap() }
    }

    fn current() -> Current {
        let treatment = directive(Purpose::Treatment, Consent::EmergencyOnly);
        let operations = directive(Purpose::Operations, Consent::Revoked);
        Current::default().with(operations).with(treatment)
    }

    const ONE: [u8; 8] = [0, 0, 0, 0, 0, 0, 0x03, 0xE8];

    #[test]
    fn the_rows_are_pinned() {
        let entry = [&[1, 0, 1, 2, 0, 0, 0, 3][..], &ONE].concat();
        let treatment = directive(Purpose::Treatment, Consent::EmergencyOnly);
        assert_eq!(encode_entry(&treatment), entry);
        assert_eq!(decode_entry(&entry).unwrap(), treatment);
        let now = [&[1, 0, 0, 0, 0, 0, 0, 0, 2, 2][..], &entry[1..], &[0, 3, 3, 0, 0, 0, 3], &ONE].concat();
        assert_eq!(current().encode(), now);
        assert_eq!(Current::decode(&now).unwrap(), current());
    }

    #[test]
    fn the_keys_are_pinned() {
        let (person, aa) = (SeekerId::from_bytes([0xAA; 16]), "aa".repeat(16));
        let path = |key: Result<Key, StoreError>| format!("{:?}", key.unwrap());
        assert_eq!(path(current_key(person)), format!("policy.consent/{aa}"));
        assert_eq!(path(entry_key(person, 7)), format!("policy.consent-ledger/{aa}/0000000000000007"));
    }

    #[test]
    fn a_later_directive_takes_the_place_of_an_earlier_one() {
        let now = current().with(directive(Purpose::Treatment, Consent::Granted));
        assert_eq!((now.entries, now.directives.len()), (3, 2));
        assert_eq!(now.directives[0].state, Consent::Granted);
    }

    #[test]
    fn anything_else_is_corrupt() {
        let now = current().encode();
        assert!((0..now.len()).all(|len| Current::decode(&now[..len]).is_err()), "cut short");
        assert!(Current::decode(&[&now[..], &[0]].concat()).is_err(), "trailing");
        for (place, value) in [(0, 2), (9, 1), (9, 3), (10, 9), (11, 9), (12, 0), (12, 5), (26, 1)] {
            let mut changed = now.clone();
            changed[place] = value;
            assert!(Current::decode(&changed).is_err(), "{place}");
        }
        let entry = encode_entry(&current().directives[0]);
        assert!((0..entry.len()).all(|len| decode_entry(&entry[..len]).is_err()), "cut short");
        assert!(decode_entry(&[&entry[..], &[0]].concat()).is_err(), "trailing");
    }
}
