//! What is changed in the store below the log is not signed.

use crate::support::{ORIGIN, now, open, published, reader, stage_together};
use leeward_audit::{AuditError, AuditLog, Checkpoint};
use leeward_store::{Batch, Expect, Item, Scan, Space, Store};
use pollster::block_on;
use std::fs;
use tempfile::tempdir;

const HEAD: Space = Space::sealed("audit.head");
const ENTRY: Space = Space::sealed("audit.entry");
const TILE: Space = Space::public("audit.tile");
const DETAIL: Space = Space::sealed_for("audit.detail", 0);
const CHECKPOINT: Space = Space::public("audit.checkpoint");

fn rows(store: &Store, space: Space) -> Vec<Item> {
    block_on(store.scan(&Scan::all(space.prefix(&[]).unwrap()).limit(1_000))).unwrap().items
}

fn put(store: &Store, item: &Item, value: Vec<u8>) {
    let mut batch = Batch::new();
    batch.put(item.key.clone(), Expect::Any, value);
    block_on(store.commit(batch)).unwrap();
}

fn delete(store: &Store, item: &Item) {
    let mut batch = Batch::new();
    batch.delete(item.key.clone(), Expect::Any);
    block_on(store.commit(batch)).unwrap();
}

/// Opens the log, and signs and publishes it, if it lets itself.
fn attempt(store: &Store, dir: &std::path::Path) -> Result<(), AuditError> {
    let log = block_on(AuditLog::open(store, dir, ORIGIN))?;
    block_on(log.publish(now())).map(drop)
}

/// Changes every row of a space from number `from` on, one after the other, and sees each refused.
fn every_change_is_refused(space: Space, from: usize) {
    let dir = tempdir().unwrap();
    let (store, log) = published(dir.path(), 270);
    stage_together(&store, 270..530);
    block_on(log.drain(now())).unwrap();
    let signed = fs::read(dir.path().join("checkpoint")).unwrap();
    let rows = rows(&store, space);
    assert!(rows.len() > from);
    for item in &rows[from..] {
        let good = item.entry.value.as_bytes().to_vec();
        for at in [0, good.len() / 2, good.len() - 1] {
            let mut bad = good.clone();
            bad[at] ^= 1;
            put(&store, item, bad);
            assert!(attempt(&store, dir.path()).is_err(), "{:?} at {at}", item.key);
        }
        // A tile of leaves is made anew from the entries, and without the row of the last checkpoint
        // the directory's still holds the log to it.
        let spare = space == CHECKPOINT || (space == TILE && item.key.segments()[0] == [0]);
        if !spare {
            delete(&store, item);
            assert!(attempt(&store, dir.path()).is_err(), "{:?} deleted", item.key);
        }
        put(&store, item, good);
        assert_eq!(fs::read(dir.path().join("checkpoint")).unwrap(), signed);
    }
    attempt(&store, dir.path()).unwrap();
    assert_eq!(
        Checkpoint::open(&fs::read(dir.path().join("checkpoint")).unwrap(), log.vkey()).unwrap().size(),
        530
    );
}

#[test]
fn a_changed_end_is_not_signed() {
    every_change_is_refused(HEAD, 0);
}

#[test]
fn changed_hashes_are_not_signed() {
    // The first tile is published and not read again, but no proof is made with it.
    every_change_is_refused(TILE, 1);
    let dir = tempdir().unwrap();
    let (store, log) = published(dir.path(), 270);
    let tile = &rows(&store, TILE)[0];
    let mut bad = tile.entry.value.as_bytes().to_vec();
    bad[1 + 32 * 7] ^= 1;
    put(&store, tile, bad);
    for index in [6, 255] {
        assert!(matches!(block_on(log.inclusion_proof(index)), Err(AuditError::Contradiction { .. })));
    }
    assert!(matches!(block_on(log.consistency_proof(8)), Err(AuditError::Contradiction { .. })));
    // Their proofs do not go by that hash.
    for index in [7, 256] {
        block_on(log.inclusion_proof(index)).unwrap();
    }
}

