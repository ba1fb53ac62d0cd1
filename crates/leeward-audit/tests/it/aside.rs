//! What waits in the outbox and cannot be read stops nothing, and stays.

use crate::support::{event, now, number, open, read, stage, store};
use leeward_audit::AuditLog;
use leeward_event::{Action, Event, Reason, outbox::OUTBOX};
use leeward_store::{Batch, Expect, Item, Key, Scan, Space, Store};
use leeward_vault::{MemoryKey, Vault};
use pollster::block_on;
use ring::rand::SystemRandom;
use tempfile::tempdir;

const SET_ASIDE: Space = Space::sealed("audit.set-aside");

fn put(store: &Store, key: Key, value: Vec<u8>) {
    let mut batch = Batch::new();
    batch.put(key, Expect::Any, value);
    block_on(store.commit(batch)).unwrap();
}

fn outbox_key(n: u64) -> Key {
    OUTBOX.key(&[&[0, 0, 0, 1], &[0, 0], &n.to_be_bytes()]).unwrap()
}

fn rows(store: &Store, space: Space) -> Vec<Item> {
    block_on(store.scan(&Scan::all(space.prefix(&[]).unwrap()).limit(1_000))).unwrap().items
}

/// What the log tells, in order: the number of an event, or `None` for a gap.
fn told(log: &AuditLog, size: u64) -> Vec<Option<u64>> {
    let tell = |event: Event| {
        if event.what() == Action::RecordRead {
            return Some(number(&event));
        }
        assert_eq!((event.what(), event.why()), (Action::LogGap, Some(Reason::Unreadable)));
        assert_eq!(event.how_many().get(), 1);
        None
    };
    (0..size).map(|index| tell(read(log, index).event.unwrap())).collect()
}

#[test]
fn what_is_no_event_is_set_aside_with_an_entry_in_its_place() {
    let dir = tempdir().unwrap();
    let store = store();
    let log = open(&store, dir.path());
    stage(&store, 0..2);
    put(&store, outbox_key(1), b"what is no event".to_vec());
    let later_form = [&[2], &event(7).encode()[1..]].concat();
    put(&store, outbox_key(2), later_form.clone());
    stage(&store, 2..3);
    assert_eq!(block_on(log.drain(now())).unwrap().logged, 5);
    assert_eq!(told(&log, 5), [Some(0), Some(1), None, None, Some(2)]);
    let aside = rows(&store, SET_ASIDE);
    let kept: Vec<_> = aside.iter().map(|item| item.entry.value.as_bytes()).collect();
    assert_eq!(kept, [&[&[1, 0], &b"what is no event"[..]].concat(), &[&[1, 0], &later_form[..]].concat()]);

    // What a later release knows is taken back and logged; the rest is set aside again.
    put(&store, aside[1].key.clone(), [&[1, 0], &event(3).encode()[..]].concat());
    block_on(log.drain(now())).unwrap();
    assert_eq!(block_on(log.take_back()).unwrap(), 2);
    assert_eq!(block_on(log.drain(now())).unwrap().logged, 2);
    assert_eq!(rows(&store, SET_ASIDE).len(), 1);
    let size = block_on(log.size()).unwrap();
    assert_eq!(told_last(&log, size), [None, Some(3)]);
}

fn told_last(log: &AuditLog, size: u64) -> Vec<Option<u64>> {
    let tell = |event: Event| (event.what() == Action::RecordRead).then(|| number(&event));
    (size - 2..size).map(|index| tell(read(log, index).event.unwrap())).collect()
}

#[test]
fn what_is_too_large_to_move_stays_where_it_is() {
    let dir = tempdir().unwrap();
    let store = store();
    let log = open(&store, dir.path());
    for n in 0..20 {
        put(&store, outbox_key(n), vec![0xff; 1_000_000]);
    }
    stage(&store, 0..3);
    assert_eq!(block_on(log.drain(now())).unwrap().logged, 23);
    assert_eq!(block_on(log.drain(now())).unwrap().logged, 0, "each has its entry");
    assert_eq!((rows(&store, SET_ASIDE).len(), block_on(log.size()).unwrap()), (20, 23));
    block_on(open(&store, dir.path()).append(&event(3), now())).unwrap();
    assert_eq!(block_on(log.drain(now())).unwrap().logged, 1);
}

#[test]
fn rows_that_do_not_open_do_not_stop_the_rest() {
    let dir = tempdir().unwrap();
    let raw = Store::memory();
    let vault = block_on(Vault::open(&raw, MemoryKey::generate(&SystemRandom::new()).unwrap())).unwrap();
    let store = vault.seal(&raw);
    let log = open(&store, dir.path());
    stage(&store, 0..1_500);
    let waiting = rows(&raw, OUTBOX);
    let damaged = [0, 1, 2, 500, 999];
    for place in damaged {
        let Item { key, entry } = &waiting[place];
        let mut bad = entry.value.as_bytes().to_vec();
        *bad.last_mut().unwrap() ^= 1;
        put(&raw.clone().assume_sealed(), key.clone(), bad);
    }
    assert_eq!(block_on(log.drain(now())).unwrap().logged, 1_500);
    assert_eq!(block_on(log.drain(now())).unwrap().logged, 0);
    assert_eq!(rows(&raw, OUTBOX).len(), damaged.len(), "they are kept");
    // Nor does it matter when what tells of one does not open either.
    let aside = &rows(&raw, SET_ASIDE)[0];
    put(&raw.clone().assume_sealed(), aside.key.clone(), b"damaged".to_vec());
    block_on(log.append(&event(2_000), now())).unwrap();
    assert_eq!(block_on(log.drain(now())).unwrap().logged, 1);

    // When they open again they are logged after all.
    put(&raw.clone().assume_sealed(), aside.key.clone(), aside.entry.value.as_bytes().to_vec());
    for place in damaged {
        let Item { key, entry } = &waiting[place];
        put(&raw.clone().assume_sealed(), key.clone(), entry.value.as_bytes().to_vec());
    }
    assert_eq!(block_on(log.take_back()).unwrap(), damaged.len() as u64);
    assert_eq!(block_on(log.drain(now())).unwrap().logged, damaged.len() as u64);
    assert!(rows(&raw, OUTBOX).is_empty() && rows(&raw, SET_ASIDE).is_empty());
    let size = block_on(log.size()).unwrap();
    let mut numbers: Vec<_> = told(&log, size).into_iter().flatten().collect();
    numbers.sort_unstable();
    assert!(numbers.into_iter().eq((0..1_500).chain([2_000])));
}
