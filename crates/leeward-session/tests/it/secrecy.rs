//! A dump of the store opens no session.

use crate::support::{ANNA, aal2, again, at, lives, sessions, started, store};
use leeward_event::Actor;
use leeward_session::{SessionError, SessionToken};
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

fn raw(token: &SessionToken) -> Vec<u8> {
    let text = token.reveal();
    (0..64).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap()).collect()
}

#[test]
fn no_token_is_ever_written() {
    let (store, written) = copied(&store());
    let sessions = sessions(&store);
    let (first, _) = started(&sessions, ANNA, at(0));
    assert!(lives(&sessions, &first, at(30)));
    let (second, _) = block_on(sessions.rotate(again(&first), aal2(ANNA, at(31)), at(31))).unwrap();
    block_on(sessions.revoke_all(ANNA, Actor::Staff(ANNA), at(32))).unwrap();

    let written = written.lock().unwrap();
    assert!(written.len() > 500);
    for token in [&first, &second] {
        let found = |part: &[u8]| written.windows(part.len()).any(|window| window == part);
        for part in raw(token).chunks(8) {
            assert!(!found(part), "8 bytes of a token");
        }
        for part in token.reveal().as_bytes().chunks(16) {
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
        let text = hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let token = SessionToken::parse(&text).unwrap();
        assert!(!lives(&sessions, &token, at(0)));
    }
}

#[test]
fn tokens_are_all_different() {
    let sessions = sessions(&store());
    let mut tokens = (0..500).map(|_| raw(&started(&sessions, ANNA, at(0)).0)).collect::<Vec<_>>();
    tokens.sort_unstable();
    tokens.dedup();
    assert_eq!(tokens.len(), 500);
}

#[test]
fn every_bad_token_gets_the_same_answer() {
    let sessions = sessions(&store());
    let (expired, _) = started(&sessions, ANNA, at(-120));
    let (revoked, _) = started(&sessions, ANNA, at(0));
    block_on(sessions.revoke(again(&revoked), at(0))).unwrap();
    let unknown = SessionToken::parse(&"0".repeat(64)).unwrap();
    let malformed = SessionToken::parse("nonsense").unwrap_err();
    let mut answers = vec![(malformed.to_string(), format!("{malformed:?}"))];
    for token in [expired, revoked, unknown] {
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
    assert!((0..56).all(|i| !printed.contains(&text[i..i + 8])));
}
