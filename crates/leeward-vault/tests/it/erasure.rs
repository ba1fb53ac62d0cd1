//! Erasing a subject, and what forbids it.

use crate::support::*;
use leeward_event::{Action, CorrelationId, Outcome, Reason, outbox};
use leeward_store::{
    Expect, Scan, Store, StoreError,
    testing::{Call, Fault, Gate, Plan},
};
use leeward_vault::{Erasure, MAX_HOLDS, Vault, VaultError};

fn erase(vault: &Vault, person: u8) -> Result<Erasure, VaultError> {
    block_on(vault.erase(subject(person), BY, Reason::Requested, NOW))
}

fn is_erased<T>(result: &Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Erased { .. }))
}

fn notes() -> Scan {
    Scan::all(NOTE.prefix(&[]).unwrap()).limit(2)
}

fn walk(store: &Store) -> usize {
    let (mut next, mut found) = (Some(notes()), 0);
    while let Some(scan) = next {
        let page = block_on(store.scan(&scan)).unwrap();
        assert!(page.next.is_none() || !page.items.is_empty());
        found += page.items.len();
        next = page.next;
    }
    found
}

#[test]
fn after_an_erasure_nothing_of_the_subject_opens_anywhere() {
    let (below, vault, store) = sealed();
    let elsewhere = open(&below).seal(&below);
    for number in 0..6 {
        put(&store, &note(1, number), Expect::Absent, b"mine").unwrap();
        put(&store, &note(2, number), Expect::Absent, b"another's").unwrap();
    }
    assert!(get(&elsewhere, &note(1, 1)).unwrap().is_some());
    let row = raw(&below, &key_row(1));
    let wrapped = &row.as_bytes()[row.len() - 104..];
    assert_eq!(erase(&vault, 1).unwrap(), Erasure::Done);

    for handle in [&store, &elsewhere] {
        assert!(is_erased(&get(handle, &note(1, 1))));
        for expect in [Expect::Any, Expect::Absent] {
            assert!(is_erased(&put(handle, &note(1, 9), expect, b"x")));
            assert!(is_erased(&put(handle, &note(1, 1), expect, b"x")));
        }
        assert_eq!(get(handle, &note(2, 1)).unwrap().unwrap(), b"another's");
        assert_eq!(walk(handle), 6);
    }
    assert_eq!(raw(&below, &key_row(1)).as_bytes(), [1, 2, 0, 0, 0, 0, 0, 0, 0, 0]);
    for space in [KEYS, KEYRING, NOTE] {
        assert!(dump(&below, space).iter().all(|item| !contains(item.entry.value.as_bytes(), wrapped)));
    }
    let staged = block_on(outbox::pending(&store, 10)).unwrap();
    assert_eq!(staged.len(), 1);
    assert_eq!(staged[0].event.what(), Action::SubjectErased);
    assert_eq!(staged[0].event.whom(), Some(subject(1)));
    let tombstone = block_on(below.get(&key_row(1))).unwrap().unwrap();
    assert_eq!(staged[0].version, tombstone.version, "one batch has both");

    assert_eq!(erase(&vault, 1).unwrap(), Erasure::AlreadyDone);
    assert_eq!(actions(&store), [Action::SubjectErased]);
}

#[test]
fn who_has_no_data_yet_can_be_erased_for_the_future() {
    let (_, vault, store) = sealed();
    assert_eq!(erase(&vault, 1).unwrap(), Erasure::Done);
    assert!(is_erased(&put(&store, &note(1, 1), Expect::Absent, b"x")));
    assert!(get(&store, &note(1, 1)).unwrap().is_none());
}

#[test]
fn a_batch_with_an_erased_subject_writes_nothing() {
    let (_, vault, store) = sealed();
    erase(&vault, 1).unwrap();
    let mut batch = leeward_store::Batch::new();
    batch.put(note(2, 1), Expect::Absent, b"x").put(note(1, 1), Expect::Absent, b"x");
    assert!(matches!(block_on(store.commit(batch)), Err(StoreError::Erased { key }) if key == note(1, 1)));
    assert!(get(&store, &note(2, 1)).unwrap().is_none());
}

