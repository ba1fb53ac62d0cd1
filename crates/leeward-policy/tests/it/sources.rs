//! Where each fact comes from: what is on record about staff, conversations and people.

use crate::support::{ANNA, BELA, ELSEWHERE, HERE, aal2, at, denied, enrol, events, note, staffed, store};
use jiff::SignedDuration;
use leeward_event::{
    Action, Actor, ConversationId, Detail, Event, Outcome, SeekerId, StaffId, Subject, TeamId,
};
use leeward_policy::{
    AccessRequest, By, Confidentiality, DenialClass, Describe, Policies, PolicyError, PolicyInformationPoint,
    Purpose, ReadCaseNote, ReadTranscript, RecordDescription, Requester, Role, ServiceFacts, Standing,
};
use leeward_store::Store;
use pollster::block_on;

const ADA: StaffId = StaffId::from_bytes([0xAD; 16]);
const MARA: StaffId = StaffId::from_bytes([0x3A; 16]);
const PERSON: SeekerId = SeekerId::from_bytes([0xD1; 16]);
const NIGHT: TeamId = TeamId::from_bytes([0x71; 16]);
const BY: By = By::ServiceUnchecked;
const APP: Actor = Actor::Staff(BELA);

fn standing(policies: &Policies, staff: StaffId, of: ConversationId, minute: i64) -> Standing {
    let request = AccessRequest::<ReadCaseNote>::new(aal2(staff), of, Purpose::Treatment);
    block_on(policies.standing(&request.question(), at(minute))).unwrap()
}

fn describe(policies: &Policies, change: Describe, minute: i64) {
    block_on(policies.describe(HERE, change, APP, at(minute))).unwrap();
}

fn last(store: &Store) -> Event {
    *events(store).last().unwrap()
}

fn told(event: Event) -> (Action, Option<Detail>, Subject) {
    (event.what(), event.which(), event.whom().unwrap())
}

#[test]
fn a_role_alone_opens_nothing() {
    let policies = staffed(&store());
    block_on(policies.grant_role(MARA, Role::Counsellor, BY, at(0))).unwrap();
    block_on(policies.assign(MARA, HERE, BY, at(0))).unwrap();
    let reads = note(MARA, Purpose::Treatment);
    assert_eq!(denied(&policies, &reads, at(1)), Some(DenialClass::NotPermitted));
    block_on(policies.record_training(MARA, at(10), BY, at(1))).unwrap();
    assert_eq!(denied(&policies, &reads, at(9)), None);
    for lapsed in [at(10), at(0)] {
        assert_eq!(denied(&policies, &reads, lapsed), Some(DenialClass::NotPermitted), "{lapsed}");
    }
    assert!(!standing(&policies, MARA, HERE, 2).glass_eligible);
    assert!(!block_on(policies.glass_eligible()).unwrap().contains(&MARA));
}

#[test]
fn training_is_recorded_by_a_supervisor_and_by_nobody_for_themselves() {
    let store = store();
    let policies = staffed(&store);
    block_on(policies.record_training(ANNA, at(5), aal2(BELA), at(1))).unwrap();
    assert_eq!(told(last(&store)), (Action::TrainingRecorded, None, Subject::Staff(ANNA)));
    assert!(standing(&policies, ANNA, HERE, 4).trained && !standing(&policies, ANNA, HERE, 5).trained);
    for by in [aal2(ANNA), aal2(BELA)] {
        let own = block_on(policies.record_training(by.staff().unwrap(), at(9), by, at(2)));
        assert!(matches!(own, Err(PolicyError::Denied(_))));
    }
    let stranger = block_on(policies.record_training(MARA, at(9), aal2(BELA), at(2)));
    assert!(matches!(stranger, Err(PolicyError::UnknownStaff)));
    assert_eq!((last(&store).what(), last(&store).how()), (Action::TrainingRecorded, Outcome::Failure));
}

