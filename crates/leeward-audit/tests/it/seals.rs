//! The seals of a log over hours, and what is left of their keys.

use crate::support::{ORIGIN, check_seals, entries, event, now, open, read, stage, store};
use leeward_audit::{AuditError, AuditLog, LogEntry, SealError, SealKey, verify_dir};
use leeward_event::CoarseTime;
use leeward_store::{
    Scan, Space, Store, Timestamp,
    testing::{Call, Fault, at_every_call},
};
use pollster::block_on;
use ring::rand::SystemRandom;
use std::sync::Barrier;
use tempfile::tempdir;

const SEAL: Space = Space::sealed("audit.seal");

fn key(minutes: u16) -> SealKey {
    SealKey::generate(ORIGIN, minutes, &SystemRandom::new()).unwrap()
}

fn minutes(count: i64) -> Timestamp {
    Timestamp::from_second(now().as_second() + count * 60).unwrap()
}

fn published(log: &AuditLog, at: Timestamp) -> Vec<Vec<u8>> {
    let size = block_on(log.publish(at)).unwrap().size;
    verify_dir(log.dir(), log.vkey()).unwrap();
    entries(log.dir(), size)
}

fn state(store: &Store) -> Vec<u8> {
    let rows = block_on(store.scan(&Scan::all(SEAL.prefix(&[]).unwrap()))).unwrap().items;
    rows[0].entry.value.as_bytes().to_vec()
}

#[test]
fn every_epoch_is_sealed_once_also_when_nothing_happened() {
    let dir = tempdir().unwrap();
    let (store, key) = (store(), key(15));
    let log = open(&store, dir.path());
    stage(&store, 0..3);
    block_on(log.drain(now())).unwrap();
    block_on(log.begin_seals(&key, now())).unwrap();
    let begun = check_seals(&published(&log, now()), &key, None).unwrap();
    assert_eq!((begun.epochs, begun.entries, begun.until), (1, 3, CoarseTime::of(now())));

    let mut sealed = 0;
    for (at, events) in [(0, 3..5), (14, 5..6), (15, 6..6), (29, 6..7), (31, 7..8), (200, 8..10)] {
        stage(&store, events);
        sealed += block_on(log.drain(minutes(at))).unwrap().sealed;
    }
    assert_eq!(sealed, 13);
    let entries = published(&log, minutes(200));
    assert_eq!(entries.len(), 10 + 14);
    let found = check_seals(&entries, &key, Some(CoarseTime::of(minutes(195)))).unwrap();
    assert_eq!((found.epochs, found.entries, found.until), (14, 21, CoarseTime::of(minutes(195))));
    assert!(entries.iter().map(|entry| LogEntry::decode(entry).unwrap().at()).is_sorted());
    let (index, seal) = (3, &entries[3]);
    let logged = read(&log, index);
    assert_eq!((&logged.entry.encode(), logged.event), (seal, None));
    block_on(log.inclusion_proof(index)).unwrap().verify(seal, log.vkey()).unwrap();
}

#[test]
fn a_log_that_slept_for_a_year_seals_every_epoch_of_it() {
    let dir = tempdir().unwrap();
    let (store, key) = (store(), key(15));
    let log = open(&store, dir.path());
    block_on(log.begin_seals(&key, now())).unwrap();
    stage(&store, 0..1);
    let year = minutes(365 * 24 * 60);
    let drained = block_on(log.drain(year)).unwrap();
    assert_eq!((drained.sealed, drained.logged), (365 * 96, 1));
    let found = check_seals(&published(&log, year), &key, Some(CoarseTime::of(year))).unwrap();
    assert_eq!(found.epochs, 365 * 96 + 1);
    let much_later = minutes(800 * 24 * 60);
    stage(&store, 1..2);
    let refused = block_on(log.drain(much_later)).unwrap_err();
    assert!(matches!(refused, AuditError::ClockAhead { days: 435 }), "{refused}");
    let trusting = log.after_long_pause();
    assert_eq!(block_on(trusting.drain(much_later)).unwrap().sealed, 435 * 96);
}