#[test]
fn a_hold_forbids_erasure_until_every_hold_is_lifted() {
    let (_, vault, store) = sealed();
    let second = CorrelationId::from_bytes([8; 16]);
    put(&store, &note(1, 1), Expect::Absent, b"evidence").unwrap();
    for hold in [HOLD, second, second] {
        block_on(vault.place_hold(subject(1), hold, BY, NOW)).unwrap();
    }
    assert_eq!(block_on(vault.holds(subject(1))).unwrap(), [HOLD, second]);
    assert!(matches!(erase(&vault, 1), Err(VaultError::LegalHold)));
    block_on(vault.lift_hold(subject(1), HOLD, BY, NOW)).unwrap();
    assert!(matches!(erase(&vault, 1), Err(VaultError::LegalHold)));
    assert_eq!(get(&store, &note(1, 1)).unwrap().unwrap(), b"evidence");
    for _ in 0..2 {
        block_on(vault.lift_hold(subject(1), second, BY, NOW)).unwrap();
    }
    assert_eq!(erase(&vault, 1).unwrap(), Erasure::Done);
    assert!(matches!(block_on(vault.place_hold(subject(1), HOLD, BY, NOW)), Err(VaultError::Erased)));

    let mut staged: Vec<_> = block_on(outbox::pending(&store, 10)).unwrap();
    staged.retain(|staged| staged.event.what() == Action::SubjectErased);
    let outcomes: Vec<_> = staged.iter().map(|staged| staged.event.how()).collect();
    assert_eq!(outcomes, [Outcome::Failure, Outcome::Failure, Outcome::Success]);
    let mut others = actions(&store);
    others.retain(|action| *action != Action::SubjectErased);
    assert_eq!(
        others,
        [Action::LegalHoldPlaced, Action::LegalHoldPlaced, Action::LegalHoldLifted, Action::LegalHoldLifted]
    );
}

#[test]
fn holds_are_counted_and_keep_through_writes() {
    let (_, vault, store) = sealed();
    for number in 0..MAX_HOLDS {
        let hold = CorrelationId::from_bytes([u8::try_from(number).unwrap(); 16]);
        block_on(vault.place_hold(subject(1), hold, BY, NOW)).unwrap();
    }
    let over = vault.place_hold(subject(1), CorrelationId::from_bytes([99; 16]), BY, NOW);
    assert!(matches!(block_on(over), Err(VaultError::TooManyHolds)));
    put(&store, &note(1, 1), Expect::Absent, b"x").unwrap();
    block_on(vault.rekey(Some(subject(1)), BY, NOW)).unwrap();
    assert_eq!(block_on(vault.holds(subject(1))).unwrap().len(), MAX_HOLDS);
}

#[test]
fn a_row_that_cannot_be_read_is_not_erased() {
    let (below, vault, store) = sealed();
    put(&store, &note(1, 1), Expect::Absent, b"x").unwrap();
    forge(&below, &key_row(1), b"\x01damaged");
    assert!(matches!(erase(&vault, 1), Err(VaultError::Corrupt { .. })));
    forge(&below, &key_row(1), b"\x02later");
    assert!(matches!(erase(&vault, 1), Err(VaultError::UnknownVersion { version: 2, .. })));
}

#[test]
fn a_sweep_removes_what_is_left_and_nothing_else() {
    let (below, vault, store) = sealed();
    for number in 0..5 {
        put(&store, &note(1, number), Expect::Absent, b"x").unwrap();
        put(&store, &note(2, number), Expect::Absent, b"x").unwrap();
    }
    erase(&vault, 1).unwrap();
    let (mut next, mut removed) = (Some(notes()), 0);
    while let Some(scan) = next {
        let step = block_on(vault.sweep(&scan)).unwrap();
        removed += step.entries;
        next = step.next;
    }
    assert_eq!((removed, dump(&below, NOTE).len(), walk(&store)), (5, 5, 5));
    assert!(is_erased(&put(&store, &note(1, 1), Expect::Absent, b"x")));
}

