//! After an erasure the files hold nothing of the subject, and every root and every old proof stands.

use crate::support::{ORIGIN, now, reader};
use leeward_audit::{AuditError, AuditLog, Keep, Pack, Query, ShownDetail, TlogProof, verify_dir};
use leeward_event::{
    Action, Actor, Component, ConversationId, CorrelationId, Event, Reason, StaffId, Subject,
};
use leeward_store::{
    Batch, Scan, Space, Store,
    testing::{Call, Fault, Plan, at_every_call},
};
use leeward_vault::{MemoryKey, Vault, VaultError};
use pollster::block_on;
use ring::rand::SystemRandom;
use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};
use tempfile::tempdir;

const BY: Actor = Actor::Component(Component::Application);
const GONE: Subject = Subject::Conversation(ConversationId::from_bytes([0xE5; 16]));
const CASE: CorrelationId = CorrelationId::from_bytes([0xCA; 16]);
const DETAIL: Space = Space::sealed_for("audit.detail", 0);
const INDEX: Space = Space::public("audit.index");

/// Every seventh event is about the one who is erased.
fn event(n: u64) -> Event {
    let mut id = [0xD1; 16];
    id[..8].copy_from_slice(&n.to_be_bytes());
    let about = if n % 7 == 3 { GONE } else { Subject::Conversation(ConversationId::from_bytes(id)) };
    Event::new(Action::RecordRead, Actor::Staff(StaffId::from_bytes(id)), now())
        .about(about)
        .correlation(CASE)
}

fn stage(store: &Store, events: std::ops::Range<u64>) {
    for start in events.clone().step_by(100) {
        let mut batch = Batch::new();
        let some = start..events.end.min(start + 100);
        some.for_each(|n| event(n).stage(&mut batch, &SystemRandom::new()).unwrap());
        block_on(store.commit(batch)).unwrap();
    }
}

fn seal(raw: &Store) -> (Vault, Store) {
    let root = MemoryKey::from_bytes(&[0x77; 32]);
    let vault = block_on(Vault::open(raw, root)).unwrap();
    let store = vault.seal(raw);
    (vault, store)
}

fn log_of(store: &Store, dir: &Path) -> AuditLog {
    let log = block_on(AuditLog::open(store, dir, ORIGIN)).unwrap();
    stage(store, 0..600);
    block_on(log.drain(now())).unwrap();
    block_on(log.index()).unwrap();
    block_on(log.publish(now())).unwrap();
    log
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(self::files(&path)) } else { files.push(path) }
    }
    files
}

/// In which of the files any of these begins.
fn holding(dir: &Path, needles: &[Vec<u8>]) -> Vec<PathBuf> {
    // One pass over each file, by how the needles begin.
    let first = |needle: &[u8]| needle[..16].to_vec();
    let begins: HashSet<Vec<u8>> = needles.iter().map(|needle| first(needle)).collect();
    let holds = |path: &PathBuf| {
        let bytes = fs::read(path).unwrap();
        bytes.windows(16).any(|window| begins.contains(window))
    };
    files(dir).into_iter().filter(holds).collect()
}

fn rows(store: &Store, space: Space) -> Vec<leeward_store::Item> {
    let mut next = Some(Scan::all(space.prefix(&[]).unwrap()).limit(1_000));
    let mut rows = Vec::new();
    while let Some(scan) = next {
        let page = block_on(store.scan(&scan)).unwrap();
        rows.extend(page.items);
        next = page.next;
    }
    rows
}

