//! A clock that stepped.

use crate::support::{event, now, number, open, read, stage, store};
use leeward_audit::AuditError;
use leeward_store::Timestamp;
use pollster::block_on;
use std::fs;
use tempfile::tempdir;

fn minutes(count: i64) -> Timestamp {
    Timestamp::from_second(now().as_second() + count * 60).unwrap()
}

#[test]
fn a_clock_that_stepped_back_loses_nothing_and_signs_nothing() {
    let dir = tempdir().unwrap();
    let store = store();
    let log = open(&store, dir.path());
    stage(&store, 0..2);
    block_on(log.drain(now())).unwrap();
    block_on(log.publish(now())).unwrap();
    let checkpoint = fs::read(dir.path().join("checkpoint")).unwrap();

    block_on(log.append(&event(2), minutes(-60))).unwrap();
    let refused = block_on(log.drain(minutes(-60))).unwrap_err();
    assert!(matches!(refused, AuditError::ClockBehind { minutes: 60 }));
    assert_eq!(
        refused.to_string(),
        "the clock is 60 minutes behind the log: set it right; what happens meanwhile waits and is not \
         lost, and nothing is logged or signed until then"
    );
    assert_eq!(block_on(log.size()).unwrap(), 2);

    // Somebody with the right time logs it, and still nothing is signed by the wrong one.
    block_on(open(&store, dir.path()).drain(minutes(1))).unwrap();
    assert!(matches!(block_on(log.publish(minutes(-60))), Err(AuditError::ClockBehind { .. })));
    assert_eq!(fs::read(dir.path().join("checkpoint")).unwrap(), checkpoint);
    assert_eq!(block_on(log.publish(minutes(1))).unwrap().size, 3);
}

#[test]
fn clocks_that_differ_a_little_make_no_trouble_and_minutes_never_decrease() {
    let dir = tempdir().unwrap();
    let store = store();
    let log = open(&store, dir.path());
    for (n, minute) in [0, 3, -2, 4, 8, 3].into_iter().enumerate() {
        stage(&store, n as u64..n as u64 + 1);
        block_on(log.drain(minutes(minute))).unwrap();
        block_on(log.publish(minutes(minute))).unwrap();
    }
    let logged: Vec<_> = (0..6).map(|index| read(&log, index)).collect();
    let told = logged.iter().map(|logged| i64::from(logged.entry.at().minutes()) * 60 - now().as_second());
    let told: Vec<_> = told.map(|seconds| seconds / 60).collect();
    assert_eq!(told, [0, 3, 3, 4, 8, 8]);
    assert!(logged.iter().map(|logged| number(logged.event.as_ref().unwrap())).eq(0..6));
}

#[test]
fn who_says_so_logs_with_the_last_minute() {
    let dir = tempdir().unwrap();
    let store = store();
    let log = open(&store, dir.path()).despite_clock_behind();
    stage(&store, 0..1);
    block_on(log.drain(now())).unwrap();
    stage(&store, 1..2);
    block_on(log.drain(minutes(-600))).unwrap();
    block_on(log.publish(minutes(-600))).unwrap();
    assert_eq!(read(&log, 1).entry.at(), read(&log, 0).entry.at());
}

#[test]
fn a_clock_that_leapt_ahead_is_not_believed() {
    let dir = tempdir().unwrap();
    let store = store();
    let log = open(&store, dir.path());
    stage(&store, 0..1);
    block_on(log.drain(now())).unwrap();
    stage(&store, 1..2);
    let leap = minutes(10 * 366 * 24 * 60);
    let refused = block_on(log.drain(leap)).unwrap_err();
    assert!(
        refused.to_string().starts_with("the clock is 3660 days ahead of the log: set it right"),
        "{refused}"
    );
    assert!(matches!(block_on(log.publish(leap)), Err(AuditError::ClockAhead { .. })));
    assert_eq!(block_on(log.drain(minutes(1))).unwrap().logged, 1);
}
