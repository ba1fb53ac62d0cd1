//! A disk that is full.

use crate::support::{logged, now, open, published, stage_together, store};
use leeward_audit::{AuditError, verify_dir};
use pollster::block_on;
use std::{fs, path::Path, process::Command};
use tempfile::{TempDir, tempdir};

/// A file system of a few blocks, for those who may make one.
struct Small(TempDir);

impl Small {
    fn mount() -> Option<Self> {
        let dir = tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=512k", "tmpfs"]).arg(dir.path());
        let mounted = mount.output().is_ok_and(|output| output.status.success());
        mounted.then_some(Self(dir))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

/// Where nobody may mount, the tests in `publish.rs`, in which the disk is full from each operation on, show it
/// alone.
#[test]
fn a_full_disk_is_told_and_made_good_when_there_is_room() {
    let Some(small) = Small::mount() else { return };
    let store = store();
    let log = open(&store, small.path());
    stage_together(&store, 0..200);
    block_on(log.drain(now())).unwrap();
    block_on(log.publish(now())).unwrap();
    fs::write(small.path().join("filler"), vec![0; 400 * 1024]).unwrap();
    stage_together(&store, 200..2_000);
    block_on(log.drain(now())).unwrap();
    for _ in 0..2 {
        let error = block_on(log.publish(now())).unwrap_err();
        assert!(matches!(error, AuditError::Full { .. }), "{error:?}");
        let said = error.to_string();
        assert!(said.starts_with("there is no room for `"), "{said}");
        assert!(said.ends_with("`: nothing is lost, make room and publish again"), "{said}");
    }
    fs::remove_file(small.path().join("filler")).unwrap();
    assert_eq!(block_on(log.publish(now())).unwrap().size, 2_000);
    verify_dir(small.path(), log.vkey()).unwrap();
    assert_eq!(logged(&log).len(), 2_000);
}

#[test]
fn a_directory_that_cannot_be_written_is_told() {
    let dir = tempdir().unwrap();
    let (store, _log) = published(dir.path(), 3);
    let blocked = dir.path().join("file");
    fs::write(&blocked, "").unwrap();
    let elsewhere = open(&store, &blocked.join("log"));
    let error = block_on(elsewhere.publish(now())).unwrap_err();
    assert!(matches!(error, AuditError::Io { .. }), "{error:?}");
}