#[test]
fn what_was_prepared_before_an_erasure_is_refused_after_it() {
    let (below, vault, store) = sealed();
    let engine = below.clone().assume_sealed();
    let batch = |number| {
        let mut batch = leeward_store::Batch::new();
        batch.put(note(1, number), Expect::Any, b"x");
        batch
    };
    // One that makes the first key, and one that relies on it.
    let first = block_on(store.prepare(batch(1))).unwrap().into_batch();
    put(&store, &note(1, 2), Expect::Absent, b"x").unwrap();
    let second = block_on(store.prepare(batch(3))).unwrap().into_batch();
    erase(&vault, 1).unwrap();
    for prepared in [first, second] {
        assert!(matches!(block_on(engine.commit(prepared)), Err(StoreError::Conflict(_))));
    }
    assert!(is_erased(&block_on(store.prepare(batch(1)))));
    assert_eq!(dump(&below, NOTE).len(), 1);
}

/// An erasure returns between a reader's look at the entries and its look at their keys.
#[test]
fn a_read_that_an_erasure_overtakes_opens_nothing() {
    let (below, vault, store) = sealed();
    put(&store, &note(1, 1), Expect::Absent, b"mine").unwrap();
    put(&store, &note(2, 1), Expect::Absent, b"another's").unwrap();
    block_on(vault.plant_canary(&note(1, 2), b"decoy")).unwrap();
    let plan = Plan::new();
    let slow = open(&below).seal(&plan.over(&below));
    assert_eq!(get(&slow, &note(1, 1)).unwrap().unwrap(), b"mine");
    let (of_get, of_scan) = (Gate::new(), Gate::new());
    plan.add(1, Call::Get, Fault::HoldAfter(of_get.clone()));
    plan.add(1, Call::Scan, Fault::HoldAfter(of_scan.clone()));
    std::thread::scope(|scope| {
        let read = scope.spawn(|| get(&slow, &note(1, 1)));
        block_on(of_get.reached());
        let walked = scope.spawn(|| block_on(slow.scan(&notes().limit(10))).unwrap().items.len());
        block_on(of_scan.reached());
        erase(&vault, 1).unwrap();
        of_get.open();
        of_scan.open();
        assert!(is_erased(&read.join().unwrap()));
        assert_eq!(walked.join().unwrap(), 1);
    });
    assert_eq!(actions(&store), [Action::SubjectErased], "no canary is left to trip");
}

/// Writers race an erasure; whatever was acknowledged before is shut, and nothing is written after.
#[test]
fn writers_that_race_an_erasure_leave_nothing_that_opens() {
    for _ in 0..20 {
        let (below, vault, store) = sealed();
        let others = open(&below).seal(&below);
        put(&store, &note(1, 0), Expect::Absent, b"x").unwrap();
        std::thread::scope(|scope| {
            for (writer, handle) in [(1_u64, &store), (2, &others)] {
                scope.spawn(move || {
                    for number in 0..100_000 {
                        match put(handle, &note(1, writer << 32 | number), Expect::Absent, b"x") {
                            Ok(_) => {}
                            Err(StoreError::Erased { .. }) => break,
                            Err(error) => panic!("{error:?}"),
                        }
                    }
                });
            }
            assert_eq!(erase(&vault, 1).unwrap(), Erasure::Done);
            let written = dump(&below, NOTE).len();
            assert!(is_erased(&get(&others, &note(1, 0))) && is_erased(&get(&store, &note(1, 0))));
            assert_eq!(dump(&below, NOTE).len(), written, "a record was written under destroyed keys");
        });
        let tombstone = block_on(below.get(&key_row(1))).unwrap().unwrap().version;
        assert!(dump(&below, NOTE).iter().all(|item| item.entry.version < tombstone));
    }
}
