//! Events that belong to no change, one or very many at once.

use crate::support::{event, now, number, open, read, reader, stage, store, together};
use leeward_audit::{Appended, AuditError, AuditLog, Proved, verify_dir};
use leeward_event::{Action, Reason};
use leeward_store::{
    Store, Timestamp,
    testing::{Call, Fault, Plan, run_until_stuck},
};
use pollster::block_on;
use std::collections::BTreeSet;
use tempfile::tempdir;

#[test]
fn an_appended_event_is_durable_before_it_is_logged() {
    let dir = tempdir().unwrap();
    let store = store();
    block_on(open(&store, dir.path()).append(&event(1), now())).unwrap();
    // Another process logs it.
    let other = open(&store, dir.path());
    assert_eq!(block_on(other.drain(now())).unwrap().logged, 1);
    assert_eq!(read(&other, 0).event, Some(event(1)));
}

#[test]
fn an_appended_event_comes_with_its_proof() {
    let dir = tempdir().unwrap();
    let store = store();
    let log = open(&store, dir.path());
    stage(&store, 0..300);
    let Proved { index, entry, proof, .. } = block_on(log.append_and_prove(&event(300), now())).unwrap();
    assert_eq!((index, proof.index()), (300, 300));
    proof.verify(&entry.encode(), log.vkey()).unwrap();
    assert_eq!(number(&read(&log, index).event.unwrap()), 300);
}

/// Asks for many proofs at once, on one thread.
fn prove(log: &AuditLog, numbers: std::ops::Range<u64>) -> Vec<Result<Proved, AuditError>> {
    let events: Vec<_> = numbers.map(event).collect();
    together(events.iter().map(|event| log.append_and_prove(event, now())))
}

fn assert_proved(log: &AuditLog, proved: &[Result<Proved, AuditError>], numbers: std::ops::Range<u64>) {
    let mut seen = BTreeSet::new();
    for (proved, n) in proved.iter().zip(numbers) {
        let Proved { index, entry, proof, .. } = proved.as_ref().unwrap();
        proof.verify(&entry.encode(), log.vkey()).unwrap();
        assert_eq!(number(&read(log, *index).event.unwrap()), n);
        assert!(seen.insert(*index), "each has its own");
    }
}

#[test]
fn a_thousand_callers_share_drains_and_publications() {
    let dir = tempdir().unwrap();
    let plan = Plan::new();
    let log = open(&plan.over(&store()), dir.path());
    let before = plan.calls(Call::Commit);
    let proved = prove(&log, 0..1_024);
    // One for each event, five batches of entries at 240 each, and two checkpoints at the most.
    let commits = plan.calls(Call::Commit) - before;
    assert!(commits <= 1_024 + 6 + 2, "{commits}");
    assert_proved(&log, &proved, 0..1_024);
    verify_dir(dir.path(), log.vkey()).unwrap();
}

#[test]
fn callers_on_many_threads_and_in_two_processes_get_their_own_proofs() {
    let (left, right) = (tempdir().unwrap(), tempdir().unwrap());
    let store = store();
    let logs = [open(&store, left.path()), open(&store, right.path())];
    std::thread::scope(|scope| {
        for thread in 0..8_u64 {
            let log = logs[thread as usize % 2].clone();
            scope.spawn(move || {
                let numbers = thread * 10..thread * 10 + 10;
                assert_proved(&log, &prove(&log, numbers.clone()), numbers);
            });
        }
    });
    let log = &logs[0];
    block_on(log.drain(now())).unwrap();
    let size = block_on(log.size()).unwrap();
    let told = (0..size).filter_map(|index| block_on(log.read(index, &reader(), now())).unwrap().event);
    let numbers: Vec<_> =
        told.filter(|event| event.what() == Action::RecordRead).map(|e| number(&e)).collect();
    assert_eq!(numbers.len(), 80);
    assert_eq!(numbers.into_iter().collect::<BTreeSet<_>>(), (0..80).collect());
}

