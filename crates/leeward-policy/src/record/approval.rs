//! The rows of approvals. Their key is the requester and a hash of what is asked for. The first version of an
//! approval did not say what it was for; none is a day old, and none is read any more.
//!
//! | record | bytes |
//! |---|---|
//! | approval | version (2), operation (2), purpose (2), whose record (0, or 1 of a conversation or 2 of a person, id (16)), about whom (0, or 1 and 16), id (16), asked, expires and last seen at (8 each), policy (32), state (1), approver (16) and their assurance level (1), or zeros |
//! | where an approval is | version (1), hash of what is asked for (32) |

use super::{
    access::{operation, purpose},
    bytes::{Fields, push_instant, push_maybe_of},
};
use crate::{ApprovalRequest, PolicyError, PolicyHash, Question, approval::ApprovalState};
use leeward_event::{GrantId, StaffId, assurance::Aal};
use leeward_store::{Key, Prefix, Space, StoreError};
use ring::digest::{SHA256, digest};

const APPROVAL: Space = Space::sealed_for("policy.approval", 0);
const INDEX: Space = Space::sealed_for("policy.approval-index", 0);
const VERSION: u8 = 2;
const INDEX_VERSION: u8 = 1;
const NOBODY: [u8; 17] = [0; 17];

/// Where the approval of exactly this question is.
pub(crate) fn key(staff: StaffId, question: &Question) -> Result<Key, StoreError> {
    let mut bytes = b"leeward-policy approval/1\0".to_vec();
    bytes.extend(question.operation.event_detail().code().to_be_bytes());
    bytes.extend(question.purpose.event_purpose().code().to_be_bytes());
    push_maybe_of(&mut bytes, question.of);
    push_about(&mut bytes, question.staff);
    APPROVAL.key(&[staff.as_bytes(), digest(&SHA256, &bytes).as_ref()])
}

pub(crate) fn every_approval() -> Result<Prefix, StoreError> {
    APPROVAL.prefix(&[])
}

/// Who asked for what a key is of.
pub(crate) fn requester(key: &Key) -> Option<StaffId> {
    let bytes = key.segments().into_iter().next()?;
    Some(StaffId::from_bytes(bytes.try_into().ok()?))
}

pub(crate) fn index_key(staff: StaffId, id: GrantId) -> Result<Key, StoreError> {
    INDEX.key(&[staff.as_bytes(), id.as_bytes()])
}

pub(crate) fn encode_index(key: &Key) -> Vec<u8> {
    let hash = key.segments().into_iter().nth(1).unwrap_or_default();
    [&[INDEX_VERSION][..], &hash].concat()
}

pub(crate) fn decode_index(staff: StaffId, bytes: &[u8]) -> Result<Key, PolicyError> {
    match bytes.split_first() {
        Some((&INDEX_VERSION, hash)) if hash.len() == 32 => Ok(APPROVAL.key(&[staff.as_bytes(), hash])?),
        _ => Err(PolicyError::Corrupt { what: "approval" }),
    }
}

pub(crate) fn encode(approval: &ApprovalRequest) -> Vec<u8> {
    let mut bytes = vec![VERSION];
    bytes.extend(approval.operation.event_detail().code().to_be_bytes());
    bytes.extend(approval.purpose.event_purpose().code().to_be_bytes());
    push_maybe_of(&mut bytes, approval.of);
    push_about(&mut bytes, approval.about);
    bytes.extend(approval.id.as_bytes());
    for at in [approval.requested_at, approval.expires_at, approval.seen_at] {
        push_instant(&mut bytes, at);
    }
    bytes.extend(approval.policy.as_bytes());
    match approval.state {
        ApprovalState::Asked => bytes.push(1),
        ApprovalState::Approved { .. } => bytes.push(2),
        ApprovalState::Refused => bytes.push(3),
        ApprovalState::Used => bytes.push(4),
    }
    match approval.state {
        ApprovalState::Approved { by, at } => {
            bytes.extend(by.as_bytes());
            bytes.push(match at {
                Aal::One => 1,
                Aal::Two => 2,
                Aal::Three => 3,
            });
        }
        _ => bytes.extend(NOBODY),
    }
    bytes
}

fn push_about(bytes: &mut Vec<u8>, staff: Option<StaffId>) {
    bytes.push(u8::from(staff.is_some()));
    bytes.extend(staff.iter().flat_map(|staff| *staff.as_bytes()));
}

