use crate::common::{Commit, cause, get, key, one, put, scratch, together};
use leeward_sqlite::{Options, SqliteError, connect, open, rusqlite::TransactionBehavior};
use leeward_store::{Batch, Expect, StoreError};
use pollster::block_on;
use std::{
    future::Future,
    num::NonZeroUsize,
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

#[test]
fn a_conflict_in_a_group_concerns_nobody_else() {
    let (_dir, path) = scratch();
    let store = open(&path).unwrap();
    put(&store, b"taken", b"before").unwrap();
    let mut conflicting = one(b"half", Expect::Absent, b"never");
    conflicting.put(key(b"taken"), Expect::Absent, b"never").check(key(b"good"), Expect::Absent);
    let results = together(vec![
        Box::pin(store.commit(one(b"good", Expect::Absent, b"1"))),
        Box::pin(store.commit(conflicting)),
        Box::pin(store.commit(one(b"taken", Expect::Absent, b"never"))),
        Box::pin(store.commit(one(b"also good", Expect::Absent, b"2"))),
    ]);
    let [Ok(first), Err(StoreError::Conflict(both)), Err(StoreError::Conflict(one)), Ok(last)] = &results[..]
    else {
        panic!("{results:?}")
    };
    assert_eq!(both.keys(), [key(b"taken"), key(b"good")]);
    assert_eq!(one.keys(), [key(b"taken")]);
    assert!(first < last);
    assert_eq!(get(&store, b"half"), None);
    assert_eq!(get(&store, b"taken").unwrap(), b"before");
    assert_eq!(get(&store, b"good").unwrap(), b"1");
    assert_eq!(get(&store, b"also good").unwrap(), b"2");
}

#[test]
fn every_expectation_of_a_single_operation_is_held() {
    let (_dir, path) = scratch();
    let store = open(&path).unwrap();
    let version = put(&store, b"a", b"1").unwrap();
    let stale = put(&store, b"b", b"1").unwrap();
    let refused = |batch: Batch| block_on(store.commit(batch)).unwrap_err().is_conflict();
    for name in [&b"a"[..], b"absent"] {
        assert!(refused(one(name, Expect::Exactly(stale), b"2")));
        let mut delete = Batch::new();
        delete.delete(key(name), Expect::Exactly(stale));
        assert!(refused(delete));
    }
    let mut delete = Batch::new();
    delete.delete(key(b"a"), Expect::Absent);
    assert!(refused(delete));
    assert!(refused(one(b"a", Expect::Absent, b"2")));
    assert_eq!(get(&store, b"a").unwrap(), b"1");
    block_on(store.commit(one(b"a", Expect::Exactly(version), b"2"))).unwrap();
    assert_eq!(get(&store, b"a").unwrap(), b"2");
}

#[test]
fn a_future_dropped_before_the_writer_took_it_leaves_nothing() {
    let (_dir, path) = scratch();
    let store = open(&path).unwrap();
    {
        let mut dropped = pin!(store.commit(one(b"dropped", Expect::Any, b"1")));
        assert!(dropped.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    put(&store, b"after", b"1").unwrap();
    assert_eq!(get(&store, b"dropped"), None);
}

#[test]
fn dropped_futures_leave_whole_batches_and_working_neighbours() {
    let (_dir, path) = scratch();
    let store = open(&path).unwrap();
    for round in 0..60_u8 {
        let mut pair = one(&[round, 0], Expect::Absent, b"1");
        pair.put(key(&[round, 1]), Expect::Absent, b"1");
        let neighbour = one(&[round, 2], Expect::Absent, b"1");
        std::thread::scope(|scope| {
            scope.spawn(|| block_on(store.commit(neighbour)).unwrap());
            let mut dropped = pin!(store.commit(pair));
            let mut context = Context::from_waker(Waker::noop());
            for _ in 0..round % 4 {
                if dropped.as_mut().poll(&mut context).is_ready() {
                    break;
                }
            }
        });
        assert_eq!(get(&store, &[round, 0]).is_some(), get(&store, &[round, 1]).is_some());
        assert!(get(&store, &[round, 2]).is_some());
    }
}

#[test]
fn a_full_queue_makes_callers_wait_and_loses_none() {
    let (_dir, path) = scratch();
    let two = NonZeroUsize::new(2).unwrap();
    let store = Options::new().queue(two).readers(two).open(&path).unwrap();
    let names: Vec<_> = (0..200_u8).map(|number| [number]).collect();
    let commits: Vec<Commit<'_>> =
        names.iter().map(|name| Box::pin(store.commit(one(name, Expect::Absent, name))) as _).collect();
    assert!(together(commits).iter().all(Result::is_ok));
    assert!(names.iter().all(|name| get(&store, name).unwrap() == name));
}

#[test]
fn a_waiting_caller_may_give_up_and_another_takes_the_room() {
    let (_dir, path) = scratch();
    let options = Options::new().queue(NonZeroUsize::MIN).busy_timeout(Duration::from_secs(60));
    let store = options.open(&path).unwrap();
    let mut holder = connect(&path).unwrap();
    let held = holder.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
    let mut context = Context::from_waker(Waker::noop());
    let mut commits: Vec<_> =
        (0..4_u8).map(|name| Box::pin(store.commit(one(&[name], Expect::Absent, b"1")))).collect();
    for commit in &mut commits {
        assert!(commit.as_mut().poll(&mut context).is_pending());
    }
    drop(commits.swap_remove(0));
    held.rollback().unwrap();
    for commit in commits {
        block_on(commit).unwrap();
    }
    assert!((1..4_u8).all(|name| get(&store, &[name]).is_some()));
}

#[test]
fn a_queue_full_of_futures_that_nobody_polls_is_emptied() {
    let (_dir, path) = scratch();
    let store = Options::new().queue(NonZeroUsize::MIN).open(&path).unwrap();
    let mut idle = pin!(store.commit(one(b"idle", Expect::Absent, b"1")));
    assert!(idle.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    put(&store, b"waits for room", b"1").unwrap();
    block_on(idle).unwrap();
}

#[test]
fn a_locked_file_refuses_the_whole_group_and_the_next_one_works() {
    let (_dir, path) = scratch();
    let store = Options::new().busy_timeout(Duration::from_millis(20)).open(&path).unwrap();
    let mut holder = connect(&path).unwrap();
    let held = holder.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
    let commits = || -> Vec<Commit<'_>> {
        (0..3_u8).map(|name| Box::pin(store.commit(one(&[name], Expect::Absent, b"1"))) as _).collect()
    };
    for result in together(commits()) {
        assert!(matches!(cause(&result.unwrap_err()), SqliteError::Locked(_)));
    }
    held.rollback().unwrap();
    assert!(together(commits()).iter().all(Result::is_ok));
}

#[test]
fn a_batch_of_checks_reads_one_moment_and_writes_nothing() {
    let (_dir, path) = scratch();
    let store = open(&path).unwrap();
    let version = put(&store, b"a", b"1").unwrap();
    let mut checks = Batch::new();
    checks.check(key(b"a"), Expect::Exactly(version)).check(key(b"b"), Expect::Absent);
    assert_eq!(block_on(store.commit(checks.clone())).unwrap(), version);
    put(&store, b"b", b"1").unwrap();
    let Err(StoreError::Conflict(conflict)) = block_on(store.commit(checks)) else { panic!() };
    assert_eq!(conflict.keys(), [key(b"b")]);
    assert!(matches!(
        pin!(store.commit(Batch::new())).poll(&mut Context::from_waker(Waker::noop())),
        Poll::Ready(Ok(_))
    ));
}

#[test]
fn the_log_stays_short_whoever_commits() {
    let (_dir, path) = scratch();
    for inline in [true, false] {
        let store = Options::new().inline_commits(inline).open(&path).unwrap();
        for number in 0..2_000_u32 {
            put(&store, &(number % 100).to_be_bytes(), &[7; 4_000]).unwrap();
        }
        let log = std::fs::metadata(format!("{}-wal", path.display())).unwrap().len();
        assert!(log < 2 * 1_000 * 4_120, "{log}");
    }
}
