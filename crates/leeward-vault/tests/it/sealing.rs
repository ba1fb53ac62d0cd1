//! What goes in comes out, and what lies there tells nothing.

use crate::support::*;
use leeward_event::outbox::OUTBOX;
use leeward_store::{Batch, Conflict, Expect, Scan, Space, Store, StoreError, Timestamp};
use leeward_vault::{Vault, VaultError};
use std::error::Error;

#[test]
fn values_versions_and_expiry_come_back() {
    let (_, _, store) = sealed();
    let later = Timestamp::from_second(1000).unwrap();
    let mut batch = Batch::new();
    batch.put_until(note(1, 1), Expect::Absent, b"in confidence", later);
    batch.put(secret("a"), Expect::Any, b"");
    batch.put(TILE.key(&[b"1"]).unwrap(), Expect::Any, b"public");
    let version = block_on(store.commit(batch)).unwrap();
    let entry = block_on(store.get(&note(1, 1))).unwrap().unwrap();
    assert_eq!((entry.value.as_bytes(), entry.version), (&b"in confidence"[..], version));
    assert_eq!(entry.expires_at, Some(later));
    assert_eq!(get(&store, &secret("a")).unwrap().unwrap(), b"");
    assert_eq!(block_on(store.purge(later)).unwrap(), 1);
    assert_eq!(get(&store, &note(1, 1)).unwrap(), None);
}

#[test]
fn what_lies_there_holds_no_plaintext_and_no_key() {
    let (below, vault, store) = sealed();
    let line = b"I do not know whom else to tell";
    put(&store, &note(1, 1), Expect::Absent, line).unwrap();
    put(&store, &secret("a"), Expect::Absent, line).unwrap();
    block_on(vault.place_hold(subject(1), HOLD, BY, NOW)).unwrap();
    for space in [NOTE, SECRET, OUTBOX, KEYS, KEYRING] {
        let items = dump(&below, space);
        assert!(!items.is_empty(), "{space:?}");
        for item in items {
            let bytes = item.entry.value.as_bytes();
            assert!(!contains(bytes, b"whom") && !contains(bytes, &ROOT), "{:?}", item.key);
        }
    }
    assert_eq!(raw(&below, &note(1, 1)).len(), line.len() + 90);
}

#[test]
fn public_spaces_pass_through_untouched() {
    let (below, _, store) = sealed();
    let tile = TILE.key(&[b"1"]).unwrap();
    put(&store, &tile, Expect::Absent, b"for everybody").unwrap();
    assert_eq!(raw(&below, &tile).as_bytes(), b"for everybody");
    assert!(dump(&below, KEYS).is_empty());
}

#[test]
fn subjects_of_any_length_have_keys_of_their_own() {
    let (below, _, store) = sealed();
    for subject in [vec![0; 1], vec![0; 64], vec![0; 65], vec![1; 65], vec![0; 400]] {
        let key = NOTE.key(&[&subject, b"1"]).unwrap();
        put(&store, &key, Expect::Absent, b"x").unwrap();
        assert_eq!(get(&store, &key).unwrap().unwrap(), b"x");
    }
    assert_eq!(dump(&below, KEYS).len(), 5);
}

#[test]
fn a_new_subject_takes_one_commit_and_an_old_one_adds_a_check() {
    let below = Store::memory();
    let plan = leeward_store::testing::Plan::new();
    let counted = plan.over(&below);
    let vault = open(&below);
    let store = vault.seal(&counted);
    let commits = || plan.calls(leeward_store::testing::Call::Commit);
    put(&store, &note(1, 1), Expect::Absent, b"x").unwrap();
    assert_eq!(commits(), 1);
    let version = block_on(below.get(&key_row(1))).unwrap().unwrap().version;
    put(&store, &note(1, 2), Expect::Absent, b"x").unwrap();
    assert_eq!(commits(), 2);
    assert_eq!(block_on(below.get(&key_row(1))).unwrap().unwrap().version, version);
}

#[test]
fn only_the_callers_keys_are_named_in_a_conflict() {
    let (below, _, first) = sealed();
    let second = open(&below).seal(&below);
    put(&first, &note(1, 1), Expect::Absent, b"x").unwrap();
    // This process has not seen the row of subject 1, nor of the service.
    let mut batch = Batch::new();
    batch.put(note(1, 1), Expect::Absent, b"y").put(secret("a"), Expect::Any, b"y");
    let Err(StoreError::Conflict(conflict)) = block_on(second.commit(batch)) else { panic!() };
    assert_eq!(conflict, Conflict::new(vec![note(1, 1)]));
    assert_eq!(get(&second, &secret("a")).unwrap(), None);
}

#[test]
fn stale_key_rows_are_resolved_inside() {
    let (below, vault, first) = sealed();
    let second = open(&below).seal(&below);
    for round in 0..5_u64 {
        put(&first, &note(1, round * 2), Expect::Absent, b"x").unwrap();
        block_on(vault.rekey(Some(subject(1)), BY, NOW)).unwrap();
        put(&second, &note(1, round * 2 + 1), Expect::Absent, b"x").unwrap();
    }
    for number in 0..10 {
        assert_eq!(get(&first, &note(1, number)).unwrap().unwrap(), b"x");
        assert_eq!(get(&second, &note(1, number)).unwrap().unwrap(), b"x");
    }
}

