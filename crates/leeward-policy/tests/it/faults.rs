//! A store that fails at any call denies, and changes rights wholly or not at all.

use crate::support::{ANNA, BELA, HERE, aal2, at, denied, emergency, events, note, staffed, store};
use leeward_event::{Action, Outcome};
use leeward_policy::{By, Decision, DenialClass, OverrideReason, Policies, PolicySet, Purpose};
use leeward_store::{
    Store,
    testing::{Call, Fault, Plan, at_every_call},
};
use pollster::block_on;

const FAULTS: [Fault; 4] = [Fault::Refuse, Fault::LoseRequest, Fault::LoseAnswer, Fault::Conflict];

fn faulty(plan: &Plan, store: &Store) -> Policies {
    Policies::new(&plan.over(store), PolicySet::default_policy())
}

fn sound(store: &Store) -> Policies {
    Policies::new(store, PolicySet::default_policy())
}

fn assigned() -> Store {
    let store = store();
    block_on(staffed(&store).assign(ANNA, HERE, By::ServiceUnchecked, at(0))).unwrap();
    store
}

#[test]
fn a_decision_denies_whichever_call_fails() {
    for fault in [Fault::Refuse, Fault::LoseRequest, Fault::LoseAnswer] {
        let met = at_every_call(Call::Any, &fault, |plan| {
            let decision = block_on(faulty(plan, &assigned()).decide(&note(ANNA, Purpose::Treatment), at(1)));
            match decision {
                Decision::Permit(_) => assert!(plan.is_pending(), "permitted, and a call had failed"),
                Decision::Deny(denial) => {
                    assert_eq!(denial.class(), DenialClass::Unavailable);
                    assert!(denial.cause().is_some());
                }
            }
        });
        assert_eq!(met, 7, "six facts and a commit");
    }
}

#[test]
fn no_permit_is_given_that_is_not_recorded() {
    for fault in FAULTS {
        at_every_call(Call::Any, &fault, |plan| {
            let store = assigned();
            let permitted = denied(&faulty(plan, &store), &note(ANNA, Purpose::Treatment), at(1)).is_none();
            let told = events(&store)
                .into_iter()
                .any(|event| event.what() == Action::AccessDecided && event.how() == Outcome::Success);
            assert!(told || !permitted);
        });
    }
}

#[test]
fn rights_change_with_their_event_or_not_at_all() {
    for fault in FAULTS {
        at_every_call(Call::Any, &fault, |plan| {
            let store = store();
            staffed(&store);
            let assigned = block_on(faulty(plan, &store).assign(ANNA, HERE, aal2(BELA), at(1)));
            let told = events(&store).iter().any(|event| event.what() == Action::AssignmentMade);
            let stands = denied(&sound(&store), &note(ANNA, Purpose::Treatment), at(2)).is_none();
            assert_eq!(told, stands);
            assert!(stands || assigned.is_err());
        });
    }
}

#[test]
fn glass_is_broken_with_its_event_or_not_at_all() {
    for fault in FAULTS {
        at_every_call(Call::Any, &fault, |plan| {
            let store = store();
            staffed(&store);
            let why = OverrideReason::PublicSafety;
            let faulty = faulty(plan, &store);
            let opened = block_on(faulty.open_break_glass(aal2(ANNA), HERE, &emergency(why), at(60), at(1)));
            let told = events(&store).iter().any(|event| event.what() == Action::BreakGlassOpened);
            let stands = denied(&sound(&store), &note(ANNA, Purpose::BreakTheGlass), at(2)).is_none();
            assert_eq!(told, stands);
            assert!(stands || opened.is_err());
        });
    }
}
