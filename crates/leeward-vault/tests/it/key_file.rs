//! Root keys in files, and which files are refused.
#![cfg(unix)]

use crate::support::*;
use leeward_store::{Expect, Store};
use leeward_vault::{KeyFile, KeyFileError, KeyWrapper, Vault, VaultError};
use ring::rand::SystemRandom;
use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, symlink},
    path::{Path, PathBuf},
};

fn place() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("root.key");
    (dir, path)
}

fn create(path: &Path) -> Result<KeyFile, VaultError> {
    KeyFile::create(path, &SystemRandom::new())
}

fn refusal(path: &Path) -> KeyFileError {
    match KeyFile::open(path) {
        Err(VaultError::KeyFile(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_key_file_opens_the_store_that_it_sealed() {
    let (_dir, path) = place();
    let key = KeyFile::open_or_create(&path, &SystemRandom::new()).unwrap();
    assert_eq!(format!("{key:?}"), "KeyFile { .. }");
    let metadata = fs::metadata(&path).unwrap();
    assert_eq!((metadata.mode() & 0o7777, metadata.len()), (0o600, 32));
    let below = Store::memory();
    let store = block_on(Vault::open(&below, key)).unwrap().seal(&below);
    put(&store, &note(1, 1), Expect::Absent, b"x").unwrap();
    let again = KeyFile::open_or_create(&path, &SystemRandom::new()).unwrap();
    let store = block_on(Vault::open(&below, again)).unwrap().seal(&below);
    assert_eq!(get(&store, &note(1, 1)).unwrap().unwrap(), b"x");
}

#[test]
fn a_key_file_is_never_overwritten() {
    let (_dir, path) = place();
    let id = create(&path).unwrap().key_id();
    assert!(matches!(create(&path), Err(VaultError::KeyFile(KeyFileError::Exists))));
    assert_eq!(KeyFile::open(&path).unwrap().key_id(), id);
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
}

#[test]
fn processes_that_race_find_one_key_and_leave_nothing_else() {
    let (dir, path) = place();
    let ids: Vec<_> = std::thread::scope(|scope| {
        let open = || KeyFile::open_or_create(&path, &SystemRandom::new()).unwrap().key_id();
        let running: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
        running.into_iter().map(|task| task.join().unwrap()).collect()
    });
    assert!(ids.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn a_key_file_that_others_may_touch_is_refused() {
    let (_dir, path) = place();
    create(&path).unwrap();
    for mode in [0o640, 0o604, 0o620, 0o660, 0o777, 0o610] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let refused = refusal(&path);
        assert!(matches!(refused, KeyFileError::Mode { mode: found } if found == mode), "{refused:?}");
        assert!(refused.to_string().contains("chmod 600"));
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
    KeyFile::open(&path).unwrap();
}

#[test]
fn what_is_no_key_file_is_refused() {
    let (dir, path) = place();
    assert!(matches!(refusal(&path), KeyFileError::Missing));
    create(&path).unwrap();
    let link = dir.path().join("link");
    symlink(&path, &link).unwrap();
    assert!(matches!(refusal(&link), KeyFileError::Kind));
    assert!(matches!(refusal(dir.path()), KeyFileError::Kind));
    assert!(matches!(create(&link), Err(VaultError::KeyFile(KeyFileError::Exists))));
    for len in [0, 31, 33] {
        fs::write(&path, vec![0; len]).unwrap();
        let refused = refusal(&path);
        assert!(matches!(refused, KeyFileError::Length { len: found } if found == len as u64), "{refused:?}");
    }
    let nowhere = dir.path().join("missing").join("root.key");
    assert!(matches!(create(&nowhere), Err(VaultError::KeyFile(KeyFileError::Io(_)))));
}

#[test]
fn a_key_file_of_another_user_is_refused() {
    let (_dir, path) = place();
    create(&path).unwrap();
    // Only the superuser can give a file away.
    if std::os::unix::fs::chown(&path, Some(65534), None).is_ok() {
        assert!(matches!(refusal(&path), KeyFileError::Owner { owner: 65534 }));
    } else {
        assert!(KeyFile::open(&path).is_ok());
    }
}