#[test]
fn who_may_break_the_glass_is_a_list_that_an_administrator_keeps() {
    let store = store();
    let policies = staffed(&store);
    enrol(&policies, ADA, Role::Administrator);
    block_on(policies.disallow_break_glass(ADA, BY, at(0))).unwrap();
    let mut listed = block_on(policies.glass_eligible()).unwrap();
    listed.sort();
    assert_eq!(listed, [ANNA, BELA]);
    block_on(policies.disallow_break_glass(ANNA, aal2(ADA), at(1))).unwrap();
    let taken = (Action::RoleRevoked, Some(Detail::OpenBreakGlass), Subject::Staff(ANNA));
    assert_eq!(told(last(&store)), taken);
    assert_eq!(block_on(policies.glass_eligible()).unwrap(), [BELA]);
    for by in [ADA, BELA] {
        let own = block_on(policies.allow_break_glass(by, aal2(by), at(2)));
        assert!(matches!(own, Err(PolicyError::Denied(_))));
    }
    block_on(policies.allow_break_glass(ANNA, aal2(ADA), at(3))).unwrap();
    assert_eq!((last(&store).what(), last(&store).who()), (Action::RoleGranted, Actor::Staff(ADA)));
    assert!(standing(&policies, ANNA, HERE, 4).glass_eligible);
}

#[test]
fn duty_lasts_as_long_as_it_was_said_to() {
    let store = store();
    let policies = staffed(&store);
    block_on(policies.begin_duty(ANNA, at(480), BY, at(1))).unwrap();
    assert_eq!(told(last(&store)), (Action::DutyChanged, None, Subject::Staff(ANNA)));
    let on_duty = |minute| standing(&policies, ANNA, HERE, minute).on_duty;
    assert!(on_duty(1) && on_duty(479));
    assert!(!on_duty(480) && !on_duty(0), "over, and a clock that went back");
    block_on(policies.end_duty(ANNA, BY, at(2))).unwrap();
    assert!(!on_duty(3));
    for until in [at(3), at(2), at(3) + SignedDuration::from_hours(25)] {
        let long = block_on(policies.begin_duty(ANNA, until, BY, at(3)));
        assert!(matches!(long, Err(PolicyError::DutyWindow)), "{until}");
    }
}

#[test]
fn a_team_ties_staff_to_the_records_that_belong_to_it() {
    let store = store();
    let policies = staffed(&store);
    enrol(&policies, MARA, Role::WorkgroupManager);
    let apart = standing(&policies, ANNA, HERE, 1);
    assert!(!apart.same_team && !apart.supervises);
    block_on(policies.join_team(ANNA, NIGHT, aal2(MARA), at(1))).unwrap();
    let joined = (Action::RelationshipChanged, Some(Detail::Team), Subject::Staff(ANNA));
    assert_eq!(told(last(&store)), joined);
    block_on(policies.supervise_team(BELA, NIGHT, aal2(MARA), at(1))).unwrap();
    assert!(!standing(&policies, ANNA, HERE, 2).same_team, "no team's");
    describe(&policies, Describe::Team(Some(NIGHT)), 2);
    assert!(standing(&policies, ANNA, HERE, 3).same_team && !standing(&policies, ANNA, HERE, 3).supervises);
    assert!(standing(&policies, BELA, HERE, 3).supervises && !standing(&policies, BELA, HERE, 3).same_team);
    assert!(!standing(&policies, ANNA, ELSEWHERE, 3).same_team);
    block_on(policies.leave_team(ANNA, NIGHT, aal2(MARA), at(4))).unwrap();
    block_on(policies.end_supervision(BELA, NIGHT, aal2(MARA), at(4))).unwrap();
    assert!(!standing(&policies, ANNA, HERE, 5).same_team && !standing(&policies, BELA, HERE, 5).supervises);
    let own = block_on(policies.join_team(MARA, NIGHT, aal2(MARA), at(5)));
    assert!(matches!(own, Err(PolicyError::Denied(_))), "into one's own hands");
}

#[test]
fn nobody_is_in_more_teams_than_a_record_holds() {
    let policies = staffed(&store());
    let join = |id| block_on(policies.join_team(ANNA, TeamId::from_bytes([id; 16]), BY, at(1)));
    (1..=16).for_each(|id| join(id).unwrap());
    assert!(join(16).is_ok(), "in it already");
    assert!(matches!(join(17), Err(PolicyError::TooManyTeams)));
    assert_eq!(block_on(policies.staff(ANNA)).unwrap().unwrap().teams.len(), 16);
}

