use crate::support::{
    ANNA, BELA, ELSEWHERE, HERE, aal2, at, denied, emergency, enrol, events, note, staffed, store,
};
use leeward_event::{
    Action, Actor, CorrelationId, Detail, Outcome, Reason, StaffId, Subject, assurance::Aal,
};
use leeward_policy::{
    AccessRequest, By, Decision, DenialClass, Operation, Policies, PolicyError, PolicySet, Purpose,
    ReadAuditLog, ReadCaseNote, Requester, Role, WriteCaseNote,
};
use leeward_store::{Batch, Expect, Space, Store};
use pollster::block_on;

#[test]
fn an_assignment_permits_until_it_ends_and_in_that_conversation_alone() {
    let policies = staffed(&store());
    let here = note(ANNA, Purpose::Treatment);
    let elsewhere = AccessRequest::<ReadCaseNote>::new(aal2(ANNA), ELSEWHERE, Purpose::Treatment);
    assert_eq!(denied(&policies, &here, at(1)), Some(DenialClass::NotPermitted));

    block_on(policies.assign(ANNA, HERE, By::ServiceUnchecked, at(1))).unwrap();
    assert_eq!(denied(&policies, &here, at(1)), None);
    assert_eq!(denied(&policies, &elsewhere, at(1)), Some(DenialClass::NotPermitted));
    assert_eq!(denied(&policies, &note(BELA, Purpose::Treatment), at(1)), Some(DenialClass::NotPermitted));

    block_on(policies.unassign(ANNA, HERE, By::ServiceUnchecked, at(2))).unwrap();
    assert_eq!(denied(&policies, &here, at(2)), Some(DenialClass::NotPermitted));
}

#[test]
fn suspension_and_conflict_of_interest_outweigh_an_assignment() {
    let policies = staffed(&store());
    let write = AccessRequest::<WriteCaseNote>::new(aal2(ANNA), HERE, Purpose::Treatment);
    block_on(async {
        policies.assign(ANNA, HERE, By::ServiceUnchecked, at(1)).await.unwrap();
        policies.suspend(ANNA, By::ServiceUnchecked, at(1)).await.unwrap();
    });
    assert_eq!(denied(&policies, &write, at(1)), Some(DenialClass::NotPermitted));
    block_on(policies.reinstate(ANNA, By::ServiceUnchecked, at(2))).unwrap();
    assert_eq!(denied(&policies, &write, at(2)), None);
    block_on(policies.recuse(ANNA, HERE, By::ServiceUnchecked, at(3))).unwrap();
    assert_eq!(denied(&policies, &write, at(3)), Some(DenialClass::NotPermitted));
    let again = block_on(policies.assign(ANNA, HERE, By::ServiceUnchecked, at(4)));
    assert!(matches!(again, Err(PolicyError::ConflictOfInterest)));
}

#[test]
fn a_denial_does_not_tell_whether_a_conversation_exists() {
    let policies = staffed(&store());
    let [moderator, other] = [0xD1, 0xD2].map(|id| StaffId::from_bytes([id; 16]));
    let why = leeward_policy::OverrideReason::PublicSafety;
    enrol(&policies, moderator, Role::Moderator);
    enrol(&policies, other, Role::Counsellor);
    block_on(async {
        let _ = policies.open_break_glass(aal2(other), HERE, &emergency(why), at(60), at(1)).await.unwrap();
        policies.assign(other, HERE, By::ServiceUnchecked, at(1)).await.unwrap();
    });
    let answer = |staff, aal, conversation, purpose| {
        let request = AccessRequest::<ReadCaseNote>::new(Requester::new(staff, aal), conversation, purpose);
        let denial = block_on(policies.decide(&request, at(2))).into_permit().unwrap_err();
        (denial.class(), denial.to_string(), denial.cause().is_some())
    };
    for (staff, aal) in
        [ANNA, BELA, moderator].iter().flat_map(|staff| [Aal::One, Aal::Two].map(|aal| (*staff, aal)))
    {
        for &purpose in Purpose::ALL {
            let [here, elsewhere] = [HERE, ELSEWHERE].map(|place| answer(staff, aal, place, purpose));
            assert_eq!(here, elsewhere, "{staff:?} {aal:?} {purpose:?}");
        }
    }
}

