//! The store fails, or its caller goes away, at every call: nothing is lost, nothing is logged twice,
//! and no two trees are signed that contradict each other.

use crate::support::{ORIGIN, logged, now, open, stage_together, store};
use leeward_audit::{
    AuditError, AuditLog, Checkpoint,
    merkle::{Hash, verify_consistency},
    verify_dir,
};
use leeward_store::{
    Store, Timestamp,
    testing::{Call, Fault, Gate, Plan, at_every_call, run_until_stuck},
};
use pollster::block_on;
use std::{fs, path::Path};
use tempfile::tempdir;

const BEFORE: u64 = 250;
const AFTER: u64 = 530;

/// A published log of 250 entries, and 280 events that wait.
fn prepare(dir: &Path) -> Store {
    let clean = store();
    let log = open(&clean, dir);
    stage_together(&clean, 0..BEFORE);
    block_on(log.drain(now())).unwrap();
    block_on(log.publish(now())).unwrap();
    stage_together(&clean, BEFORE..AFTER);
    clean
}

/// After whatever happened, another process goes on, once the lease of one that died is over.
fn recover(clean: &Store, dir: &Path) {
    let log = open(clean, dir);
    let seen = checkpoint(dir, &log);
    let later = Timestamp::from_second(now().as_second() + 10).unwrap();
    block_on(log.drain(later)).unwrap();
    block_on(log.publish(later)).unwrap();
    assert_eq!(logged(&log), (0..AFTER).collect::<Vec<_>>());
    let verified = verify_dir(dir, log.vkey()).unwrap();
    assert_eq!(verified.size, AFTER);
    let growth = block_on(log.consistency_proof(seen.size())).unwrap();
    let grown =
        |root: &Hash| verify_consistency(&growth.hashes, seen.size(), root, verified.size, &verified.root);
    grown(seen.root()).unwrap();
}

fn checkpoint(dir: &Path, log: &AuditLog) -> Checkpoint {
    Checkpoint::open(&fs::read(dir.join("checkpoint")).unwrap(), log.vkey()).unwrap()
}

async fn work(store: Store, dir: &Path) -> Result<(), AuditError> {
    let log = AuditLog::open(&store, dir, ORIGIN).await?;
    log.drain(now()).await?;
    log.publish(now()).await?;
    Ok(())
}

fn at_every_call_of(call: Call, fault: &Fault, run: impl Fn(Store, &Path)) -> usize {
    at_every_call(call, fault, |plan| {
        let dir = tempdir().unwrap();
        let clean = prepare(dir.path());
        run(plan.over(&clean), dir.path());
        recover(&clean, dir.path());
    })
}

#[test]
fn a_store_that_fails_at_any_call_loses_nothing() {
    for fault in [Fault::Refuse, Fault::LoseRequest, Fault::LoseAnswer] {
        let runs = at_every_call_of(Call::Any, &fault, |store, dir| {
            let _ = block_on(work(store, dir));
        });
        assert!(runs > 20, "{runs}");
    }
}

#[test]
fn a_conflict_at_any_commit_is_decided_again() {
    let runs = at_every_call_of(Call::Commit, &Fault::Conflict, |store, dir| {
        block_on(work(store, dir)).unwrap();
    });
    assert!(runs >= 3, "{runs}");
}

#[test]
fn a_drain_that_is_dropped_at_any_call_loses_nothing() {
    for fault in [Fault::HangBefore, Fault::HangAfter] {
        let runs = at_every_call_of(Call::Any, &fault, |store, dir| {
            let _ = run_until_stuck(async {
                let log = AuditLog::open(&store, dir, ORIGIN).await?;
                log.drain(now()).await
            });
        });
        assert!(runs > 8, "{runs}");
    }
}

#[test]
fn a_sequencer_that_wakes_up_late_changes_nothing() {
    let dir = tempdir().unwrap();
    let clean = prepare(dir.path());
    let gate = Gate::new();
    let plan = Plan::new().nth(1, Call::Commit, Fault::HoldBefore(gate.clone()));
    // Opening commits nothing once the log is begun: the gate meets the drain.
    let late = open(&plan.over(&clean), dir.path());
    std::thread::scope(|scope| {
        let late = scope.spawn(|| block_on(late.drain(now())).unwrap());
        block_on(gate.reached());
        let early = open(&clean, dir.path());
        assert_eq!(block_on(early.drain(now())).unwrap().logged, AFTER - BEFORE);
        gate.open();
        let late = late.join().unwrap();
        assert_eq!((late.logged, late.size), (0, AFTER));
    });
    recover(&clean, dir.path());
}
