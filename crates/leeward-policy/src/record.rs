//! The persisted forms, of version 1 where nothing else is said. All numbers are big-endian; times are milliseconds since 1970.
//!
//! | record | bytes |
//! |---|---|
//! | assignment | version, since (8) |
//! | conflict of interest | version, since (8) |
//! | adopted policy | version, hash (32) |

pub(crate) mod access;
pub(crate) mod approval;
mod bytes;
pub(crate) mod consent;
pub(crate) mod description;
pub(crate) mod grant;
pub(crate) mod staff;

use crate::{Membership, PolicyError, PolicyHash};
use bytes::instant;
use jiff::Timestamp;
use leeward_store::{Key, Space, StoreError};

const ASSIGNMENT: Space = Space::sealed_for("policy.assignment", 0);
const CONFLICT: Space = Space::sealed_for("policy.conflict", 0);
const ADOPTED: Space = Space::sealed("policy.adopted");
const VERSION: u8 = 1;

/// Since when an assignment or a conflict of interest stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Since(pub(crate) Timestamp);

pub(crate) fn assignment_key(place: Membership) -> Result<Key, StoreError> {
    ASSIGNMENT.key(&[place.of.as_bytes(), place.staff.as_bytes()])
}

pub(crate) fn conflict_key(place: Membership) -> Result<Key, StoreError> {
    CONFLICT.key(&[place.of.as_bytes(), place.staff.as_bytes()])
}

pub(crate) fn adopted_key() -> Result<Key, StoreError> {
    ADOPTED.key(&[])
}

impl Since {
    pub(crate) fn encode(self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        bytes.extend(self.0.as_millisecond().to_be_bytes());
        bytes
    }

    pub(crate) fn decode(bytes: &[u8], what: &'static str) -> Result<Self, PolicyError> {
        Self::read(bytes).ok_or(PolicyError::Corrupt { what })
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let ([VERSION], rest) = bytes.split_first_chunk()? else { return None };
        Some(Self(instant(rest.try_into().ok()?)?))
    }
}

pub(crate) fn encode_adopted(policy: PolicyHash) -> Vec<u8> {
    [&[VERSION][..], policy.as_bytes()].concat()
}

pub(crate) fn decode_adopted(bytes: &[u8]) -> Result<PolicyHash, PolicyError> {
    match bytes.split_first_chunk() {
        Some(([VERSION], hash)) => hash.try_into().map(PolicyHash::from_bytes).ok(),
        _ => None,
    }
    .ok_or(PolicyError::Corrupt { what: "adopted policy" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use leeward_event::{ConversationId, StaffId};
    use proptest::prelude::*;

    const PLACE: Membership = Membership {
        staff: StaffId::from_bytes([0xAA; 16]),
        of: crate::RecordOf::Conversation(ConversationId::from_bytes([0xBB; 16])),
    };

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn the_record_of_a_time_is_pinned() {
        let bytes = [1, 0, 0, 0, 0, 0, 0, 0x03, 0xE8];
        assert_eq!(Since(at(1)).encode(), bytes);
        assert_eq!(Since::decode(&bytes, "assignment").unwrap(), Since(at(1)));
    }

    #[test]
    fn the_adopted_policy_is_pinned() {
        let (hash, bytes) = (PolicyHash::from_bytes([7; 32]), [&[1][..], &[7; 32]].concat());
        assert_eq!(encode_adopted(hash), bytes);
        assert_eq!(decode_adopted(&bytes).unwrap(), hash);
    }

    #[test]
    fn the_keys_are_pinned() {
        let (aa, bb) = ("aa".repeat(16), "bb".repeat(16));
        let path = |key: Result<Key, StoreError>| format!("{:?}", key.unwrap());
        assert_eq!(path(assignment_key(PLACE)), format!("policy.assignment/{bb}/{aa}"));
        assert_eq!(path(conflict_key(PLACE)), format!("policy.conflict/{bb}/{aa}"));
        assert_eq!(path(adopted_key()), "policy.adopted");
    }

    #[test]
    fn anything_else_is_corrupt() {
        let valid = [Since(at(1)).encode(), encode_adopted(PolicyHash::from_bytes([7; 32]))];
        let parse: [fn(&[u8]) -> bool; 2] =
            [|bytes| Since::decode(bytes, "assignment").is_ok(), |bytes| decode_adopted(bytes).is_ok()];
        for (bytes, parses) in valid.iter().zip(parse) {
            assert!(parses(bytes));
            assert!((0..bytes.len()).all(|len| !parses(&bytes[..len])), "cut short");
            assert!(!parses(&[&bytes[..], &[0]].concat()), "trailing");
            assert!([0, 2, 255].iter().all(|version| !parses(&[&[*version], &bytes[1..]].concat())));
        }
        let mut far = Since(at(1)).encode();
        far[1] = 0x7F;
        assert!(Since::decode(&far, "assignment").is_err(), "beyond time");
    }

    proptest! {
        #[test]
        fn whatever_decodes_is_what_encodes(mut bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            if let Some(first) = bytes.first_mut() {
                *first %= 3;
            }
            if let Ok(since) = Since::decode(&bytes, "assignment") {
                prop_assert_eq!(since.encode(), bytes.clone());
            }
            if let Ok(policy) = decode_adopted(&bytes) {
                prop_assert_eq!(encode_adopted(policy), bytes);
            }
        }
    }
}