#[test]
fn callers_cannot_write_the_vaults_own_rows() {
    let (below, _, store) = sealed();
    put(&store, &note(1, 1), Expect::Absent, b"x").unwrap();
    let segments: &[&[u8]] = &[b"subject", &subject(1).id_bytes()];
    for space in [KEYS, Space::sealed(KEYS.name()), Space::sealed_for(KEYS.name(), 1)] {
        let mut batch = Batch::new();
        batch.delete(space.key(segments).unwrap(), Expect::Any);
        assert!(matches!(block_on(store.commit(batch.clone())), Err(StoreError::Misuse { .. })));
        assert!(matches!(block_on(store.prepare(batch)), Err(StoreError::Misuse { .. })));
    }
    assert_eq!(dump(&below, KEYS).len(), 1);
}

#[test]
fn another_store_than_the_vaults_is_refused() {
    let (_, vault, _) = sealed();
    let foreign = Store::memory();
    for _ in 0..2 {
        let Err(StoreError::Backend(cause)) = put(&vault.seal(&foreign), &note(1, 1), Expect::Absent, b"x")
        else {
            panic!()
        };
        assert!(matches!(cause.downcast_ref(), Some(VaultError::OtherStore)), "{cause:?}");
        // With a keyring of its own it is still another store.
        open(&foreign);
    }
}

#[test]
fn a_prepared_batch_opens_once_an_engine_applied_it() {
    let (below, vault, store) = sealed();
    let engine = below.clone().assume_sealed();
    for number in 0..3 {
        let mut batch = Batch::new();
        batch.put(note(1, number), Expect::Any, b"x").put(secret("a"), Expect::Any, b"x");
        let prepared = block_on(store.prepare(batch.clone())).unwrap().into_batch();
        // Somebody else was quicker, and it is prepared again.
        block_on(vault.rekey(Some(subject(1)), BY, NOW)).unwrap();
        let again = block_on(store.prepare(batch)).unwrap().into_batch();
        if number > 0 {
            assert!(matches!(block_on(engine.commit(prepared)), Err(StoreError::Conflict(_))));
        }
        block_on(engine.commit(again)).unwrap();
        assert_eq!(get(&store, &note(1, number)).unwrap().unwrap(), b"x");
    }
}

#[test]
fn a_small_cache_is_only_slower() {
    let below = Store::memory();
    let options = options().cached_subjects(1);
    let vault = block_on(Vault::open_with(&below, root(), options)).unwrap();
    let store = vault.seal(&below);
    for round in 0..3 {
        for person in 0..10 {
            put(&store, &note(person, round), Expect::Absent, &[person]).unwrap();
        }
    }
    for person in 0..10 {
        let scan = Scan::all(NOTE.prefix(&[&subject(person).id_bytes()]).unwrap());
        let page = block_on(store.scan(&scan)).unwrap();
        assert!(
            page.items.len() == 3 && page.items.iter().all(|item| item.entry.value.as_bytes() == [person])
        );
    }
}

#[test]
fn many_writers_of_one_key_all_get_through() {
    let (_, _, store) = sealed();
    std::thread::scope(|scope| {
        for writer in 0..16_u8 {
            let store = &store;
            scope.spawn(move || {
                for _ in 0..20 {
                    put(store, &note(1, 1), Expect::Any, &[writer]).unwrap();
                }
            });
        }
    });
    assert!(get(&store, &note(1, 1)).unwrap().is_some());
}

#[test]
fn futures_are_send_and_nothing_prints_secrets() {
    fn send<T: Send>(future: T) -> T {
        future
    }
    let (below, vault, store) = sealed();
    drop(send(Vault::open(&below, root())));
    drop(send(vault.erase(subject(1), BY, leeward_event::Reason::Requested, NOW)));
    drop(send(vault.place_hold(subject(1), HOLD, BY, NOW)));
    drop(send(vault.rotate(leeward_vault::KeyPurpose::Records, BY, NOW)));
    drop(send(vault.rotate_root(root(), BY, NOW)));
    drop(send(vault.rekey(None, BY, NOW)));
    drop(send(vault.plant_canary(&note(1, 1), b"")));
    drop(send(store.commit(Batch::new())));
    drop(send(store.get(&note(1, 1))));
    assert_eq!(format!("{vault:?}"), "Vault { .. }");
    assert_eq!(format!("{:?}", root()), "MemoryKey { .. }");
    let id = leeward_vault::KeyWrapper::key_id(&root());
    assert!(!contains(id.as_bytes(), &ROOT[..4]));
}

#[test]
fn a_cause_stays_reachable_through_the_store() {
    let error = StoreError::from(VaultError::OtherStore);
    assert!(error.source().unwrap().to_string().contains("seal the store that the vault was opened on"));
}
