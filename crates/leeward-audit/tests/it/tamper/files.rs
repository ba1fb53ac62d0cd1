//! What is changed in the directory of a log.

use crate::support::{now, published, stage};
use leeward_audit::{AuditLog, Verified, VerifyError, verify_dir};
use pollster::block_on;
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::{TempDir, tempdir};

/// A log of 300 entries, with a full tile, partial ones, and one of an earlier checkpoint.
fn log() -> (TempDir, AuditLog) {
    let dir = tempdir().unwrap();
    let (store, log) = published(dir.path(), 270);
    stage(&store, 270..300);
    block_on(log.drain(now())).unwrap();
    block_on(log.publish(now())).unwrap();
    (dir, log)
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

fn verify(dir: &TempDir, log: &AuditLog) -> Result<Verified, VerifyError> {
    verify_dir(dir.path(), log.vkey())
}

/// Replaces a file, sees that verification refuses, and puts it back.
fn refused_with(dir: &TempDir, log: &AuditLog, file: &Path, bytes: &[u8]) -> VerifyError {
    let good = fs::read(file).unwrap();
    fs::write(file, bytes).unwrap();
    let refusal = verify(dir, log).unwrap_err();
    fs::write(file, good).unwrap();
    assert!(refusal.is_refusal());
    refusal
}

fn names(dir: &TempDir) -> Vec<String> {
    let name = |file: PathBuf| file.strip_prefix(dir.path()).unwrap().to_str().unwrap().to_owned();
    files(dir.path()).into_iter().map(name).collect()
}

#[test]
fn these_are_the_files() {
    let (dir, log) = log();
    assert_eq!(
        names(&dir),
        [
            "checkpoint",
            "log.vkey",
            "tile/0/000",
            "tile/0/001.p/14",
            "tile/0/001.p/44",
            "tile/1/000.p/1",
            "tile/entries/000",
            "tile/entries/001.p/14",
            "tile/entries/001.p/44",
        ]
    );
    assert_eq!(verify(&dir, &log).unwrap().size, 300);
}

#[test]
fn a_changed_entry_is_named() {
    let (dir, log) = log();
    for (file, start) in [("tile/entries/000", 0), ("tile/entries/001.p/44", 256)] {
        let path = dir.path().join(file);
        let good = fs::read(&path).unwrap();
        for entry in 0..good.len() / 76 {
            // In the entry, and in its length.
            for at in [entry * 76 + 70, entry * 76, entry * 76 + 1] {
                let mut bad = good.clone();
                bad[at] ^= 0x40;
                let refusal = refused_with(&dir, &log, &path, &bad);
                let (VerifyError::Entry { index, count: 1, file: named }
                | VerifyError::Unreadable { index, file: named, .. }) = &refusal
                else {
                    panic!("{refusal}");
                };
                assert_eq!((*index, named.as_str()), (start + entry as u64, file), "{refusal}");
            }
        }
    }
}

#[test]
fn a_changed_tile_is_named_and_the_entries_are_cleared() {
    let (dir, log) = log();
    for (file, start) in [("tile/0/000", 0), ("tile/0/001.p/44", 256), ("tile/1/000.p/1", 0)] {
        let path = dir.path().join(file);
        let mut bad = fs::read(&path).unwrap();
        let hash = bad.len() / 32 - 1;
        bad[hash * 32] ^= 1;
        let refusal = refused_with(&dir, &log, &path, &bad);
        let VerifyError::Tile { index, file: named } = &refusal else { panic!("{refusal}") };
        assert_eq!((*index, named.as_str()), (start + hash as u64, file));
    }
}

#[test]
fn a_log_rewritten_but_for_its_signature_is_found() {
    // The entries and the tiles of one log under the checkpoint of another of the same size.
    let (dir, log) = log();
    let (other, _) = self::log();
    for name in names(&dir).iter().filter(|name| name.starts_with("tile/")) {
        fs::copy(other.path().join(name), dir.path().join(name)).unwrap();
    }
    let refusal = verify(&dir, &log).unwrap_err();
    assert!(matches!(refusal, VerifyError::Entry { index: 0, count: 300, .. }), "{refusal}");
    // And with that one's checkpoint: it is another key's.
    fs::copy(other.path().join("checkpoint"), dir.path().join("checkpoint")).unwrap();
    assert!(matches!(verify(&dir, &log), Err(VerifyError::Checkpoint(_))));
}

#[test]
fn every_missing_file_is_found() {
    let (dir, log) = log();
    for file in files(dir.path()) {
        let good = fs::read(&file).unwrap();
        fs::remove_file(&file).unwrap();
        let earlier = file.to_str().unwrap().ends_with(".p/14");
        match verify(&dir, &log) {
            // What only an earlier checkpoint asked for is not needed any more.
            Ok(_) => assert!(earlier, "{file:?}"),
            Err(refusal) => assert!(!earlier && refusal.is_refusal(), "{refusal}"),
        }
        fs::write(&file, good).unwrap();
    }
    verify(&dir, &log).unwrap();
}

#[test]
fn every_truncation_and_extension_is_found() {
    let (dir, log) = log();
    for file in files(dir.path()) {
        let good = fs::read(&file).unwrap();
        for len in (0..good.len()).step_by(good.len() / 97 + 1).chain([good.len() - 1]) {
            refused_with(&dir, &log, &file, &good[..len]);
        }
        for extra in [&b"\0"[..], b"\n", b"\0\0", &good, &[0; 100_000]] {
            refused_with(&dir, &log, &file, &[&good, extra].concat());
        }
    }
}

#[test]
fn every_two_swapped_files_are_found() {
    let (dir, log) = log();
    let files = files(dir.path());
    for (n, left) in files.iter().enumerate() {
        for right in &files[n + 1..] {
            let swap = || {
                let aside = dir.path().join("aside");
                fs::rename(left, &aside).unwrap();
                fs::rename(right, left).unwrap();
                fs::rename(&aside, right).unwrap();
            };
            swap();
            assert!(verify(&dir, &log).unwrap_err().is_refusal(), "{left:?} {right:?}");
            swap();
        }
    }
    verify(&dir, &log).unwrap();
}

#[test]
fn swapped_entries_are_found() {
    let (dir, log) = log();
    let path = dir.path().join("tile/entries/000");
    let good = fs::read(&path).unwrap();
    let mut bad = good.clone();
    bad[76 * 7..76 * 8].copy_from_slice(&good[76 * 8..76 * 9]);
    bad[76 * 8..76 * 9].copy_from_slice(&good[76 * 7..76 * 8]);
    let refusal = refused_with(&dir, &log, &path, &bad);
    assert!(matches!(refusal, VerifyError::Entry { index: 7, count: 1, .. }), "{refusal}");
}

#[test]
fn whatever_does_not_belong_is_found() {
    let (dir, log) = log();
    for name in [
        "x",
        ".unfinished",
        "tile/x",
        "tile/0/001",
        "tile/0/002",
        "tile/0/001.p/45",
        "tile/0/000.p/3",
        "tile/0/001.p/044",
        "tile/1/000",
        "tile/1/000.p/2",
        "tile/2/000",
        "tile/2/000.p/1",
        "tile/8/000",
        "tile/entries/001",
        "tile/entries/001.p/45",
        "tile/entries/x000/000",
        "tile/0/000.tmp",
        "tile/entries/a/b/c/d/e/f/g/h/i/j/k/l",
    ] {
        let path = dir.path().join(name);
        let parent = path.parent().unwrap();
        let made = parent.ancestors().take_while(|dir| !dir.exists()).last().map(Path::to_path_buf);
        fs::create_dir_all(parent).unwrap();
        fs::copy(dir.path().join("tile/1/000.p/1"), &path).unwrap();
        let refusal = verify(&dir, &log).unwrap_err();
        assert!(matches!(refusal, VerifyError::Foreign { .. }), "{name}: {refusal}");
        fs::remove_file(&path).unwrap();
        if let Some(made) = made {
            assert!(matches!(verify(&dir, &log), Err(VerifyError::Foreign { .. })), "an empty {made:?}");
            fs::remove_dir_all(made).unwrap();
        }
    }
    verify(&dir, &log).unwrap();
}

#[test]
fn an_earlier_partial_tile_must_be_the_beginning_of_the_present_one() {
    let (dir, log) = log();
    let earlier = dir.path().join("tile/0/001.p/14");
    let present = fs::read(dir.path().join("tile/0/001.p/44")).unwrap();
    let refusal = refused_with(&dir, &log, &earlier, &present[32..15 * 32]);
    assert!(matches!(refusal, VerifyError::Earlier { .. }), "{refusal}");
    fs::write(dir.path().join("tile/0/001.p/20"), &present[..20 * 32]).unwrap();
    verify(&dir, &log).unwrap();
}

#[cfg(unix)]
#[test]
fn a_link_is_no_part_of_a_log() {
    let (dir, log) = log();
    let elsewhere = tempdir().unwrap();
    for name in ["checkpoint", "log.vkey", "tile/0/000", "tile/0/001.p", "tile/entries", "tile"] {
        let (path, moved) = (dir.path().join(name), elsewhere.path().join("moved"));
        fs::rename(&path, &moved).unwrap();
        std::os::unix::fs::symlink(&moved, &path).unwrap();
        let refusal = verify(&dir, &log).unwrap_err();
        assert!(matches!(refusal, VerifyError::Foreign { .. }), "{name}: {refusal}");
        fs::remove_file(&path).unwrap();
        fs::rename(&moved, &path).unwrap();
    }
    verify(&dir, &log).unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_no_text_is_refused() {
    use std::os::unix::ffi::OsStrExt;
    let (dir, log) = log();
    let path = dir.path().join("tile/0").join(std::ffi::OsStr::from_bytes(b"\xff"));
    fs::create_dir(path).unwrap();
    let refusal = verify(&dir, &log).unwrap_err();
    assert!(matches!(refusal, VerifyError::Foreign { .. }), "{refusal}");
}

#[test]
fn an_older_state_of_the_directory_verifies_as_what_it_is() {
    // Only who kept a later checkpoint, or a witness, can know of it.
    let dir = tempdir().unwrap();
    let (store, log) = published(dir.path(), 5);
    let (older, later) = (tempdir().unwrap(), tempdir().unwrap());
    copy(dir.path(), older.path());
    stage(&store, 5..9);
    block_on(log.drain(now())).unwrap();
    let checkpoint = block_on(log.publish(now())).unwrap();
    copy(dir.path(), later.path());
    assert_eq!(verify_dir(older.path(), log.vkey()).unwrap().size, 5);
    assert_eq!(verify_dir(later.path(), log.vkey()).unwrap().size, checkpoint.size);
}

fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        let target = to.join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(file, target).unwrap();
    }
}