#[test]
fn a_changed_checkpoint_is_refused() {
    every_change_is_refused(CHECKPOINT, 0);
}

#[test]
fn changed_entries_are_not_published() {
    // Those of tiles that are written already are held by the hashes.
    every_change_is_refused(ENTRY, 256);
}

#[test]
fn what_is_signed_is_the_entry_that_was_logged() {
    let dir = tempdir().unwrap();
    let (store, log) = published(dir.path(), 270);
    stage_together(&store, 270..530);
    block_on(log.drain(now())).unwrap();
    let row = &rows(&store, ENTRY)[300];
    let mut bad = row.entry.value.as_bytes().to_vec();
    *bad.last_mut().unwrap() ^= 1;
    put(&store, row, bad);
    assert!(matches!(attempt(&store, dir.path()), Err(AuditError::Contradiction { .. })));
    // The hash of the true one stands in its full tile, so the others have their proofs.
    assert!(matches!(block_on(log.inclusion_proof(300)), Err(AuditError::Contradiction { .. })));
    block_on(log.inclusion_proof(529)).unwrap();
}

#[test]
fn an_end_that_went_back_logs_nothing() {
    let dir = tempdir().unwrap();
    let (store, log) = published(dir.path(), 10);
    let head = &rows(&store, HEAD)[0];
    stage_together(&store, 10..20);
    block_on(log.drain(now())).unwrap();
    put(&store, head, head.entry.value.as_bytes().to_vec());
    stage_together(&store, 20..21);
    assert!(matches!(block_on(log.drain(now())), Err(AuditError::Contradiction { .. })));
    assert_eq!(rows(&store, ENTRY).len(), 20);
}

#[test]
fn a_store_without_its_end_does_not_begin_anew() {
    let dir = tempdir().unwrap();
    let (store, _) = published(dir.path(), 10);
    delete(&store, &rows(&store, HEAD)[0]);
    for _ in 0..2 {
        assert!(matches!(attempt(&store, dir.path()), Err(AuditError::Contradiction { .. })));
    }
    let (empty, _) = published(tempdir().unwrap().path(), 0);
    open(&empty, dir.path());
}

#[test]
fn details_that_were_changed_or_swapped_are_not_read() {
    let dir = tempdir().unwrap();
    let (store, log) = published(dir.path(), 200);
    let rows = rows(&store, DETAIL);
    let index = |item: &Item| u64::from_be_bytes(item.key.segments()[1].as_slice().try_into().unwrap());
    let refused = |index| {
        let read = block_on(log.read(index, &reader(), now()));
        assert!(
            matches!(read, Err(AuditError::Contradiction { .. } | AuditError::Corrupt { .. })),
            "{read:?}"
        );
    };
    let value = |item: &Item| item.entry.value.as_bytes().to_vec();
    let mut swapped = 0;
    for (n, left) in rows.iter().enumerate() {
        // Of the same subject and of others, since the store that erases binds a row to its key by itself.
        for right in rows.iter().skip(n + 1).step_by(17) {
            put(&store, left, value(right));
            put(&store, right, value(left));
            refused(index(left));
            refused(index(right));
            put(&store, left, value(left));
            put(&store, right, value(right));
            swapped += 1;
        }
    }
    let mut changed = 0;
    let row = &rows[7];
    for at in 0..value(row).len() {
        let mut bad = value(row);
        bad[at] ^= 1;
        put(&store, row, bad);
        refused(index(row));
        changed += 1;
    }
    delete(&store, row);
    refused(index(row));
    put(&store, row, value(row));
    for row in &rows {
        block_on(log.read(index(row), &reader(), now())).unwrap();
    }
    println!("{:48} {swapped:6} of {swapped:6} found", "the details of two entries are swapped");
    println!("{:48} {changed:6} of {changed:6} found", "a byte of a detail is changed");
}
