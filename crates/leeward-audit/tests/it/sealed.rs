//! The log over a store that `leeward-vault` seals.

use crate::support::{conversation, event, now, open, read, stage, stage_together};
use leeward_audit::{AuditLog, verify_dir};
use leeward_event::{Action, Actor, Component, Event, Reason, Subject, outbox::OUTBOX};
use leeward_store::{Scan, Space, Store};
use leeward_vault::{MemoryKey, Vault};
use pollster::block_on;
use ring::rand::SystemRandom;
use std::path::Path;
use tempfile::tempdir;

const DETAIL: Space = Space::sealed_for("audit.detail", 0);

fn sealed(raw: &Store, dir: &Path) -> (Vault, Store, AuditLog) {
    let vault = block_on(Vault::open(raw, MemoryKey::generate(&SystemRandom::new()).unwrap())).unwrap();
    let store = vault.seal(raw);
    let log = open(&store, dir);
    (vault, store, log)
}

/// What [`event`] tells: all of it, or nothing when it is about conversation 3.
fn expected(n: u64) -> Option<Event> {
    (n % 11 != 3).then(|| event(n))
}

#[test]
fn an_erased_and_swept_subject_leaves_entries_and_proofs() {
    let dir = tempdir().unwrap();
    let raw = Store::memory();
    let (vault, store, log) = sealed(&raw, dir.path());
    stage_together(&store, 0..300);
    block_on(log.drain(now())).unwrap();
    let before = block_on(log.publish(now())).unwrap();
    // Some wait in the outbox while their subject is erased.
    stage(&store, 300..322);

    let subject = Subject::Conversation(conversation(3));
    let by = Actor::Component(Component::Application);
    block_on(vault.erase(subject, by, Reason::Requested, now())).unwrap();
    block_on(log.drain(now())).unwrap();
    let size = block_on(log.publish(now())).unwrap().size;
    assert_eq!(size, 323);
    let seen = |log: &AuditLog| {
        assert!((0..322).all(|index| read(log, index).event == expected(index)));
        let erasure = read(log, 322).event.unwrap();
        assert_eq!((erasure.what(), erasure.whom()), (Action::SubjectErased, Some(subject)));
    };
    seen(&log);
    let all = Scan::all(DETAIL.prefix(&[]).unwrap()).limit(1_000);
    assert_eq!(block_on(vault.sweep(&all)).unwrap().entries, 27);
    seen(&log);

    verify_dir(dir.path(), log.vkey()).unwrap();
    block_on(log.consistency_proof(before.size)).unwrap().verify(&before.root).unwrap();
    for index in 0..size {
        let entry = read(&log, index).entry;
        block_on(log.inclusion_proof(index)).unwrap().verify(&entry.encode(), log.vkey()).unwrap();
    }
}

#[test]
fn nothing_of_an_event_lies_in_the_store_in_the_clear() {
    let dir = tempdir().unwrap();
    let raw = Store::memory();
    let (_vault, store, log) = sealed(&raw, dir.path());
    stage(&store, 0..12);
    let mut spaces = vec![OUTBOX];
    for rows in [12, 27] {
        let items = spaces.iter().flat_map(|space: &Space| {
            block_on(raw.scan(&Scan::all(space.prefix(&[]).unwrap()))).unwrap().items
        });
        let items: Vec<_> = items.collect();
        assert_eq!(items.len(), rows);
        for item in items {
            // The key of a detail names its subject, and these have the same numbers as the actors.
            let key = if item.key.space() == DETAIL { &[] } else { item.key.as_bytes() };
            let seen = [key, item.entry.value.as_bytes()].concat();
            for n in 0..12 {
                let id = event(n).who().id_bytes().unwrap();
                assert!(!seen.windows(16).any(|window| window == id), "{:?}", item.key);
            }
        }
        block_on(log.drain(now())).unwrap();
        spaces =
            ["audit.key", "audit.head", "audit.entry", "audit.service-detail"].map(Space::sealed).to_vec();
        spaces.push(DETAIL);
    }
    assert_eq!(read(&log, 4).event, Some(event(4)));
}
