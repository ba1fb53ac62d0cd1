//! The store fails, lies or falls silent at every call of every operation: afterwards, over the same
//! store, the conversation goes on, and nothing is lost or there twice.

use crate::support::{Room, key, now, rows_of, seeker, staff, store_of};
use leeward_event::{Action, Actor, ConversationId, CorrelationId, outbox};
use leeward_messages::{Conversations, DeliveryService as _, Draft, Error, HoldReason, MemberId, Received};
use leeward_store::{
    Batch, Expect, Key, Scan, Space, Store, StoreError,
    testing::{Call, Fault, Plan, at_every_call, run_until_stuck},
};
use pollster::block_on;

const FAULTS: [Fault; 7] = [
    Fault::Refuse,
    Fault::Conflict,
    Fault::LoseRequest,
    Fault::LoseAnswer,
    Fault::Delay(3),
    Fault::HangBefore,
    Fault::HangAfter,
];

/// Those that end otherwise than the others, for what makes many calls.
const FEW: [Fault; 3] = [Fault::LoseRequest, Fault::LoseAnswer, Fault::HangAfter];

/// A conversation of two, as it lies in a store.
struct Begun {
    rows: Vec<(Key, Vec<u8>)>,
    id: ConversationId,
    person: MemberId,
    first: MemberId,
}

impl Begun {
    fn new() -> Self {
        let (person, first) = (seeker(), staff());
        let room = block_on(Room::of(person, &[first]));
        Self { rows: block_on(rows_of(&room.store)), id: room.id, person, first }
    }

    /// The conversation over a store that does not fail, and a service over the same whose store does.
    fn scene(&self, plan: &Plan) -> Scene {
        let store = block_on(store_of(&self.rows));
        let faulty = Conversations::new(&plan.over(&store), key());
        let service = Conversations::new(&store, key());
        let room = Room { store, service, id: self.id };
        Scene { room, faulty, person: self.person, first: self.first }
    }
}

struct Scene {
    room: Room,
    faulty: Conversations,
    person: MemberId,
    first: MemberId,
}

impl Scene {
    /// Both hear each other, and a third who is added now.
    fn goes_on(&self) {
        block_on(async {
            let (room, third) = (&self.room, staff());
            for member in [self.person, self.first] {
                room.texts(member).await;
            }
            room.bring(self.person, third).await;
            room.texts(self.first).await;
            for member in [self.person, self.first, third] {
                room.say(member, "still here").await;
            }
            for member in [self.person, self.first, third] {
                assert_eq!(room.texts(member).await, ["still here"; 2]);
            }
        });
    }
}

/// Runs a scenario with each fault at each of its calls, of which there are at least `calls`.
fn everywhere(calls: usize, scenario: impl Fn(&Scene)) {
    faults(&FAULTS, calls, scenario);
}

fn faults(faults: &[Fault], calls: usize, scenario: impl Fn(&Scene)) {
    let begun = Begun::new();
    for fault in faults {
        let met = at_every_call(Call::Any, fault, |plan| scenario(&begun.scene(plan)));
        assert!(met >= calls, "{fault:?}: {met}");
    }
}

/// Whether an operation was done as far as its caller knows.
fn known_done<T>(outcome: Option<Result<T, Error>>) -> bool {
    match outcome {
        Some(Ok(_)) => true,
        Some(Err(Error::Store(_))) | None => false,
        Some(Err(other)) => panic!("{other}"),
    }
}

#[test]
fn a_message_is_sent_once() {
    everywhere(3, |scene| {
        let (room, person) = (&scene.room, scene.person);
        let before = block_on(room.say(person, "before"));
        let sent = run_until_stuck(scene.faulty.send(room.id, person, &Draft::text("line"), now()));
        let known = known_done(sent);
        let last = block_on(room.service.last_sent(room.id, person, now())).unwrap();
        assert!(!known || last > Some(before), "what was reported is there");
        if last == Some(before) {
            block_on(room.say(person, "line"));
        }
        block_on(room.say(person, "after"));
        assert_eq!(block_on(room.texts(scene.first)), ["before", "line", "after"]);
        scene.goes_on();
    });
}

