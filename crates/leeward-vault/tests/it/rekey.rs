//! New data keys: asked for, or because the old one is used up.

use crate::support::*;
use leeward_event::Action;
use leeward_store::{Batch, Expect, Scan, Store, StoreError, Timestamp};
use leeward_vault::{KeyLimits, Vault, VaultError};

fn notes() -> Scan {
    Scan::all(NOTE.prefix(&[]).unwrap()).limit(3)
}

fn key_of(below: &Store, number: u64) -> Vec<u8> {
    raw(below, &note(1, number)).as_bytes()[2..18].to_vec()
}

fn keys_in_row(below: &Store) -> u8 {
    raw(below, &key_row(1)).as_bytes()[3]
}

fn rekey(vault: &Vault) {
    block_on(vault.rekey(Some(subject(1)), BY, NOW)).unwrap();
}

fn reseal_all(vault: &Vault) -> usize {
    let (mut next, mut entries) = (Some(notes()), 0);
    while let Some(scan) = next {
        let step = block_on(vault.reseal(&scan)).unwrap();
        entries += step.entries;
        next = step.next;
    }
    entries
}

#[test]
fn records_move_to_the_new_key_when_they_are_written() {
    let (below, vault, store) = sealed();
    for number in 0..3 {
        put(&store, &note(1, number), Expect::Absent, b"x").unwrap();
    }
    let old = key_of(&below, 0);
    rekey(&vault);
    put(&store, &note(1, 0), Expect::Any, b"y").unwrap();
    assert_ne!(key_of(&below, 0), old);
    assert_eq!(key_of(&below, 1), old);
    assert_eq!(get(&store, &note(1, 1)).unwrap().unwrap(), b"x");
    assert_eq!(actions(&store), [Action::KeyRotated]);
}

#[test]
fn resealing_moves_the_rest_and_then_the_old_key_may_go() {
    let (below, vault, store) = sealed();
    let later = Timestamp::from_second(1000).unwrap();
    for number in 0..10 {
        let mut batch = Batch::new();
        batch.put_until(note(1, number), Expect::Absent, b"x", later);
        block_on(store.commit(batch)).unwrap();
        put(&store, &note(2, number), Expect::Absent, b"x").unwrap();
    }
    block_on(vault.plant_canary(&note(1, 77), b"x")).unwrap();
    rekey(&vault);
    let old = key_of(&below, 0);
    assert_eq!(reseal_all(&vault), 11, "ten, and the canary");
    assert_eq!(reseal_all(&vault), 0);
    assert_eq!(actions(&store), [Action::KeyRotated], "no canary was tripped");
    block_on(vault.danger_destroy_old_data_keys(Some(subject(1)), BY, NOW)).unwrap();
    assert_eq!(keys_in_row(&below), 1);
    for number in 0..10 {
        assert_ne!(key_of(&below, number), old);
        let entry = block_on(store.get(&note(1, number))).unwrap().unwrap();
        assert_eq!((entry.value.as_bytes(), entry.expires_at), (&b"x"[..], Some(later)));
    }
    assert!(get(&store, &note(1, 77)).is_err());
    assert_eq!(actions(&store).last(), Some(&Action::CanaryOpened));
}

#[test]
fn what_was_not_resealed_is_lost_with_its_key_and_says_so() {
    let (_, vault, store) = sealed();
    put(&store, &note(1, 1), Expect::Absent, b"x").unwrap();
    rekey(&vault);
    block_on(vault.place_hold(subject(1), HOLD, BY, NOW)).unwrap();
    let held = block_on(vault.danger_destroy_old_data_keys(Some(subject(1)), BY, NOW));
    assert!(matches!(held, Err(VaultError::LegalHold)));
    block_on(vault.lift_hold(subject(1), HOLD, BY, NOW)).unwrap();
    block_on(vault.danger_destroy_old_data_keys(Some(subject(1)), BY, NOW)).unwrap();
    assert!(matches!(get(&store, &note(1, 1)), Err(StoreError::CannotOpen { .. })));
    assert!(matches!(put(&store, &note(1, 1), Expect::Any, b"y"), Err(StoreError::CannotOpen { .. })));
}

