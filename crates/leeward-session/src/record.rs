//! The persisted forms, version 1. All numbers are big-endian; times are milliseconds since 1970.
//!
//! | key | bytes |
//! |---|---|
//! | `session.token`, hash of the token | version, session (16), account (16), AAL (1), generation (8), signed in at (8), last seen at (8) |
//! | `session.by-account`, account, session | version, hash of the token (32) |
//! | `session.account`, account | version, generation (8), all revoked at (8) |

use crate::{Session, SessionError, token::TokenHash};
use jiff::Timestamp;
use leeward_event::{SessionId, StaffId, assurance::Aal};
use leeward_store::{Key, Prefix, Space, StoreError};

const TOKEN: Space = Space::sealed("session.token");
const BY_ACCOUNT: Space = Space::sealed_for("session.by-account", 0);
const ACCOUNT: Space = Space::sealed_for("session.account", 0);
const VERSION: u8 = 1;

/// A session, and the generation of its account that it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SessionRecord {
    pub(crate) session: Session,
    pub(crate) generation: u64,
}

/// The generation whose sessions live. Revoking all of them begins another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AccountRecord {
    pub(crate) generation: u64,
    pub(crate) revoked_at: Timestamp,
}

pub(crate) fn token_key(hash: TokenHash) -> Result<Key, StoreError> {
    TOKEN.key(&[&hash.0])
}

pub(crate) fn index_key(account: StaffId, session: SessionId) -> Result<Key, StoreError> {
    BY_ACCOUNT.key(&[account.as_bytes(), session.as_bytes()])
}

pub(crate) fn index_of(account: StaffId) -> Result<Prefix, StoreError> {
    BY_ACCOUNT.prefix(&[account.as_bytes()])
}

pub(crate) fn account_key(account: StaffId) -> Result<Key, StoreError> {
    ACCOUNT.key(&[account.as_bytes()])
}

pub(crate) fn encode_index(hash: TokenHash) -> Vec<u8> {
    [&[VERSION][..], &hash.0].concat()
}

pub(crate) fn decode_index(bytes: &[u8]) -> Result<TokenHash, SessionError> {
    let hash = bytes.split_first_chunk().and_then(|(version, rest)| match version {
        [VERSION] => rest.try_into().ok(),
        _ => None,
    });
    hash.map(TokenHash).ok_or(SessionError::Corrupt { what: "session index" })
}

impl SessionRecord {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let Session { id, account, aal, signed_in_at, last_seen_at } = &self.session;
        let mut bytes = vec![VERSION];
        bytes.extend(id.as_bytes());
        bytes.extend(account.as_bytes());
        bytes.push(aal_code(*aal));
        bytes.extend(self.generation.to_be_bytes());
        bytes.extend(signed_in_at.as_millisecond().to_be_bytes());
        bytes.extend(last_seen_at.as_millisecond().to_be_bytes());
        bytes
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, SessionError> {
        Self::read(bytes).ok_or(SessionError::Corrupt { what: "session" })
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let ([VERSION], rest) = bytes.split_first_chunk()? else { return None };
        let (id, rest) = rest.split_first_chunk()?;
        let (account, rest) = rest.split_first_chunk()?;
        let ([aal], rest) = rest.split_first_chunk()?;
        let (generation, rest) = rest.split_first_chunk()?;
        let (signed_in_at, last_seen_at) = rest.split_first_chunk()?;
        let session = Session {
            id: SessionId::from_bytes(*id),
            account: StaffId::from_bytes(*account),
            aal: aal_of(*aal)?,
            signed_in_at: instant(*signed_in_at)?,
            last_seen_at: instant(last_seen_at.try_into().ok()?)?,
        };
        Some(Self { session, generation: u64::from_be_bytes(*generation) })
    }
}

impl AccountRecord {
    pub(crate) const NEW: Self = Self { generation: 0, revoked_at: Timestamp::MIN };

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        bytes.extend(self.generation.to_be_bytes());
        bytes.extend(self.revoked_at.as_millisecond().to_be_bytes());
        bytes
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, SessionError> {
        Self::read(bytes).ok_or(SessionError::Corrupt { what: "session account" })
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let ([VERSION], rest) = bytes.split_first_chunk()? else { return None };
        let (generation, revoked_at) = rest.split_first_chunk()?;
        let revoked_at = instant(revoked_at.try_into().ok()?)?;
        Some(Self { generation: u64::from_be_bytes(*generation), revoked_at })
    }
}

const fn aal_code(aal: Aal) -> u8 {
    match aal {
        Aal::One => 1,
        Aal::Two => 2,
        Aal::Three => 3,
    }
}

