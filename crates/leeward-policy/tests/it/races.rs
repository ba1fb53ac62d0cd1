//! Facts that change between being read and being decided on.

use crate::support::{ANNA, BELA, HERE, aal2, at, emergency, note, staffed, store};
use leeward_policy::{
    AccessRequest, By, Confidentiality, Consent, Describe, OverrideReason, Policies, PolicyError, PolicySet,
    Purpose, ReadAuditLog, Role, Statement, Verdict,
};
use leeward_store::{
    Store,
    testing::{Call, Fault, Gate, Plan},
};
use pollster::block_on;
use std::thread;

/// Runs `first` until it has read and is about to commit, then `second` to its end, and then the rest
/// of `first`.
fn interrupted<T: Send>(
    store: &Store,
    first: impl FnOnce(&Policies) -> T + Send,
    second: impl FnOnce(&Policies),
) -> T {
    let gate = Gate::new();
    let plan = Plan::new().nth(1, Call::Commit, Fault::HoldBefore(gate.clone()));
    let held = Policies::new(&plan.over(store), PolicySet::default_policy());
    thread::scope(|scope| {
        let first = scope.spawn(|| first(&held));
        while plan.is_pending() && !first.is_finished() {
            thread::yield_now();
        }
        assert!(!plan.is_pending(), "it ended before it came to the call");
        second(&Policies::new(store, PolicySet::default_policy()));
        gate.open();
        first.join().unwrap()
    })
}

fn assigned() -> Store {
    let store = store();
    block_on(staffed(&store).assign(ANNA, HERE, By::ServiceUnchecked, at(0))).unwrap();
    store
}

fn reads(policies: &Policies) -> bool {
    block_on(policies.decide(&note(ANNA, Purpose::Treatment), at(1))).is_permitted()
}

#[test]
fn an_assignment_that_ends_while_it_is_decided_on_denies() {
    let unassign =
        |other: &Policies| block_on(other.unassign(ANNA, HERE, By::ServiceUnchecked, at(1))).unwrap();
    assert!(!interrupted(&assigned(), reads, unassign));
}

#[test]
fn a_suspension_while_it_is_decided_denies() {
    let suspend = |other: &Policies| block_on(other.suspend(ANNA, By::ServiceUnchecked, at(1))).unwrap();
    assert!(!interrupted(&assigned(), reads, suspend));
}

#[test]
fn a_conflict_declared_while_it_is_decided_denies() {
    let recuse = |other: &Policies| block_on(other.recuse(ANNA, HERE, aal2(ANNA), at(1))).unwrap();
    assert!(!interrupted(&assigned(), reads, recuse));
}

#[test]
fn a_grant_that_is_closed_while_it_is_decided_on_denies() {
    let (store, why) = (store(), OverrideReason::EmergencyTreatment);
    let opened = block_on(staffed(&store).open_break_glass(aal2(ANNA), HERE, &emergency(why), at(60), at(0)));
    let _ = opened.unwrap();
    let permitted = interrupted(
        &store,
        |held| block_on(held.decide(&note(ANNA, Purpose::BreakTheGlass), at(1))).is_permitted(),
        |other| block_on(other.close_break_glass(ANNA, HERE, aal2(BELA), at(1))).unwrap(),
    );
    assert!(!permitted);
}

#[test]
fn an_assignment_made_while_it_is_decided_on_permits() {
    let store = store();
    staffed(&store);
    let assign = |other: &Policies| block_on(other.assign(ANNA, HERE, By::ServiceUnchecked, at(1))).unwrap();
    assert!(interrupted(&store, reads, assign));
}

#[test]
fn a_suspension_outruns_the_breaking_of_glass() {
    let store = store();
    staffed(&store);
    let why = OverrideReason::EmergencyTreatment;
    let opened = interrupted(
        &store,
        |held| block_on(held.open_break_glass(aal2(ANNA), HERE, &emergency(why), at(60), at(1))),
        |other| block_on(other.suspend(ANNA, By::ServiceUnchecked, at(1))).unwrap(),
    );
    assert!(matches!(opened, Err(PolicyError::Denied(_))));
}

#[test]
fn a_conflict_declared_during_an_assignment_outruns_it() {
    let store = store();
    staffed(&store);
    let assigned = interrupted(
        &store,
        |held| block_on(held.assign(ANNA, HERE, aal2(BELA), at(1))),
        |other| block_on(other.recuse(ANNA, HERE, By::ServiceUnchecked, at(1))).unwrap(),
    );
    assert!(matches!(assigned, Err(PolicyError::ConflictOfInterest)));
}

#[test]
fn a_supervisor_who_is_suspended_while_she_assigns_does_not() {
    let store = store();
    staffed(&store);
    let assigned = interrupted(
        &store,
        |held| block_on(held.assign(ANNA, HERE, aal2(BELA), at(1))),
        |other| block_on(other.suspend(BELA, By::ServiceUnchecked, at(1))).unwrap(),
    );
    assert!(matches!(assigned, Err(PolicyError::Denied(_))));
}

