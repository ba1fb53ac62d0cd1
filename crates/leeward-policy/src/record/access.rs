//! The row of one access, version 1. Its key is the id of the conversation or person, the time, the correlation, the
//! operation and a random number (8), which earlier keys have not; an access to a conversation of a known person has
//! a second row under that person. Its value is the version, whose record (1 and 16, as in a grant), who (1 staff, 2 seeker, 3 software; 16), operation (2), purpose (2), reason (2), policy (32), disclosure (1).

use super::bytes::{Fields, instant, push_of};
use crate::{AccessRecord, Disclosure, Operation, PolicyError, PolicyHash, Purpose, RecordOf, set::Member};
use leeward_event::{Actor, Component, CorrelationId, Reason, SeekerId, StaffId};
use leeward_store::{Key, Prefix, Space, StoreError};

const ACCESS: Space = Space::sealed_for("policy.access", 0);
const VERSION: u8 = 1;
const NOBODY: [u8; 16] = [0; 16];

/// Two that are alike in all else have two rows by their serial number.
pub(crate) fn key(under: RecordOf, access: &AccessRecord, serial: [u8; 8]) -> Result<Key, StoreError> {
    // Times before 1970 come last; nothing depends on it.
    let at = access.at.as_millisecond().to_be_bytes();
    let operation = access.operation.event_detail().code().to_be_bytes();
    ACCESS.key(&[under.as_bytes(), &at, access.correlation.as_bytes(), &operation, &serial])
}

pub(crate) fn accesses_to(of: RecordOf) -> Result<Prefix, StoreError> {
    ACCESS.prefix(&[of.as_bytes()])
}

pub(crate) fn encode(access: &AccessRecord) -> Vec<u8> {
    let mut bytes = vec![VERSION];
    push_of(&mut bytes, access.of);
    push_actor(&mut bytes, access.actor);
    bytes.extend(access.operation.event_detail().code().to_be_bytes());
    bytes.extend(access.purpose.event_purpose().code().to_be_bytes());
    bytes.extend(access.reason.code().to_be_bytes());
    bytes.extend(access.policy.as_bytes());
    bytes.push(access.disclosure.code());
    bytes
}

pub(crate) fn decode(key: &Key, bytes: &[u8]) -> Result<AccessRecord, PolicyError> {
    read(key, bytes).ok_or(PolicyError::Corrupt { what: "access" })
}

fn read(key: &Key, bytes: &[u8]) -> Option<AccessRecord> {
    let segments = key.segments();
    let [_of, at, correlation, _operation, serial @ ..] = segments.as_slice() else { return None };
    (serial.len() <= 1).then_some(())?;
    let mut fields = Fields(bytes);
    (fields.byte()? == VERSION).then_some(())?;
    let access = AccessRecord {
        of: fields.of()?,
        at: instant(at.as_slice().try_into().ok()?)?,
        correlation: CorrelationId::from_bytes(correlation.as_slice().try_into().ok()?),
        actor: actor(fields.byte()?, fields.array()?)?,
        operation: operation(u16::from_be_bytes(fields.array()?))?,
        purpose: purpose(u16::from_be_bytes(fields.array()?))?,
        reason: Reason::from_code(u16::from_be_bytes(fields.array()?))?,
        policy: PolicyHash::from_bytes(fields.array()?),
        disclosure: {
            let code = fields.byte()?;
            Disclosure::ALL.iter().copied().find(|known| known.code() == code)?
        },
    };
    fields.end().map(|()| access)
}

fn push_actor(bytes: &mut Vec<u8>, actor: Actor) {
    let (kind, id) = match actor {
        Actor::Staff(id) => (1, *id.as_bytes()),
        Actor::Seeker(id) => (2, *id.as_bytes()),
        _ => (3, NOBODY),
    };
    bytes.push(kind);
    bytes.extend(id);
}

fn actor(kind: u8, id: [u8; 16]) -> Option<Actor> {
    match (kind, id) {
        (1, id) => Some(Actor::Staff(StaffId::from_bytes(id))),
        (2, id) => Some(Actor::Seeker(SeekerId::from_bytes(id))),
        (3, NOBODY) => Some(Actor::Component(Component::Application)),
        _ => None,
    }
}

pub(crate) fn operation(code: u16) -> Option<Operation> {
    Operation::ALL.iter().copied().find(|known| known.event_detail().code() == code)
}

pub(crate) fn purpose(code: u16) -> Option<Purpose> {
    Purpose::ALL.iter().copied().find(|known| known.event_purpose().code() == code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use leeward_event::ConversationId;

    fn access() -> AccessRecord {
        AccessRecord {
            of: ConversationId::from_bytes([0xBB; 16]).into(),
            at: Timestamp::from_second(1).unwrap(),
            correlation: CorrelationId::from_bytes([0xCC; 16]),
            actor: Actor::Staff(StaffId::from_bytes([0xAA; 16])),
            operation: Operation::ReadCaseNote,
            purpose: Purpose::BreakTheGlass,
            reason: Reason::ThirdPartySafety,
            policy: PolicyHash::from_bytes([0xDD; 32]),
            disclosure: Disclosure::EndangersPerson,
        }
    }

    #[test]
    fn the_row_is_pinned() {
        let key = key(access().of, &access(), [9; 8]).unwrap();
        let (bb, cc) = ("bb".repeat(16), "cc".repeat(16));
        assert_eq!(
            format!("{key:?}"),
            format!("policy.access/{bb}/00000000000003e8/{cc}/0001/0909090909090909")
        );
        let bytes =
            [&[1, 1][..], &[0xBB; 16], &[1], &[0xAA; 16], &[0, 1, 0, 2, 0, 43], &[0xDD; 32], &[1]].concat();
        assert_eq!(encode(&access()), bytes);
        assert_eq!(decode(&key, &bytes).unwrap(), access());
    }

    #[test]
    fn anything_else_is_corrupt() {
        let (key, bytes) = (key(access().of, &access(), [9; 8]).unwrap(), encode(&access()));
        assert!((0..bytes.len()).all(|len| decode(&key, &bytes[..len]).is_err()), "cut short");
        assert!(decode(&key, &[&bytes[..], &[0]].concat()).is_err(), "trailing");
        for (place, value) in [(0, 2), (1, 3), (18, 4), (36, 0xFF), (38, 0xFF), (40, 0xFF), (73, 9)] {
            let mut changed = bytes.clone();
            changed[place] = value;
            assert!(decode(&key, &changed).is_err(), "{place}");
        }
    }
}
