use crate::support::{ANNA, HERE, at, note, standing};
use jiff::SignedDuration;
use leeward_event::{CorrelationId, Reason, SeekerId};
use leeward_policy::{
    AccessRequest, Conditional, Decision, DenialClass, DiscloseIdentity, Field, Next, Obligation,
    ObligationKind, Permit, PolicyError, PolicySet, Purpose, ReadCaseNote, ReadProfile, ReadTranscript,
    Requester, Role, Set, Standing,
};
use leeward_store::Timestamp;

fn behind_glass() -> Conditional<ReadCaseNote> {
    let standing = Standing { glass_broken: true, ..standing() };
    let request = note(ANNA, Purpose::BreakTheGlass).correlation(CorrelationId::from_bytes([5; 16]));
    match PolicySet::default_policy().decide(&request, &standing, at(1)) {
        Decision::Permit(conditional) => conditional,
        Decision::Deny(denial) => panic!("{denial:?}"),
    }
}

fn watched() -> [Obligation; 5] {
    [
        Obligation::Audit,
        Obligation::Notify(Role::Supervisor),
        Obligation::Notify(Role::PrivacyOfficer),
        Obligation::Review { within_hours: 72 },
        Obligation::DiscloseToPerson,
    ]
}

#[test]
fn a_permit_comes_after_its_duties() {
    let mut conditional = behind_glass();
    let mut met = Vec::new();
    let permit: Permit<ReadCaseNote> = loop {
        match conditional.next() {
            Next::Duty(duty) => {
                met.push(duty.obligation());
                conditional = duty.done();
            }
            Next::Permit(permit) => break permit,
        }
    };
    assert_eq!(met, watched());
    assert_eq!((permit.staff(), permit.target()), (Some(ANNA), HERE));
    assert_eq!(permit.fields(), Set::full());
    assert_eq!(permit.correlation(), Some(CorrelationId::from_bytes([5; 16])));
}

#[test]
fn a_duty_that_fails_leaves_no_permit() {
    let mut met = Vec::new();
    let discharged = behind_glass().discharge(|obligation| {
        if obligation == Obligation::Notify(Role::Supervisor) {
            return Err("nobody answers");
        }
        met.push(obligation);
        Ok(())
    });
    assert_eq!(discharged.unwrap_err(), "nobody answers");
    assert_eq!(met, [Obligation::Audit]);
}

#[test]
fn open_duties_make_no_permit() {
    let denial = Decision::Permit(behind_glass()).into_permit().unwrap_err();
    assert_eq!(denial.class(), DenialClass::Unavailable);
    assert!(matches!(denial.cause(), Some(PolicyError::Undischarged)));
}

#[test]
fn a_stronger_sign_in_is_asked_for_only_where_it_helps() {
    let policy = PolicySet::default_policy();
    let weak = Requester::new(ANNA, leeward_event::assurance::Aal::One);
    let request = AccessRequest::<ReadCaseNote>::new(weak, HERE, Purpose::Treatment);
    let class = |standing: Standing| match policy.decide(&request, &standing, at(1)) {
        Decision::Permit(_) => panic!("permitted at AAL1"),
        Decision::Deny(denial) => (denial.class(), denial.evaluation().unwrap().reason()),
    };
    let assigned = Standing { assigned: true, ..standing() };
    assert_eq!(class(assigned), (DenialClass::StrongerSignInNeeded, Reason::WeakAssurance));
    assert_eq!(class(standing()), (DenialClass::NotPermitted, Reason::WeakAssurance));
    let suspended = Standing { suspended: true, ..assigned };
    assert_eq!(class(suspended), (DenialClass::NotPermitted, Reason::Suspended));
}

#[test]
fn the_nearest_reason_is_told() {
    let policy = PolicySet::default_policy();
    let reason = |standing: Standing, purpose| policy.decide(&note(ANNA, purpose), &standing, at(1)).reason();
    let assigned = Standing { assigned: true, ..standing() };
    assert_eq!(reason(assigned, Purpose::Treatment), Reason::Assigned);
    assert_eq!(reason(standing(), Purpose::Treatment), Reason::NotAssigned);
    assert_eq!(reason(standing(), Purpose::BreakTheGlass), Reason::NotAssigned);
    assert_eq!(reason(assigned, Purpose::Operations), Reason::NoPurpose);
    assert_eq!(reason(Standing { roles: Set::EMPTY, ..assigned }, Purpose::Treatment), Reason::NoRule);
    let conflict = Standing { conflict_of_interest: true, ..assigned };
    assert_eq!(reason(conflict, Purpose::Treatment), Reason::ConflictOfInterest);
}

#[test]
fn a_fact_that_does_not_hold_is_no_reason() {
    use leeward_policy::{Action, Fact, ResourceType, Rule};
    let roster = |rule: Rule| rule.on(&[Action::Read], &[ResourceType::Roster]);
    let visits = roster(Rule::permit("counsellor-visits"))
        .all(&[Fact::Counsellor, Fact::AalTwo])
        .none(&[Fact::Assigned, Fact::Suspended, Fact::ConflictOfInterest])
        .obliging(&[Obligation::Audit]);
    let outsiders = roster(Rule::deny("outsiders")).none(&[Fact::Counsellor, Fact::Suspended]);
    let policy = PolicySet::new(1, vec![visits, outsiders]).unwrap();
    let request = AccessRequest::<leeward_policy::ReadRoster>::new(
        Requester::new(ANNA, leeward_event::assurance::Aal::Two),
        HERE,
        Purpose::Operations,
    );
    assert_eq!(policy.decide(&request, &standing(), at(1)).reason(), Reason::RolePermits);
    let outsider = Standing { roles: Set::EMPTY, ..standing() };
    assert_eq!(policy.decide(&request, &outsider, at(1)).reason(), Reason::NoRule);
}

