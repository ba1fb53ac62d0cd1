use crate::support::{ANNA, BELA, ELSEWHERE, HERE, aal2, at, denied, events, note, staffed, store};
use jiff::SignedDuration;
use leeward_event::{Action, CorrelationId, Outcome, Reason, Subject, assurance::Aal};
use leeward_policy::{
    AccessRequest, By, Decision, DenialClass, Obligation, Opened, OverrideReason, Policies, PolicyError,
    Purpose, ReadCaseNote, Requester, Role, WriteCaseNote,
};
use leeward_store::{Scan, Space, Timestamp};
use pollster::block_on;

const WHY: OverrideReason = OverrideReason::ThirdPartySafety;
const NOT_PERMITTED: Option<DenialClass> = Some(DenialClass::NotPermitted);

fn open(policies: &Policies, until: Timestamp, now: Timestamp) -> Result<Opened, PolicyError> {
    block_on(policies.open_break_glass(aal2(ANNA), HERE, WHY, until, now))
}

#[test]
fn a_grant_opens_one_conversation_to_one_person_for_reading_until_it_expires() {
    let policies = staffed(&store());
    let behind = note(ANNA, Purpose::BreakTheGlass);
    assert_eq!(denied(&policies, &behind, at(0)), NOT_PERMITTED);
    let _ = open(&policies, at(60), at(1)).unwrap();

    assert_eq!(denied(&policies, &behind, at(1)), None);
    assert_eq!(denied(&policies, &behind, at(60) - SignedDuration::from_millis(1)), None);
    assert_eq!(denied(&policies, &behind, at(60)), NOT_PERMITTED, "expired");
    assert_eq!(denied(&policies, &behind, at(0)), NOT_PERMITTED, "before it was opened");
    assert_eq!(denied(&policies, &note(ANNA, Purpose::Treatment), at(1)), NOT_PERMITTED, "purpose");
    assert_eq!(denied(&policies, &note(BELA, Purpose::BreakTheGlass), at(1)), NOT_PERMITTED, "foreign");
    let elsewhere = AccessRequest::<ReadCaseNote>::new(aal2(ANNA), ELSEWHERE, Purpose::BreakTheGlass);
    assert_eq!(denied(&policies, &elsewhere, at(1)), NOT_PERMITTED, "another conversation");
    for purpose in [Purpose::BreakTheGlass, Purpose::Treatment] {
        let write = AccessRequest::<WriteCaseNote>::new(aal2(ANNA), HERE, purpose);
        assert_eq!(denied(&policies, &write, at(1)), NOT_PERMITTED, "writing");
    }
}

#[test]
fn a_grant_lasts_four_hours_at_the_most() {
    let policies = staffed(&store());
    let four_hours = at(240);
    let _ = open(&policies, four_hours, at(0)).unwrap();
    for until in [at(0), at(-1), four_hours + SignedDuration::from_nanos(1)] {
        assert!(matches!(open(&policies, until, at(0)), Err(PolicyError::BreakGlassWindow)), "{until}");
    }
    let within_a_millisecond = at(0) + SignedDuration::from_nanos(5);
    assert!(matches!(open(&policies, within_a_millisecond, at(0)), Err(PolicyError::BreakGlassWindow)));
}

#[test]
fn opening_and_reading_oblige_to_a_notice_and_a_review() {
    let store = store();
    let policies = staffed(&store);
    let watched = [
        Obligation::Notify(Role::Supervisor),
        Obligation::Notify(Role::PrivacyOfficer),
        Obligation::Review { within_hours: 72 },
        Obligation::DiscloseToPerson,
    ];
    let opened = open(&policies, at(60), at(1)).unwrap();
    assert_eq!(opened.obligations, watched);
    let Decision::Permit(conditional) = block_on(policies.decide(&note(ANNA, Purpose::BreakTheGlass), at(2)))
    else {
        panic!()
    };
    assert!(conditional.open().eq(watched));
}

#[test]
fn the_log_ties_every_use_to_the_grant() {
    let store = store();
    let policies = staffed(&store);
    let before = events(&store).len();
    let opened = open(&policies, at(60), at(1)).unwrap();
    let own = CorrelationId::from_bytes([1; 16]);
    denied(&policies, &note(ANNA, Purpose::BreakTheGlass).correlation(own), at(2));
    let grant = Some(CorrelationId::from_bytes(*opened.grant.id.as_bytes()));
    let told = events(&store).split_off(before);
    let brief = told.iter().map(|event| (event.what(), event.why().unwrap(), event.belongs_with()));
    assert!(brief.eq([
        (Action::AccessDecided, Reason::RolePermits, grant),
        (Action::BreakGlassOpened, Reason::ThirdPartySafety, grant),
        (Action::AccessDecided, Reason::ThirdPartySafety, grant),
    ]));
    assert!(told.iter().all(|event| event.whom() == Some(Subject::Conversation(HERE))));
}

