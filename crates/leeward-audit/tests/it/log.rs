use crate::support::{
    ORIGIN, event, logged, now, open, published, read, reader, stage, stage_together, store,
};
use leeward_audit::{
    AuditError, AuditLog, Drained, Growth, LogEntry, Logged, Published, TlogProof,
    merkle::{Frontier, leaf_hash},
    note::{Ed25519Signer, Signer},
    tiles::split_bundle,
    verify_dir,
};
use leeward_event::outbox::OUTBOX;
use leeward_store::{Scan, Store, StoreError};
use pollster::block_on;
use std::{fs, path::Path, sync::Arc};
use tempfile::tempdir;

#[test]
fn events_are_logged_in_the_order_in_which_they_were_committed() {
    let dir = tempdir().unwrap();
    let store = store();
    let log = open(&store, dir.path());
    stage(&store, (0..1_300).rev());
    let drained = block_on(log.drain(now())).unwrap();
    assert_eq!((drained.logged, drained.size), (1_300, 1_300));
    let outbox = block_on(store.scan(&Scan::all(OUTBOX.prefix(&[]).unwrap()))).unwrap();
    assert!(outbox.items.is_empty());
    assert_eq!(block_on(log.drain(now())).unwrap().logged, 0);
    assert_eq!(logged(&log), (0..1_300).rev().collect::<Vec<_>>());
}

#[test]
fn a_published_log_of_any_size_verifies() {
    let dir = tempdir().unwrap();
    let store = store();
    let log = open(&store, dir.path());
    let mut staged = 0;
    for size in [0, 1, 2, 255, 256, 257, 300, 511, 512, 513, 1_030] {
        stage(&store, staged..size);
        staged = size;
        block_on(log.drain(now())).unwrap();
        let published = block_on(log.publish(now())).unwrap();
        let verified = verify_dir(dir.path(), log.vkey()).unwrap();
        assert_eq!((verified.size, verified.root), (size, published.root));
        assert_eq!(verified.origin, ORIGIN);
        assert_eq!(fs::read_to_string(dir.path().join("checkpoint")).unwrap(), published.checkpoint);
    }
    let leaves = (0..1_030).map(|index| leaf_hash(&read(&log, index).entry.encode()));
    assert_eq!(leaves.collect::<Frontier>().root(), verify_dir(dir.path(), log.vkey()).unwrap().root);
}

#[test]
fn partial_tiles_stay_until_the_full_one_is_there() {
    let dir = tempdir().unwrap();
    let (store, log) = published(dir.path(), 250);
    let exists = |file: &str| dir.path().join(file).exists();
    stage(&store, 250..253);
    block_on(log.drain(now())).unwrap();
    block_on(log.publish(now())).unwrap();
    assert!(exists("tile/0/000.p/250") && exists("tile/0/000.p/253"));
    assert!(exists("tile/entries/000.p/250") && exists("tile/entries/000.p/253"));
    stage(&store, 253..256);
    block_on(log.drain(now())).unwrap();
    block_on(log.publish(now())).unwrap();
    assert!(exists("tile/0/000") && exists("tile/entries/000") && exists("tile/1/000.p/1"));
    assert!(!exists("tile/0/000.p") && !exists("tile/entries/000.p"));
    verify_dir(dir.path(), log.vkey()).unwrap();
}

#[test]
fn a_lost_directory_is_written_again() {
    let (first, second) = (tempdir().unwrap(), tempdir().unwrap());
    let (store, log) = published(first.path(), 300);
    let elsewhere = open(&store, &second.path().join("a/b"));
    assert_eq!(elsewhere.vkey(), log.vkey());
    let again = block_on(elsewhere.publish(now())).unwrap();
    assert_eq!(again, block_on(log.publish(now())).unwrap());
    verify_dir(&second.path().join("a/b"), log.vkey()).unwrap();
}

