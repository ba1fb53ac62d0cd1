//! The store fails at every call, in every way: what was acknowledged opens, and the work can go on.

use crate::support::*;
use leeward_event::{Action, Reason};
use leeward_store::{
    Expect, Store, StoreError,
    testing::{Call, Fault, Plan, at_every_call, run_until_stuck},
};
use leeward_vault::{Erasure, Index, KeyPurpose, Vault};

/// Refused, lost on the way there, lost on the way back, and never answered.
fn faults() -> [Fault; 5] {
    [Fault::Refuse, Fault::LoseRequest, Fault::LoseAnswer, Fault::HangBefore, Fault::HangAfter]
}

fn everywhere(at_least: usize, scenario: impl Fn(&Plan)) {
    for fault in faults() {
        let runs = at_every_call(Call::Any, &fault, &scenario);
        assert!(runs >= at_least, "{fault:?} met {runs} calls");
    }
}

fn filled() -> (Store, Vault, Store) {
    let (below, vault, store) = sealed();
    for person in 1..=3 {
        put(&store, &note(person, 1), Expect::Absent, &[person]).unwrap();
    }
    (below, vault, store)
}

/// A vault whose calls follow the plan; `None` when the opening met the fault.
fn under(plan: &Plan, below: &Store) -> Option<Vault> {
    run_until_stuck(Vault::open_with(&plan.over(below), root(), options()))?.ok()
}

fn assert_opens(below: &Store) {
    let store = open(below).seal(below);
    for person in 1..=3 {
        assert_eq!(get(&store, &note(person, 1)).unwrap().unwrap(), [person]);
    }
}

#[test]
fn a_first_opening_can_be_repeated() {
    everywhere(4, |plan| {
        let below = Store::memory();
        let opened = run_until_stuck(Vault::open_with(&plan.over(&below), root(), options()));
        if let Some(Ok(vault)) = opened {
            put(&vault.seal(&below), &note(1, 1), Expect::Absent, &[1]).unwrap();
        }
        let store = open(&below).seal(&below);
        if let Some(value) = get(&store, &note(1, 1)).unwrap() {
            assert_eq!(value, [1]);
        }
        put(&store, &note(1, 2), Expect::Absent, &[2]).unwrap();
        assert_eq!(dump(&below, KEYRING).len(), 1);
    });
}

#[test]
fn a_put_for_a_new_subject_is_whole_or_not_there() {
    everywhere(2, |plan| {
        let (below, vault, clean) = filled();
        let store = vault.seal(&plan.over(&below));
        let mut batch = leeward_store::Batch::new();
        batch.put(note(4, 1), Expect::Absent, &[4]).put(secret("a"), Expect::Any, &[4]);
        let written = run_until_stuck(store.commit(batch));
        let value = get(&clean, &note(4, 1)).unwrap();
        assert_eq!(value.is_some(), get(&clean, &secret("a")).unwrap().is_some());
        if let Some(Ok(_)) = written {
            assert_eq!(value.unwrap(), [4]);
        }
        // The same handle goes on, whatever it remembers.
        put(&vault.seal(&below), &note(4, 2), Expect::Any, &[4]).unwrap();
        assert_eq!(get(&open(&below).seal(&below), &note(4, 2)).unwrap().unwrap(), [4]);
        assert_opens(&below);
    });
}

#[test]
fn a_conflict_over_every_key_names_those_of_the_caller() {
    let (below, vault, _) = filled();
    let plan = Plan::new().nth(1, Call::Commit, Fault::Conflict);
    let store = vault.seal(&plan.over(&below));
    let refused = put(&store, &note(4, 1), Expect::Absent, &[4]);
    let Err(StoreError::Conflict(conflict)) = refused else { panic!("{refused:?}") };
    assert_eq!(conflict.keys(), [note(4, 1)]);
    // A put that expects nothing has no conflict to tell of.
    plan.add(1, Call::Commit, Fault::Conflict);
    put(&store, &note(4, 1), Expect::Any, &[4]).unwrap();
}

