//! Erasing a subject takes its details away and leaves every proof as it was.

use crate::support::{conversation, event, now, number, open, read, reader, stage};
use leeward_audit::{AuditError, Query, TlogProof, verify_dir};
use leeward_event::{Action, Actor, Component, Event, Purpose, Subject};
use leeward_store::{
    Action as Change, Backend, Batch, Entry, Inner, Key, Page, Prefix, Scan, Space, Store, StoreError,
    Timestamp, Version,
};
use pollster::block_on;
use ring::rand::SystemRandom;
use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};
use tempfile::tempdir;

/// What a sealing store does about erased subjects: their records are there and open no more, scans
/// leave them out, and nothing new is sealed for them.
struct Erasing {
    inner: Inner,
    erased: Arc<Mutex<HashSet<Vec<u8>>>>,
}

impl Erasing {
    fn check(&self, key: &Key) -> Result<(), StoreError> {
        match key.subject() {
            Some(subject) if self.erased.lock().unwrap().contains(&subject) => {
                Err(StoreError::Erased { key: key.clone() })
            }
            _ => Ok(()),
        }
    }
}

impl Backend for Erasing {
    async fn get(&self, key: &Key) -> Result<Option<Entry>, StoreError> {
        let entry = self.inner.get(key).await?;
        if entry.is_some() {
            self.check(key)?;
        }
        Ok(entry)
    }

    async fn scan(&self, scan: &Scan) -> Result<Page, StoreError> {
        let mut page = self.inner.scan(scan).await?;
        page.items.retain(|item| self.check(&item.key).is_ok());
        Ok(page)
    }

    async fn commit(&self, batch: Batch) -> Result<Version, StoreError> {
        let mut puts = batch.ops().iter().filter(|op| matches!(op.action, Change::Put { .. }));
        puts.try_for_each(|op| self.check(&op.key))?;
        self.inner.commit(batch).await
    }

    async fn purge(&self, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.inner.purge(now, limit).await
    }

    async fn prepare(&self, batch: Batch) -> Result<Batch, StoreError> {
        self.inner.prepare(batch).await
    }
}

fn erasing() -> (Store, Arc<Mutex<HashSet<Vec<u8>>>>) {
    let erased = Arc::<Mutex<HashSet<Vec<u8>>>>::default();
    let store = Store::memory().assume_sealed();
    (store.decorate(|inner| Erasing { inner, erased: erased.clone() }), erased)
}

#[test]
fn erased_details_leave_every_proof_valid() {
    let dir = tempdir().unwrap();
    let (store, erased) = erasing();
    let log = open(&store, dir.path());
    stage(&store, 0..300);
    block_on(log.drain(now())).unwrap();
    block_on(log.publish(now())).unwrap();
    let before = verify_dir(dir.path(), log.vkey()).unwrap();
    let entries: Vec<_> = (0..300).map(|index| read(&log, index).entry).collect();
    let proofs: Vec<_> = (0..300).map(|index| block_on(log.inclusion_proof(index)).unwrap()).collect();

    erased.lock().unwrap().insert(conversation(3).as_bytes().to_vec());

    let log = open(&store, dir.path());
    for (index, (entry, proof)) in (0..).zip(entries.iter().zip(&proofs)) {
        let logged = read(&log, index);
        assert_eq!(&logged.entry, entry);
        assert_eq!(logged.event, (index % 11 != 3).then(|| event(index)));
        let proof = TlogProof::parse(proof.to_string().as_bytes()).unwrap();
        proof.verify(&entry.encode(), log.vkey()).unwrap();
        assert_eq!(block_on(log.inclusion_proof(index)).unwrap(), proof);
    }
    assert_eq!(verify_dir(dir.path(), log.vkey()).unwrap(), before);
    stage(&store, 300..330);
    block_on(log.drain(now())).unwrap();
    block_on(log.publish(now())).unwrap();
    // With what was read above, 600 times.
    assert_eq!(verify_dir(dir.path(), log.vkey()).unwrap().size, 930);
    block_on(log.consistency_proof(300)).unwrap().verify(&before.root).unwrap();
}

