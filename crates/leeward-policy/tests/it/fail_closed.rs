//! Whatever is missing, unreadable, over or out of date: never a permit, and the log gets an alert.

use crate::support::{ANNA, BELA, HERE, aal2, at, emergency, events, note, staffed, standing, store};
use leeward_event::{Action, Reason, SeekerId, StaffId};
use leeward_policy::{
    AccessRequest, By, Decision, Denial, DenialClass, ExportRecords, OpenBreakGlass, OverrideReason,
    Policies, PolicyError, PolicyInformationPoint, PolicySet, Purpose, Question, Role, Standing,
};
use leeward_store::{Batch, Expect, Scan, Space, Store, Timestamp};
use pollster::block_on;

/// The facts of a [`Standing`], in the order of its fields.
const FACTS: usize = 19;

/// Each fact comes from somewhere else, and one of those does not answer.
struct Sources {
    known: Standing,
    silent: Option<usize>,
}

impl Sources {
    fn fact<T>(&self, number: usize, fact: T) -> Result<T, PolicyError> {
        assert!(number < FACTS);
        match self.silent {
            Some(silent) if silent == number => Err(PolicyError::facts_unavailable("no answer in time")),
            _ => Ok(fact),
        }
    }
}

impl PolicyInformationPoint for Sources {
    async fn standing(&self, _: &Question, _: Timestamp) -> Result<Standing, PolicyError> {
        let known = self.known;
        Ok(Standing {
            roles: self.fact(0, known.roles)?,
            suspended: self.fact(1, known.suspended)?,
            trained: self.fact(2, known.trained)?,
            on_duty: self.fact(3, known.on_duty)?,
            glass_eligible: self.fact(4, known.glass_eligible)?,
            review_due: self.fact(5, known.review_due)?,
            assigned: self.fact(6, known.assigned)?,
            same_team: self.fact(7, known.same_team)?,
            supervises: self.fact(8, known.supervises)?,
            own_record: self.fact(9, known.own_record)?,
            conflict_of_interest: self.fact(10, known.conflict_of_interest)?,
            glass_broken: self.fact(11, known.glass_broken)?,
            approved: self.fact(12, known.approved)?,
            consent: self.fact(13, known.consent)?,
            consent_unseen: self.fact(14, known.consent_unseen)?,
            confidentiality: self.fact(15, known.confidentiality)?,
            recent: self.fact(16, known.recent)?,
            closed: self.fact(17, known.closed)?,
            service: self.fact(18, known.service)?,
        })
    }
}

fn assigned() -> Standing {
    Standing { assigned: true, ..standing() }
}

fn denial<A: leeward_policy::Access>(decision: Decision<A>) -> Denial {
    match decision {
        Decision::Permit(_) => panic!("permitted"),
        Decision::Deny(denial) => denial,
    }
}

/// The last two of the log: the denial, and what wakes somebody up.
fn alerted(store: &Store) -> bool {
    alerted_for(store, Reason::FactsUnavailable)
}

fn alerted_for(store: &Store, why: Reason) -> bool {
    let told = events(store);
    let [.., denied, alert] = told.as_slice() else { return false };
    denied.what() == Action::AccessDecided
        && alert.what() == Action::DecisionImpossible
        && [denied, alert].map(|event| event.why()) == [Some(why); 2]
        && alert.belongs_with() == denied.belongs_with()
}

#[test]
fn each_fact_that_is_unavailable_denies_and_alerts() {
    let store = store();
    let policies = Policies::new(&store, PolicySet::default_policy());
    let request = note(ANNA, Purpose::Treatment);
    let complete = Sources { known: assigned(), silent: None };
    assert!(block_on(policies.decide_by(&complete, &request, at(1))).is_permitted());
    for silent in 0..FACTS {
        let before = events(&store).len();
        let sources = Sources { known: assigned(), silent: Some(silent) };
        let denial = denial(block_on(policies.decide_by(&sources, &request, at(1))));
        assert_eq!(denial.class(), DenialClass::Unavailable, "{silent}");
        assert!(matches!(denial.cause(), Some(PolicyError::FactsUnavailable(_))), "{silent}");
        assert!(denial.evaluation().is_none());
        assert!(alerted(&store) && events(&store).len() == before + 2, "{silent}");
    }
    assert_eq!(block_on(policies.accesses(HERE, None)).unwrap().accesses.len(), 1, "the permit's alone");
}

/// What is kept here outweighs what somebody else says.
#[test]
fn nobody_else_says_that_glass_is_broken_when_the_grant_is_over() {
    let policies = staffed(&store());
    let why = emergency(OverrideReason::EmergencyTreatment);
    let request = note(ANNA, Purpose::BreakTheGlass);
    let says = Sources { known: Standing { glass_broken: true, ..standing() }, silent: None };
    let _ = block_on(policies.open_break_glass(aal2(ANNA), HERE, &why, at(60), at(1))).unwrap();
    let permits = |now| block_on(policies.decide_by(&says, &request, now)).is_permitted();
    assert!(permits(at(2)) && permits(at(59)));
    for over in [at(60), at(0), at(59)] {
        assert!(!permits(over), "{over}: once over, it stays over");
    }
}

#[test]
fn rules_that_are_no_longer_in_force_decide_nothing() {
    let (one, other) = leeward_test_store::pair();
    let stale = Policies::new(&other, PolicySet::default_policy());
    let next = PolicySet::default_policy().to_builder(2).build().unwrap();
    block_on(Policies::new(&one, PolicySet::default_policy()).adopt(next, at(1))).unwrap();
    let sources = Sources { known: assigned(), silent: None };
    let denial = denial(block_on(stale.decide_by(&sources, &note(ANNA, Purpose::Treatment), at(2))));
    assert!(matches!(denial.cause(), Some(PolicyError::StalePolicy)));
    assert!(alerted_for(&one, Reason::StalePolicy));
}

