//! One policy in force on every machine.

use crate::support::{ANNA, BELA, HERE, aal2, at, denied, events, note, staffed, store};
use leeward_event::{Action, Actor, StaffId};
use leeward_policy::{
    AccessRequest, By, Decision, DenialClass, ManagePolicy, Policies, PolicyError, PolicySet, Purpose, Role,
};
use leeward_store::{
    Store,
    testing::{Call, Fault, Gate, Plan},
};
use pollster::block_on;
use std::thread;

fn edition(version: u32) -> PolicySet {
    PolicySet::default_policy().to_builder(version).build().unwrap()
}

fn assigned(store: &Store) -> Policies {
    let policies = staffed(store);
    block_on(policies.assign(ANNA, HERE, By::ServiceUnchecked, at(0))).unwrap();
    policies
}

#[test]
fn decisions_by_rules_that_are_no_longer_in_force_are_denied() {
    let (one, other) = leeward_test_store::pair();
    let here = assigned(&one);
    let there = Policies::new(&other, PolicySet::default_policy());
    let request = note(ANNA, Purpose::Treatment);
    assert_eq!(denied(&there, &request, at(1)), None);
    block_on(here.adopt(edition(2), at(1))).unwrap();
    assert_eq!(denied(&here, &request, at(2)), None);
    assert_eq!(denied(&there, &request, at(2)), Some(DenialClass::Unavailable));
    let told = events(&one);
    assert!(told.iter().any(|event| event.what() == Action::DecisionImpossible), "an alert");
    let adopted = told.iter().find(|event| event.what() == Action::PolicyAdopted).unwrap();
    let half = adopted.belongs_with().unwrap();
    assert_eq!(half.as_bytes(), &edition(2).hash().as_bytes()[..16]);

    assert!(matches!(block_on(there.adopt(edition(3), at(3))), Err(PolicyError::StalePolicy)));
    assert_eq!(block_on(there.adopted()).unwrap(), Some(edition(2).hash()));
    block_on(there.adopt(edition(2), at(3))).unwrap();
    assert_eq!(denied(&there, &request, at(3)), None);
}

#[test]
fn of_two_policies_adopted_at_once_one_wins() {
    let store = store();
    let gate = Gate::new();
    let plan = Plan::new().nth(1, Call::Commit, Fault::HoldBefore(gate.clone()));
    let held = Policies::new(&plan.over(&store), PolicySet::default_policy());
    let first = thread::scope(|scope| {
        let first = scope.spawn(|| block_on(held.adopt(edition(2), at(1))));
        while plan.is_pending() && !first.is_finished() {
            thread::yield_now();
        }
        let other = Policies::new(&store, PolicySet::default_policy());
        block_on(other.adopt(edition(3), at(1))).unwrap();
        gate.open();
        first.join().unwrap()
    });
    assert!(matches!(first, Err(PolicyError::StalePolicy)));
    assert_eq!(block_on(held.adopted()).unwrap(), Some(edition(3).hash()));
    assert_eq!(events(&store).len(), 1);
}

/// Each decision is by one whole policy: what the permit says is what was in force when it was made.
#[test]
fn no_decision_is_torn_while_policies_are_adopted() {
    let policies = &assigned(&store());
    thread::scope(|scope| {
        let swaps = scope.spawn(|| {
            for version in 2..20 {
                block_on(policies.adopt(edition(version), at(1))).unwrap();
            }
        });
        let mut permitted = 0;
        while !swaps.is_finished() || permitted == 0 {
            let decision = block_on(policies.decide(&note(ANNA, Purpose::Treatment), at(1)));
            let by = decision.evaluation().map(|evaluation| evaluation.policy());
            match decision.into_permit() {
                Ok(permit) => {
                    assert_eq!(Some(permit.policy()), by);
                    permitted += 1;
                }
                Err(denial) => assert_eq!(denial.class(), DenialClass::Unavailable),
            }
        }
    });
}

/// By the default rules an administrator replaces them after a second person approved, and the log names who did.
#[test]
fn a_person_adopts_rules_by_a_permit_that_takes_a_second_person() {
    let store = store();
    let policies = staffed(&store);
    let ada = StaffId::from_bytes([0xAD; 16]);
    block_on(policies.grant_role(ada, Role::Administrator, By::ServiceUnchecked, at(0))).unwrap();
    let replaces = |minute| {
        let requester = aal2(ada).proved_at(at(minute));
        AccessRequest::<ManagePolicy>::new(requester, (), Purpose::Administration)
    };
    assert_eq!(denied(&policies, &replaces(1), at(1)), Some(DenialClass::ApprovalNeeded));
    let asked = block_on(policies.request_approval(&replaces(1), at(60), at(1))).unwrap();
    block_on(policies.approve(aal2(BELA), &asked, at(2))).unwrap();
    let Decision::Permit(conditional) = block_on(policies.decide(&replaces(3), at(3))) else { panic!() };
    let permit = conditional.discharge(|_| Ok::<_, ()>(())).unwrap();
    block_on(policies.adopt_by(permit, edition(2), at(3))).unwrap();
    assert_eq!(block_on(policies.adopted()).unwrap(), Some(edition(2).hash()));
    let told = *events(&store).last().unwrap();
    assert_eq!((told.what(), told.who()), (Action::PolicyAdopted, Actor::Staff(ada)));
    assert_eq!(denied(&policies, &replaces(4), at(4)), Some(DenialClass::ApprovalNeeded), "used up");
}
