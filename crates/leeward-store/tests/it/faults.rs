//! The backend that fails on purpose, and transactions over it.

use leeward_store::{
    Batch, Expect, Key, Scan, Space, Store, StoreError, Timestamp,
    testing::{Call, Fault, Gate, Injected, Plan, at_every_call, run_until_stuck},
};
use pollster::block_on;
use std::{error::Error, thread};

const ROW: Space = Space::public("row");

fn key() -> Key {
    ROW.key(&[b"1"]).unwrap()
}

fn put(value: &[u8]) -> Batch {
    let mut batch = Batch::new();
    batch.put(key(), Expect::Any, value);
    batch
}

/// What a commit under the fault answers, and whether it was applied. `None` when it never answers.
fn commit_under(fault: Fault) -> (Option<Result<(), StoreError>>, bool) {
    let clean = Store::memory();
    let store = Plan::new().nth(1, Call::Commit, fault).over(&clean);
    let answer = run_until_stuck(store.commit(put(b"x")));
    (answer.map(|answer| answer.map(drop)), block_on(clean.get(&key())).unwrap().is_some())
}

#[test]
fn each_fault_does_what_it_says() {
    assert!(matches!(commit_under(Fault::Refuse), (Some(Err(StoreError::Backend(_))), false)));
    assert!(matches!(commit_under(Fault::LoseRequest), (Some(Err(StoreError::OutcomeUnknown(_))), false)));
    assert!(matches!(commit_under(Fault::LoseAnswer), (Some(Err(StoreError::OutcomeUnknown(_))), true)));
    assert!(matches!(commit_under(Fault::Delay(5)), (Some(Ok(())), true)));
    assert!(matches!(commit_under(Fault::HangBefore), (None, false)));
    assert!(matches!(commit_under(Fault::HangAfter), (None, true)));
    assert!(matches!(commit_under(Fault::HoldBefore(Gate::new())), (None, false)));
    assert!(matches!(commit_under(Fault::HoldAfter(Gate::new())), (None, true)));
    let (conflict, applied) = commit_under(Fault::Conflict);
    assert!(matches!(conflict, Some(Err(StoreError::Conflict(conflict))) if conflict.keys() == [key()]));
    assert!(!applied);
}

#[test]
fn a_lost_answer_hides_no_refusal_as_success() {
    let plan = Plan::new().nth(1, Call::Commit, Fault::LoseAnswer);
    let store = plan.over(&Store::memory());
    let mut batch = Batch::new();
    batch.check(key(), Expect::Exactly(leeward_store::Version::from_u64(9).unwrap()));
    assert!(block_on(store.commit(batch)).is_err());
}

#[test]
fn faults_meet_the_kind_of_call_they_are_planned_for() {
    let plan = Plan::new().nth(2, Call::Get, Fault::Refuse).nth(1, Call::Scan, Fault::Refuse);
    plan.add(1, Call::Purge, Fault::Refuse);
    plan.add(1, Call::Prepare, Fault::Refuse);
    let store = plan.over(&Store::memory());
    let all = Scan::all(ROW.prefix(&[]).unwrap());
    block_on(async {
        assert!(store.commit(put(b"x")).await.is_ok());
        assert!(store.get(&key()).await.is_ok());
        assert!(store.get(&key()).await.is_err());
        assert!(store.get(&key()).await.is_ok());
        assert!(store.scan(&all).await.is_err());
        assert!(store.purge(Timestamp::UNIX_EPOCH).await.is_err());
        assert!(plan.is_pending());
        assert!(store.prepare(put(b"x")).await.is_err());
    });
    assert!(!plan.is_pending());
    assert_eq!((plan.calls(Call::Get), plan.calls(Call::Any)), (3, 7));
}

#[test]
fn a_fault_added_later_counts_from_then() {
    let plan = Plan::new();
    let store = plan.over(&Store::memory());
    block_on(store.commit(put(b"x"))).unwrap();
    plan.add(1, Call::Commit, Fault::Refuse);
    let error = block_on(store.commit(put(b"y"))).unwrap_err();
    assert!(error.source().unwrap().is::<Injected>());
}

#[test]
fn a_gate_holds_a_call_while_another_goes_on() {
    let gate = Gate::new();
    let plan = Plan::new().nth(1, Call::Commit, Fault::HoldBefore(gate.clone()));
    let store = plan.over(&Store::memory());
    thread::scope(|scope| {
        let held = scope.spawn(|| block_on(store.commit(put(b"held"))));
        block_on(gate.reached());
        block_on(store.commit(put(b"first"))).unwrap();
        gate.open();
        held.join().unwrap().unwrap();
    });
    assert_eq!(block_on(store.get(&key())).unwrap().unwrap().value.as_bytes(), b"held");
}

