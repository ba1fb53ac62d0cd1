//! Tiles of the store that were damaged are made again, from the entries alone.

use crate::support::{ORIGIN, now, open, stage_together, store};
use leeward_audit::{AuditError, AuditLog, verify_dir};
use leeward_store::{Batch, Expect, Item, Scan, Space, Store};
use pollster::block_on;
use tempfile::tempdir;

const TILE: Space = Space::public("audit.tile");
const ENTRY: Space = Space::sealed("audit.entry");

fn rows(store: &Store, space: Space) -> Vec<Item> {
    block_on(store.scan(&Scan::all(space.prefix(&[]).unwrap()).limit(1_000))).unwrap().items
}

fn change(store: &Store, item: &Item, value: Option<Vec<u8>>) {
    let mut batch = Batch::new();
    match value {
        Some(value) => batch.put(item.key.clone(), Expect::Any, value),
        None => batch.delete(item.key.clone(), Expect::Any),
    };
    block_on(store.commit(batch)).unwrap();
}

fn flipped(item: &Item) -> Vec<u8> {
    let mut bytes = item.entry.value.as_bytes().to_vec();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    bytes
}

/// A store with a log of 2,100 entries, of which 2,000 are published.
fn grown(dir: &std::path::Path) -> Store {
    let store = store();
    let log = open(&store, dir);
    for range in [0..2_000, 2_000..2_100] {
        stage_together(&store, range);
        block_on(log.drain(now())).unwrap();
        if block_on(log.size()).unwrap() == 2_000 {
            block_on(log.publish(now())).unwrap();
        }
    }
    store
}

#[test]
fn damaged_tiles_are_refused_and_made_again() {
    let dir = tempdir().unwrap();
    let store = grown(dir.path());
    assert_eq!(block_on(AuditLog::rebuild_tiles(&store)).unwrap(), 0);
    let good = rows(&store, TILE);
    assert_eq!(good.len(), 9, "eight full ones and the one above them");
    for (place, item) in good.iter().enumerate() {
        let damages = [Some(flipped(item)), Some(b"\x01".to_vec()), Some(b"\x02".to_vec()), None];
        for damaged in damages {
            change(&store, item, damaged);
            if place == 8 {
                assert!(block_on(AuditLog::open(&store, dir.path(), ORIGIN)).is_err());
            }
            assert_eq!(block_on(AuditLog::rebuild_tiles(&store)).unwrap(), 1);
        }
    }
    let all = |rows: &[Item]| rows.iter().map(|row| row.entry.value.as_bytes().to_vec()).collect::<Vec<_>>();
    assert_eq!(all(&rows(&store, TILE)), all(&good));
    let log = open(&store, dir.path());
    assert_eq!(block_on(log.publish(now())).unwrap().size, 2_100);
    verify_dir(dir.path(), log.vkey()).unwrap();
}

#[test]
fn tiles_are_not_made_of_entries_that_were_changed() {
    let dir = tempdir().unwrap();
    let store = grown(dir.path());
    let tiles = rows(&store, TILE);
    change(&store, &tiles[8], None);
    let entries = rows(&store, ENTRY);
    change(&store, &entries[7], Some(flipped(&entries[7])));
    let refused = block_on(AuditLog::rebuild_tiles(&store)).unwrap_err();
    assert!(matches!(refused, AuditError::Contradiction { .. }), "{refused}");
    assert_eq!(rows(&store, TILE).len(), 8, "nothing was written");
    // For entries that are not kept any more, their tile speaks.
    change(&store, &entries[7], None);
    assert_eq!(block_on(AuditLog::rebuild_tiles(&store)).unwrap(), 1);
}