const fn aal_of(code: u8) -> Option<Aal> {
    match code {
        1 => Some(Aal::One),
        2 => Some(Aal::Two),
        3 => Some(Aal::Three),
        _ => None,
    }
}

fn instant(bytes: [u8; 8]) -> Option<Timestamp> {
    Timestamp::from_millisecond(i64::from_be_bytes(bytes)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn record() -> SessionRecord {
        let session = Session {
            id: SessionId::from_bytes([0xAA; 16]),
            account: StaffId::from_bytes([0xBB; 16]),
            aal: Aal::Two,
            signed_in_at: at(1),
            last_seen_at: at(2),
        };
        SessionRecord { session, generation: 7 }
    }

    #[test]
    fn the_session_record_is_pinned() {
        let bytes = [
            &[1][..],
            &[0xAA; 16],
            &[0xBB; 16],
            &[2],
            &[0, 0, 0, 0, 0, 0, 0, 7],
            &[0, 0, 0, 0, 0, 0, 0x03, 0xE8],
            &[0, 0, 0, 0, 0, 0, 0x07, 0xD0],
        ]
        .concat();
        assert_eq!(record().encode(), bytes);
        assert_eq!(SessionRecord::decode(&bytes).unwrap(), record());
    }

    #[test]
    fn every_level_is_pinned() {
        for (aal, code) in [(Aal::One, 1), (Aal::Two, 2), (Aal::Three, 3)] {
            let record = SessionRecord { session: Session { aal, ..record().session }, ..record() };
            assert_eq!(record.encode()[33], code);
            assert_eq!(SessionRecord::decode(&record.encode()).unwrap(), record);
        }
    }

    #[test]
    fn the_index_and_account_records_are_pinned() {
        let index = [&[1][..], &[0xCC; 32]].concat();
        assert_eq!(encode_index(TokenHash([0xCC; 32])), index);
        assert_eq!(decode_index(&index).unwrap().0, [0xCC; 32]);
        let account = AccountRecord { generation: 258, revoked_at: at(1) };
        let bytes = [1, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0x03, 0xE8];
        assert_eq!(account.encode(), bytes);
        assert_eq!(AccountRecord::decode(&bytes).unwrap(), account);
    }

    #[test]
    fn the_keys_are_pinned() {
        let Session { id, account, .. } = record().session;
        let (aa, bb, cc) = ("aa".repeat(16), "bb".repeat(16), "cc".repeat(32));
        let path = |key: Result<Key, StoreError>| format!("{:?}", key.unwrap());
        assert_eq!(path(token_key(TokenHash([0xCC; 32]))), format!("session.token/{cc}"));
        assert_eq!(path(index_key(account, id)), format!("session.by-account/{bb}/{aa}"));
        assert_eq!(path(account_key(account)), format!("session.account/{bb}"));
    }

    #[test]
    fn anything_else_is_corrupt() {
        let valid = [record().encode(), encode_index(TokenHash([0; 32])), AccountRecord::NEW.encode()];
        let parse: [fn(&[u8]) -> bool; 3] = [
            |bytes| SessionRecord::decode(bytes).is_ok(),
            |bytes| decode_index(bytes).is_ok(),
            |bytes| AccountRecord::decode(bytes).is_ok(),
        ];
        for (bytes, parses) in valid.iter().zip(parse) {
            assert!(parses(bytes));
            assert!((0..bytes.len()).all(|len| !parses(&bytes[..len])), "cut short");
            assert!(!parses(&[&bytes[..], &[0]].concat()), "trailing");
            assert!([0, 2, 255].iter().all(|version| !parses(&[&[*version], &bytes[1..]].concat())));
        }
        for unknown_aal in [0, 4] {
            let mut bytes = record().encode();
            bytes[33] = unknown_aal;
            assert!(SessionRecord::decode(&bytes).is_err());
        }
    }

    proptest! {
        #[test]
        fn whatever_decodes_is_what_encodes(mut bytes in prop::collection::vec(any::<u8>(), 0..70)) {
            if let Some(first) = bytes.first_mut() {
                *first %= 3;
            }
            if let Ok(record) = SessionRecord::decode(&bytes) {
                prop_assert_eq!(record.encode(), bytes.clone());
            }
            if let Ok(account) = AccountRecord::decode(&bytes) {
                prop_assert_eq!(account.encode(), bytes.clone());
            }
            if let Ok(hash) = decode_index(&bytes) {
                prop_assert_eq!(encode_index(hash), bytes);
            }
        }
    }
}