#[test]
fn a_rotation_goes_on_from_wherever_it_was_interrupted() {
    everywhere(8, |plan| {
        let (below, _, _) = filled();
        let Some(vault) = under(plan, &below) else { return };
        let rotated = run_until_stuck(vault.rotate(KeyPurpose::Records, BY, NOW));
        assert_opens(&below);
        let again = open(&below);
        block_on(again.rotate(KeyPurpose::Records, BY, NOW)).unwrap();
        assert_opens(&below);
        // The vault that was interrupted goes on, too.
        put(&vault.seal(&below), &note(4, 1), Expect::Absent, &[4]).unwrap();
        assert_eq!(get(&again.seal(&below), &note(4, 1)).unwrap().unwrap(), [4]);
        drop(rotated);
    });
}

#[test]
fn a_new_root_key_is_in_force_wholly_or_not_at_all() {
    let new = || leeward_vault::MemoryKey::from_bytes(&[8; 32]);
    everywhere(3, |plan| {
        let (below, _, _) = filled();
        let Some(vault) = under(plan, &below) else { return };
        let rotated = run_until_stuck(vault.rotate_root(new(), BY, NOW));
        let old_opens = block_on(Vault::open(&below, root())).is_ok();
        let new_opens = block_on(Vault::open(&below, new())).is_ok();
        assert!(old_opens != new_opens);
        assert!(new_opens || !matches!(rotated, Some(Ok(()))));
        if plan.is_pending() {
            return;
        }
        block_on(vault.rotate_root(new(), BY, NOW)).unwrap();
        let store = block_on(Vault::open(&below, new())).unwrap().seal(&below);
        assert_eq!(get(&store, &note(1, 1)).unwrap().unwrap(), [1]);
    });
}

#[test]
fn an_erasure_and_its_event_are_both_there_or_neither() {
    everywhere(3, |plan| {
        let (below, _, clean) = filled();
        let Some(vault) = under(plan, &below) else { return };
        let erased = run_until_stuck(vault.erase(subject(1), BY, Reason::Requested, NOW));
        let gone = matches!(get(&clean, &note(1, 1)), Err(StoreError::Erased { .. }));
        assert_eq!(actions(&clean), vec![Action::SubjectErased; usize::from(gone)]);
        assert!(gone || !matches!(erased, Some(Ok(_))));
        let again = block_on(open(&below).erase(subject(1), BY, Reason::Requested, NOW)).unwrap();
        assert_eq!(again, if gone { Erasure::AlreadyDone } else { Erasure::Done });
        assert_eq!(actions(&clean), [Action::SubjectErased]);
        assert_eq!(get(&clean, &note(2, 1)).unwrap().unwrap(), [2]);
    });
}

#[test]
fn rekeying_and_resealing_lose_nothing() {
    let scan = || leeward_store::Scan::all(NOTE.prefix(&[]).unwrap());
    everywhere(6, |plan| {
        let (below, _, _) = filled();
        let Some(vault) = under(plan, &below) else { return };
        let _ = run_until_stuck(async {
            vault.rekey(Some(subject(1)), BY, NOW).await?;
            vault.reseal(&scan()).await
        });
        assert_opens(&below);
        block_on(open(&below).reseal(&scan())).unwrap();
        assert_opens(&below);
    });
}

#[test]
fn a_canary_that_cannot_raise_the_alarm_still_does_not_open() {
    everywhere(3, |plan| {
        let (below, vault, clean) = filled();
        block_on(vault.plant_canary(&note(1, 9), b"decoy")).unwrap();
        let store = vault.seal(&plan.over(&below));
        let read = run_until_stuck(store.get(&note(1, 9)));
        assert!(!matches!(read, Some(Ok(_))));
        if let Some(Err(StoreError::CannotOpen { .. })) = read {
            assert_eq!(actions(&clean), [Action::CanaryOpened]);
        }
    });
}

#[test]
fn an_index_root_is_made_once() {
    let index = Index { tenant: b"", space: "t.note", field: "phone", name: "all", version: 1, bits: 64 };
    everywhere(3, |plan| {
        let (below, _, _) = filled();
        let Some(faulty) = under(plan, &below) else { return };
        let tag = run_until_stuck(faulty.blind_index(&index)).map(|index| index.map(|index| index.tag(b"x")));
        let after = block_on(open(&below).blind_index(&index)).unwrap().tag(b"x").unwrap();
        if let Some(Ok(tag)) = tag {
            assert_eq!(tag.unwrap(), after);
        }
    });
}
