//! What a person may ask: who accessed what, when, which data, why.

use crate::support::{ANNA, BELA, ELSEWHERE, HERE, aal2, at, denied, emergency, note, staffed, store};
use leeward_event::{Actor, Reason, SeekerId};
use leeward_policy::{
    AccessRecord, AccessRequest, By, Disclosure, Emergency, OverrideReason, Policies, Purpose, ReadProfile,
    ReadSafetyPlan, RecordOf, Requester, ResourceType,
};
use leeward_store::{Scan, Space, Store};
use pollster::block_on;

const PERSON: SeekerId = SeekerId::from_bytes([0xD1; 16]);

fn linked(store: &Store) -> Policies {
    let policies = staffed(store);
    block_on(async {
        policies.link_person(HERE, PERSON, at(0)).await.unwrap();
        policies.assign(ANNA, HERE, By::ServiceUnchecked, at(0)).await.unwrap();
        policies.assign(ANNA, ELSEWHERE, By::ServiceUnchecked, at(0)).await.unwrap();
        policies.assign(BELA, PERSON, By::ServiceUnchecked, at(0)).await.unwrap();
    });
    policies
}

fn plan(purpose: Purpose) -> AccessRequest<ReadSafetyPlan> {
    AccessRequest::new(aal2(BELA), PERSON, purpose)
}

fn all(policies: &Policies, of: impl Into<RecordOf>) -> Vec<AccessRecord> {
    block_on(policies.accesses(of, None)).unwrap().accesses
}

/// Article 9 of the EHDS regulation (EU 2025/327), question by question, over all that is the person's.
#[test]
fn a_person_learns_who_accessed_what_when_which_data_and_why() {
    let policies = linked(&store());
    assert_eq!(denied(&policies, &note(ANNA, Purpose::Treatment), at(1)), None);
    assert_eq!(denied(&policies, &plan(Purpose::EmergencyTreatment), at(2)), None);
    let own = Requester::seeker(PERSON);
    let reads_own = AccessRequest::<ReadProfile>::new(own, PERSON, Purpose::PersonRequest);
    assert_eq!(denied(&policies, &reads_own, at(3)), None);
    assert!(denied(&policies, &plan(Purpose::Research), at(4)).is_some(), "no access");
    let elsewhere =
        AccessRequest::<leeward_policy::ReadCaseNote>::new(aal2(ANNA), ELSEWHERE, Purpose::Treatment);
    assert_eq!(denied(&policies, &elsewhere, at(5)), None, "another person's");

    let told = all(&policies, PERSON);
    let brief = |access: &AccessRecord| {
        let which = access.operation.resource();
        (access.actor, (access.of, which), access.at, (access.purpose, access.reason))
    };
    let person = RecordOf::from(PERSON);
    assert_eq!(
        told.iter().map(brief).collect::<Vec<_>>(),
        [
            (
                Actor::Staff(ANNA),
                (HERE.into(), ResourceType::CaseNote),
                at(1),
                (Purpose::Treatment, Reason::Assigned)
            ),
            (
                Actor::Staff(BELA),
                (person, ResourceType::SafetyPlan),
                at(2),
                (Purpose::EmergencyTreatment, Reason::Assigned)
            ),
            (
                Actor::Seeker(PERSON),
                (person, ResourceType::Profile),
                at(3),
                (Purpose::PersonRequest, Reason::OwnRecord)
            ),
        ]
    );
    assert!(told.iter().all(|access| access.policy == policies.policy().hash()));
    assert_eq!(all(&policies, HERE), told[..1], "a conversation alone");
}

#[test]
fn what_must_not_be_told_is_not_told_of_any_of_their_conversations() {
    let policies = linked(&store());
    let why = Emergency { disclosure: Disclosure::EndangersOther, ..emergency(OverrideReason::PublicSafety) };
    let _ = block_on(policies.open_break_glass(aal2(BELA), HERE, &why, at(60), at(1))).unwrap();
    assert_eq!(denied(&policies, &note(BELA, Purpose::BreakTheGlass), at(2)), None);
    assert_eq!(denied(&policies, &note(ANNA, Purpose::Treatment), at(3)), None);
    for of in [RecordOf::from(PERSON), HERE.into()] {
        assert_eq!(all(&policies, of).len(), 2);
        let told = block_on(policies.disclosed_accesses(of, None)).unwrap().accesses;
        assert!(told.len() == 1 && told[0].actor == Actor::Staff(ANNA));
    }
}

#[test]
fn pages_go_on_where_they_ended() {
    let policies = linked(&store());
    let count = 130;
    for minute in 0..count {
        assert_eq!(denied(&policies, &note(ANNA, Purpose::Treatment), at(1 + minute)), None);
    }
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = block_on(policies.accesses(PERSON, after)).unwrap();
        found.extend(page.accesses.iter().map(|access| access.at));
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert!(found.into_iter().eq((0..count).map(|minute| at(1 + minute))));
}

/// Kept for the three years of EHDS 9(2), and then a purge takes it.
#[test]
fn accesses_are_kept_for_three_years_and_no_longer_than_needed() {
    let store = store();
    let policies = linked(&store);
    assert_eq!(denied(&policies, &note(ANNA, Purpose::Treatment), at(1)), None);
    let rows = || {
        let space = Space::sealed_for("policy.access", 0);
        block_on(store.scan(&Scan::all(space.prefix(&[]).unwrap()))).unwrap().items.len()
    };
    let days = |days: i64| at(1 + days * 24 * 60);
    block_on(store.purge(days(3 * 366))).unwrap();
    assert_eq!(rows(), 2, "under the conversation and under the person");
    block_on(store.purge(days(1_101))).unwrap();
    assert_eq!(rows(), 0);
}
