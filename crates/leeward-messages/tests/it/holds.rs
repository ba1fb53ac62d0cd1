//! While a conversation is under hold, nothing of it is deleted.

use crate::support::{Room, now, seeker, staff};
use leeward_event::{Action, Actor, ConversationId, CorrelationId, StaffId, Subject, outbox};
use leeward_messages::{
    Delivery, DeliveryService as _, Draft, EntryKind, Error, HoldReason, MemberId, TimeToLive,
};
use leeward_store::{
    Timestamp,
    testing::{Call, Fault, Gate, Plan},
};
use pollster::block_on;
use std::thread;

const OFFICER: Actor = Actor::Staff(StaffId::from_bytes([7; 16]));
const ORDER: CorrelationId = CorrelationId::from_bytes([1; 16]);
const REPORT: CorrelationId = CorrelationId::from_bytes([2; 16]);

fn later(hours: i64) -> Timestamp {
    Timestamp::from_second(now().as_second() + hours * 60 * 60).unwrap()
}

async fn place(room: &Room, id: CorrelationId, why: HoldReason) {
    room.service.delivery().place_hold(room.id, id, why, OFFICER, now()).await.unwrap();
}

async fn lift(room: &Room, id: CorrelationId) {
    room.service.delivery().lift_hold(room.id, id, OFFICER, now()).await.unwrap();
}

/// A conversation with a message that both have read, and one for an hour that one of them has not.
async fn begun() -> (Room, MemberId, MemberId) {
    let (author, reader) = (seeker(), staff());
    let room = Room::of(author, &[reader]).await;
    room.say(author, "for good").await;
    room.texts(reader).await;
    room.texts(author).await;
    let draft = Draft::text("for an hour").disappearing(TimeToLive::hours(1).unwrap());
    room.service.send(room.id, author, &draft, now()).await.unwrap();
    (room, author, reader)
}

#[test]
fn nothing_is_deleted_while_one_hold_of_several_stands() {
    block_on(async {
        let (room, ..) = begun().await;
        let (delivery, before) = (room.service.delivery(), room.log().await);
        place(&room, ORDER, HoldReason::Legal).await;
        place(&room, REPORT, HoldReason::AbuseReport).await;
        for lifted in [None, Some(ORDER)] {
            if let Some(id) = lifted {
                lift(&room, id).await;
            }
            assert_eq!(delivery.prune(room.id, later(2)).await.unwrap(), 0);
            assert_eq!(room.log().await[..before.len()], before);
        }
        lift(&room, REPORT).await;
        assert!(delivery.prune(room.id, later(2)).await.unwrap() > 1, "times to live count again");
        assert!(!room.log().await.contains(before.last().unwrap()));
    });
}

#[test]
fn what_is_held_is_served_after_its_time() {
    block_on(async {
        let (room, _, reader) = begun().await;
        let delivery = room.service.delivery();
        let from = delivery.position(room.id, reader).await.unwrap().acknowledged;
        let kind = async || delivery.fetch(room.id, reader, from, 1, later(2)).await.unwrap()[0].kind;
        assert_eq!(kind().await, EntryKind::Tombstone);
        place(&room, ORDER, HoldReason::Legal).await;
        assert_eq!(kind().await, EntryKind::Mls);
        lift(&room, ORDER).await;
        assert_eq!(kind().await, EntryKind::Tombstone);
    });
}

#[test]
fn a_hold_that_comes_while_a_deletion_is_under_way_wins() {
    let (room, ..) = block_on(begun());
    let (before, gate) = (block_on(room.log()), Gate::new());
    let plan = Plan::new().nth(1, Call::Commit, Fault::HoldBefore(gate.clone()));
    let delivery = Delivery::new(&plan.over(&room.store));
    let pruned = thread::scope(|scope| {
        let pruning = scope.spawn(|| block_on(delivery.prune(room.id, later(2))));
        block_on(gate.reached());
        block_on(place(&room, ORDER, HoldReason::Legal));
        gate.open();
        pruning.join().unwrap()
    });
    assert_eq!(pruned.unwrap(), 0);
    assert_eq!(block_on(room.log())[..before.len()], before);
}

#[test]
fn placing_and_lifting_are_told_once() {
    block_on(async {
        let (room, ..) = begun().await;
        let since = Timestamp::from_second(now().as_second()).unwrap();
        for _ in 0..2 {
            place(&room, ORDER, HoldReason::Legal).await;
        }
        let held = room.service.delivery().holds(room.id).await.unwrap();
        assert_eq!((held.len(), held[0].id, held[0].why, held[0].by), (1, ORDER, HoldReason::Legal, OFFICER));
        assert!(held[0].since >= since);
        for id in [ORDER, ORDER, REPORT] {
            lift(&room, id).await;
        }
        assert!(room.service.delivery().holds(room.id).await.unwrap().is_empty());
        let events = outbox::pending(&room.store, 100).await.unwrap();
        let events = events.iter().map(|staged| staged.event);
        let told: Vec<_> = events.filter(|event| event.belongs_with() == Some(ORDER)).collect();
        assert_eq!(told.len(), 2);
        for (event, what) in told.iter().zip([Action::LegalHoldPlaced, Action::LegalHoldLifted]) {
            let whom = Some(Subject::Conversation(room.id));
            assert_eq!((event.what(), event.who(), event.whom()), (what, OFFICER, whom));
        }
    });
}

#[test]
fn a_conversation_is_under_so_many_holds_and_exists() {
    block_on(async {
        let (room, ..) = begun().await;
        let delivery = room.service.delivery();
        let place = async |room: ConversationId, number: u8| {
            let id = CorrelationId::from_bytes([number; 16]);
            delivery.place_hold(room, id, HoldReason::Legal, OFFICER, now()).await
        };
        for number in 0..64 {
            place(room.id, number).await.unwrap();
        }
        assert!(matches!(place(room.id, 64).await, Err(Error::TooManyHolds)));
        place(room.id, 63).await.unwrap();
        let nowhere = place(ConversationId::from_bytes([0; 16]), 1).await;
        assert!(matches!(nowhere, Err(Error::NotAMember)));
    });
}