#[test]
fn a_member_is_added_once() {
    faults(&FEW, 4, |scene| {
        let (room, person, guest) = (&scene.room, scene.person, staff());
        block_on(room.service.key_package(guest, now())).unwrap();
        let known = known_done(run_until_stuck(scene.faulty.add(room.id, person, guest, now())));
        let roster = block_on(room.roster(person)).unwrap();
        assert!(!known || roster.contains(&guest));
        if !roster.contains(&guest) {
            // Its key package may have been claimed: that cannot be given back.
            block_on(room.service.key_package(guest, now())).unwrap();
            block_on(room.service.add(room.id, person, guest, now())).unwrap();
        }
        block_on(room.service.join(room.id, guest, now())).unwrap();
        block_on(room.say(guest, "hello"));
        assert_eq!(block_on(room.texts(person)), ["hello"]);
        assert_eq!(block_on(room.texts(scene.first)), ["hello"]);
        scene.goes_on();
    });
}

#[test]
fn a_member_joins_once() {
    faults(&FEW, 4, |scene| {
        let (room, person, guest) = (&scene.room, scene.person, staff());
        block_on(async {
            room.service.key_package(guest, now()).await.unwrap();
            room.service.add(room.id, person, guest, now()).await.unwrap();
            room.say(person, "welcome").await;
        });
        let known = known_done(run_until_stuck(scene.faulty.join(room.id, guest, now())));
        let joined = block_on(room.roster(guest)).is_ok();
        assert!(!known || joined);
        match block_on(room.service.join(room.id, guest, now())) {
            Ok(()) => {}
            Err(error) => assert!(joined && matches!(error, Error::NoWelcome), "{error:?}"),
        }
        assert_eq!(block_on(joinings(room, guest)), 1);
        assert_eq!(block_on(room.texts(guest)), ["welcome"]);
        scene.goes_on();
    });
}

#[test]
fn who_goes_on_without_joining_again_has_said_that_it_joined() {
    faults(&FEW, 4, |scene| {
        let (room, person, guest) = (&scene.room, scene.person, staff());
        block_on(async {
            room.service.key_package(guest, now()).await.unwrap();
            room.service.add(room.id, person, guest, now()).await.unwrap();
        });
        drop(run_until_stuck(scene.faulty.join(room.id, guest, now())));
        if block_on(room.roster(guest)).is_ok() {
            block_on(room.service.receive(room.id, guest, now())).unwrap();
            assert_eq!(block_on(joinings(room, guest)), 1);
            let again = block_on(room.service.join(room.id, guest, now()));
            assert!(matches!(again, Err(Error::NoWelcome)), "{again:?}");
        }
    });
}

#[test]
fn a_member_is_removed_once() {
    faults(&FEW, 3, |scene| {
        let (room, person, guest) = (&scene.room, scene.person, staff());
        block_on(room.bring(person, guest));
        let known = known_done(run_until_stuck(scene.faulty.remove(room.id, person, guest, now())));
        let inside = block_on(room.roster(person)).unwrap().contains(&guest);
        assert!(!known || !inside);
        if inside {
            block_on(room.service.remove(room.id, person, guest, now())).unwrap();
        }
        block_on(room.texts(guest));
        assert!(matches!(block_on(room.roster(guest)), Err(Error::NotAMember)));
        scene.goes_on();
    });
}

#[test]
fn what_is_received_is_kept_once() {
    everywhere(4, |scene| {
        let (room, person, first) = (&scene.room, scene.person, scene.first);
        let said = ["one", "two", "three"];
        for text in said {
            block_on(room.say(person, text));
        }
        let known = known_done(run_until_stuck(scene.faulty.receive_into(room.id, first, now(), keep)));
        assert!(!known || block_on(kept(&room.store)) == said);
        block_on(room.service.receive_into(room.id, first, now(), keep)).unwrap();
        assert_eq!(block_on(kept(&room.store)), said);
        scene.goes_on();
    });
}

