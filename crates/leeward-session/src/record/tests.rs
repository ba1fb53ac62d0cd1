use super::*;
use crate::{ActionDigest, Session};
use jiff::Timestamp;
use leeward_event::{
    AuthenticatorId, SessionId,
    assurance::{FactorKind, Proof, ProvedFactor},
};
use proptest::prelude::*;

const ID: SessionId = SessionId::from_bytes([0xAA; 16]);
const ACCOUNT_ID: StaffId = StaffId::from_bytes([0xBB; 16]);

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn proof(id: u8) -> Proof {
    let id = AuthenticatorId::from_bytes([id; 16]);
    ProvedFactor::assume_proved(ACCOUNT_ID, FactorKind::Totp, id, at(1)).proof()
}

fn session() -> Session {
    Session {
        id: ID,
        account: ACCOUNT_ID,
        aal: Aal::Two,
        signed_in_at: at(1),
        last_seen_at: at(2),
        access_ends_at: None,
        proofs: vec![proof(0xCC)],
    }
}

const SECOND: [u8; 8] = [0, 0, 0, 0, 0, 0, 0x03, 0xE8];

/// The session of [`session`] without a version, and the end of its access token.
fn session_bytes(access: [u8; 8]) -> Vec<u8> {
    let proofs = [&[1, 2][..], &[0xCC; 16], &SECOND].concat();
    [&[0xAA; 16][..], &[0xBB; 16], &[2], &SECOND, &[0, 0, 0, 0, 0, 0, 0x07, 0xD0], &access, &proofs].concat()
}

const NO_ACCESS: [u8; 8] = [0x80, 0, 0, 0, 0, 0, 0, 0];

#[test]
fn the_session_record_is_pinned() {
    let refreshed = Session { access_ends_at: Some(at(1)), ..session() };
    for (session, access) in [(session(), NO_ACCESS), (refreshed, SECOND)] {
        let bytes = [vec![2], session_bytes(access)].concat();
        assert_eq!(SessionRecord::encode(&session), bytes);
        assert_eq!(SessionRecord::decode(&bytes).unwrap(), session);
    }
}

#[test]
fn every_level_is_pinned() {
    for (aal, code) in [(Aal::One, 1), (Aal::Two, 2), (Aal::Three, 3)] {
        let bytes = SessionRecord::encode(&Session { aal, ..session() });
        assert_eq!(bytes[33], code);
        assert_eq!(SessionRecord::decode(&bytes).unwrap().aal, aal);
    }
}

fn family() -> FamilyRecord {
    FamilyRecord { good: TokenHash([1; 32]), session: session() }
}

fn grant() -> GrantRecord {
    let action = ActionDigest::from_bytes([3; 32]);
    GrantRecord { session: ID, account: ACCOUNT_ID, action, granted_at: at(1), proofs: vec![proof(0xCC)] }
}

fn recovery() -> RecoveryRecord {
    RecoveryRecord { id: ID, account: ACCOUNT_ID, begun_at: at(1) }
}

#[test]
fn the_other_records_of_tokens_are_pinned() {
    let bytes = [&[1][..], &[1; 32], &session_bytes(NO_ACCESS)].concat();
    assert_eq!(family().encode(), bytes);
    assert_eq!(FamilyRecord::decode(&bytes).unwrap(), family());

    let ids = [&[1][..], &[0xAA; 16], &[0xBB; 16]].concat();
    let bytes = [&ids[..], &[3; 32], &SECOND, &[1, 2], &[0xCC; 16], &SECOND].concat();
    assert_eq!(grant().encode(), bytes);
    assert_eq!(GrantRecord::decode(&bytes).unwrap(), grant());

    let bytes = [&ids[..], &SECOND].concat();
    assert_eq!(recovery().encode(), bytes);
    assert_eq!(RecoveryRecord::decode(&bytes).unwrap(), recovery());
}