/// A row of a later release, or of nobody: roles that this release does not know, or does not give to staff.
#[test]
fn an_unknown_role_from_storage_denies_and_alerts() {
    let space = Space::sealed_for("policy.staff", 0);
    for roles in [0x8000_0001_u32, 0b10_0001, 0x0000_0401, u32::MAX] {
        let store = store();
        let policies = staffed(&store);
        block_on(policies.assign(ANNA, HERE, By::ServiceUnchecked, at(0))).unwrap();
        let row = [&[1][..], &roles.to_be_bytes(), &[0]].concat();
        let mut batch = Batch::new();
        batch.put(space.key(&[ANNA.as_bytes()]).unwrap(), Expect::Any, row);
        block_on(store.commit(batch)).unwrap();
        let denial = denial(block_on(policies.decide(&note(ANNA, Purpose::Treatment), at(1))));
        assert!(matches!(denial.cause(), Some(PolicyError::Corrupt { .. })), "{roles:x}");
        assert!(alerted(&store), "{roles:x}");
    }
}

/// The store's own answer is as good as a decision over it, and denies as soon as it does.
#[test]
fn the_answer_of_the_store_decides_as_the_store_does() {
    let store = store();
    let policies = staffed(&store);
    block_on(policies.assign(ANNA, HERE, By::ServiceUnchecked, at(0))).unwrap();
    let request = note(ANNA, Purpose::Treatment);
    assert!(block_on(policies.decide_by(&policies, &request, at(1))).is_permitted());
    let standing = block_on(policies.standing(&request.question(), at(1))).unwrap();
    assert!(standing.assigned && standing.consent_unseen && !standing.approved);
    block_on(policies.recuse(ANNA, HERE, aal2(BELA), at(2))).unwrap();
    assert!(!block_on(policies.decide_by(&policies, &request, at(3))).is_permitted());
}

/// What is read for some requests only: what the person said, what was said of them, and an approval.
#[test]
fn a_row_that_is_looked_at_for_this_request_alone_denies_when_it_cannot_be_read() {
    let (person, officer) = (SeekerId::from_bytes([0xD1; 16]), StaffId::from_bytes([0xE1; 16]));
    let spaces = ["policy.consent", "policy.record", "policy.approval", "policy.conflict"];
    for (broken, name) in spaces.into_iter().enumerate() {
        let store = store();
        let policies = staffed(&store);
        let requester = aal2(officer).proved_at(at(1));
        let export = AccessRequest::<ExportRecords>::new(requester, HERE.into(), Purpose::PersonRequest);
        block_on(async {
            policies.grant_role(officer, Role::PrivacyOfficer, By::ServiceUnchecked, at(0)).await.unwrap();
            policies.link_person(HERE, person, at(0)).await.unwrap();
            let asked = policies.request_approval(&export, at(60), at(1)).await.unwrap();
            policies.approve(aal2(BELA), &asked, at(1)).await.unwrap();
        });
        let space = Space::sealed_for(name, 0);
        let key = match broken {
            2 => block_on(store.scan(&Scan::all(space.prefix(&[]).unwrap()))).unwrap().items[0].key.clone(),
            3 => space.key(&[person.as_bytes(), officer.as_bytes()]).unwrap(),
            _ => space.key(&[person.as_bytes()]).unwrap(),
        };
        let mut batch = Batch::new();
        batch.put(key, Expect::Any, b"\xFFrubbish");
        block_on(store.commit(batch)).unwrap();
        let denial = denial(block_on(policies.decide(&export, at(2))));
        assert!(matches!(denial.cause(), Some(PolicyError::Corrupt { .. })), "{name}: {denial:?}");
        assert!(alerted(&store), "{name}");
    }
}

/// Whoever was suspended, has an interest or waits for a review by the records here has it whatever others say.
#[test]
fn what_stands_in_the_way_here_stands_in_the_way_of_others_facts_too() {
    let hinders: [fn(&Policies); 3] = [
        |policies| block_on(policies.suspend(ANNA, By::ServiceUnchecked, at(1))).unwrap(),
        |policies| block_on(policies.recuse(ANNA, HERE, By::ServiceUnchecked, at(1))).unwrap(),
        |policies| {
            let person = SeekerId::from_bytes([0xD1; 16]);
            block_on(policies.link_person(HERE, person, at(1))).unwrap();
            block_on(policies.recuse(ANNA, person, By::ServiceUnchecked, at(1))).unwrap();
        },
    ];
    for hinder in hinders {
        let policies = staffed(&store());
        let sources = Sources { known: assigned(), silent: None };
        let reads = |minute| {
            let request = note(ANNA, Purpose::Treatment);
            block_on(policies.decide_by(&sources, &request, at(minute))).is_permitted()
        };
        assert!(reads(0));
        hinder(&policies);
        assert!(!reads(2));
    }
    let policies = staffed(&store());
    let why = emergency(OverrideReason::EmergencyTreatment);
    let opens = AccessRequest::<OpenBreakGlass>::new(aal2(ANNA), HERE.into(), Purpose::BreakTheGlass);
    let sources = Sources { known: standing(), silent: None };
    assert!(block_on(policies.decide_by(&sources, &opens, at(0))).is_permitted());
    let _ = block_on(policies.open_break_glass(aal2(ANNA), HERE, &why, at(60), at(1))).unwrap();
    assert!(!block_on(policies.decide_by(&sources, &opens, at(2))).is_permitted(), "a review is due");
}