#[test]
fn the_keys_of_sealed_epochs_are_nowhere_in_the_store() {
    let dir = tempdir().unwrap();
    let (store, key) = (store(), key(1));
    let log = open(&store, dir.path());
    block_on(log.begin_seals(&key, now())).unwrap();
    let mut seen = vec![state(&store)];
    for minute in 1..5_u32 {
        block_on(log.drain(minutes(minute.into()))).unwrap();
        let state = state(&store);
        assert!(seen.iter().all(|before| before[19..] != state[19..]), "a new key each epoch");
        assert_eq!(state[11..15], (minute + 1).to_be_bytes());
        seen.push(state);
    }
    // Nor the one that was written down.
    let first = key.expose().rsplit('+').next().unwrap().to_owned();
    assert!(!first.is_empty());
}

#[test]
fn a_log_has_one_seal_key() {
    let dir = tempdir().unwrap();
    let (store, key) = (store(), key(15));
    let log = open(&store, dir.path());
    let other_name = SealKey::generate("example.org/other", 15, &SystemRandom::new()).unwrap();
    assert!(matches!(block_on(log.begin_seals(&other_name, now())), Err(AuditError::SealKey)));
    block_on(log.begin_seals(&key, now())).unwrap();
    block_on(log.begin_seals(&key, minutes(1))).unwrap();
    assert_eq!(block_on(log.size()).unwrap(), 1, "nothing is begun twice");
    let written: SealKey = key.expose().parse().unwrap();
    block_on(log.begin_seals(&written, minutes(1))).unwrap();
    let other = self::key(15);
    let refused = block_on(log.begin_seals(&other, minutes(1))).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the seals of this log began with another key, or it is the key of a log of another name"
    );
    assert_eq!(check_seals(&published(&log, now()), &other, None), Err(SealError::Broken { index: 0 }));
}

#[test]
fn seals_that_are_interrupted_at_any_call_go_on_without_a_hole() {
    let key = key(15);
    let mut runs = 0;
    for fault in [Fault::Refuse, Fault::LoseRequest, Fault::LoseAnswer, Fault::Conflict] {
        runs += at_every_call(Call::Any, &fault, |plan| {
            let dir = tempdir().unwrap();
            let clean = store();
            stage(&clean, 0..1);
            let failing = plan.over(&clean);
            let _ = block_on(async {
                let log = AuditLog::open(&failing, dir.path(), ORIGIN).await?;
                log.begin_seals(&key, now()).await?;
                log.drain(minutes(40)).await
            });
            let log = open(&clean, dir.path());
            block_on(log.begin_seals(&key, minutes(41))).unwrap();
            block_on(log.drain(minutes(75))).unwrap();
            let until = Some(CoarseTime::of(minutes(60)));
            check_seals(&published(&log, minutes(75)), &key, until).unwrap();
        });
    }
    assert!(runs > 30, "{runs}");
}

#[test]
fn two_processes_seal_each_epoch_once() {
    let (left, right) = (tempdir().unwrap(), tempdir().unwrap());
    let (store, key) = (store(), key(1));
    let logs = [open(&store, left.path()), open(&store, right.path())];
    block_on(logs[0].begin_seals(&key, now())).unwrap();
    let (minute_by_minute, key) = (&Barrier::new(2), &key);
    std::thread::scope(|scope| {
        for (skew, log) in [0, 2].into_iter().zip(&logs) {
            scope.spawn(move || {
                for minute in 0..60 {
                    minute_by_minute.wait();
                    block_on(log.append(&event(1), minutes(minute + skew))).unwrap();
                    block_on(log.drain(minutes(minute + skew))).unwrap();
                }
            });
        }
    });
    let log = &logs[1];
    block_on(log.drain(minutes(62))).unwrap();
    let found = check_seals(&published(log, minutes(62)), key, Some(CoarseTime::of(minutes(62)))).unwrap();
    assert_eq!(found.epochs, 63);
}