fn account() -> AccountRecord {
    let listed = |place| Listed { id: ID, aal: Aal::Two, ends_at: at(1), place };
    AccountRecord {
        disabled: true,
        revoked_at: at(1),
        single_factor_revoked_at: at(2),
        listed: vec![
            listed(Place::Session(TokenHash([1; 32]))),
            listed(Place::Refreshed { access: TokenHash([2; 32]), family: TokenHash([3; 32]) }),
            listed(Place::Recovery(TokenHash([4; 32]))),
        ],
    }
}

#[test]
fn the_account_record_is_pinned() {
    let listed = [&[0xAA; 16][..], &[2], &SECOND].concat();
    let bytes = [
        &[2, 1][..],
        &SECOND,
        &[0, 0, 0, 0, 0, 0, 0x07, 0xD0],
        &[0, 3],
        &listed,
        &[1],
        &[1; 32],
        &listed,
        &[2],
        &[2; 32],
        &[3; 32],
        &listed,
        &[3],
        &[4; 32],
    ]
    .concat();
    assert_eq!(account().encode(), bytes);
    assert_eq!(AccountRecord::decode(&bytes).unwrap(), account());
    let new = AccountRecord::NEW.encode();
    assert_eq!(AccountRecord::decode(&new).unwrap(), AccountRecord::NEW);
}

#[test]
fn the_keys_are_pinned() {
    let (bb, cc) = ("bb".repeat(16), "cc".repeat(32));
    let path = |key: Result<Key, StoreError>| format!("{:?}", key.unwrap());
    let hash = TokenHash([0xCC; 32]);
    assert_eq!(path(session_key(hash)), format!("session.token/{cc}"));
    assert_eq!(path(family_key(hash)), format!("session.family/{cc}"));
    assert_eq!(path(grant_key(hash)), format!("session.step-up/{cc}"));
    assert_eq!(path(recovery_key(hash)), format!("session.recovery/{cc}"));
    assert_eq!(path(account_key(ACCOUNT_ID)), format!("session.account/{bb}"));
}

/// What a row decodes to, written again.
type Again = fn(&[u8]) -> Option<Vec<u8>>;

const AGAIN: [Again; 5] = [
    |bytes| SessionRecord::decode(bytes).ok().map(|session| SessionRecord::encode(&session)),
    |bytes| FamilyRecord::decode(bytes).ok().map(|family| family.encode()),
    |bytes| GrantRecord::decode(bytes).ok().map(|grant| grant.encode()),
    |bytes| RecoveryRecord::decode(bytes).ok().map(|recovery| recovery.encode()),
    |bytes| AccountRecord::decode(bytes).ok().map(|account| account.encode()),
];

fn valid() -> [Vec<u8>; 5] {
    [
        SessionRecord::encode(&session()),
        family().encode(),
        grant().encode(),
        recovery().encode(),
        account().encode(),
    ]
}

#[test]
fn anything_else_is_corrupt() {
    for (bytes, again) in valid().iter().zip(AGAIN) {
        assert_eq!(again(bytes).as_ref(), Some(bytes));
        assert!((0..bytes.len()).all(|len| again(&bytes[..len]).is_none()), "cut short");
        assert!(again(&[&bytes[..], &[0]].concat()).is_none(), "trailing");
        let versions = (0..=255_u8).filter(|version| *version != bytes[0]);
        for version in versions {
            assert!(again(&[&[version], &bytes[1..]].concat()).is_none(), "version {version}");
        }
    }
    for unknown_aal in [0, 4] {
        let mut bytes = SessionRecord::encode(&session());
        bytes[33] = unknown_aal;
        assert!(SessionRecord::decode(&bytes).is_err());
    }
    let mut nine = SessionRecord::encode(&Session { proofs: vec![proof(1); 8], ..session() });
    nine[58] = 9;
    nine.extend(proof(1).to_bytes());
    assert!(SessionRecord::decode(&nine).is_err(), "more proofs than a sign-in has");
}

proptest! {
    #[test]
    fn whatever_decodes_is_what_encodes(
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
    ) {
        for (mut bytes, again) in valid().into_iter().zip(AGAIN) {
            for (at, mask) in &flips {
                let at = at.index(bytes.len());
                bytes[at] ^= mask;
            }
            if let Some(again) = again(&bytes) {
                prop_assert_eq!(again, bytes);
            }
        }
    }
}