#[test]
fn what_is_received_is_handed_out_once_at_most() {
    everywhere(4, |scene| {
        let (room, said) = (&scene.room, ["one", "two", "three"]);
        for text in said {
            block_on(room.say(scene.person, text));
        }
        let handed = run_until_stuck(scene.faulty.receive(room.id, scene.first, now()));
        match handed {
            Some(Ok(received)) => {
                let texts = received.iter().map(|message| message.body.expose());
                assert!(texts.eq(said.map(str::as_bytes)));
                assert!(block_on(room.texts(scene.first)).is_empty());
            }
            Some(Err(Error::Store(StoreError::OutcomeUnknown(_)))) | None => {
                let rest = block_on(room.texts(scene.first));
                assert!(rest.is_empty() || rest == said, "{rest:?}");
            }
            Some(Err(error)) => {
                assert!(matches!(error, Error::Store(_)), "{error}");
                assert_eq!(block_on(room.texts(scene.first)), said, "nothing was changed");
            }
        }
        scene.goes_on();
    });
}

#[test]
fn a_conversation_and_a_key_package_are_there_wholly_or_not_at_all() {
    everywhere(2, |scene| {
        let (room, guest) = (&scene.room, staff());
        let published = known_done(run_until_stuck(scene.faulty.key_package(guest, now())));
        match block_on(room.service.add(room.id, scene.person, guest, now())) {
            Ok(()) => block_on(room.service.join(room.id, guest, now())).unwrap(),
            Err(error) => assert!(matches!(error, Error::NoKeyPackage) && !published),
        }
        if let Some(Ok(opened)) = run_until_stuck(scene.faulty.open(guest, now())) {
            assert_eq!(block_on(room.service.roster(opened, guest, now())).unwrap().members.len(), 1);
        }
        scene.goes_on();
    });
}

/// How many events tell that a member joined; no invitation of it is left.
async fn joinings(room: &Room, member: MemberId) -> usize {
    assert!(room.service.delivery().invitation(room.id, member).await.unwrap().is_none());
    let events = outbox::pending(&room.store, 100).await.unwrap();
    let joined = (Action::MemberJoined, Some(member.into()));
    events.iter().filter(|staged| (staged.event.what(), staged.event.whom()) == joined).count()
}

const KEPT: Space = Space::sealed("test.kept");

fn keep(received: &[Received], batch: &mut Batch) -> Result<(), StoreError> {
    for message in received {
        batch.put(KEPT.key(&[&message.seq.to_be_bytes()])?, Expect::Absent, message.body.expose());
    }
    Ok(())
}

async fn kept(store: &Store) -> Vec<String> {
    let page = store.scan(&Scan::all(KEPT.prefix(&[]).unwrap())).await.unwrap();
    let text = |item: leeward_store::Item| String::from_utf8(item.entry.value.as_bytes().to_vec()).unwrap();
    page.items.into_iter().map(text).collect()
}

#[test]
fn a_hold_is_placed_and_told_together_or_not_at_all() {
    everywhere(4, |scene| {
        let (room, order) = (&scene.room, CorrelationId::from_bytes([1; 16]));
        let (delivery, officer) = (scene.faulty.delivery(), Actor::from(scene.first));
        let placed = run_until_stuck(delivery.place_hold(room.id, order, HoldReason::Legal, officer, now()));
        let known = known_done(placed);
        scene.goes_on();
        block_on(async {
            let stands = !room.service.delivery().holds(room.id).await.unwrap().is_empty();
            assert!(!known || stands, "what was reported is there");
            let told = room.service.held(room.id, scene.person).await.unwrap();
            assert_eq!(told.is_some(), stands);
            let events = outbox::pending(&room.store, 100).await.unwrap();
            let placed = |event: leeward_event::Event| event.what() == Action::LegalHoldPlaced;
            let count = events.iter().filter(|staged| placed(staged.event)).count();
            assert_eq!(count, usize::from(stands));
        });
    });
}
