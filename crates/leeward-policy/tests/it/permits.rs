use crate::support::{ANNA, HERE, note};
use leeward_event::{CorrelationId, Reason};
use leeward_policy::{
    AccessRequest, Conditional, Decision, DenialClass, Next, Obligation, Permit, PolicyError, PolicySet,
    Purpose, ReadCaseNote, Requester, Role, Set, Standing,
};

fn standing() -> Standing {
    Standing {
        roles: Set::of(&[Role::Counsellor]),
        suspended: false,
        conflict_of_interest: false,
        assigned: false,
        glass_broken: false,
    }
}

fn behind_glass() -> Conditional<ReadCaseNote> {
    let standing = Standing { glass_broken: true, ..standing() };
    let request = note(ANNA, Purpose::BreakTheGlass).correlation(CorrelationId::from_bytes([5; 16]));
    match PolicySet::default_policy().decide(&request, &standing) {
        Decision::Permit(conditional) => conditional,
        Decision::Deny(denial) => panic!("{denial:?}"),
    }
}

fn watched() -> [Obligation; 3] {
    [Obligation::Audit, Obligation::Notify(Role::Supervisor), Obligation::Review { within_hours: 72 }]
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
    assert_eq!((permit.staff(), permit.target()), (ANNA, HERE));
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
    let class = |standing: Standing| match policy.decide(&request, &standing) {
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
    let reason = |standing: Standing, purpose| policy.decide(&note(ANNA, purpose), &standing).reason();
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
    assert_eq!(policy.decide(&request, &standing()).reason(), Reason::RolePermits);
    let outsider = Standing { roles: Set::EMPTY, ..standing() };
    assert_eq!(policy.decide(&request, &outsider).reason(), Reason::NoRule);
}

#[test]
fn what_a_denial_prints_for_its_asker_names_no_rule() {
    let decision = PolicySet::default_policy().decide(&note(ANNA, Purpose::Treatment), &standing());
    let denial = decision.into_permit().unwrap_err();
    assert_eq!(denial.to_string(), "the rules do not permit it");
}

#[test]
fn two_rules_that_permit_are_both_told_and_oblige_once() {
    let roles = Set::of(&[Role::Counsellor, Role::Supervisor]);
    let standing = Standing { roles, glass_broken: true, ..standing() };
    let decision = PolicySet::default_policy().decide(&note(ANNA, Purpose::BreakTheGlass), &standing);
    let Decision::Permit(conditional) = decision else { panic!() };
    let rules = conditional.evaluation().determining().iter().map(leeward_policy::RuleId::as_str);
    assert!(rules.eq(["counsellor-reads-behind-glass", "supervisor-reads-behind-glass"]));
    assert!(conditional.open().eq(watched()));
}