#[test]
fn two_roles_given_at_once_are_both_there() {
    let store = store();
    let policies = staffed(&store);
    let give = |policies: &Policies, role| {
        block_on(policies.grant_role(ANNA, role, By::ServiceUnchecked, at(1))).unwrap();
    };
    interrupted(&store, |held| give(held, Role::Moderator), |other| give(other, Role::Auditor));
    let log = AccessRequest::<ReadAuditLog>::new(aal2(ANNA), (), Purpose::Compliance);
    assert!(block_on(policies.decide(&log, at(2))).is_permitted());
}

#[test]
fn consent_taken_back_while_it_is_decided_denies() {
    let (store, person) = (assigned(), leeward_event::SeekerId::from_bytes([0xD1; 16]));
    let policies = Policies::new(&store, PolicySet::default_policy());
    block_on(policies.link_person(HERE, person, at(0))).unwrap();
    let no = (Purpose::Treatment, Consent::Revoked);
    let by = leeward_event::Actor::Seeker(person);
    let revoke = |other: &Policies| block_on(other.record_consent(person, no, 1, by, at(1))).unwrap();
    assert!(!interrupted(&store, reads, revoke));
}

#[test]
fn training_that_is_found_lapsed_while_it_is_decided_denies() {
    let lapse =
        |other: &Policies| block_on(other.record_training(ANNA, at(0), By::ServiceUnchecked, at(1))).unwrap();
    assert!(!interrupted(&assigned(), reads, lapse));
}

#[test]
fn a_record_that_is_restricted_while_it_is_decided_denies() {
    let by = leeward_event::Actor::Staff(BELA);
    let change = Describe::Confidentiality(Confidentiality::Restricted);
    let restrict = |other: &Policies| block_on(other.describe(HERE, change, by, at(1))).unwrap();
    assert!(!interrupted(&assigned(), reads, restrict));
}

/// One grant at a time: the second finds the first, which nobody has reviewed.
#[test]
fn of_two_who_break_the_glass_as_one_person_at_once_one_does() {
    let store = store();
    staffed(&store);
    let open = |policies: &Policies| {
        let why = emergency(OverrideReason::EmergencyTreatment);
        block_on(policies.open_break_glass(aal2(ANNA), HERE, &why, at(60), at(1)))
    };
    let first = interrupted(&store, open, |other| {
        let _ = open(other).unwrap();
    });
    assert!(matches!(first, Err(PolicyError::Denied(_))));
}

#[test]
fn of_two_reviews_at_once_one_stands() {
    let store = store();
    let policies = staffed(&store);
    let why = emergency(OverrideReason::EmergencyTreatment);
    let grant = block_on(policies.open_break_glass(aal2(ANNA), HERE, &why, at(60), at(1))).unwrap().grant;
    let note = Statement::new("heard the call").unwrap();
    let review = |policies: &Policies, verdict| {
        block_on(policies.review_break_glass(aal2(BELA), &grant, verdict, &note, at(2)))
    };
    let first = interrupted(
        &store,
        |held| review(held, Verdict::Justified),
        |other| review(other, Verdict::NotJustified).unwrap(),
    );
    assert!(matches!(first, Err(PolicyError::NoGrant)));
    let written = block_on(policies.break_glass_documentation(HERE, grant.id)).unwrap().unwrap();
    assert_eq!(written.review.unwrap().verdict, Verdict::NotJustified);
}

/// Whatever was known before, the grant on record counts.
#[test]
fn a_grant_that_is_closed_while_others_facts_are_decided_on_denies() {
    let (store, why) = (store(), emergency(OverrideReason::EmergencyTreatment));
    let _ = block_on(staffed(&store).open_break_glass(aal2(ANNA), HERE, &why, at(60), at(0))).unwrap();
    let request = note(ANNA, Purpose::BreakTheGlass);
    let permitted = interrupted(
        &store,
        |held| {
            let elsewhere = Policies::new(&store, PolicySet::default_policy());
            block_on(held.decide_by(&elsewhere, &request, at(1))).is_permitted()
        },
        |other| block_on(other.close_break_glass(ANNA, HERE, aal2(BELA), at(1))).unwrap(),
    );
    assert!(!permitted);
}

/// A page that loads several records asks several questions at once, each with a time of its own.
#[test]
fn questions_asked_at_once_do_not_end_the_grant_that_they_are_asked_by() {
    let (store, why) = (store(), emergency(OverrideReason::EmergencyTreatment));
    let policies = staffed(&store);
    let _ = block_on(policies.open_break_glass(aal2(ANNA), HERE, &why, at(60), at(0))).unwrap();
    let reads = |policies: &Policies, moment| {
        block_on(policies.decide(&note(ANNA, Purpose::BreakTheGlass), moment)).is_permitted()
    };
    let later = at(1) + jiff::SignedDuration::from_millis(200);
    assert!(interrupted(&store, |held| reads(held, at(1)), |other| assert!(reads(other, later))));
    assert!(reads(&policies, at(2)));
}
