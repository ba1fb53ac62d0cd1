//! A log that keeps its oldest entries no more, as it has signed.

use super::made::{Files, Made, SIZE, refused, signer, verifier, verify};
use crate::support::ORIGIN;
use leeward_audit::{
    MINIMUM_INDEX_FILE, MinimumIndex, VerifyError,
    note::{Ed25519Signer, Signer},
    tiles::TilePath,
};

/// The log without the bundles below an index, and the note that says so.
fn pruned(made: &Made, index: u64, signer: &dyn Signer) -> Files {
    let mut files = made.files.clone();
    let note = MinimumIndex::new(signer.vkey().name(), index).unwrap().sign(signer).unwrap();
    files.insert(MINIMUM_INDEX_FILE.to_owned(), note.to_string().into_bytes());
    (0..index / 256).for_each(|bundle| drop(files.remove(&bundle_file(bundle)).unwrap()));
    files
}

fn bundle_file(index: u64) -> String {
    TilePath::bundle(index).to_string()
}

#[test]
fn a_log_without_its_oldest_entries_verifies_as_such() {
    let made = Made::new();
    let whole = verify(&made.files).unwrap();
    for index in [0, 256, 512, 1_792] {
        let files = pruned(&made, index, &signer());
        let verified = verify(&files).unwrap();
        assert_eq!((verified.kept_from, verified.size, verified.root), (index, SIZE, whole.root));
        // It still shows that it began as it did.
        let old = super::made::checkpoint_of(&made.files);
        verifier().since(old).verify(&files).unwrap();
    }
    // What lies there still is verified still.
    let mut files = pruned(&made, 512, &signer());
    files.insert(bundle_file(0), made.files[&bundle_file(0)].clone());
    assert_eq!(verify(&files).unwrap().kept_from, 512);
    files.get_mut(&bundle_file(0)).unwrap()[76 * 3 + 40] ^= 1;
    assert!(matches!(refused(&files), VerifyError::Entry { index: 3, count: 1, .. }));
}

#[test]
fn nothing_else_may_be_missing() {
    let made = Made::new();
    let files = pruned(&made, 512, &signer());
    for file in files.keys().filter(|file| file.starts_with("tile/") && !file.contains(".p/108")) {
        let mut less = files.clone();
        less.remove(file);
        assert!(matches!(refused(&less), VerifyError::Missing { file: missing } if missing == *file));
    }
    let mut untold = files;
    untold.remove(MINIMUM_INDEX_FILE);
    assert!(matches!(refused(&untold), VerifyError::Missing { file } if file == bundle_file(0)));
}

#[test]
fn a_changed_hash_of_an_entry_that_is_gone_is_found() {
    let made = Made::new();
    let mut found = 0;
    for tile in 0..2 {
        let mut files = pruned(&made, 512, &signer());
        let file = format!("tile/0/00{tile}");
        for at in (0..8_192).step_by(301) {
            files.get_mut(&file).unwrap()[at] ^= 1;
            match refused(&files) {
                VerifyError::Tile { index, file: named } => {
                    assert_eq!((index, named), (tile * 256, file.clone()))
                }
                other => panic!("{other}"),
            }
            files.get_mut(&file).unwrap()[at] ^= 1;
            found += 1;
        }
    }
    println!("{:48} {found:6} of {found:6} found", "a hash of an entry that is gone is changed");
}

#[test]
fn the_note_is_the_logs_own() {
    let made = Made::new();
    let other = Ed25519Signer::from_seed(ORIGIN, &[6; 32]).unwrap();
    assert!(matches!(refused(&pruned(&made, 512, &other)), VerifyError::MinimumIndex(_)));
    let files = pruned(&made, 512, &signer());
    let good = &files[MINIMUM_INDEX_FILE];
    for at in 0..good.len() {
        let mut files = files.clone();
        files.get_mut(MINIMUM_INDEX_FILE).unwrap()[at] ^= 1;
        refused(&files);
    }
    // Of entries that a log stops keeping, it had so many.
    let mut files = made.files.clone();
    let note = MinimumIndex::new(ORIGIN, 2_048).unwrap().sign(&signer()).unwrap();
    files.insert(MINIMUM_INDEX_FILE.to_owned(), note.to_string().into_bytes());
    assert!(matches!(refused(&files), VerifyError::RolledBack { size: SIZE, old_size: 2_048 }));
}