#[test]
fn nothing_of_an_erased_subject_lies_in_any_file() {
    let dir = tempdir().unwrap();
    let (database, published) = (dir.path().join("leeward.db"), dir.path().join("log"));
    let raw = leeward_sqlite::open(&database).unwrap();
    let (vault, store) = seal(&raw);
    let log = log_of(&store, &published);
    let indices: Vec<u64> = (0..600).filter(|n| n % 7 == 3).collect();
    let before = verify_dir(&published, log.vkey()).unwrap();
    let proofs: Vec<(Vec<u8>, String)> = indices
        .iter()
        .map(|index| {
            let entry = block_on(log.read(*index, &reader(), now())).unwrap().entry.encode();
            (entry, block_on(log.inclusion_proof(*index)).unwrap().to_string())
        })
        .collect();

    // What must not be found: events and salts in the clear, which a pack shows, and what they were sealed to.
    let pack = block_on(log.pack(indices.clone(), |_| true, &reader(), now())).unwrap().to_bytes();
    let mut secrets = Vec::new();
    for index in &indices {
        let name = format!("detail/{index}\0");
        let at = pack.windows(name.len()).position(|window| window == name.as_bytes()).unwrap() + 512;
        secrets.push(pack[at..at + 32].to_vec());
        // From the actor on: what stands before is alike in all events.
        secrets.push(event(*index).encode()[11..].to_vec());
    }
    let mine = |item: &leeward_store::Item| item.key.subject() == Some(GONE.id_bytes().to_vec());
    let sealed: Vec<Vec<u8>> = rows(&raw, DETAIL)
        .into_iter()
        .filter(mine)
        .map(|item| item.entry.value.as_bytes()[8..].to_vec())
        .collect();
    assert_eq!(sealed.len(), indices.len());
    let named = vec![[&b"tail\0\x01"[..], &GONE.id_bytes()].concat()];
    assert!(!holding(dir.path(), &sealed).is_empty() && !holding(dir.path(), &named).is_empty());
    assert!(holding(dir.path(), &secrets).is_empty(), "not even before");

    block_on(vault.erase(GONE, BY, Reason::Requested, now())).unwrap();
    assert_eq!(block_on(log.sweep(GONE)).unwrap(), 86);
    assert_eq!(block_on(log.sweep(GONE)).unwrap(), 0);
    block_on(log.drain(now())).unwrap();
    block_on(log.publish(now())).unwrap();
    let vkey = log.vkey().clone();
    drop((log, store, vault, raw));
    assert!(database.with_extension("db-wal").metadata().map_or(true, |emptied| emptied.len() == 0));
    for needles in [&secrets, &sealed, &named] {
        assert_eq!(holding(dir.path(), needles), Vec::<PathBuf>::new());
    }

    // Another process, later.
    let raw = leeward_sqlite::open(&database).unwrap();
    let (_vault, store) = seal(&raw);
    let log = block_on(AuditLog::open(&store, &published, ORIGIN)).unwrap();
    verify_dir(&published, &vkey).unwrap();
    block_on(log.consistency_proof(before.size)).unwrap().verify(&before.root).unwrap();
    for ((entry, proof), index) in proofs.iter().zip(&indices) {
        let checkpoint = TlogProof::parse(proof.as_bytes()).unwrap().verify(entry, &vkey).unwrap();
        assert_eq!(checkpoint.root(), &before.root);
        let logged = block_on(log.read(*index, &reader(), now())).unwrap();
        assert_eq!((logged.entry.encode(), logged.event), (entry.clone(), None));
        block_on(log.inclusion_proof(*index)).unwrap().verify(entry, &vkey).unwrap();
    }
    // A pack that was made before holds what it held; a new one says what is gone.
    Pack::parse(&pack).unwrap().verify(&vkey).unwrap();
    let again = block_on(log.pack([3, 4], |_| true, &reader(), now())).unwrap();
    let shown: Vec<_> = again.verify(&vkey).unwrap().entries.iter().map(|shown| shown.detail).collect();
    assert_eq!(shown, [ShownDetail::Erased, ShownDetail::Event(event(4))]);
}

