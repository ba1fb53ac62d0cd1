//! Tokens are hashed under keys that lie outside the store.

use crate::support::{
    ANNA, aal2, again, again_refresh, at, lives, reauthenticate, start_refreshed, started, store,
};
use leeward_session::{SessionError, SessionKey, SessionKeys, SessionPolicy, Sessions};
use leeward_store::Store;
use pollster::block_on;

fn key(id: u32) -> SessionKey {
    SessionKey::from_bytes(id, &[u8::try_from(id).unwrap(); 32])
}

fn by(store: &Store, keys: SessionKeys) -> Sessions {
    Sessions::new(store, SessionPolicy::nist(), keys)
}

#[test]
fn another_key_finds_nothing() {
    let store = store();
    let (token, _) = started(&by(&store, SessionKeys::new(&key(1))), ANNA, at(0));
    for keys in [SessionKeys::new(&key(2)), SessionKeys::new(&SessionKey::from_bytes(1, &[9; 32]))] {
        assert!(!lives(&by(&store, keys), &token, at(0)));
    }
}

#[test]
fn what_an_older_key_hashed_lives_on_until_the_key_is_left_out() {
    let store = store();
    let first = by(&store, SessionKeys::new(&key(1)));
    let (old, _) = started(&first, ANNA, at(0));
    let family = start_refreshed(&first, ANNA, at(0));

    let both = by(&store, SessionKeys::new(&key(2)).accept(&key(1)).unwrap());
    let (new, _) = started(&both, ANNA, at(1));
    assert!(lives(&both, &old, at(1)) && lives(&both, &new, at(1)));
    assert!(!lives(&first, &new, at(1)), "the new key hashes");
    let next = block_on(both.refresh(again_refresh(&family.refresh), at(1))).unwrap();
    assert!(lives(&both, &next.access, at(1)) && !lives(&first, &next.access, at(1)));

    let second = by(&store, SessionKeys::new(&key(2)));
    assert!(!lives(&second, &old, at(1)) && lives(&second, &new, at(1)));
    let refreshed = block_on(second.refresh(again_refresh(&next.refresh), at(1)));
    assert!(matches!(refreshed, Err(SessionError::NotFound)));
    block_on(second.revoke(again(&old), at(1))).unwrap();

    // A token of a family that began under the older key is still told from a new one.
    let reused = block_on(both.refresh(family.refresh, at(1)));
    assert!(matches!(reused, Err(SessionError::RefreshReused)));
    let (renewed, _) = reauthenticate(&both, old, aal2(ANNA, at(2)), at(2)).unwrap();
    assert!(lives(&second, &renewed, at(2)), "renewed under the new key");
}

#[test]
fn an_id_names_one_key() {
    let twice = SessionKeys::new(&key(1)).accept(&key(1));
    assert!(matches!(twice, Err(SessionError::DuplicateKey { id: 1 })));
    let rng = ring::rand::SystemRandom::new();
    let made = SessionKey::generate(3, &rng).unwrap();
    assert_eq!(made.id(), 3);
    let store = store();
    let (token, _) = started(&by(&store, SessionKeys::new(&made)), ANNA, at(0));
    let again = SessionKey::from_bytes(3, made.expose_bytes());
    assert!(lives(&by(&store, SessionKeys::new(&again)), &token, at(0)));
}
