//! A dump of the store opens no session.

use crate::{
    recovery::recovering,
    step_up::granted,
    support::{
        ANNA, aal2, again, at, keys, lives, reauthenticate, sessions, start_refreshed, started, store,
    },
};
use leeward_event::Actor;
use leeward_session::{SessionError, SessionKey, SessionToken};
use leeward_store::{
    Action, Backend, Batch, Entry, Inner, Key, Page, Scan, Store, StoreError, Timestamp, Version,
};
use pollster::block_on;
use std::sync::{Arc, Mutex};

/// Keeps a copy of everything written.
struct Copying {
    inner: Inner,
    written: Arc<Mutex<Vec<u8>>>,
}

impl Copying {
    fn copy(&self, batch: &Batch) {
        let mut written = self.written.lock().unwrap();
        for op in batch.ops() {
            written.extend(op.key.segments().concat());
            if let Action::Put { value, .. } = &op.action {
                written.extend(value.as_bytes());
            }
        }
    }
}

impl Backend for Copying {
    async fn get(&self, key: &Key) -> Result<Option<Entry>, StoreError> {
        self.inner.get(key).await
    }

    async fn scan(&self, scan: &Scan) -> Result<Page, StoreError> {
        self.inner.scan(scan).await
    }

    async fn commit(&self, batch: Batch) -> Result<Version, StoreError> {
        self.copy(&batch);
        self.inner.commit(batch).await
    }

    async fn purge(&self, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.inner.purge(now, limit).await
    }

    async fn prepare(&self, batch: Batch) -> Result<Batch, StoreError> {
        self.inner.prepare(batch).await
    }
}

fn copied(store: &Store) -> (Store, Arc<Mutex<Vec<u8>>>) {
    let written = Arc::new(Mutex::new(Vec::new()));
    let copy = written.clone();
    (store.decorate(|inner| Copying { inner, written: copy }), written)
}

/// The secret in a token's text, behind the id of its key.
fn raw(text: &str) -> Vec<u8> {
    (8..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap()).collect()
}

#[test]
fn no_token_is_ever_written() {
    let (store, written) = copied(&store());
    let sessions = sessions(&store);
    let (first, _) = started(&sessions, ANNA, at(0));
    assert!(lives(&sessions, &first, at(30)));
    let (second, _) = reauthenticate(&sessions, again(&first), aal2(ANNA, at(31)), at(31)).unwrap();
    let grant = granted(&sessions, &second, at(31));
    let refreshed = start_refreshed(&sessions, ANNA, at(31));
    let used = refreshed.refresh.reveal();
    let next = block_on(sessions.refresh(refreshed.refresh, at(31))).unwrap();
    let (recovery, _) = recovering(&sessions, at(31)).unwrap();
    block_on(sessions.revoke_all(ANNA, Actor::Staff(ANNA), at(32))).unwrap();

    let written = written.lock().unwrap();
    assert!(written.len() > 500);
    let found = |part: &[u8]| written.windows(part.len()).any(|window| window == part);
    for text in [
        first.reveal(),
        second.reveal(),
        grant.reveal(),
        refreshed.access.reveal(),
        used,
        next.refresh.reveal(),
        recovery.reveal(),
    ] {
        for part in raw(&text).chunks(8) {
            assert!(!found(part), "8 bytes of a token");
        }
        for part in text.as_bytes()[8..].chunks(16) {
            assert!(!found(part), "16 digits of a token");
        }
    }
}

#[test]
fn the_key_under_which_a_session_lies_is_no_token() {
    let (store, written) = copied(&store());
    let sessions = sessions(&store);
    started(&sessions, ANNA, at(0));
    let written = written.lock().unwrap().clone();
    for hash in written.windows(32) {
        let digits = hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let text = format!("00000007{digits}");
        let token = SessionToken::parse(&text).unwrap();
        assert!(!lives(&sessions, &token, at(0)));
    }
}

#[test]
fn tokens_are_all_different() {
    let sessions = sessions(&store());
    let mut tokens = (0..200).map(|_| raw(&started(&sessions, ANNA, at(0)).0.reveal())).collect::<Vec<_>>();
    tokens.sort_unstable();
    tokens.dedup();
    assert_eq!(tokens.len(), 200);
}

#[test]
fn every_bad_token_gets_the_same_answer() {
    let sessions = sessions(&store());
    let (expired, _) = started(&sessions, ANNA, at(-120));
    let (revoked, _) = started(&sessions, ANNA, at(0));
    block_on(sessions.revoke(again(&revoked), at(0))).unwrap();
    let unknown = SessionToken::parse(&format!("00000007{}", "0".repeat(64))).unwrap();
    let malformed = SessionToken::parse("nonsense").unwrap_err();
    let mut answers = vec![(malformed.to_string(), format!("{malformed:?}"))];
    let keyless = SessionToken::parse(&"0".repeat(72)).unwrap();
    for token in [expired, revoked, unknown, keyless] {
        let error = block_on(sessions.look_up(&token, at(0))).unwrap_err();
        assert!(matches!(error, SessionError::NotFound));
        answers.push((error.to_string(), format!("{error:?}")));
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
}

#[test]
fn nothing_prints_a_token() {
    let sessions = sessions(&store());
    let started = started(&sessions, ANNA, at(0));
    let printed = format!("{started:?} {sessions:?}");
    let text = started.0.reveal();
    assert!((8..64).all(|i| !printed.contains(&text[i..i + 8])), "{printed}");
    let refreshed = start_refreshed(&sessions, ANNA, at(0));
    let grant = granted(&sessions, &started.0, at(0));
    let printed =
        format!("{refreshed:?} {grant:?} {:?} {:?}", keys(), SessionKey::from_bytes(1, &[0x5A; 32]));
    for text in [refreshed.access.reveal(), refreshed.refresh.reveal(), grant.reveal()] {
        assert!((8..text.len() - 8).all(|i| !printed.contains(&text[i..i + 8])), "{printed}");
    }
    assert!(!printed.contains("90, 90") && !printed.contains("5a5a"), "{printed}");
}