#[test]
fn a_record_is_what_was_said_of_it_last() {
    let store = store();
    let policies = staffed(&store);
    let bare = standing(&policies, ANNA, HERE, 1);
    assert_eq!((bare.confidentiality, bare.recent, bare.closed), (Confidentiality::Normal, false, false));
    assert!(bare.consent_unseen && bare.service == ServiceFacts::NONE);

    describe(&policies, Describe::Begun, 1);
    describe(&policies, Describe::Begun, 5);
    assert_eq!(block_on(policies.description(HERE)).unwrap().opened_at, Some(at(1)), "the first time");
    describe(&policies, Describe::Confidentiality(Confidentiality::VeryRestricted), 2);
    describe(&policies, Describe::Service(ServiceFacts::from_bits(5)), 2);
    describe(&policies, Describe::Ended, 3);
    let event = last(&store);
    assert_eq!(told(event), (Action::RelationshipChanged, Some(Detail::Closing), HERE.into()));
    assert_eq!(event.who(), APP);
    let full = standing(&policies, ANNA, HERE, 4);
    assert_eq!(
        (full.confidentiality, full.recent, full.closed),
        (Confidentiality::VeryRestricted, true, true)
    );
    assert_eq!(full.service.bits(), 5);
    let days = |days: i64| days * 24 * 60;
    assert!(standing(&policies, ANNA, HERE, days(90)).recent);
    assert!(!standing(&policies, ANNA, HERE, 1 + days(90)).recent);
    assert!(!standing(&policies, ANNA, HERE, 0).recent, "it is to come");
    describe(&policies, Describe::Resumed, 5);
    assert!(!standing(&policies, ANNA, HERE, 6).closed);
    assert_eq!(standing(&policies, ANNA, ELSEWHERE, 6), bare, "another conversation");
}

#[test]
fn what_is_so_of_a_person_is_so_of_their_conversations() {
    let policies = staffed(&store());
    let of_person = |change| block_on(policies.describe(PERSON, change, APP, at(1))).unwrap();
    of_person(Describe::Confidentiality(Confidentiality::Restricted));
    of_person(Describe::Service(ServiceFacts::from_bits(0b10)));
    of_person(Describe::Team(Some(NIGHT)));
    of_person(Describe::Begun);
    describe(&policies, Describe::Confidentiality(Confidentiality::Low), 1);
    describe(&policies, Describe::Service(ServiceFacts::from_bits(0b01)), 1);
    block_on(policies.join_team(ANNA, NIGHT, BY, at(1))).unwrap();
    assert!(!standing(&policies, ANNA, HERE, 2).same_team);

    block_on(policies.link_person(HERE, PERSON, at(2))).unwrap();
    let linked = standing(&policies, ANNA, HERE, 3);
    assert!(linked.same_team && !linked.recent && !linked.consent_unseen);
    assert_eq!((linked.confidentiality, linked.service.bits()), (Confidentiality::Restricted, 0b11));
    describe(&policies, Describe::Team(Some(TeamId::from_bytes([1; 16]))), 3);
    assert!(!standing(&policies, ANNA, HERE, 4).same_team, "its own team comes first");
}

#[test]
fn a_conversation_stays_one_persons() {
    let store = store();
    let policies = staffed(&store);
    let other = SeekerId::from_bytes([0xD2; 16]);
    let own = |person| {
        let requester = Requester::seeker(person);
        let request = AccessRequest::<ReadTranscript>::new(requester, HERE, Purpose::PersonRequest);
        denied(&policies, &request, at(3)).is_none()
    };
    assert!(!own(PERSON));
    block_on(policies.link_person(HERE, PERSON, at(1))).unwrap();
    let before = events(&store).len();
    assert!(matches!(block_on(policies.link_person(HERE, other, at(2))), Err(PolicyError::LinkedToAnother)));
    block_on(policies.link_person(HERE, PERSON, at(2))).unwrap();
    assert_eq!(events(&store).len(), before, "nothing changed");
    assert!(own(PERSON) && !own(other));
}

#[test]
fn that_nobody_is_linked_shows_in_the_evaluation() {
    let policies = staffed(&store());
    block_on(policies.assign(ANNA, HERE, BY, at(0))).unwrap();
    let unseen = |minute| {
        let decision = block_on(policies.decide(&note(ANNA, Purpose::Treatment), at(minute)));
        decision.evaluation().unwrap().facts().hold(leeward_policy::Fact::ConsentUnseen)
    };
    assert!(unseen(1));
    block_on(policies.link_person(HERE, PERSON, at(1))).unwrap();
    assert!(!unseen(2));
    assert_eq!(block_on(policies.description(HERE)).unwrap(), described_as(PERSON));
}

fn described_as(person: SeekerId) -> RecordDescription {
    let mut described = RecordDescription::NONE;
    described.person = Some(person);
    described
}
