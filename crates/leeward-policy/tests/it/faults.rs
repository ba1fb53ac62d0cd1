//! A store that fails at any call denies, and changes rights wholly or not at all.

use crate::support::{ANNA, BELA, Fault, HERE, Meddler, aal2, at, denied, events, note, staffed, store};
use leeward_event::Action;
use leeward_policy::{By, Decision, DenialClass, OverrideReason, Policies, PolicySet, Purpose};
use leeward_store::Store;
use pollster::block_on;

fn policies(meddler: &Meddler, store: &Store) -> Policies {
    Policies::new(&meddler.over(store), PolicySet::default_policy())
}

fn assigned() -> Store {
    let store = store();
    block_on(staffed(&store).assign(ANNA, HERE, By::Service, at(0))).unwrap();
    store
}

/// How many calls to the store one decision makes.
fn calls_of_a_decision() -> usize {
    let (store, meddler) = (assigned(), Meddler::default());
    assert_eq!(denied(&policies(&meddler, &store), &note(ANNA, Purpose::Treatment), at(1)), None);
    meddler.calls()
}

#[test]
fn a_decision_denies_whichever_call_fails() {
    let calls = calls_of_a_decision();
    assert!(calls >= 5, "four facts and a commit");
    for n in 0..calls {
        for fault in [Fault::Fails, Fault::Lost] {
            let store = assigned();
            let policies = policies(&Meddler::fault(n, fault), &store);
            let decision = block_on(policies.decide(&note(ANNA, Purpose::Treatment), at(1)));
            let Decision::Deny(denial) = decision else { panic!("permitted when call {n} {fault:?}") };
            assert_eq!(denial.class(), DenialClass::Unavailable);
            assert!(denial.cause().is_some());
        }
    }
}

#[test]
fn no_decision_is_made_that_is_not_recorded() {
    for n in 0..=calls_of_a_decision() {
        let store = assigned();
        let before = events(&store).len();
        let policies = policies(&Meddler::fault(n, Fault::Fails), &store);
        let permitted = denied(&policies, &note(ANNA, Purpose::Treatment), at(1)).is_none();
        let recorded = events(&store).len() - before;
        assert!(recorded == 1 || !permitted, "call {n}");
    }
}

#[test]
fn rights_change_with_their_event_or_not_at_all() {
    for n in 0..8 {
        let store = store();
        staffed(&store);
        let before = events(&store).len();
        let broken = policies(&Meddler::fault(n, Fault::Fails), &store);
        let done = block_on(broken.assign(ANNA, HERE, aal2(BELA), at(1))).is_ok();
        let told = events(&store).split_off(before);
        let made = told.iter().any(|event| event.what() == Action::AssignmentMade);
        let sound = Policies::new(&store, PolicySet::default_policy());
        let stands = denied(&sound, &note(ANNA, Purpose::Treatment), at(2)).is_none();
        assert_eq!((made, stands), (done, done), "call {n}");
    }
}

#[test]
fn glass_is_broken_with_its_event_or_not_at_all() {
    for n in 0..8 {
        let store = store();
        staffed(&store);
        let broken = policies(&Meddler::fault(n, Fault::Fails), &store);
        let why = OverrideReason::PublicSafety;
        let done = block_on(broken.open_break_glass(aal2(ANNA), HERE, why, at(60), at(1))).is_ok();
        let told = events(&store).iter().any(|event| event.what() == Action::BreakGlassOpened);
        let sound = Policies::new(&store, PolicySet::default_policy());
        let stands = denied(&sound, &note(ANNA, Purpose::BreakTheGlass), at(2)).is_none();
        assert_eq!((told, stands), (done, done), "call {n}");
    }
}