#[test]
fn every_decision_is_an_event() {
    let store = store();
    let policies = staffed(&store);
    let before = events(&store).len();
    let asked = note(ANNA, Purpose::Treatment).correlation(CorrelationId::from_bytes([9; 16]));
    denied(&policies, &asked, at(1));
    block_on(policies.assign(ANNA, HERE, By::ServiceUnchecked, at(1))).unwrap();
    denied(&policies, &asked, at(2));

    let decisions = events(&store).split_off(before);
    let decided = decisions.iter().filter(|event| event.what() == Action::AccessDecided).collect::<Vec<_>>();
    let outcomes = decided.iter().map(|event| (event.how(), event.why().unwrap())).collect::<Vec<_>>();
    assert_eq!(outcomes, [(Outcome::Failure, Reason::NotAssigned), (Outcome::Success, Reason::Assigned)]);
    for event in decided {
        assert_eq!(event.who(), Actor::Staff(ANNA));
        assert_eq!(event.whom(), Some(Subject::Conversation(HERE)));
        assert_eq!(event.belongs_with(), Some(CorrelationId::from_bytes([9; 16])));
        assert_eq!(event.which(), Some(Detail::ReadCaseNote));
        assert_eq!(event.what_for(), Some(leeward_event::Purpose::Treatment));
    }
}

#[test]
fn the_permit_carries_the_correlation_that_was_recorded() {
    let store = store();
    let policies = staffed(&store);
    block_on(policies.assign(ANNA, HERE, By::ServiceUnchecked, at(1))).unwrap();
    let decision = block_on(policies.decide(&note(ANNA, Purpose::Treatment), at(1)));
    let permit = decision.into_permit().unwrap();
    assert!(permit.correlation().is_some());
    assert_eq!(events(&store).last().unwrap().belongs_with(), permit.correlation());
}

#[test]
fn somebody_without_a_record_is_denied_for_want_of_facts() {
    let store = store();
    let policies = staffed(&store);
    let stranger = note(StaffId::from_bytes([0xEE; 16]), Purpose::Treatment);
    let Decision::Deny(denial) = block_on(policies.decide(&stranger, at(1))) else { panic!() };
    assert_eq!(denial.class(), DenialClass::Unavailable);
    assert!(matches!(denial.cause(), Some(PolicyError::UnknownStaff)));
    let event = *events(&store).last().unwrap();
    assert_eq!((event.how(), event.why()), (Outcome::Failure, Some(Reason::FactsUnavailable)));
}

#[test]
fn an_unreadable_record_denies_whichever_it_is() {
    let (a, c) = (ANNA.as_bytes().as_slice(), HERE.as_bytes().as_slice());
    let records: [(Space, Vec<&[u8]>); 6] = [
        (Space::sealed_for("policy.staff", 0), vec![a]),
        (Space::sealed_for("policy.assignment", 0), vec![c, a]),
        (Space::sealed_for("policy.conflict", 0), vec![c, a]),
        (Space::sealed_for("policy.grant", 0), vec![a]),
        (Space::sealed_for("policy.record", 0), vec![c]),
        (Space::sealed("policy.adopted"), vec![]),
    ];
    for (space, segments) in records {
        let store = store();
        let policies = staffed(&store);
        block_on(policies.assign(ANNA, HERE, By::ServiceUnchecked, at(1))).unwrap();
        let mut batch = Batch::new();
        batch.put(space.key(&segments).unwrap(), Expect::Any, b"\xFFrubbish");
        block_on(store.commit(batch)).unwrap();

        let Decision::Deny(denial) = block_on(policies.decide(&note(ANNA, Purpose::Treatment), at(1))) else {
            panic!("permitted with a broken record in {}", space.name())
        };
        assert!(matches!(denial.cause(), Some(PolicyError::Corrupt { .. })), "{denial:?}");
        assert_eq!(events(&store).last().unwrap().why(), Some(Reason::FactsUnavailable));
        block_on(policies.recuse(ANNA, HERE, By::ServiceUnchecked, at(2))).unwrap();
    }
}

