//! What is on record about a conversation or a person, version 1: the version, whose record (1 of a conversation or
//! 2 of a person), whose conversation (0, or 1 and the person, 16), team (0, or 1 and 16), confidentiality (1), begun
//! and ended at (0, or 1 and 8, each), the facts of the service (2).

use super::bytes::{Fields, push_instant};
use crate::{Confidentiality, PolicyError, RecordDescription, RecordOf, ServiceFacts, set::Member};
use jiff::Timestamp;
use leeward_event::{SeekerId, TeamId};
use leeward_store::{Key, Space, StoreError};

const RECORD: Space = Space::sealed_for("policy.record", 0);
const VERSION: u8 = 1;

pub(crate) fn key(of: RecordOf) -> Result<Key, StoreError> {
    RECORD.key(&[of.as_bytes()])
}

#[cfg(feature = "authzen")]
pub(crate) fn everything() -> Result<leeward_store::Prefix, StoreError> {
    RECORD.prefix(&[])
}

/// Which record a row is of: the key alone does not say of which kind.
#[cfg(feature = "authzen")]
pub(crate) fn whose(item: &leeward_store::Item) -> Result<RecordOf, PolicyError> {
    let corrupt = PolicyError::Corrupt { what: "conversation or person" };
    let id = item.key.segments().into_iter().next().and_then(|id| id.try_into().ok());
    match (item.entry.value.as_bytes(), id) {
        ([VERSION, 1, ..], Some(id)) => {
            Ok(RecordOf::Conversation(leeward_event::ConversationId::from_bytes(id)))
        }
        ([VERSION, 2, ..], Some(id)) => Ok(RecordOf::Person(SeekerId::from_bytes(id))),
        _ => Err(corrupt),
    }
}

pub(crate) fn encode(of: RecordOf, description: &RecordDescription) -> Vec<u8> {
    let RecordDescription { person, team, confidentiality, opened_at, closed_at, service } = description;
    let mut bytes = vec![VERSION, kind(of)];
    push_id(&mut bytes, person.as_ref().map(SeekerId::as_bytes));
    push_id(&mut bytes, team.as_ref().map(TeamId::as_bytes));
    bytes.push(confidentiality.code());
    push_moment(&mut bytes, *opened_at);
    push_moment(&mut bytes, *closed_at);
    bytes.extend(service.bits().to_be_bytes());
    bytes
}

/// The row of another kind of record is none of this one.
pub(crate) fn decode(of: RecordOf, bytes: &[u8]) -> Result<RecordDescription, PolicyError> {
    read(of, bytes).ok_or(PolicyError::Corrupt { what: "conversation or person" })
}

fn read(of: RecordOf, bytes: &[u8]) -> Option<RecordDescription> {
    let mut fields = Fields(bytes);
    (fields.array()? == [VERSION, kind(of)]).then_some(())?;
    let description = RecordDescription {
        person: id(&mut fields)?.map(SeekerId::from_bytes),
        team: id(&mut fields)?.map(TeamId::from_bytes),
        confidentiality: Confidentiality::from_code(fields.byte()?)?,
        opened_at: moment(&mut fields)?,
        closed_at: moment(&mut fields)?,
        service: ServiceFacts::from_bits(u16::from_be_bytes(fields.array()?)),
    };
    fields.end().map(|()| description)
}

const fn kind(of: RecordOf) -> u8 {
    match of {
        RecordOf::Conversation(_) => 1,
        RecordOf::Person(_) => 2,
    }
}

fn push_id(bytes: &mut Vec<u8>, id: Option<&[u8; 16]>) {
    bytes.push(u8::from(id.is_some()));
    bytes.extend(id.into_iter().flatten());
}

fn id(fields: &mut Fields<'_>) -> Option<Option<[u8; 16]>> {
    match fields.flag()? {
        true => fields.array().map(Some),
        false => Some(None),
    }
}

fn push_moment(bytes: &mut Vec<u8>, at: Option<Timestamp>) {
    bytes.push(u8::from(at.is_some()));
    at.iter().for_each(|at| push_instant(bytes, *at));
}

fn moment(fields: &mut Fields<'_>) -> Option<Option<Timestamp>> {
    match fields.flag()? {
        true => fields.instant().map(Some),
        false => Some(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use leeward_event::ConversationId;
    use proptest::prelude::*;

    const HERE: RecordOf = RecordOf::Conversation(ConversationId::from_bytes([0xAA; 16]));

    fn full() -> RecordDescription {
        RecordDescription {
            person: Some(SeekerId::from_bytes([0xBB; 16])),
            team: Some(TeamId::from_bytes([0xCC; 16])),
            confidentiality: Confidentiality::Restricted,
            opened_at: Some(Timestamp::from_second(1).unwrap()),
            closed_at: Some(Timestamp::from_second(2).unwrap()),
            service: ServiceFacts::from_bits(0x8001),
        }
    }

    fn bytes() -> Vec<u8> {
        let [one, two] = [1_000_u64, 2_000].map(u64::to_be_bytes);
        let ids = [&[1, 1, 1][..], &[0xBB; 16], &[1], &[0xCC; 16], &[4]].concat();
        [&ids[..], &[1], &one, &[1], &two, &[0x80, 1]].concat()
    }

    #[test]
    fn the_row_is_pinned() {
        assert_eq!(encode(HERE, &full()), bytes());
        assert_eq!(decode(HERE, &bytes()).unwrap(), full());
        let nothing = [1, 2, 0, 0, 3, 0, 0, 0, 0];
        let person = SeekerId::from_bytes([0xAA; 16]).into();
        assert_eq!(encode(person, &RecordDescription::NONE), nothing);
        assert_eq!(decode(person, &nothing).unwrap(), RecordDescription::NONE);
        assert_eq!(format!("{:?}", key(HERE).unwrap()), format!("policy.record/{}", "aa".repeat(16)));
    }

    #[test]
    fn anything_else_is_corrupt() {
        let bytes = bytes();
        assert!((0..bytes.len()).all(|len| decode(HERE, &bytes[..len]).is_err()), "cut short");
        assert!(decode(HERE, &[&bytes[..], &[0]].concat()).is_err(), "trailing");
        for (place, value) in [(0, 2), (1, 2), (2, 2), (19, 2), (36, 6), (37, 2), (38, 0x7F), (46, 2)] {
            let mut changed = bytes.clone();
            changed[place] = value;
            assert!(decode(HERE, &changed).is_err(), "{place}");
        }
    }

    proptest! {
        #[test]
        fn whatever_decodes_is_what_encodes(tail in prop::collection::vec(0_u8..3, 0..20)) {
            let bytes = [&[1, 1][..], &tail].concat();
            if let Ok(description) = decode(HERE, &bytes) {
                prop_assert_eq!(encode(HERE, &description), bytes);
            }
        }
    }
}