#[test]
fn proofs_verify_with_the_key_alone() {
    let dir = tempdir().unwrap();
    let (store, log) = published(dir.path(), 300);
    let bundle = fs::read(dir.path().join("tile/entries/000")).unwrap();
    let entry = split_bundle(&bundle, 256).unwrap()[42].to_vec();
    let proof = block_on(log.inclusion_proof(42)).unwrap().to_string();
    let checkpoint = TlogProof::parse(proof.as_bytes()).unwrap().verify(&entry, log.vkey()).unwrap();
    assert_eq!(checkpoint.size(), 300);

    let old_root = *checkpoint.root();
    stage(&store, 300..700);
    block_on(log.drain(now())).unwrap();
    assert!(matches!(
        block_on(log.inclusion_proof(300)),
        Err(AuditError::OutOfRange { index: 300, size: 300 })
    ));
    block_on(log.publish(now())).unwrap();
    for index in [0, 255, 256, 299, 511, 512, 699] {
        let logged = read(&log, index);
        let proof = block_on(log.inclusion_proof(index)).unwrap();
        proof.verify(&logged.entry.encode(), log.vkey()).unwrap();
    }
    let growth = block_on(log.consistency_proof(300)).unwrap();
    growth.verify(&old_root).unwrap();
    assert!(growth.verify(&leaf_hash(b"")).is_err());
    assert!(matches!(block_on(log.consistency_proof(701)), Err(AuditError::OutOfRange { .. })));
    assert!(matches!(block_on(log.consistency_proof(0)), Err(AuditError::OutOfRange { .. })));
}

#[test]
fn an_entry_says_what_kind_of_thing_happened_and_no_more() {
    let dir = tempdir().unwrap();
    let (_store, log) = published(dir.path(), 12);
    let Logged { entry, event: found, .. } = read(&log, 3);
    assert_eq!(found, Some(event(3)));
    let said = entry.event().unwrap();
    assert_eq!((said.what(), said.how()), (Some(event(3).what()), Some(event(3).how())));
    assert_eq!(entry.at(), event(3).when());
    let bytes = fs::read(dir.path().join("tile/entries/000.p/12")).unwrap();
    for id in [event(3).who().id_bytes().unwrap(), event(3).whom().unwrap().id_bytes()] {
        assert!(!bytes.windows(16).any(|window| window == id));
    }
    let other = read(&log, 4).entry;
    let other = other.event().unwrap();
    assert_ne!(said.actor(), other.actor());
    assert_ne!(said.subject(), other.subject());
    // Conversation 0 once more.
    let again = read(&log, 11).entry;
    let first = read(&log, 0).entry;
    assert_eq!(again.event().unwrap().subject(), first.event().unwrap().subject());
    let nobody = read(&log, 10);
    assert_eq!(nobody.entry.event().unwrap().subject(), leeward_audit::Pseudonym::NONE);
    assert_eq!(nobody.event, Some(event(10)));
    assert_eq!(LogEntry::decode(&entry.encode()), Some(entry));
    assert!(matches!(
        block_on(log.read(12, &reader(), now())),
        Err(AuditError::OutOfRange { index: 12, size: 12 })
    ));
}

#[test]
fn the_keys_stay_and_so_does_the_name() {
    let dir = tempdir().unwrap();
    let store = store();
    let vkey = open(&store, dir.path()).vkey().clone();
    assert_eq!(open(&store, dir.path()).vkey(), &vkey);
    let other = block_on(AuditLog::open(&store, dir.path(), "example.org/other"));
    assert!(matches!(other, Err(AuditError::Origin)));
    let unfit = block_on(AuditLog::open(&store, dir.path(), "not a name"));
    assert!(matches!(unfit, Err(AuditError::Note(_))));
    let unsealed = block_on(AuditLog::open(&Store::memory(), dir.path(), ORIGIN));
    assert!(matches!(unsealed, Err(AuditError::Store(StoreError::Unsealed { .. }))));
}

#[test]
fn a_directory_of_another_log_is_left_alone() {
    let dir = tempdir().unwrap();
    let (_store, log) = published(dir.path(), 3);
    let other = store();
    let foreign = open(&other, dir.path());
    assert!(matches!(block_on(foreign.publish(now())), Err(AuditError::ForeignDirectory { .. })));
    verify_dir(dir.path(), log.vkey()).unwrap();

    fs::write(dir.path().join("checkpoint"), "something else").unwrap();
    assert!(matches!(block_on(log.publish(now())), Err(AuditError::ForeignDirectory { .. })));
}

#[cfg(unix)]
#[test]
fn nothing_behind_a_link_is_removed() {
    let (dir, elsewhere) = (tempdir().unwrap(), tempdir().unwrap());
    let (store, log) = published(dir.path(), 250);
    fs::write(elsewhere.path().join("precious"), "").unwrap();
    let old = dir.path().join("tile/0/000.p");
    fs::remove_dir_all(&old).unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), &old).unwrap();
    stage(&store, 250..260);
    block_on(log.drain(now())).unwrap();
    assert!(matches!(block_on(log.publish(now())), Err(AuditError::ForeignDirectory { .. })));
    assert!(elsewhere.path().join("precious").exists());
    fs::remove_file(old).unwrap();
    block_on(log.publish(now())).unwrap();
    verify_dir(dir.path(), log.vkey()).unwrap();
}