#[test]
fn whoever_leads_and_goes_away_is_followed_by_the_next() {
    let dir = tempdir().unwrap();
    let clean = store();
    // The first look at what waits never gets its answer: who leads stands still.
    let plan = Plan::new().nth(2, Call::Scan, Fault::HangBefore);
    let log = open(&plan.over(&clean), dir.path());
    let (first, second, third) = (event(1), event(2), event(3));
    let mut leader = Box::pin(log.append_and_prove(&first, now()));
    let mut lost = Box::pin(log.append_and_prove(&second, now()));
    assert!(run_until_stuck(leader.as_mut()).is_none());
    assert!(run_until_stuck(lost.as_mut()).is_none());
    let mut follower = Box::pin(log.append_and_prove(&third, now()));
    assert!(run_until_stuck(follower.as_mut()).is_none());
    drop(leader);
    // It is told to lead and goes away too.
    drop(lost);
    let proved = block_on(follower).unwrap();
    assert_eq!(number(&read(&log, proved.index).event.unwrap()), 3);
    block_on(log.drain(now())).unwrap();
    let numbers: BTreeSet<_> = (0..3).map(|index| number(&read(&log, index).event.unwrap())).collect();
    assert_eq!(numbers, BTreeSet::from([1, 2, 3]));
}

#[test]
fn a_publication_that_fails_is_told_to_all_and_loses_nothing() {
    let dir = tempdir().unwrap();
    std::fs::write(dir.path().join("log.vkey"), "another log's").unwrap();
    let log = open(&store(), dir.path());
    for proved in prove(&log, 0..20) {
        let AuditError::Shared(error) = proved.unwrap_err() else { panic!("not shared") };
        assert!(matches!(*error, AuditError::ForeignDirectory { .. }));
        assert!(error.to_string().starts_with("the directory holds the key of another log"));
    }
    std::fs::remove_file(dir.path().join("log.vkey")).unwrap();
    assert_proved(&log, &prove(&log, 20..21), 20..21);
    assert_eq!(block_on(log.size()).unwrap(), 21);
}

fn after(seconds: i64) -> Timestamp {
    Timestamp::from_second(now().as_second() + seconds).unwrap()
}

#[test]
fn too_many_waiting_events_are_refused_until_some_are_drained() {
    let dir = tempdir().unwrap();
    let store = store();
    let log = open(&store, dir.path()).max_waiting(40).unwrap();
    let append = |n, now| block_on(log.append(&event(n), now));
    stage(&store, 0..30);
    (30..40).for_each(|n| append(n, now()).unwrap());
    for second in [0, 0, 1] {
        assert!(matches!(append(99, after(second)), Err(AuditError::Busy)));
    }
    let refused = append(99, after(1)).unwrap_err().to_string();
    assert!(refused.starts_with("too many events wait to be logged: this one was not taken"), "{refused}");
    // What is staged with a change is taken nevertheless.
    stage(&store, 40..41);
    assert_eq!(block_on(log.drain(after(1))).unwrap().logged, 41);
    append(41, after(1)).unwrap();
    block_on(log.drain(after(1))).unwrap();
    assert_eq!(
        (0..42).map(|index| number(&read(&log, index).event.unwrap())).collect::<Vec<_>>(),
        (0..42).collect::<Vec<_>>()
    );
}

#[test]
fn lost_events_are_told_of_by_an_event() {
    let dir = tempdir().unwrap();
    let store = store();
    let log = open(&store, dir.path()).max_waiting(5).unwrap();
    let append = |n| block_on(log.append_or_count(&event(n), now())).unwrap();
    let kept = (0..12).filter(|n| append(*n) == Appended::Durable).count();
    assert_eq!(kept, 5);
    // The count waits behind what was there before.
    block_on(log.drain(now())).unwrap();
    let gap = read(&log, 5).event.unwrap();
    assert_eq!((gap.what(), gap.why(), gap.how_many().get()), (Action::LogGap, Some(Reason::Busy), 7));
    assert_eq!(append(12), Appended::Durable);
    block_on(log.drain(now())).unwrap();
    // The reading of the gap was an event too.
    assert_eq!(block_on(log.size()).unwrap(), 8);
}

#[test]
fn a_gap_that_could_not_be_told_is_told_later() {
    let dir = tempdir().unwrap();
    let plan = Plan::new();
    let clean: Store = store();
    let log = open(&plan.over(&clean), dir.path()).max_waiting(1).unwrap();
    assert_eq!(block_on(log.append_or_count(&event(0), now())).unwrap(), Appended::Durable);
    assert_eq!(block_on(log.append_or_count(&event(1), now())).unwrap(), Appended::Lost);
    plan.add(1, Call::Commit, Fault::Refuse);
    block_on(log.drain(now())).unwrap_err();
    block_on(log.drain(now())).unwrap();
    assert_eq!(block_on(log.size()).unwrap(), 2);
    assert_eq!(read(&log, 1).event.unwrap().how_many().get(), 1);
}
