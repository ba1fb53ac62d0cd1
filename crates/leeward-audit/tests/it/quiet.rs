//! A log in which nothing happens.

use crate::support::{ORIGIN, now, open, published, stage, store};
use leeward_audit::SealKey;
use leeward_store::{
    Timestamp,
    testing::{Call, Plan},
};
use pollster::block_on;
use ring::rand::SystemRandom;
use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};
use tempfile::tempdir;

fn files(dir: &Path) -> Vec<(PathBuf, SystemTime)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        found.push((path.clone(), fs::metadata(&path).unwrap().modified().unwrap()));
        if path.is_dir() {
            found.extend(files(&path));
        }
    }
    found.sort();
    found
}

#[test]
fn to_publish_an_unchanged_log_writes_nothing() {
    let dir = tempdir().unwrap();
    let (clean, log) = published(dir.path(), 300);
    let (before, first) = (files(dir.path()), block_on(log.publish(now())).unwrap());
    let plan = Plan::new();
    let log = open(&plan.over(&clean), dir.path());
    assert_eq!(block_on(log.publish(now())).unwrap(), first);
    assert_eq!(files(dir.path()), before);
    assert_eq!(plan.calls(Call::Commit), 0);
    // Unless something was taken away on purpose, to have it written again.
    fs::remove_file(dir.path().join("checkpoint")).unwrap();
    assert_eq!(block_on(log.publish(now())).unwrap(), first);
    assert_eq!(fs::read_to_string(dir.path().join("checkpoint")).unwrap(), first.checkpoint);
}

#[test]
fn a_quiet_log_that_is_sealed_beats_once_an_epoch() {
    let dir = tempdir().unwrap();
    let store = store();
    let log = open(&store, dir.path());
    stage(&store, 0..1);
    let key = SealKey::generate(ORIGIN, 15, &SystemRandom::new()).unwrap();
    block_on(log.begin_seals(&key, now())).unwrap();
    let mut sizes = Vec::new();
    for minute in (0..60).step_by(5) {
        let at = Timestamp::from_second(now().as_second() + minute * 60).unwrap();
        block_on(log.drain(at)).unwrap();
        sizes.push(block_on(log.publish(at)).unwrap().size);
    }
    assert_eq!(sizes, [2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5]);
}