#[test]
fn the_services_own_key_is_replaced_with_its_event_in_the_batch() {
    let (below, vault, store) = sealed();
    block_on(vault.rekey(None, BY, NOW)).unwrap();
    assert!(actions(&store).is_empty(), "there was no key yet");
    put(&store, &secret("a"), Expect::Absent, b"x").unwrap();
    // A second process does it too, with a stale view of the row.
    let elsewhere = open(&below);
    assert!(get(&elsewhere.seal(&below), &secret("a")).unwrap().is_some());
    for _ in 0..2 {
        block_on(vault.rekey(None, BY, NOW)).unwrap();
        block_on(elsewhere.rekey(None, BY, NOW)).unwrap();
    }
    let secrets = Scan::all(SECRET.prefix(&[]).unwrap());
    assert_eq!(block_on(vault.reseal(&secrets)).unwrap().entries, 1);
    let outbox = Scan::all(leeward_event::outbox::OUTBOX.prefix(&[]).unwrap());
    assert_eq!(block_on(vault.reseal(&outbox)).unwrap().entries, 3, "the last is new already");
    block_on(elsewhere.danger_destroy_old_data_keys(None, BY, NOW)).unwrap();
    let told = actions(&store);
    assert_eq!(told.iter().filter(|action| **action == Action::KeyRotated).count(), 4);
    assert_eq!(told.iter().filter(|action| **action == Action::OldKeysDestroyed).count(), 1);
    assert_eq!(get(&open(&below).seal(&below), &secret("a")).unwrap().unwrap(), b"x");
}

#[test]
fn the_event_of_a_new_key_is_not_lost_with_the_old_one() {
    let (below, vault, store) = sealed();
    put(&store, &secret("a"), Expect::Absent, b"x").unwrap();
    block_on(vault.rekey(None, BY, NOW)).unwrap();
    block_on(vault.reseal(&Scan::all(SECRET.prefix(&[]).unwrap()))).unwrap();
    block_on(vault.danger_destroy_old_data_keys(None, BY, NOW)).unwrap();
    for handle in [&store, &open(&below).seal(&below)] {
        assert_eq!(actions(handle), [Action::KeyRotated, Action::OldKeysDestroyed]);
        assert_eq!(get(handle, &secret("a")).unwrap().unwrap(), b"x");
    }
}

/// The event goes under a key that the row still has, whatever this process remembers.
#[test]
fn a_stale_view_of_the_services_key_seals_no_event() {
    let (below, vault, store) = sealed();
    put(&store, &secret("a"), Expect::Absent, b"x").unwrap();
    let elsewhere = open(&below);
    block_on(elsewhere.rekey(None, BY, NOW)).unwrap();
    for space in [SECRET, leeward_event::outbox::OUTBOX] {
        block_on(elsewhere.reseal(&Scan::all(space.prefix(&[]).unwrap()))).unwrap();
    }
    block_on(elsewhere.danger_destroy_old_data_keys(None, BY, NOW)).unwrap();
    block_on(vault.rekey(None, BY, NOW)).unwrap();
    let told = [Action::KeyRotated, Action::OldKeysDestroyed, Action::KeyRotated];
    assert_eq!(actions(&open(&below).seal(&below)), told);
}

#[test]
fn an_erased_subject_gets_no_new_key() {
    let (_, vault, _) = sealed();
    block_on(vault.erase(subject(1), BY, leeward_event::Reason::Requested, NOW)).unwrap();
    assert!(matches!(block_on(vault.rekey(Some(subject(1)), BY, NOW)), Err(VaultError::Erased)));
}

#[test]
fn a_public_space_has_nothing_to_reseal() {
    let (_, vault, _) = sealed();
    let scan = Scan::all(TILE.prefix(&[]).unwrap());
    let refused = block_on(vault.reseal(&scan));
    assert!(matches!(refused, Err(VaultError::Store(StoreError::Misuse { .. }))));
}

/// Messages that the row says were reserved, of each key.
fn reserved(below: &Store) -> Vec<u64> {
    let row = raw(below, &key_row(1));
    let keys = row.as_bytes()[4..].chunks_exact(16 + 1 + 4 + 8 + 8 + 8 + 2 + 104);
    keys.map(|key| u64::from_be_bytes(key[29..37].try_into().unwrap())).collect()
}

#[test]
fn what_is_only_prepared_reserves_what_it_needs() {
    let (below, _, store) = sealed();
    let engine = below.clone().assume_sealed();
    for number in 0..5 {
        let mut batch = Batch::new();
        batch.put(note(1, number * 2), Expect::Absent, b"x").put(
            note(1, number * 2 + 1),
            Expect::Absent,
            b"x",
        );
        let prepared = block_on(store.prepare(batch)).unwrap().into_batch();
        block_on(engine.commit(prepared)).unwrap();
        assert_eq!(reserved(&below), [number * 2 + 2]);
    }
    put(&store, &note(1, 99), Expect::Absent, b"x").unwrap();
    assert_eq!(reserved(&below), [10 + (1 << 16)]);
}