#[test]
fn what_a_denial_prints_for_its_asker_names_no_rule() {
    let decision = PolicySet::default_policy().decide(&note(ANNA, Purpose::Treatment), &standing(), at(1));
    let denial = decision.into_permit().unwrap_err();
    assert_eq!(denial.to_string(), "the rules do not permit it");
}

#[test]
fn two_rules_that_permit_are_both_told_and_oblige_once() {
    let roles = Set::of(&[Role::Counsellor, Role::Supervisor]);
    let standing = Standing { roles, glass_broken: true, ..standing() };
    let decision = PolicySet::default_policy().decide(&note(ANNA, Purpose::BreakTheGlass), &standing, at(1));
    let Decision::Permit(conditional) = decision else { panic!() };
    let rules = PolicySet::default_policy();
    let rules = rules.determining(conditional.evaluation()).map(|rule| rule.id().as_str());
    assert!(rules.eq(["counsellor-reads-behind-glass", "supervisor-reads-behind-glass"]));
    assert!(conditional.open().eq(watched()));
}

#[test]
fn who_cannot_meet_every_obligation_has_no_permit() {
    let understood = Set::of(&[ObligationKind::Audit, ObligationKind::Notify, ObligationKind::Review]);
    let refused = Decision::Permit(behind_glass()).for_one_who_meets(understood);
    assert!(!refused.is_permitted());
    let all = understood.with(ObligationKind::DiscloseToPerson);
    assert!(Decision::Permit(behind_glass()).for_one_who_meets(all).is_permitted());
}

#[test]
fn an_explanation_tells_what_each_rule_lacked() {
    let policy = PolicySet::default_policy();
    let Decision::Deny(denial) = policy.decide(&note(ANNA, Purpose::Treatment), &standing(), at(1)) else {
        panic!()
    };
    let asked = denial.evaluation().unwrap();
    assert_eq!(asked.policy(), policy.hash());
    let why = policy.explain(asked.operation(), asked.purpose(), asked.facts());
    assert_eq!(
        why.to_string(),
        "denied: no rule permits it\n  counsellor-reads-assigned lacks assigned\n  \
         supervisor-reads-assigned lacks supervisor, assigned\n"
    );
    let empty = PolicySet::new(1, Vec::new()).unwrap();
    let why = empty.explain(asked.operation(), asked.purpose(), asked.facts());
    assert_eq!(why.to_string(), "denied: there are no rules\n");
}

#[test]
fn what_needs_a_second_person_says_so() {
    let policy = PolicySet::default_policy();
    let requester = Requester::new(ANNA, leeward_event::assurance::Aal::Two).proved_at(at(0));
    let request =
        AccessRequest::<DiscloseIdentity>::new(requester, SeekerId::from_bytes([9; 16]), Purpose::Threat);
    let officer = Standing { roles: Set::of(&[Role::PrivacyOfficer]), ..standing() };
    let class =
        |standing: Standing, now| policy.decide(&request, &standing, now).into_permit().unwrap_err().class();
    assert_eq!(class(officer, at(1)), DenialClass::ApprovalNeeded);
    assert_eq!(class(officer, at(15)), DenialClass::ApprovalNeeded);
    let approved = Standing { approved: true, ..officer };
    assert!(policy.decide(&request, &approved, at(14)).is_permitted());
    assert_eq!(class(approved, at(15)), DenialClass::StrongerSignInNeeded, "no longer fresh");
    assert_eq!(class(approved, at(-1)), DenialClass::StrongerSignInNeeded, "proved in the future");
    assert_eq!(class(standing(), at(1)), DenialClass::NotPermitted);
}

#[test]
fn a_volunteer_sees_no_identifiers() {
    let volunteer = Standing { roles: Set::of(&[Role::PeerSupporter]), assigned: true, ..standing() };
    let requester = Requester::new(ANNA, leeward_event::assurance::Aal::Two);
    let request = AccessRequest::<ReadTranscript>::new(requester, HERE, Purpose::Treatment);
    let Decision::Permit(conditional) = PolicySet::default_policy().decide(&request, &volunteer, at(1))
    else {
        panic!()
    };
    let permit = conditional.discharge(|_| Ok::<(), ()>(())).unwrap();
    assert_eq!(permit.fields(), Set::of(&[Field::Content, Field::Metadata]));
}

#[test]
fn a_seeker_reads_what_is_their_own_and_nothing_else() {
    let policy = PolicySet::default_policy();
    let (own, other) = (SeekerId::from_bytes([9; 16]), SeekerId::from_bytes([8; 16]));
    let reads = |person| {
        let request =
            AccessRequest::<ReadProfile>::new(Requester::seeker(own), person, Purpose::PersonRequest);
        let roles = Set::of(&[Role::Counsellor]);
        policy.decide(&request, &Standing { roles, ..standing() }, at(1)).is_permitted()
    };
    assert!(reads(own));
    assert!(!reads(other));
}

#[test]
fn a_permit_that_was_kept_or_that_the_clock_went_behind_is_none() {
    let lifetime = Permit::<ReadCaseNote>::LIFETIME;
    let instant = SignedDuration::from_nanos(1);
    let redeem = |now: Timestamp| {
        let permit = behind_glass().discharge(|_| Ok::<(), ()>(())).unwrap();
        permit.redeem(now)
    };
    assert_eq!(redeem(at(1)).unwrap().target, HERE);
    assert!(redeem(at(1) + lifetime - instant).is_ok());
    for now in [at(1) + lifetime, at(1) - instant, Timestamp::MAX, Timestamp::MIN] {
        assert!(matches!(redeem(now), Err(PolicyError::PermitExpired)), "{now}");
    }
}
