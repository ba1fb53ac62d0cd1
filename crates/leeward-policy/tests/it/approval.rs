//! What two people have to agree on.

use crate::support::{ANNA, BELA, HERE, aal2, at, denied, events, staffed, store};
use leeward_event::{Action, ConversationId, Detail, StaffId, Subject};
use leeward_policy::{
    AccessRequest, ApprovalRequest, By, DenialClass, ExportAuditLog, ExportRecords, ManageStaff, Operation,
    Policies, PolicyError, PolicySet, Purpose, RecordOf, Role,
};
use leeward_store::{
    Store,
    testing::{Call, Fault, Gate, Plan, at_every_call},
};
use pollster::block_on;
use std::thread;

/// A privacy officer who exports.
const OFFICER: StaffId = StaffId::from_bytes([0xE1; 16]);
const COMPLIANCE: leeward_event::Purpose = leeward_event::Purpose::Compliance;
const NEEDED: Option<DenialClass> = Some(DenialClass::ApprovalNeeded);

fn with_officers(store: &Store) -> Policies {
    let policies = staffed(store);
    block_on(policies.grant_role(OFFICER, Role::PrivacyOfficer, By::ServiceUnchecked, at(0))).unwrap();
    policies
}

fn export(minute: i64) -> AccessRequest<ExportRecords> {
    let requester = aal2(OFFICER).proved_at(at(minute));
    AccessRequest::new(requester, RecordOf::Conversation(HERE), Purpose::PersonRequest)
}

fn ask(policies: &Policies, minute: i64) -> ApprovalRequest {
    block_on(policies.request_approval(&export(minute), at(minute + 60), at(minute))).unwrap()
}

fn approved(policies: &Policies) -> ApprovalRequest {
    let asked = ask(policies, 1);
    block_on(policies.approve(aal2(BELA), &asked, at(2))).unwrap();
    asked
}

#[test]
fn what_a_second_person_approved_is_done_once() {
    let store = store();
    let policies = with_officers(&store);
    assert_eq!(denied(&policies, &export(1), at(1)), NEEDED);
    let asked = ask(&policies, 1);
    assert_eq!(denied(&policies, &export(1), at(1)), NEEDED, "asked and not approved");
    block_on(policies.approve(aal2(BELA), &asked, at(2))).unwrap();
    assert_eq!(denied(&policies, &export(2), at(3)), None);
    assert_eq!(denied(&policies, &export(3), at(3)), NEEDED, "used up");
    let again = block_on(policies.approve(aal2(BELA), &asked, at(4)));
    assert!(matches!(again, Err(PolicyError::NoApproval)));
    let told: Vec<_> = events(&store)
        .into_iter()
        .filter(|event| event.belongs_with().is_some_and(|id| id.as_bytes() == asked.id.as_bytes()))
        .map(|event| event.what())
        .collect();
    assert_eq!(told, [Action::ApprovalRequested, Action::ApprovalGiven, Action::ApprovalUsed]);
}

#[test]
fn an_approval_is_for_one_request_and_one_time() {
    let policies = with_officers(&store());
    approved(&policies);
    let elsewhere = RecordOf::Conversation(ConversationId::from_bytes([0xC2; 16]));
    let requester = aal2(OFFICER).proved_at(at(3));
    let other_record = AccessRequest::<ExportRecords>::new(requester, elsewhere, Purpose::PersonRequest);
    assert_eq!(denied(&policies, &other_record, at(3)), NEEDED);
    let other_purpose = AccessRequest::<ExportRecords>::new(requester, HERE.into(), Purpose::Legal);
    assert_eq!(denied(&policies, &other_purpose, at(3)), NEEDED);
    assert_eq!(denied(&policies, &export(61), at(61)), NEEDED, "expired");
    assert_eq!(denied(&policies, &export(-5), at(1)), NEEDED, "the clock went back behind it");
    for until in [at(1), at(0), at(1 + 24 * 60 + 1)] {
        let asked = block_on(policies.request_approval(&export(1), until, at(1)));
        assert!(matches!(asked, Err(PolicyError::ApprovalWindow)));
    }
    assert_eq!(denied(&policies, &export(3), at(3)), None);
}

/// What is asked for about no record, such as the whole audit log, takes its second person too.
#[test]
fn what_is_about_no_record_is_approved_as_well() {
    let store = store();
    let policies = with_officers(&store);
    let auditor = StaffId::from_bytes([0xAD; 16]);
    block_on(policies.grant_role(auditor, Role::Auditor, By::ServiceUnchecked, at(0))).unwrap();
    let takes_log = |minute| {
        let requester = aal2(auditor).proved_at(at(minute));
        AccessRequest::<ExportAuditLog>::new(requester, (), Purpose::Compliance)
    };
    assert_eq!(denied(&policies, &takes_log(1), at(1)), NEEDED);
    let asked = block_on(policies.request_approval(&takes_log(1), at(60), at(1))).unwrap();
    let own = block_on(policies.approve(aal2(auditor), &asked, at(2)));
    assert!(matches!(own, Err(PolicyError::Denied(_))));
    block_on(policies.approve(aal2(OFFICER), &asked, at(2))).unwrap();
    let given = *events(&store).last().unwrap();
    assert_eq!((given.what(), given.whom()), (Action::ApprovalGiven, Some(Subject::Staff(auditor))));
    assert_eq!((given.which(), given.what_for()), (Some(Detail::ExportAuditLog), Some(COMPLIANCE)));
    assert_eq!(denied(&policies, &takes_log(2), at(3)), None);
    assert_eq!(denied(&policies, &takes_log(3), at(3)), NEEDED, "used up");
}