#[test]
fn a_sweep_takes_the_subject_out_of_the_index_and_leaves_the_others() {
    let dir = tempdir().unwrap();
    let raw = leeward_test_store::store();
    let (vault, store) = seal(&raw);
    let log = log_of(&store, dir.path());
    assert!(matches!(block_on(log.sweep(GONE)), Err(AuditError::NotErased)));
    let found = |query: Query| {
        let found = block_on(log.query(&query.limit(1_000), &reader(), now())).unwrap();
        found.entries.iter().map(|logged| logged.index).collect::<Vec<_>>()
    };
    assert_eq!(found(Query::new().about(GONE)).len(), 86);
    assert_eq!(found(Query::new().within(CASE)).len(), 600);
    block_on(log.drain(now())).unwrap();
    block_on(log.index()).unwrap();
    let before = rows(&raw, INDEX).len();

    block_on(vault.erase(GONE, BY, Reason::Requested, now())).unwrap();
    block_on(log.sweep(GONE)).unwrap();
    block_on(log.drain(now())).unwrap();
    // That it was erased, and by whom, is found. Two bundles have no row of the subject any more.
    let [erasure] = found(Query::new().about(GONE)).try_into().unwrap();
    assert_eq!(
        block_on(log.read(erasure, &reader(), now())).unwrap().event.unwrap().what(),
        Action::SubjectErased
    );
    assert_eq!(rows(&raw, INDEX).len(), before - 2);
    let others: Vec<u64> = (0..600).filter(|n| n % 7 != 3).collect();
    assert_eq!(found(Query::new().within(CASE)), others);
    block_on(log.check_index()).unwrap();
    block_on(log.rebuild_index()).unwrap();
    assert_eq!(found(Query::new().within(CASE)), others);
}

#[test]
fn a_sweep_stopped_at_any_call_is_finished_by_the_next() {
    for fault in [Fault::Refuse, Fault::LoseAnswer] {
        let runs = at_every_call(Call::Commit, &fault, |plan| sweep_stopped(plan, true));
        assert!(runs >= 3, "{runs}");
    }
    at_every_call(Call::Commit, &Fault::Conflict, |plan| sweep_stopped(plan, false));
}

fn sweep_stopped(plan: &Plan, may_fail: bool) {
    let dir = tempdir().unwrap();
    let raw = Store::memory();
    let (vault, store) = seal(&raw);
    let log = log_of(&store, dir.path());
    block_on(vault.erase(GONE, BY, Reason::Requested, now())).unwrap();
    let stopped =
        block_on(async { AuditLog::open(&plan.over(&store), dir.path(), ORIGIN).await?.sweep(GONE).await });
    assert!(may_fail || stopped.is_ok());
    block_on(log.sweep(GONE)).unwrap();
    let mine = |item: &leeward_store::Item| item.key.subject() == Some(GONE.id_bytes().to_vec());
    assert!(!rows(&raw, DETAIL).iter().any(mine));
    block_on(log.check_index()).unwrap();
    assert_eq!(block_on(log.read(3, &reader(), now())).unwrap().event, None);
    assert_eq!(block_on(log.read(4, &reader(), now())).unwrap().event, Some(event(4)));
}

#[test]
fn holds_of_one_procedure_keep_the_log_and_its_details() {
    let dir = tempdir().unwrap();
    let (vault, store) = seal(&leeward_test_store::store());
    let log = log_of(&store, dir.path());
    block_on(log.place_hold(CASE, BY, now())).unwrap();
    block_on(vault.place_hold(GONE, CASE, BY, now())).unwrap();
    let shorten = || block_on(log.shorten(Keep::From(512), BY, now()));
    let erase = || block_on(vault.erase(GONE, BY, Reason::Requested, now()));
    assert!(matches!(shorten(), Err(AuditError::LegalHold)));
    assert!(matches!(erase(), Err(VaultError::LegalHold)));
    assert!(matches!(block_on(log.sweep(GONE)), Err(AuditError::NotErased)));
    assert_eq!(block_on(log.read(3, &reader(), now())).unwrap().event, Some(event(3)));
    block_on(log.lift_hold(CASE, BY, now())).unwrap();
    block_on(vault.lift_hold(GONE, CASE, BY, now())).unwrap();
    assert_eq!(shorten().unwrap().removed, 512);
    erase().unwrap();
    // Of those that are left.
    assert_eq!(block_on(log.sweep(GONE)).unwrap(), (512..600).filter(|n| n % 7 == 3).count() as u64);
    verify_dir(dir.path(), log.vkey()).unwrap();
}
