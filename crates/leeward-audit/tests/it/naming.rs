//! Which entry is named as changed when somebody changed the tiles as well.

use crate::support::published;
use leeward_audit::{AuditLog, VerifyError, merkle::leaf_hash, tiles::split_bundle, verify_dir};
use std::fs;
use tempfile::{TempDir, tempdir};

/// A log of 600 entries whose entry 5 was changed, and the hash of it in its tile too.
fn changed_with_its_hash() -> (TempDir, AuditLog) {
    let dir = tempdir().unwrap();
    let (_, log) = published(dir.path(), 600);
    let bundle = dir.path().join("tile/entries/000");
    let mut entries = fs::read(&bundle).unwrap();
    entries[5 * 76 + 70] ^= 1;
    let leaf = leaf_hash(split_bundle(&entries, 256).unwrap()[5]);
    fs::write(bundle, entries).unwrap();
    change_hash(&dir, "tile/0/000", 5, leaf.as_bytes());
    (dir, log)
}

fn change_hash(dir: &TempDir, file: &str, number: usize, hash: &[u8; 32]) {
    let path = dir.path().join(file);
    let mut tile = fs::read(&path).unwrap();
    tile[number * 32..][..32].copy_from_slice(hash);
    fs::write(path, tile).unwrap();
}

/// The entry that is named, and how many it may be.
fn named(dir: &TempDir, log: &AuditLog) -> (u64, u64) {
    match verify_dir(dir.path(), log.vkey()).unwrap_err() {
        VerifyError::Entry { index, count, .. } => (index, count),
        other => panic!("{other}"),
    }
}

#[test]
fn a_changed_tile_throws_suspicion_on_no_other_entry() {
    // The tile above tells which bundle it is.
    let (dir, log) = changed_with_its_hash();
    assert_eq!(named(&dir, &log), (0, 256));
    // A wrong hash for an entry that is right changes nothing.
    change_hash(&dir, "tile/0/001", 3, &[0; 32]);
    assert_eq!(named(&dir, &log), (0, 256));
    // When the tiles do not make the signed root either, nobody can tell.
    change_hash(&dir, "tile/0/002.p/88", 3, &[0; 32]);
    assert_eq!(named(&dir, &log), (0, 600));
}