/// An approver sees what it is for, and what is on record counts, whatever they are shown.
#[test]
fn what_waits_is_listed_with_what_it_is_for() {
    let store = store();
    let policies = with_officers(&store);
    let asked = ask(&policies, 1);
    assert_eq!(block_on(policies.approvals_due(at(2))).unwrap(), [asked]);
    assert_eq!((asked.operation, asked.purpose), (Operation::ExportRecords, Purpose::PersonRequest));
    assert_eq!((asked.staff, asked.of, asked.about), (OFFICER, Some(HERE.into()), None));
    block_on(policies.recuse(BELA, HERE, aal2(BELA), at(2))).unwrap();
    let mut shown = asked;
    shown.of = None;
    let blindly = block_on(policies.approve(aal2(BELA), &shown, at(2)));
    assert!(matches!(blindly, Err(PolicyError::Denied(_))), "her interest is in the record on file");
    assert!(block_on(policies.approvals_due(at(61))).unwrap().is_empty(), "over");
    assert_eq!(block_on(store.purge(at(61))).unwrap(), 2, "and where it is");
}

#[test]
fn nobody_approves_what_is_about_themselves() {
    let policies = with_officers(&store());
    let ada = StaffId::from_bytes([0xAD; 16]);
    block_on(policies.grant_role(ada, Role::Administrator, By::ServiceUnchecked, at(0))).unwrap();
    let about = |staff| AccessRequest::<ManageStaff>::new(aal2(ada), staff, Purpose::Administration);
    let asked = |staff| block_on(policies.request_approval(&about(staff), at(60), at(1))).unwrap();
    let own = block_on(policies.approve(aal2(BELA), &asked(BELA), at(2)));
    assert!(matches!(own, Err(PolicyError::SameRoles)));
    block_on(policies.approve(aal2(BELA), &asked(ANNA), at(2))).unwrap();
}

#[test]
fn nobody_approves_for_themselves_nor_with_the_same_roles() {
    let policies = with_officers(&store());
    let asked = ask(&policies, 1);
    let own = block_on(policies.approve(aal2(OFFICER), &asked, at(2)));
    assert!(matches!(own, Err(PolicyError::Denied(_))));
    let other = StaffId::from_bytes([0xE2; 16]);
    block_on(policies.grant_role(other, Role::PrivacyOfficer, By::ServiceUnchecked, at(1))).unwrap();
    let same = block_on(policies.approve(aal2(other), &asked, at(2)));
    assert!(matches!(same, Err(PolicyError::SameRoles)));
    assert!(matches!(block_on(policies.approve(aal2(ANNA), &asked, at(2))), Err(PolicyError::Denied(_))));
    block_on(policies.recuse(BELA, HERE, aal2(BELA), at(2))).unwrap();
    let interested = block_on(policies.approve(aal2(BELA), &asked, at(2)));
    assert!(matches!(interested, Err(PolicyError::Denied(_))));
    assert_eq!(denied(&policies, &export(3), at(3)), NEEDED);
}

#[test]
fn a_refusal_stands() {
    let policies = with_officers(&store());
    let asked = ask(&policies, 1);
    block_on(policies.refuse_approval(aal2(BELA), &asked, at(2))).unwrap();
    assert!(matches!(block_on(policies.approve(aal2(BELA), &asked, at(3))), Err(PolicyError::NoApproval)));
    assert_eq!(denied(&policies, &export(3), at(3)), NEEDED);
}

/// Whether the approver might still approve, and whether the rules are the same, is asked again.
#[test]
fn an_approval_falls_with_its_approver_and_with_the_rules() {
    let falls: [fn(&Policies); 4] = [
        |policies| block_on(policies.suspend(BELA, By::ServiceUnchecked, at(3))).unwrap(),
        |policies| {
            block_on(policies.revoke_role(BELA, Role::Supervisor, By::ServiceUnchecked, at(3))).unwrap();
        },
        |policies| block_on(policies.recuse(BELA, HERE, aal2(BELA), at(3))).unwrap(),
        |policies| {
            let next = PolicySet::default_policy().to_builder(2).build().unwrap();
            block_on(policies.adopt(next, at(3))).unwrap();
        },
    ];
    for falls in falls {
        let policies = with_officers(&store());
        approved(&policies);
        falls(&policies);
        assert_eq!(denied(&policies, &export(4), at(4)), NEEDED);
    }
}

#[test]
fn of_two_who_use_one_approval_at_once_one_is_permitted() {
    let store = store();
    approved(&with_officers(&store));
    let gate = Gate::new();
    let plan = Plan::new().nth(1, Call::Commit, Fault::HoldBefore(gate.clone()));
    let held = Policies::new(&plan.over(&store), PolicySet::default_policy());
    thread::scope(|scope| {
        let first = scope.spawn(|| denied(&held, &export(3), at(3)));
        while plan.is_pending() && !first.is_finished() {
            thread::yield_now();
        }
        let other = Policies::new(&store, PolicySet::default_policy());
        assert_eq!(denied(&other, &export(3), at(3)), None);
        gate.open();
        assert_eq!(first.join().unwrap(), NEEDED);
    });
}

#[test]
fn an_approval_is_used_up_whichever_call_fails_or_nothing_is_permitted() {
    for fault in [Fault::Refuse, Fault::LoseRequest, Fault::LoseAnswer, Fault::Conflict] {
        at_every_call(Call::Any, &fault, |plan| {
            let store = store();
            approved(&with_officers(&store));
            let faulty = Policies::new(&plan.over(&store), PolicySet::default_policy());
            let first = denied(&faulty, &export(3), at(3)).is_none();
            let sound = Policies::new(&store, PolicySet::default_policy());
            let second = denied(&sound, &export(3), at(3)).is_none();
            assert!(!(first && second), "used twice");
        });
    }
}
