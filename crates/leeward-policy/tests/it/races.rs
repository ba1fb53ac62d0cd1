//! Facts that change between being read and being decided on.

use crate::support::{ANNA, BELA, HERE, Meddler, aal2, at, note, staffed, store};
use leeward_policy::{By, OverrideReason, Policies, PolicyError, PolicySet, Purpose};
use leeward_store::Store;
use pollster::block_on;
use std::future::Future;

/// Policies over `store` before whose next commit `change` happens.
fn interrupted<F: Future<Output = ()> + Send + 'static>(
    store: &Store,
    change: impl FnOnce(Policies) -> F,
) -> Policies {
    let other = Policies::new(store, PolicySet::default_policy());
    let meddler = Meddler::before_commit(change(other));
    Policies::new(&meddler.over(store), PolicySet::default_policy())
}

#[test]
fn an_assignment_that_ends_while_it_is_decided_on_denies() {
    let store = store();
    block_on(staffed(&store).assign(ANNA, HERE, By::Service, at(0))).unwrap();
    let policies = interrupted(&store, |other| async move {
        other.unassign(ANNA, HERE, By::Service, at(1)).await.unwrap();
    });
    assert!(!block_on(policies.decide(&note(ANNA, Purpose::Treatment), at(1))).is_permitted());
}

#[test]
fn a_suspension_while_it_is_decided_denies() {
    let store = store();
    block_on(staffed(&store).assign(ANNA, HERE, By::Service, at(0))).unwrap();
    let policies = interrupted(&store, |other| async move {
        other.suspend(ANNA, By::Service, at(1)).await.unwrap();
    });
    assert!(!block_on(policies.decide(&note(ANNA, Purpose::Treatment), at(1))).is_permitted());
}

#[test]
fn a_conflict_declared_while_it_is_decided_denies() {
    let store = store();
    block_on(staffed(&store).assign(ANNA, HERE, By::Service, at(0))).unwrap();
    let policies = interrupted(&store, |other| async move {
        other.recuse(ANNA, HERE, aal2(ANNA), at(1)).await.unwrap();
    });
    assert!(!block_on(policies.decide(&note(ANNA, Purpose::Treatment), at(1))).is_permitted());
}

#[test]
fn a_suspension_outruns_the_breaking_of_glass() {
    let store = store();
    staffed(&store);
    let policies = interrupted(&store, |other| async move {
        other.suspend(ANNA, By::Service, at(1)).await.unwrap();
    });
    let why = OverrideReason::EmergencyTreatment;
    let opened = block_on(policies.open_break_glass(aal2(ANNA), HERE, why, at(60), at(1)));
    assert!(matches!(opened, Err(PolicyError::Denied(_))));
}

#[test]
fn a_conflict_declared_during_an_assignment_outruns_it() {
    let store = store();
    staffed(&store);
    let policies = interrupted(&store, |other| async move {
        other.recuse(ANNA, HERE, By::Service, at(1)).await.unwrap();
    });
    let assigned = block_on(policies.assign(ANNA, HERE, aal2(BELA), at(1)));
    assert!(matches!(assigned, Err(PolicyError::ConflictOfInterest)));
}

#[test]
fn two_roles_given_at_once_are_both_there() {
    let store = store();
    staffed(&store);
    let policies = interrupted(&store, |other| async move {
        other.grant_role(ANNA, leeward_policy::Role::Auditor, By::Service, at(1)).await.unwrap();
    });
    block_on(policies.grant_role(ANNA, leeward_policy::Role::Moderator, By::Service, at(1))).unwrap();
    let log = leeward_policy::AccessRequest::<leeward_policy::ReadAuditLog>::new(
        aal2(ANNA),
        (),
        Purpose::Compliance,
    );
    assert!(block_on(policies.decide(&log, at(2))).is_permitted());
}