#[test]
fn a_key_that_is_used_up_is_succeeded_by_another() {
    let below = Store::memory();
    let limits = KeyLimits::new(1000, 1 << 40, 100, 1 << 30).unwrap();
    let vault = block_on(Vault::open_with(&below, root(), options().key_limits(limits))).unwrap();
    let store = vault.seal(&below);
    for number in 0..2_500 {
        put(&store, &note(1, number), Expect::Absent, b"x").unwrap();
    }
    assert_eq!(reserved(&below), [1000, 1000, 500]);
    let mut sealed_by = std::collections::BTreeMap::<Vec<u8>, u64>::new();
    for number in 0..2_500 {
        *sealed_by.entry(key_of(&below, number)).or_default() += 1;
        assert_eq!(get(&store, &note(1, number)).unwrap().unwrap(), b"x");
    }
    assert!(sealed_by.len() == 3 && sealed_by.values().all(|messages| *messages <= 1000), "{sealed_by:?}");
}

#[test]
fn bytes_are_counted_too_and_so_are_big_batches() {
    let below = Store::memory();
    let limits = KeyLimits::new(1000, 1 << 24, 100, 1 << 22).unwrap();
    let vault = block_on(Vault::open_with(&below, root(), options().key_limits(limits))).unwrap();
    let store = vault.seal(&below);
    for round in 0..5 {
        let mut batch = Batch::new();
        for number in 0..5 {
            batch.put(note(1, round * 5 + number), Expect::Absent, vec![0; 1 << 20]);
        }
        block_on(store.commit(batch)).unwrap();
    }
    // 5 MiB each time, and three times that fits into 16 MiB.
    assert_eq!(keys_in_row(&below), 2);
    let whole = (0..1000).fold(Batch::new(), |mut batch, number| {
        batch.put(note(3, number), Expect::Absent, b"x");
        batch
    });
    block_on(store.commit(whole)).unwrap();
}

#[test]
fn processes_reserve_apart_and_never_pass_the_limit_together() {
    let below = Store::memory();
    let limits = KeyLimits::new(1000, 1 << 40, 100, 1 << 30).unwrap();
    let options = || options().key_limits(limits);
    let open = || block_on(Vault::open_with(&below, root(), options())).unwrap().seal(&below);
    let handles = [open(), open(), open()];
    std::thread::scope(|scope| {
        for (writer, handle) in (0_u64..).zip(&handles) {
            scope.spawn(move || {
                for number in 0..400 {
                    put(handle, &note(1, writer << 32 | number), Expect::Absent, b"x").unwrap();
                }
            });
        }
    });
    let mut sealed_by = std::collections::BTreeMap::<Vec<u8>, u64>::new();
    for item in dump(&below, NOTE) {
        *sealed_by.entry(item.entry.value.as_bytes()[2..18].to_vec()).or_default() += 1;
    }
    assert_eq!(sealed_by.values().sum::<u64>(), 1200);
    assert!(sealed_by.values().all(|messages| *messages <= 1000), "{sealed_by:?}");
    assert!(reserved(&below).iter().all(|messages| *messages <= 1000));
}

#[test]
fn processes_that_take_turns_do_not_take_what_is_reserved() {
    let (below, _, first) = sealed();
    let second = open(&below).seal(&below);
    for number in 0..2 {
        put(&first, &note(1, number * 2), Expect::Absent, b"x").unwrap();
        put(&second, &note(1, number * 2 + 1), Expect::Absent, b"x").unwrap();
    }
    let version = || block_on(below.get(&key_row(1))).unwrap().unwrap().version;
    let reserved = version();
    for number in 2..50 {
        put(&first, &note(1, number * 2), Expect::Absent, b"x").unwrap();
        put(&second, &note(1, number * 2 + 1), Expect::Absent, b"x").unwrap();
    }
    assert_eq!(version(), reserved);
}

#[test]
fn old_keys_are_kept_up_to_a_bound() {
    let (below, vault, store) = sealed();
    put(&store, &note(1, 1), Expect::Absent, b"x").unwrap();
    for _ in 0..7 {
        rekey(&vault);
    }
    let over = block_on(vault.rekey(Some(subject(1)), BY, NOW));
    assert!(matches!(over, Err(VaultError::TooManyKeys)));
    assert_eq!(keys_in_row(&below), 8);
    assert_eq!(get(&store, &note(1, 1)).unwrap().unwrap(), b"x");
}

#[test]
fn limits_that_a_batch_would_pass_are_refused() {
    assert!(KeyLimits::new(1000, 8 << 20, 1, 1).is_ok());
    for (messages, bytes, block_messages, block_bytes) in
        [(999, 8 << 20, 1, 1), (1000, 1 << 20, 1, 1), (1000, 8 << 20, 0, 1), (1000, 8 << 20, 1001, 1)]
    {
        let limits = KeyLimits::new(messages, bytes, block_messages, block_bytes);
        assert!(matches!(limits, Err(VaultError::KeyLimits)));
    }
}