#[test]
fn the_log_is_read_by_auditors() {
    let policies = staffed(&store());
    let request = AccessRequest::<ReadAuditLog>::new(aal2(BELA), (), Purpose::Compliance);
    assert_eq!(denied(&policies, &request, at(1)), Some(DenialClass::NotPermitted));
    block_on(policies.grant_role(BELA, Role::Auditor, By::ServiceUnchecked, at(1))).unwrap();
    assert_eq!(denied(&policies, &request, at(1)), None);
    block_on(policies.revoke_role(BELA, Role::Auditor, By::ServiceUnchecked, at(2))).unwrap();
    assert_eq!(denied(&policies, &request, at(2)), Some(DenialClass::NotPermitted));
}

#[test]
fn a_store_that_does_not_seal_denies() {
    let policies = Policies::new(&Store::memory(), PolicySet::default_policy());
    let granted = block_on(policies.grant_role(ANNA, Role::Counsellor, By::ServiceUnchecked, at(0)));
    assert!(matches!(granted, Err(PolicyError::Store(leeward_store::StoreError::Unsealed { .. }))));
    let request = note(ANNA, Purpose::Treatment);
    assert_eq!(denied(&policies, &request, at(1)), Some(DenialClass::Unavailable));
}

#[test]
fn the_futures_and_the_service_move_between_threads() {
    fn send<T: Send>(value: T) -> T {
        value
    }
    fn shared<T: Send + Sync + Clone>() {}
    shared::<Policies>();
    let policies = staffed(&store());
    let request = note(ANNA, Purpose::Treatment);
    let until = at(10);
    let reason = leeward_policy::OverrideReason::ProfessionalJudgement;
    drop(send(policies.decide(&request, at(1))));
    drop(send(policies.grant_role(ANNA, Role::Auditor, By::ServiceUnchecked, at(1))));
    drop(send(policies.assign(ANNA, HERE, By::ServiceUnchecked, at(1))));
    drop(send(policies.recuse(ANNA, HERE, aal2(BELA), at(1))));
    drop(send(policies.open_break_glass(aal2(ANNA), HERE, &emergency(reason), until, at(1))));
}

#[test]
fn the_role_given_or_taken_stands_in_the_event() {
    let store = store();
    let policies = staffed(&store);
    let before = events(&store).len();
    block_on(policies.grant_role(ANNA, Role::Auditor, By::ServiceUnchecked, at(1))).unwrap();
    block_on(policies.revoke_role(ANNA, Role::Auditor, By::ServiceUnchecked, at(1))).unwrap();
    let told: Vec<_> = events(&store).split_off(before).iter().map(|event| event.which()).collect();
    assert_eq!(told, [Some(Detail::Auditor); 2]);
}

#[test]
fn every_word_of_the_rules_has_one_of_its_own_in_the_events() {
    let mut details: Vec<_> = Operation::ALL.iter().map(|operation| operation.event_detail()).collect();
    details.extend(Role::ALL.iter().map(|role| role.event_detail()));
    let of_policy = Detail::ALL.iter().copied().filter(|detail| detail.code() < 130);
    assert!(details.iter().copied().eq(of_policy), "{details:?}");
    let purposes: Vec<_> = Purpose::ALL.iter().map(|purpose| purpose.event_purpose()).collect();
    assert_eq!(purposes, leeward_event::Purpose::ALL);
}

/// What is written because of a permit, the decision and its event stand or fall together.
#[test]
fn a_decision_in_the_callers_batch_is_recorded_with_what_follows_from_it() {
    let store = store();
    let policies = &staffed(&store);
    block_on(policies.assign(ANNA, HERE, By::ServiceUnchecked, at(0))).unwrap();
    let before = events(&store).len();
    let key = &Space::sealed("service.note").key(&[HERE.as_bytes()]).unwrap();
    let write = |fails: bool| {
        block_on(store.transact(|tx| async move {
            let decision = policies.decide_in(&tx, &note(ANNA, Purpose::Treatment), at(1)).await?;
            decision.into_permit()?.redeem(at(1))?;
            tx.put(key, b"read".as_slice())?;
            if fails { Err(PolicyError::Random) } else { Ok(()) }
        }))
    };
    write(true).unwrap_err();
    assert!(events(&store).len() == before && block_on(store.get(key)).unwrap().is_none());
    write(false).unwrap();
    assert!(block_on(store.get(key)).unwrap().is_some());
    let told = events(&store).split_off(before);
    assert!(told.len() == 1 && told[0].what() == Action::AccessDecided);
    assert_eq!(block_on(policies.accesses(HERE, None)).unwrap().accesses.len(), 1);
}