#[test]
fn a_store_that_went_back_signs_nothing() {
    let (dir, older) = (tempdir().unwrap(), tempdir().unwrap());
    let signer = || Arc::new(Ed25519Signer::from_seed(ORIGIN, &[5; 32]).unwrap());
    let publish = |size: u64, dir: &Path| {
        let store = store();
        let log = block_on(AuditLog::open_with_signer(&store, dir, signer())).unwrap();
        stage(&store, 0..size);
        block_on(log.drain(now())).unwrap();
        block_on(log.publish(now())).map(|_| ())
    };
    publish(300, dir.path()).unwrap();
    // The same key over another store: shorter, of the same length, and longer.
    for size in [10, 300, 301] {
        let checkpoint = fs::read(dir.path().join("checkpoint")).unwrap();
        assert!(matches!(publish(size, dir.path()), Err(AuditError::Contradiction { .. })));
        assert_eq!(fs::read(dir.path().join("checkpoint")).unwrap(), checkpoint);
    }
    verify_dir(dir.path(), signer().vkey()).unwrap();
    publish(10, older.path()).unwrap();
}

#[test]
fn two_sequencers_never_fork_the_log() {
    let (left, right) = (tempdir().unwrap(), tempdir().unwrap());
    let store = store();
    let logs = [open(&store, left.path()), open(&store, right.path())];
    std::thread::scope(|scope| {
        for log in &logs {
            scope.spawn(|| {
                while block_on(log.size()).unwrap() < 600 {
                    block_on(log.drain(now())).unwrap();
                    block_on(log.publish(now())).unwrap();
                }
            });
        }
        for part in 0..3 {
            let store = &store;
            scope.spawn(move || stage(store, part * 200..(part + 1) * 200));
        }
    });
    let mut numbers = logged(&logs[0]);
    for part in 0..3 {
        let ours = numbers.iter().filter(|n| **n / 200 == part);
        assert!(ours.is_sorted(), "the events of one thread keep their order");
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (0..600).collect::<Vec<_>>());
    let roots = logs.map(|log| {
        block_on(log.publish(now())).unwrap();
        verify_dir(log.dir(), log.vkey()).unwrap()
    });
    assert_eq!(roots[0], roots[1]);
}

#[test]
fn futures_may_move_between_threads() {
    fn send<T: Send>(value: T) -> T {
        value
    }
    let dir = tempdir().unwrap();
    let store = store();
    let log = block_on(send(AuditLog::open(&store, dir.path(), ORIGIN))).unwrap();
    let _: Drained = block_on(send(log.drain(now()))).unwrap();
    let _: Published = block_on(send(log.publish(now()))).unwrap();
    stage(&store, 0..1);
    block_on(log.drain(now())).unwrap();
    block_on(log.publish(now())).unwrap();
    let _: Logged = block_on(send(log.read(0, &reader(), now()))).unwrap();
    let _: TlogProof = block_on(send(log.inclusion_proof(0))).unwrap();
    let _: Growth = block_on(send(log.consistency_proof(1))).unwrap();
    fn shared<T: Send + Sync + Clone>(_: &T) {}
    shared(&log);
}

#[test]
fn nothing_secret_is_printed() {
    let dir = tempdir().unwrap();
    let log = open(&store(), dir.path());
    let expected = format!("AuditLog {{ vkey: VerifierKey({}), dir: {:?}, .. }}", log.vkey(), dir.path());
    assert_eq!(format!("{log:?}"), expected);
}

#[test]
fn a_tree_of_three_levels_of_tiles_verifies() {
    const SIZE: u64 = 65_536 + 300;
    let dir = tempdir().unwrap();
    let store = store();
    let log = open(&store, dir.path());
    stage_together(&store, 0..SIZE);
    assert_eq!(block_on(log.drain(now())).unwrap().logged, SIZE);
    let root = block_on(log.publish(now())).unwrap().root;
    assert!(dir.path().join("tile/1/000").exists() && dir.path().join("tile/2/000.p/1").exists());
    assert_eq!(verify_dir(dir.path(), log.vkey()).unwrap().root, root);
    for index in [0, 65_535, 65_536, SIZE - 1] {
        block_on(log.inclusion_proof(index)).unwrap();
    }
    block_on(log.consistency_proof(65_535)).unwrap();
}
