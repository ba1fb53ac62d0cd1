use crate::support::{
    ANNA, BELA, ELSEWHERE, HERE, aal2, at, denied, emergency, events, note, review, staffed, store,
};
use jiff::SignedDuration;
use leeward_event::{Action, Actor, CorrelationId, Detail, Outcome, Reason, Subject, assurance::Aal};
use leeward_policy::{
    AccessRequest, BreakGlassGrant, BreakGlassScope, By, Decision, DenialClass, Disclosure, Emergency,
    GrantState, Obligation, Opened, Operation, OverrideReason, Policies, PolicyError, Purpose, ReadCaseNote,
    ReadContactHint, ReadSafetyPlan, Requester, ResourceType, Role, Statement, Verdict, WriteCaseNote,
};
use leeward_store::Timestamp;
use pollster::block_on;

const WHY: OverrideReason = OverrideReason::ThirdPartySafety;
const NOT_PERMITTED: Option<DenialClass> = Some(DenialClass::NotPermitted);

fn open(policies: &Policies, until: Timestamp, now: Timestamp) -> Result<Opened, PolicyError> {
    block_on(policies.open_break_glass(aal2(ANNA), HERE, &emergency(WHY), until, now))
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
        let opened = block_on(policies.open_break_glass(requester, HERE, &emergency(WHY), at(60), at(1)));
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
fn a_conflict_of_interest_leaves_no_access_behind_and_lifting_it_gives_none_back() {
    let store = store();
    let policies = staffed(&store);
    block_on(policies.assign(ANNA, HERE, By::ServiceUnchecked, at(1))).unwrap();
    let _ = open(&policies, at(60), at(1)).unwrap();
    block_on(policies.recuse(ANNA, HERE, By::ServiceUnchecked, at(2))).unwrap();
    let own = block_on(policies.lift_conflict(ANNA, HERE, aal2(ANNA), at(3)));
    assert!(matches!(own, Err(PolicyError::Denied(_))), "of oneself");
    block_on(policies.lift_conflict(ANNA, HERE, aal2(BELA), at(3))).unwrap();
    assert!(events(&store).iter().any(|event| event.what() == Action::ConflictLifted));
    for purpose in [Purpose::Treatment, Purpose::BreakTheGlass] {
        assert_eq!(denied(&policies, &note(ANNA, purpose), at(4)), NOT_PERMITTED);
    }
    block_on(policies.assign(ANNA, HERE, aal2(BELA), at(5))).unwrap();
    assert_eq!(denied(&policies, &note(ANNA, Purpose::Treatment), at(5)), None);
}

#[test]
fn the_next_use_waits_for_the_review_by_somebody_else() {
    let store = store();
    let policies = staffed(&store);
    let opened = open(&policies, at(60), at(1)).unwrap();
    assert!(matches!(open(&policies, at(60), at(2)), Err(PolicyError::Denied(_))), "open still");
    assert!(matches!(open(&policies, at(200), at(100)), Err(PolicyError::Denied(_))), "not reviewed");
    assert_eq!(block_on(policies.reviews_due()).unwrap().len(), 1);

    assert!(review(&policies, ANNA, ANNA, at(101)).is_err(), "her own");
    block_on(policies.recuse(BELA, HERE, aal2(BELA), at(101))).unwrap();
    assert!(review(&policies, BELA, ANNA, at(101)).is_err(), "an interest of her own");
    block_on(policies.lift_conflict(BELA, HERE, By::ServiceUnchecked, at(101))).unwrap();
    review(&policies, BELA, ANNA, at(102)).unwrap();
    assert!(matches!(review(&policies, BELA, ANNA, at(102)), Err(PolicyError::NoGrant)), "twice");
    assert!(block_on(policies.reviews_due()).unwrap().is_empty());

    let written = block_on(policies.break_glass_documentation(HERE, opened.grant.id)).unwrap().unwrap();
    assert_eq!((written.staff, written.opened_at), (ANNA, at(1)));
    assert_eq!(written.emergency.recipient.expose(), "Dr. Imre Varga");
    let found = written.review.unwrap();
    assert_eq!((found.reviewer, found.verdict, found.at), (BELA, Verdict::Justified, at(102)));
    let told = events(&store)
        .into_iter()
        .find(|event| event.what() == Action::BreakGlassReviewed && event.how() == Outcome::Success);
    assert_eq!(told.unwrap().why(), Some(Reason::Justified));
    let _ = open(&policies, at(200), at(103)).unwrap();
}

#[test]
fn a_review_ends_a_grant_that_is_open_still() {
    let policies = staffed(&store());
    let _ = open(&policies, at(60), at(1)).unwrap();
    review(&policies, BELA, ANNA, at(2)).unwrap();
    assert_eq!(denied(&policies, &note(ANNA, Purpose::BreakTheGlass), at(3)), NOT_PERMITTED);
}

/// It is seen by any decision for the holder.
#[test]
fn a_clock_that_steps_back_or_forth_ends_a_grant_for_good() {
    for step in [at(29), at(-100), at(60), at(600)] {
        let policies = staffed(&store());
        let behind = note(ANNA, Purpose::BreakTheGlass);
        let _ = open(&policies, at(60), at(1)).unwrap();
        assert_eq!(denied(&policies, &behind, at(30)), None);
        denied(&policies, &note(ANNA, Purpose::Treatment), step);
        assert_eq!(denied(&policies, &behind, at(31)), NOT_PERMITTED, "{step}");
    }
}

#[test]
fn a_purge_takes_no_grant_before_its_review() {
    let store = store();
    let policies = staffed(&store);
    let _ = open(&policies, at(60), at(1)).unwrap();
    assert_eq!(block_on(store.purge(at(60))).unwrap(), 0);
    assert!(matches!(open(&policies, at(200), at(100)), Err(PolicyError::Denied(_))));
}

/// A person's conversations are opened with the person, and one kind of reading leaves its trace.
#[test]
fn a_grant_for_a_person_covers_the_conversations_that_are_linked_to_them() {
    let policies = staffed(&store());
    let person = leeward_event::SeekerId::from_bytes([0xD1; 16]);
    let why = emergency(WHY);
    let _ = block_on(policies.open_break_glass(aal2(ANNA), person, &why, at(60), at(1))).unwrap();
    let behind = note(ANNA, Purpose::BreakTheGlass);
    assert_eq!(denied(&policies, &behind, at(2)), NOT_PERMITTED, "not linked");
    block_on(policies.link_person(HERE, person, at(2))).unwrap();
    assert_eq!(denied(&policies, &behind, at(3)), None);
    block_on(policies.recuse(ANNA, person, By::ServiceUnchecked, at(4))).unwrap();
    assert_eq!(denied(&policies, &behind, at(5)), NOT_PERMITTED, "a conflict with the person");
}

#[test]
fn the_person_concerned_sees_who_looked_unless_that_is_withheld() {
    for (disclosure, seen) in [(Disclosure::ToPerson, 2), (Disclosure::EndangersPerson, 1)] {
        let policies = staffed(&store());
        block_on(policies.assign(BELA, HERE, By::ServiceUnchecked, at(0))).unwrap();
        denied(&policies, &note(BELA, Purpose::Treatment), at(1));
        let why = Emergency { disclosure, ..emergency(WHY) };
        let opened = block_on(policies.open_break_glass(aal2(ANNA), HERE, &why, at(60), at(1))).unwrap();
        denied(&policies, &note(ANNA, Purpose::BreakTheGlass), at(2));
        denied(&policies, &note(ANNA, Purpose::Treatment), at(3));

        let all = block_on(policies.accesses(HERE, None)).unwrap().accesses;
        assert_eq!(all.len(), 2, "what was denied is no access");
        assert_eq!((all[0].actor, all[0].reason), (Actor::Staff(BELA), Reason::Assigned));
        let last = all[1];
        assert_eq!(
            (last.actor, last.at, last.operation),
            (Actor::Staff(ANNA), at(2), Operation::ReadCaseNote)
        );
        assert_eq!((last.purpose, last.reason), (Purpose::BreakTheGlass, Reason::ThirdPartySafety));
        assert_eq!((last.policy, last.disclosure), (policies.policy().hash(), disclosure));
        assert_eq!(last.correlation.as_bytes(), opened.grant.id.as_bytes());
        assert_eq!(block_on(policies.disclosed_accesses(HERE, None)).unwrap().accesses.len(), seen);
    }
}

/// Glass is broken for no more than is needed.
#[test]
fn a_grant_for_one_kind_of_record_opens_no_other() {
    let store = store();
    let policies = staffed(&store);
    let (person, why) = (leeward_event::SeekerId::from_bytes([0xD1; 16]), emergency(WHY));
    let hint = BreakGlassScope::only(person, ResourceType::ContactHint);
    let opened = block_on(policies.open_break_glass(aal2(ANNA), hint, &why, at(60), at(1))).unwrap();
    let told = events(&store).into_iter().find(|event| event.what() == Action::BreakGlassOpened).unwrap();
    assert_eq!(told.which(), Some(Detail::ReadContactHint));
    let behind = Purpose::BreakTheGlass;
    let reads_hint = AccessRequest::<ReadContactHint>::new(aal2(ANNA), person, behind);
    let reads_plan = AccessRequest::<ReadSafetyPlan>::new(aal2(ANNA), person, behind);
    assert_eq!(denied(&policies, &reads_hint, at(2)), None);
    assert_eq!(denied(&policies, &reads_plan, at(2)), NOT_PERMITTED);
    block_on(policies.link_person(HERE, person, at(2))).unwrap();
    assert_eq!(denied(&policies, &note(ANNA, behind), at(3)), NOT_PERMITTED);
    let written = block_on(policies.break_glass_documentation(person, opened.grant.id)).unwrap().unwrap();
    assert_eq!((opened.grant.only, written.only), (hint_only(), hint_only()));
}

fn hint_only() -> Option<ResourceType> {
    Some(ResourceType::ContactHint)
}

/// What is reviewed is what is on record, whatever the reviewer was shown.
#[test]
fn a_review_is_of_the_grant_on_record() {
    let policies = staffed(&store());
    let grant = open(&policies, at(60), at(1)).unwrap().grant;
    let note = Statement::new("heard the call").unwrap();
    let review = |grant: &BreakGlassGrant| {
        block_on(policies.review_break_glass(aal2(BELA), grant, Verdict::Justified, &note, at(2)))
    };
    let (mut elsewhere, mut another) = (grant, grant);
    elsewhere.of = ELSEWHERE.into();
    another.id = leeward_event::GrantId::from_bytes([9; 16]);
    for forged in [elsewhere, another] {
        assert!(matches!(review(&forged), Err(PolicyError::NoGrant)));
    }
    let mut longer = grant;
    longer.expires_at = at(240);
    review(&longer).unwrap();
    let there = block_on(policies.break_glass_of(ANNA)).unwrap().unwrap();
    assert_eq!((there.expires_at, there.state), (at(60), GrantState::Reviewed));
}

#[test]
fn two_accesses_in_one_moment_are_two() {
    let policies = staffed(&store());
    let _ = open(&policies, at(60), at(1)).unwrap();
    for _ in 0..2 {
        assert_eq!(denied(&policies, &note(ANNA, Purpose::BreakTheGlass), at(2)), None);
    }
    let all = block_on(policies.accesses(HERE, None)).unwrap().accesses;
    assert_eq!(all.len(), 2);
    assert_eq!(all[0], all[1]);
}
