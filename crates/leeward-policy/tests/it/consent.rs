use crate::support::{ANNA, HERE, aal2, at, denied, emergency, events, note, staffed, store};
use leeward_event::{Action, Actor, SeekerId};
use leeward_policy::{By, Consent, OverrideReason, Policies, PolicySet, Purpose};
use leeward_store::{
    Store,
    testing::{Call, Fault, at_every_call},
};
use pollster::block_on;
use proptest::prelude::*;

const PERSON: SeekerId = SeekerId::from_bytes([0xD1; 16]);

fn say(policies: &Policies, purpose: Purpose, consent: Consent, minute: i64) {
    let by = Actor::Seeker(PERSON);
    block_on(policies.record_consent(PERSON, (purpose, consent), 3, by, at(minute))).unwrap();
}

/// Anna is assigned to a conversation of the person.
fn linked(store: &Store) -> Policies {
    let policies = staffed(store);
    block_on(policies.link_person(HERE, PERSON, at(0))).unwrap();
    block_on(policies.assign(ANNA, HERE, By::ServiceUnchecked, at(0))).unwrap();
    policies
}

fn reads(policies: &Policies, minute: i64) -> bool {
    denied(policies, &note(ANNA, Purpose::Treatment), at(minute)).is_none()
}

#[test]
fn taking_consent_back_counts_from_the_next_decision_on_every_machine() {
    let (one, other) = leeward_test_store::pair();
    let policies = linked(&one);
    let elsewhere = Policies::new(&other, PolicySet::default_policy());
    assert!(reads(&elsewhere, 1), "nothing was said");
    say(&policies, Purpose::Treatment, Consent::Granted, 2);
    assert!(reads(&elsewhere, 2));
    say(&policies, Purpose::Treatment, Consent::Revoked, 3);
    assert!(!reads(&elsewhere, 3));
    say(&policies, Purpose::Research, Consent::Granted, 4);
    assert!(!reads(&elsewhere, 4), "another purpose");
    say(&policies, Purpose::Treatment, Consent::EmergencyOnly, 5);
    assert!(!reads(&elsewhere, 5));
}

#[test]
fn glass_is_broken_in_spite_of_consent_and_of_nothing_else() {
    let policies = linked(&store());
    say(&policies, Purpose::Treatment, Consent::Revoked, 1);
    let why = emergency(OverrideReason::EmergencyTreatment);
    let _ = block_on(policies.open_break_glass(aal2(ANNA), HERE, &why, at(60), at(2))).unwrap();
    assert_eq!(denied(&policies, &note(ANNA, Purpose::BreakTheGlass), at(3)), None);
    assert!(!reads(&policies, 3));
}

#[test]
fn the_ledger_keeps_all_that_was_said_and_its_events() {
    let store = store();
    let policies = linked(&store);
    let said = [Consent::Granted, Consent::EmergencyOnly, Consent::Revoked];
    for (minute, consent) in (1..).zip(said) {
        say(&policies, Purpose::Treatment, consent, minute);
    }
    let all = block_on(policies.consents(PERSON, None)).unwrap();
    assert!(all.next.is_none());
    assert!(all.directives.iter().map(|directive| directive.state).eq(said));
    let now = block_on(policies.consent(PERSON, Purpose::Treatment)).unwrap().unwrap();
    assert_eq!((now.state, now.notice, now.since), (Consent::Revoked, 3, at(3)));
    assert!(block_on(policies.consent(PERSON, Purpose::Research)).unwrap().is_none());
    let told = events(&store).into_iter().map(|event| event.what());
    let told = told.filter(|what| matches!(what, Action::ConsentRecorded | Action::ConsentRevoked));
    assert!(told.eq([Action::ConsentRecorded, Action::ConsentRecorded, Action::ConsentRevoked]));
}

#[test]
fn what_is_said_is_recorded_wholly_or_not_at_all() {
    for fault in [Fault::Refuse, Fault::LoseRequest, Fault::LoseAnswer, Fault::Conflict] {
        at_every_call(Call::Any, &fault, |plan| {
            let store = store();
            let policies = Policies::new(&plan.over(&store), PolicySet::default_policy());
            let no = (Purpose::Treatment, Consent::Revoked);
            let said = block_on(policies.record_consent(PERSON, no, 1, Actor::Seeker(PERSON), at(1)));
            let sound = Policies::new(&store, PolicySet::default_policy());
            let now = block_on(sound.consent(PERSON, Purpose::Treatment)).unwrap().is_some();
            let entries = block_on(sound.consents(PERSON, None)).unwrap().directives.len();
            assert_eq!((entries, events(&store).len()), (usize::from(now), usize::from(now)));
            assert!(now || said.is_err());
        });
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn the_last_word_on_each_purpose_counts(
        said in prop::collection::vec((0_usize..3, 0_usize..3), 0..12),
    ) {
        let purposes = [Purpose::Treatment, Purpose::Research, Purpose::Legal];
        let states = [Consent::Granted, Consent::EmergencyOnly, Consent::Revoked];
        let policies = Policies::new(&store(), PolicySet::default_policy());
        let mut model = [None; 3];
        for &(purpose, state) in &said {
            say(&policies, purposes[purpose], states[state], 1);
            model[purpose] = Some(states[state]);
        }
        for (purpose, expected) in purposes.into_iter().zip(model) {
            let now = block_on(policies.consent(PERSON, purpose)).unwrap();
            prop_assert_eq!(now.map(|directive| directive.state), expected);
        }
        prop_assert_eq!(block_on(policies.consents(PERSON, None)).unwrap().directives.len(), said.len());
    }
}