#[test]
fn events_about_erased_subjects_are_logged_without_their_details() {
    let dir = tempdir().unwrap();
    let (store, erased) = erasing();
    let log = open(&store, dir.path());
    stage(&store, 0..22);
    for n in [3, 5] {
        erased.lock().unwrap().insert(conversation(n).as_bytes().to_vec());
    }
    assert_eq!(block_on(log.drain(now())).unwrap().logged, 22);
    for index in 0..22 {
        let logged = read(&log, index);
        assert_eq!(logged.event.as_ref().map(number), (![3, 5].contains(&(index % 11))).then_some(index));
        assert_eq!(logged.entry.event().unwrap().what(), Some(Action::RecordRead));
    }
}

#[test]
fn who_erased_a_subject_stays_on_record() {
    let dir = tempdir().unwrap();
    let (store, erased) = erasing();
    let log = open(&store, dir.path());
    let subject = Subject::Conversation(conversation(3));
    let erasure = Event::new(Action::SubjectErased, Actor::Component(Component::Vault), now()).about(subject);
    let mut batch = Batch::new();
    erasure.stage(&mut batch, &SystemRandom::new()).unwrap();
    block_on(store.commit(batch)).unwrap();
    erased.lock().unwrap().insert(subject.id_bytes().to_vec());
    block_on(log.drain(now())).unwrap();
    assert_eq!(read(&log, 0).event, Some(erasure));
}

#[test]
fn who_read_the_log_about_somebody_erased_stays_on_record() {
    let dir = tempdir().unwrap();
    let (store, erased) = erasing();
    let log = open(&store, dir.path());
    stage(&store, 0..4);
    block_on(log.drain(now())).unwrap();
    erased.lock().unwrap().insert(conversation(3).as_bytes().to_vec());

    let subject = Subject::Conversation(conversation(3));
    block_on(log.query(&Query::new().about(subject), &reader(), now())).unwrap();
    block_on(log.drain(now())).unwrap();

    assert_eq!(read(&log, 3).event, None);
    let told = read(&log, 4).event.unwrap();
    assert_eq!((told.what(), told.whom()), (Action::LogRead, Some(subject)));
    assert_eq!(
        (told.who(), told.what_for()),
        (Actor::Component(Component::Audit), Some(Purpose::Compliance))
    );
}

#[test]
fn a_detail_that_is_gone_without_erasure_or_swapped_is_no_erasure() {
    const DETAIL: Space = Space::sealed_for("audit.detail", 0);
    let dir = tempdir().unwrap();
    let (store, _) = erasing();
    let log = open(&store, dir.path());
    stage(&store, 0..12);
    block_on(log.drain(now())).unwrap();
    let keys: Vec<Key> = details(&store, DETAIL.prefix(&[]).unwrap());
    assert_eq!(keys.len(), 11);
    // The details of entries 0 and 11, both about conversation 0.
    let of = |index: u64| DETAIL.key(&[conversation(0).as_bytes(), &index.to_be_bytes()]).unwrap();
    let value = |index| block_on(store.get(&of(index))).unwrap().unwrap().value;
    let mut batch = Batch::new();
    batch.put(of(0), leeward_store::Expect::Any, value(11));
    batch.delete(of(11), leeward_store::Expect::Any);
    block_on(store.commit(batch)).unwrap();
    for index in [0, 11] {
        assert!(
            matches!(block_on(log.read(index, &reader(), now())), Err(AuditError::Contradiction { .. })),
            "{index}"
        );
    }
}

fn details(store: &Store, prefix: Prefix) -> Vec<Key> {
    block_on(store.scan(&Scan::all(prefix))).unwrap().items.into_iter().map(|item| item.key).collect()
}