/// Counts up once. Returns what the caller was told, `None` if nothing, and the count afterwards.
fn count_up(plan: &Plan) -> (Option<Result<u8, StoreError>>, u8) {
    let clean = Store::memory();
    block_on(clean.commit(put(&[1]))).unwrap();
    let (store, row) = (plan.over(&clean), &key());
    let told = run_until_stuck(store.transact(|tx| async move {
        let count = tx.get(row).await?.map_or(0, |entry| entry.value.as_bytes()[0]) + 1;
        tx.put(row, vec![count])?;
        Ok(count)
    }));
    (told, block_on(clean.get(row)).unwrap().unwrap().value.as_bytes()[0])
}

#[test]
fn a_transaction_that_is_cut_off_counts_once_or_not_at_all() {
    let hold = || Fault::HoldAfter(Gate::new());
    let interrupting =
        [Fault::Refuse, Fault::LoseRequest, Fault::LoseAnswer, Fault::HangBefore, Fault::HangAfter, hold()];
    for fault in interrupting {
        let met = at_every_call(Call::Any, &fault, |plan| {
            let (told, count) = count_up(plan);
            match told {
                Some(Ok(told)) => assert_eq!((told, count), (2, 2), "{fault:?}"),
                Some(Err(StoreError::Backend(_))) => assert_eq!(count, 1, "{fault:?}"),
                Some(Err(StoreError::OutcomeUnknown(_))) | None => assert!(count == 1 || count == 2),
                Some(Err(error)) => panic!("{fault:?} came to {error:?}"),
            }
        });
        assert_eq!(met, 2, "one read and one commit");
    }
}

#[test]
fn a_transaction_that_is_delayed_or_beaten_once_succeeds() {
    for fault in [Fault::Delay(3), Fault::Conflict] {
        at_every_call(Call::Commit, &fault, |plan| {
            let (told, count) = count_up(plan);
            assert!(matches!(told, Some(Ok(2))), "{fault:?} came to {told:?}");
            assert_eq!(count, 2);
        });
    }
}

#[test]
fn reads_alone_leave_nothing_unknown() {
    for fault in [Fault::LoseAnswer, Fault::LoseRequest] {
        let store = Plan::new().nth(1, Call::Commit, fault).over(&Store::memory());
        let (one, two) = (&key(), &ROW.key(&[b"2"]).unwrap());
        let read = block_on(store.transact(|tx| async move {
            tx.get(one).await?;
            tx.get(two).await.map(drop)
        }));
        assert!(matches!(read, Err(StoreError::Backend(_))), "{read:?}");
    }
}

/// Whatever is lost at whichever call, asking again until it is acknowledged counts once.
#[test]
fn a_request_that_has_a_name_counts_once_however_often_it_is_sent() {
    let (total, request) = (&key(), &ROW.key(&[b"request"]).unwrap());
    for fault in [Fault::LoseAnswer, Fault::LoseRequest, Fault::Refuse, Fault::Conflict] {
        let met = at_every_call(Call::Any, &fault, |plan| {
            let clean = Store::memory();
            let store = plan.over(&clean);
            let count = || {
                block_on(store.transact(|tx| async move {
                    if tx.get(request).await?.is_some() {
                        return Ok(());
                    }
                    let count = tx.get(total).await?.map_or(0, |entry| entry.value.as_bytes()[0]) + 1;
                    tx.put(total, vec![count])?;
                    tx.put(request, b"")
                }))
            };
            let tries = (0..3).find(|_| count().is_ok());
            assert!(tries.is_some_and(|failed| failed <= 1), "{fault:?}: {tries:?}");
            assert_eq!(block_on(clean.get(total)).unwrap().unwrap().value.as_bytes(), [1], "{fault:?}");
        });
        assert_eq!(met, 3, "two reads and one commit");
    }
}

#[test]
fn an_unknown_outcome_is_not_tried_again() {
    let plan = Plan::new().nth(1, Call::Commit, Fault::LoseAnswer);
    let (told, count) = count_up(&plan);
    assert!(matches!(told, Some(Err(StoreError::OutcomeUnknown(_)))));
    assert_eq!((count, plan.calls(Call::Commit)), (2, 1));
}