pub(crate) fn decode(bytes: &[u8], staff: StaffId) -> Result<ApprovalRequest, PolicyError> {
    read(bytes, staff).ok_or(PolicyError::Corrupt { what: "approval" })
}

fn read(bytes: &[u8], staff: StaffId) -> Option<ApprovalRequest> {
    let mut fields = Fields(bytes);
    (fields.byte()? == VERSION).then_some(())?;
    let approval = ApprovalRequest {
        staff,
        operation: operation(u16::from_be_bytes(fields.array()?))?,
        purpose: purpose(u16::from_be_bytes(fields.array()?))?,
        of: fields.maybe_of()?,
        about: match fields.flag()? {
            true => Some(StaffId::from_bytes(fields.array()?)),
            false => None,
        },
        id: GrantId::from_bytes(fields.array()?),
        requested_at: fields.instant()?,
        expires_at: fields.instant()?,
        seen_at: fields.instant()?,
        policy: PolicyHash::from_bytes(fields.array()?),
        state: state(fields.byte()?, fields.array()?)?,
    };
    fields.end().map(|()| approval)
}

fn state(code: u8, approver: [u8; 17]) -> Option<ApprovalState> {
    match (code, approver) {
        (1, NOBODY) => Some(ApprovalState::Asked),
        (2, approver) => {
            let (by, [level]) = approver.split_first_chunk::<16>()? else { return None };
            let at = match level {
                1 => Aal::One,
                2 => Aal::Two,
                3 => Aal::Three,
                _ => return None,
            };
            Some(ApprovalState::Approved { by: StaffId::from_bytes(*by), at })
        }
        (3, NOBODY) => Some(ApprovalState::Refused),
        (4, NOBODY) => Some(ApprovalState::Used),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Operation, Purpose};
    use jiff::Timestamp;
    use leeward_event::ConversationId;

    const STAFF: StaffId = StaffId::from_bytes([0xAA; 16]);

    fn approval() -> ApprovalRequest {
        let at = |second| Timestamp::from_second(second).unwrap();
        ApprovalRequest {
            id: GrantId::from_bytes([0xCC; 16]),
            staff: STAFF,
            operation: Operation::ExportRecords,
            purpose: Purpose::PersonRequest,
            of: Some(ConversationId::from_bytes([0xBB; 16]).into()),
            about: None,
            requested_at: at(1),
            expires_at: at(2),
            seen_at: at(1),
            policy: PolicyHash::from_bytes([0xDD; 32]),
            state: ApprovalState::Approved { by: StaffId::from_bytes([0xEE; 16]), at: Aal::Two },
        }
    }

    #[test]
    fn the_row_is_pinned() {
        let (one, two) = ([0, 0, 0, 0, 0, 0, 0x03, 0xE8], [0, 0, 0, 0, 0, 0, 0x07, 0xD0]);
        let asked = [&[2, 0, 22, 0, 16, 1][..], &[0xBB; 16], &[0]].concat();
        let bytes =
            [&asked[..], &[0xCC; 16], &one, &two, &one, &[0xDD; 32], &[2], &[0xEE; 16], &[2]].concat();
        assert_eq!(encode(&approval()), bytes);
        assert_eq!(decode(&bytes, STAFF).unwrap(), approval());
        for state in [ApprovalState::Asked, ApprovalState::Refused, ApprovalState::Used] {
            let (of, about) = (None, Some(StaffId::from_bytes([0xEF; 16])));
            let other = ApprovalRequest { state, of, about, ..approval() };
            assert_eq!(decode(&encode(&other), STAFF).unwrap(), other);
        }
    }

    #[test]
    fn anything_else_is_corrupt() {
        let bytes = encode(&approval());
        assert!((0..bytes.len()).all(|len| decode(&bytes[..len], STAFF).is_err()), "cut short");
        assert!(decode(&[&bytes[..], &[0]].concat(), STAFF).is_err(), "trailing");
        for (index, value) in
            [(0, 1), (2, 99), (4, 99), (5, 0), (22, 1), (95, 0), (95, 1), (95, 5), (112, 0), (112, 4)]
        {
            let mut changed = bytes.clone();
            changed[index] = value;
            assert!(decode(&changed, STAFF).is_err(), "{index}");
        }
        assert!(decode_index(STAFF, &[1; 32]).is_err() && decode_index(STAFF, &[2; 33]).is_err());
    }
}
