//! The rows of approvals, version 1. Their key is the requester and a hash of what is asked for.
//!
//! | record | bytes |
//! |---|---|
//! | approval | version, id (16), asked, expires and last seen at (8 each), policy (32), state (1), approver (16) and their assurance level (1), or zeros |
//! | where an approval is | version, hash of what is asked for (32) |

use super::bytes::{Fields, push_instant, push_of};
use crate::{ApprovalRequest, Membership, PolicyError, PolicyHash, Question, approval::ApprovalState};
use leeward_event::{GrantId, StaffId, assurance::Aal};
use leeward_store::{Key, Space, StoreError};
use ring::digest::{SHA256, digest};

const APPROVAL: Space = Space::sealed_for("policy.approval", 0);
const INDEX: Space = Space::sealed_for("policy.approval-index", 0);
const VERSION: u8 = 1;
const NOBODY: [u8; 17] = [0; 17];

/// Where the approval of exactly this question is.
pub(crate) fn key(staff: StaffId, question: &Question) -> Result<Key, StoreError> {
    let mut bytes = b"leeward-policy approval/1\0".to_vec();
    bytes.extend(question.operation.event_detail().code().to_be_bytes());
    bytes.extend(question.purpose.event_purpose().code().to_be_bytes());
    match question.of {
        Some(of) => push_of(&mut bytes, of),
        None => bytes.push(0),
    }
    bytes.push(u8::from(question.staff.is_some()));
    bytes.extend(question.staff.iter().flat_map(|staff| *staff.as_bytes()));
    APPROVAL.key(&[staff.as_bytes(), digest(&SHA256, &bytes).as_ref()])
}

pub(crate) fn index_key(staff: StaffId, id: GrantId) -> Result<Key, StoreError> {
    INDEX.key(&[staff.as_bytes(), id.as_bytes()])
}

pub(crate) fn encode_index(key: &Key) -> Vec<u8> {
    let hash = key.segments().into_iter().nth(1).unwrap_or_default();
    [&[VERSION][..], &hash].concat()
}

pub(crate) fn decode_index(staff: StaffId, bytes: &[u8]) -> Result<Key, PolicyError> {
    match bytes.split_first() {
        Some((&VERSION, hash)) if hash.len() == 32 => Ok(APPROVAL.key(&[staff.as_bytes(), hash])?),
        _ => Err(PolicyError::Corrupt { what: "approval" }),
    }
}

pub(crate) fn encode(approval: &ApprovalRequest) -> Vec<u8> {
    let mut bytes = vec![VERSION];
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

pub(crate) fn decode(bytes: &[u8], place: Membership) -> Result<ApprovalRequest, PolicyError> {
    read(bytes, place).ok_or(PolicyError::Corrupt { what: "approval" })
}

fn read(bytes: &[u8], place: Membership) -> Option<ApprovalRequest> {
    let mut fields = Fields(bytes);
    (fields.byte()? == VERSION).then_some(())?;
    let approval = ApprovalRequest {
        id: GrantId::from_bytes(fields.array()?),
        staff: place.staff,
        place,
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
    use jiff::Timestamp;
    use leeward_event::ConversationId;

    const STAFF: StaffId = StaffId::from_bytes([0xAA; 16]);

    fn place() -> Membership {
        Membership { staff: STAFF, of: ConversationId::from_bytes([0xBB; 16]).into() }
    }

    fn approval() -> ApprovalRequest {
        let at = |second| Timestamp::from_second(second).unwrap();
        ApprovalRequest {
            id: GrantId::from_bytes([0xCC; 16]),
            staff: STAFF,
            place: place(),
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
        let bytes = [&[1][..], &[0xCC; 16], &one, &two, &one, &[0xDD; 32], &[2], &[0xEE; 16], &[2]].concat();
        assert_eq!(encode(&approval()), bytes);
        assert_eq!(decode(&bytes, place()).unwrap(), approval());
        for state in [ApprovalState::Asked, ApprovalState::Refused, ApprovalState::Used] {
            let other = ApprovalRequest { state, ..approval() };
            assert_eq!(decode(&encode(&other), place()).unwrap(), other);
        }
    }

    #[test]
    fn anything_else_is_corrupt() {
        let bytes = encode(&approval());
        assert!((0..bytes.len()).all(|len| decode(&bytes[..len], place()).is_err()), "cut short");
        assert!(decode(&[&bytes[..], &[0]].concat(), place()).is_err(), "trailing");
        for (index, value) in [(0, 2), (73, 0), (73, 1), (73, 5), (90, 0), (90, 4)] {
            let mut changed = bytes.clone();
            changed[index] = value;
            assert!(decode(&changed, place()).is_err(), "{index}");
        }
        assert!(decode_index(STAFF, &[1; 32]).is_err() && decode_index(STAFF, &[2; 33]).is_err());
    }
}
