//! Who may change whose rights.

use crate::support::{ANNA, BELA, HERE, aal2, at, denied, emergency, events, note, staffed, store};
use leeward_event::{Action, Actor, Component, Event, Outcome, Reason, StaffId, Subject, assurance::Aal};
use leeward_policy::{By, DenialClass, Policies, PolicyError, Purpose, Requester, Role};
use leeward_store::Store;
use pollster::block_on;

const ADA: StaffId = StaffId::from_bytes([0xAD; 16]);

fn administered() -> (Store, Policies) {
    let store = store();
    let policies = staffed(&store);
    block_on(policies.grant_role(ADA, Role::Administrator, By::ServiceUnchecked, at(0))).unwrap();
    (store, policies)
}

fn refused(result: Result<(), PolicyError>) -> DenialClass {
    match result {
        Err(PolicyError::Denied(denial)) => denial.class(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_supervisor_assigns_others_and_not_herself() {
    let (_, policies) = administered();
    block_on(policies.assign(ANNA, HERE, aal2(BELA), at(1))).unwrap();
    assert_eq!(denied(&policies, &note(ANNA, Purpose::Treatment), at(1)), None);
    let herself = block_on(policies.assign(BELA, HERE, aal2(BELA), at(1)));
    assert_eq!(refused(herself), DenialClass::NotPermitted);
    let by_counsellor = block_on(policies.assign(BELA, HERE, aal2(ANNA), at(1)));
    assert_eq!(refused(by_counsellor), DenialClass::NotPermitted);
    let weakly = block_on(policies.assign(ANNA, HERE, Requester::new(BELA, Aal::One), at(1)));
    assert_eq!(refused(weakly), DenialClass::StrongerSignInNeeded);
}

#[test]
fn a_refusal_changes_nothing_but_the_log() {
    let (store, policies) = administered();
    refused(block_on(policies.assign(BELA, HERE, aal2(ANNA), at(1))));
    let event = *events(&store).last().unwrap();
    assert_eq!((event.what(), event.how()), (Action::AccessDecided, Outcome::Failure));
    assert_eq!(event.who(), Actor::Staff(ANNA));
    assert_eq!(denied(&policies, &note(BELA, Purpose::Treatment), at(1)), Some(DenialClass::NotPermitted));
}

#[test]
fn an_administrator_manages_others_and_not_herself() {
    let (_, policies) = administered();
    block_on(policies.grant_role(ANNA, Role::Moderator, aal2(ADA), at(1))).unwrap();
    block_on(policies.suspend(ANNA, aal2(ADA), at(1))).unwrap();
    assert_eq!(refused(block_on(policies.reinstate(ANNA, aal2(BELA), at(1)))), DenialClass::NotPermitted);
    block_on(policies.reinstate(ANNA, aal2(ADA), at(1))).unwrap();
    let herself = block_on(policies.grant_role(ADA, Role::Counsellor, aal2(ADA), at(1)));
    assert_eq!(refused(herself), DenialClass::NotPermitted);
}

#[test]
fn whoever_is_suspended_changes_nothing() {
    let (_, policies) = administered();
    block_on(policies.suspend(ADA, By::ServiceUnchecked, at(1))).unwrap();
    let granted = block_on(policies.grant_role(ANNA, Role::Supervisor, aal2(ADA), at(2)));
    assert_eq!(refused(granted), DenialClass::NotPermitted);
}

#[test]
fn only_somebody_known_and_not_suspended_is_assigned() {
    let (_, policies) = administered();
    let stranger = StaffId::from_bytes([0xEE; 16]);
    let assigned = block_on(policies.assign(stranger, HERE, aal2(BELA), at(1)));
    assert!(matches!(assigned, Err(PolicyError::UnknownStaff)));
    block_on(policies.suspend(ANNA, aal2(ADA), at(1))).unwrap();
    assert!(matches!(block_on(policies.assign(ANNA, HERE, aal2(BELA), at(1))), Err(PolicyError::Suspended)));
    for result in [
        block_on(policies.suspend(stranger, aal2(ADA), at(1))),
        block_on(policies.revoke_role(stranger, Role::Counsellor, aal2(ADA), at(1))),
    ] {
        assert!(matches!(result, Err(PolicyError::UnknownStaff)));
    }
}

#[test]
fn anybody_gives_up_their_own_access() {
    let (_, policies) = administered();
    block_on(policies.assign(ANNA, HERE, aal2(BELA), at(1))).unwrap();
    block_on(policies.recuse(ANNA, HERE, aal2(ANNA), at(2))).unwrap();
    let reading = note(ANNA, Purpose::Treatment);
    assert_eq!(denied(&policies, &reading, at(2)), Some(DenialClass::NotPermitted));
    assert_eq!(refused(block_on(policies.recuse(BELA, HERE, aal2(ANNA), at(2)))), DenialClass::NotPermitted);
}

#[test]
fn an_assignment_is_told_about_the_person_and_about_the_conversation() {
    let (store, policies) = administered();
    let before = events(&store).len();
    block_on(policies.assign(ANNA, HERE, aal2(BELA), at(1))).unwrap();
    block_on(policies.recuse(ANNA, HERE, By::ServiceUnchecked, at(2))).unwrap();
    let told = events(&store).split_off(before);
    let brief = |event: &Event| (event.what(), event.who(), event.whom().unwrap(), event.why());
    let (person, conversation) = (Subject::Staff(ANNA), Subject::Conversation(HERE));
    let (bela, app) = (Actor::Staff(BELA), Actor::Component(Component::Application));
    let conflict = Some(Reason::ConflictOfInterest);
    assert_eq!(
        told.iter().map(brief).collect::<Vec<_>>(),
        [
            (Action::AccessDecided, bela, conversation, Some(Reason::RolePermits)),
            (Action::AssignmentMade, bela, conversation, None),
            (Action::AssignmentMade, bela, person, None),
            (Action::AssignmentEnded, app, conversation, conflict),
            (Action::AssignmentEnded, app, person, conflict),
        ]
    );
    assert_eq!(told[0].belongs_with(), told[2].belongs_with());
    assert_ne!(told[2].belongs_with(), told[3].belongs_with());
}

#[test]
fn nobody_asks_unseen_whether_somebody_could_be_assigned() {
    let (store, policies) = administered();
    let stranger = StaffId::from_bytes([0xEE; 16]);
    block_on(policies.recuse(ANNA, HERE, By::ServiceUnchecked, at(1))).unwrap();
    block_on(policies.suspend(ADA, By::ServiceUnchecked, at(1))).unwrap();
    for (staff, why) in
        [(ANNA, Reason::ConflictOfInterest), (ADA, Reason::Suspended), (stranger, Reason::FactsUnavailable)]
    {
        let before = events(&store).len();
        block_on(policies.assign(staff, HERE, aal2(BELA), at(2))).unwrap_err();
        let told = events(&store).split_off(before);
        let brief = |event: &Event| (event.what(), event.how(), event.whom().unwrap(), event.why().unwrap());
        let (conversation, person) = (Subject::Conversation(HERE), Subject::Staff(staff));
        assert_eq!(
            told.iter().map(brief).collect::<Vec<_>>(),
            [
                (Action::AccessDecided, Outcome::Success, conversation, Reason::RolePermits),
                (Action::AssignmentMade, Outcome::Failure, conversation, why),
                (Action::AssignmentMade, Outcome::Failure, person, why),
            ]
        );
        assert_ne!(denied(&policies, &note(staff, Purpose::Treatment), at(2)), None);
    }
}

#[test]
fn nobody_asks_unseen_whether_somebody_is_on_record() {
    let (store, policies) = administered();
    let stranger = StaffId::from_bytes([0xEE; 16]);
    block_on(policies.suspend(stranger, aal2(ADA), at(1))).unwrap_err();
    let last = *events(&store).last().unwrap();
    assert_eq!((last.what(), last.how()), (Action::StaffSuspended, Outcome::Failure));
    assert_eq!((last.who(), last.whom()), (Actor::Staff(ADA), Some(Subject::Staff(stranger))));
}

#[test]
fn the_log_tells_of_no_end_that_was_none() {
    let (store, policies) = administered();
    let ends = |before: usize| {
        let told = events(&store).split_off(before).into_iter().map(|event| event.what());
        told.filter(|what| *what != Action::AccessDecided).collect::<Vec<_>>()
    };
    let before = events(&store).len();
    block_on(policies.unassign(ANNA, HERE, aal2(ANNA), at(1))).unwrap();
    block_on(policies.close_break_glass(ANNA, HERE, aal2(ANNA), at(1))).unwrap();
    assert_eq!(events(&store).len(), before + 2, "only that it was decided");
    assert_eq!(ends(before), []);

    let why = leeward_policy::OverrideReason::PublicSafety;
    let _ = block_on(policies.open_break_glass(aal2(ANNA), HERE, &emergency(why), at(60), at(1))).unwrap();
    let before = events(&store).len();
    block_on(policies.recuse(ANNA, HERE, By::ServiceUnchecked, at(2))).unwrap();
    let [ended, closed] = [Action::AssignmentEnded, Action::BreakGlassClosed];
    assert_eq!(ends(before), [ended, ended, closed, closed]);
}
