//! Several sequencers over one store: who is at work is left alone, who died is followed, and who wakes up
//! late changes nothing.

use crate::support::{event, now, number, open, read, stage_together, store};
use leeward_audit::{AuditError, AuditLog, verify_dir};
use leeward_store::{
    Batch, Expect, Scan, Space, Store, Timestamp,
    testing::{Call, Fault, Gate, Plan, run_until_stuck},
};
use pollster::block_on;
use std::path::Path;
use tempfile::tempdir;

const LEASE: Space = Space::public("audit.lease");
const EVENTS: u64 = 600;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(now().as_second() + seconds).unwrap()
}

fn lease(store: &Store) -> Vec<u8> {
    let rows = block_on(store.scan(&Scan::all(LEASE.prefix(&[]).unwrap()))).unwrap().items;
    rows[0].entry.value.as_bytes().to_vec()
}

/// A store whose sequencer died after its first batch of three.
fn abandoned(dir: &Path) -> Store {
    let clean = store();
    let plan = Plan::new();
    let dying = open(&plan.over(&clean), dir);
    stage_together(&clean, 0..EVENTS);
    plan.add(1, Call::Commit, Fault::HangAfter);
    assert!(run_until_stuck(dying.drain(now())).is_none());
    clean
}

fn assert_all(log: &AuditLog) {
    block_on(log.publish(now())).unwrap();
    verify_dir(log.dir(), log.vkey()).unwrap();
    let numbers = (0..EVENTS).map(|index| number(&read(log, index).event.unwrap()));
    assert!(numbers.eq(0..EVENTS));
}

#[test]
fn a_holder_that_died_is_left_alone_for_ten_seconds_and_then_followed() {
    let dir = tempdir().unwrap();
    let clean = abandoned(dir.path());
    let before = lease(&clean);
    let log = open(&clean, dir.path());
    for second in [0, 9] {
        let drained = block_on(log.drain(at(second))).unwrap();
        assert!(drained.held && drained.logged == 0 && drained.size == 240);
    }
    let drained = block_on(log.drain(at(10))).unwrap();
    assert!(!drained.held && drained.logged == EVENTS - 240);
    let after = lease(&clean);
    assert_ne!(before[1..17], after[1..17], "another holder");
    assert_eq!(after[24], before[24] + 1, "in the next term");
    assert_eq!(after[25..], [0; 8], "who has finished");
    assert_all(&log);
}

#[test]
fn a_lease_that_says_nothing_or_too_much_stops_nobody() {
    let dir = tempdir().unwrap();
    let store = store();
    stage_together(&store, 0..EVENTS);
    for forged in [vec![], vec![9; 3], [&[1][..], &[7; 16], &[0xff; 16]].concat()] {
        let mut batch = Batch::new();
        batch.put(LEASE.key(&[]).unwrap(), Expect::Any, forged);
        block_on(store.commit(batch)).unwrap();
        assert!(!block_on(open(&store, dir.path()).drain(now())).unwrap().held);
    }
    assert_all(&open(&store, dir.path()));
}

#[test]
fn a_clock_that_is_far_behind_follows_after_ten_seconds_of_its_own() {
    let dir = tempdir().unwrap();
    let clean = abandoned(dir.path());
    let log = open(&clean, dir.path()).despite_clock_behind();
    for (second, held) in [(-3_600, true), (-3_595, true), (-3_590, false)] {
        assert_eq!(block_on(log.drain(at(second))).unwrap().held, held, "{second}");
    }
    assert_all(&log);
}

#[test]
fn a_clock_that_is_far_ahead_disturbs_nobody_but_the_holder() {
    let dir = tempdir().unwrap();
    let clean = store();
    let gate = Gate::new();
    let plan = Plan::new();
    let slow = open(&plan.over(&clean), dir.path());
    stage_together(&clean, 0..EVENTS);
    // Between its first batch and its second.
    plan.add(2, Call::Commit, Fault::HoldBefore(gate.clone()));
    std::thread::scope(|scope| {
        let slow = scope.spawn(|| block_on(slow.drain(now())).unwrap());
        block_on(gate.reached());
        let early = open(&clean, dir.path());
        assert_eq!(block_on(early.drain(at(60))).unwrap().logged, EVENTS - 240);
        gate.open();
        assert_eq!(slow.join().unwrap().logged, 240, "its other batches changed nothing");
    });
    assert_all(&open(&clean, dir.path()));
}

#[test]
fn a_holder_whose_answer_comes_late_logs_nothing_twice() {
    for call in 1..=3 {
        let dir = tempdir().unwrap();
        let clean = store();
        let gate = Gate::new();
        let plan = Plan::new();
        let slow = open(&plan.over(&clean), dir.path());
        stage_together(&clean, 0..EVENTS);
        plan.add(call, Call::Commit, Fault::HoldAfter(gate.clone()));
        std::thread::scope(|scope| {
            let slow = scope.spawn(|| block_on(slow.drain(now())).unwrap());
            block_on(gate.reached());
            let other = open(&clean, dir.path());
            block_on(other.drain(at(10))).unwrap();
            stage_together(&clean, EVENTS..EVENTS + 1);
            gate.open();
            slow.join().unwrap();
            block_on(other.drain(at(10))).unwrap();
            assert_eq!(block_on(other.size()).unwrap(), EVENTS + 1);
        });
        assert_all(&open(&clean, dir.path()));
    }
}

#[test]
fn who_asks_for_a_proof_waits_for_a_holder_at_work_and_not_for_a_dead_one() {
    let dir = tempdir().unwrap();
    let clean = abandoned(dir.path());
    let log = open(&clean, dir.path());
    let proved = block_on(log.append_and_prove(&event(EVENTS), now())).unwrap();
    assert_eq!(proved.index, EVENTS);
    assert_all(&log);
}

#[test]
fn a_publisher_that_wakes_up_late_signs_no_second_tree_of_a_size() {
    let dir = tempdir().unwrap();
    let clean = store();
    let gate = Gate::new();
    let plan = Plan::new();
    let late = open(&plan.over(&clean), dir.path());
    stage_together(&clean, 0..300);
    block_on(late.drain(now())).unwrap();
    plan.add(1, Call::Commit, Fault::HoldBefore(gate.clone()));
    let elsewhere = tempdir().unwrap();
    std::thread::scope(|scope| {
        let late = scope.spawn(|| block_on(late.publish(now())));
        block_on(gate.reached());
        // From another machine, with a directory of its own.
        let early = open(&clean, elsewhere.path());
        stage_together(&clean, 300..EVENTS);
        block_on(early.drain(now())).unwrap();
        let published = block_on(early.publish(now())).unwrap();
        gate.open();
        let late: Result<_, AuditError> = late.join().unwrap();
        assert_eq!(late.unwrap().root, published.root, "it signs what is there by then, or nothing");
    });
    assert_all(&open(&clean, dir.path()));
}