#[test]
fn only_the_eligible_break_the_glass() {
    let store = store();
    let policies = staffed(&store);
    let refused = |requester| {
        let opened = block_on(policies.open_break_glass(requester, HERE, WHY, at(60), at(1)));
        match opened {
            Err(PolicyError::Denied(denial)) => denial.class(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(refused(Requester::new(ANNA, Aal::One)), DenialClass::StrongerSignInNeeded);
    block_on(policies.recuse(ANNA, HERE, By::ServiceUnchecked, at(1))).unwrap();
    assert_eq!(refused(aal2(ANNA)), DenialClass::NotPermitted);
    block_on(policies.suspend(BELA, By::ServiceUnchecked, at(1))).unwrap();
    assert_eq!(refused(aal2(BELA)), DenialClass::NotPermitted);
    let auditor = leeward_event::StaffId::from_bytes([0xAD; 16]);
    block_on(policies.grant_role(auditor, Role::Auditor, By::ServiceUnchecked, at(1))).unwrap();
    assert_eq!(refused(aal2(auditor)), DenialClass::NotPermitted);
    assert!(events(&store).iter().all(|event| event.what() != Action::BreakGlassOpened));
    let refused = events(&store).into_iter().filter(|event| event.how() == Outcome::Failure);
    let told = refused.map(|event| event.why().unwrap()).collect::<Vec<_>>();
    let reasons =
        [Reason::WeakAssurance, Reason::ConflictOfInterest, Reason::Suspended, Reason::TrainingLapsed];
    assert_eq!(told, reasons);
}

#[test]
fn an_open_grant_passes_by_no_suspension_conflict_or_weak_sign_in() {
    let policies = staffed(&store());
    let behind = note(ANNA, Purpose::BreakTheGlass);
    let _ = open(&policies, at(60), at(1)).unwrap();
    let weak = Requester::new(ANNA, Aal::One);
    let weakly = AccessRequest::<ReadCaseNote>::new(weak, HERE, Purpose::BreakTheGlass);
    assert_eq!(denied(&policies, &weakly, at(2)), Some(DenialClass::StrongerSignInNeeded));
    block_on(policies.suspend(ANNA, By::ServiceUnchecked, at(2))).unwrap();
    assert_eq!(denied(&policies, &behind, at(2)), NOT_PERMITTED);
    block_on(policies.reinstate(ANNA, By::ServiceUnchecked, at(3))).unwrap();
    assert_eq!(denied(&policies, &behind, at(3)), None);
    block_on(policies.recuse(ANNA, HERE, By::ServiceUnchecked, at(4))).unwrap();
    assert_eq!(denied(&policies, &behind, at(4)), NOT_PERMITTED);
}

#[test]
fn a_supervisor_closes_a_grant() {
    let store = store();
    let policies = staffed(&store);
    let _ = open(&policies, at(60), at(1)).unwrap();
    block_on(policies.close_break_glass(ANNA, HERE, aal2(BELA), at(2))).unwrap();
    assert_eq!(denied(&policies, &note(ANNA, Purpose::BreakTheGlass), at(2)), NOT_PERMITTED);
    assert!(events(&store).iter().any(|event| event.what() == Action::BreakGlassClosed));
}

#[test]
fn a_conflict_of_interest_leaves_no_grant_and_no_assignment_behind() {
    let store = store();
    let policies = staffed(&store);
    let left =
        |space: Space| block_on(store.scan(&Scan::all(space.prefix(&[]).unwrap()))).unwrap().items.len();
    let spaces = ["policy.assignment", "policy.break-glass"].map(|name| Space::sealed_for(name, 0));
    block_on(policies.assign(ANNA, HERE, By::ServiceUnchecked, at(1))).unwrap();
    let _ = open(&policies, at(60), at(1)).unwrap();
    assert_eq!(spaces.map(left), [1, 1]);
    block_on(policies.recuse(ANNA, HERE, By::ServiceUnchecked, at(2))).unwrap();
    assert_eq!(spaces.map(left), [0, 0]);
}

#[test]
fn a_purge_takes_expired_grants_only() {
    let store = store();
    let policies = staffed(&store);
    let _ = open(&policies, at(60), at(1)).unwrap();
    assert_eq!(block_on(store.purge(at(59))).unwrap(), 0);
    assert_eq!(denied(&policies, &note(ANNA, Purpose::BreakTheGlass), at(59)), None);
    assert_eq!(block_on(store.purge(at(60))).unwrap(), 1);
}
