//! What has passed its time goes in every conversation, and nothing else.

use crate::support::{LOG, Room, now, seeker, staff};
use leeward_event::{Actor, CorrelationId};
use leeward_messages::{Delivery, Draft, HoldReason, MemberId, TimeToLive};
use leeward_store::{
    Scan, Space, Store, Timestamp,
    testing::{Call, Fault, Gate, Plan, at_every_call, run_until_stuck},
};
use pollster::block_on;
use std::thread;

const DUE: Space = Space::sealed("messages.due");

const ORDER: CorrelationId = CorrelationId::from_bytes([1; 16]);

fn later(hours: i64) -> Timestamp {
    Timestamp::from_second(now().as_second() + hours * 60 * 60).unwrap()
}

async fn dues(store: &Store) -> usize {
    store.scan(&Scan::all(DUE.prefix(&[]).unwrap())).await.unwrap().items.len()
}

async fn say(room: &Room, member: MemberId, hours: u32) -> u64 {
    let draft = Draft::text("in time").disappearing(TimeToLive::hours(hours).unwrap());
    room.service.send(room.id, member, &draft, now()).await.unwrap()
}

/// Whether nothing of an entry is left but its place.
async fn is_over(room: &Room, place: u64) -> bool {
    room.raw(&room.log_key(place)).await.len() == 20
}

async fn hold(room: &Room) {
    let (delivery, officer) = (room.service.delivery(), Actor::from(staff()));
    delivery.place_hold(room.id, ORDER, HoldReason::Legal, officer, now()).await.unwrap();
}

#[test]
fn what_is_due_goes_in_every_conversation_and_the_rest_stays() {
    block_on(async {
        let person = seeker();
        let room = Room::of(person, &[staff()]).await;
        let other = Room::over(room.store.clone(), person, &[]).await;
        let delivery = room.service.delivery();
        let (first, long) = (say(&room, person, 1).await, say(&room, person, 30).await);
        let (kept, second) = (room.say(person, "for good").await, say(&other, person, 1).await);
        assert_eq!((dues(&room.store).await, delivery.prune_due(now(), 9).await.unwrap()), (3, 0));
        assert_eq!(delivery.prune_due(later(3), 1).await.unwrap(), 1, "so many");
        assert_eq!(delivery.prune_due(later(3), 9).await.unwrap(), 1);
        assert_eq!(delivery.prune_due(later(3), 9).await.unwrap(), 0);
        assert!(is_over(&room, first).await && is_over(&other, second).await);
        assert!(!is_over(&room, long).await && !is_over(&room, kept).await);
        assert_eq!(delivery.prune_due(later(32), 9).await.unwrap(), 1);
        assert!(is_over(&room, long).await && !is_over(&room, kept).await);
        assert_eq!(dues(&room.store).await, 0);
    });
}

#[test]
fn what_is_held_comes_up_again() {
    block_on(async {
        let person = seeker();
        let room = Room::of(person, &[]).await;
        let delivery = room.service.delivery();
        let place = say(&room, person, 1).await;
        hold(&room).await;
        assert_eq!(delivery.prune_due(later(3), 9).await.unwrap(), 1);
        assert_eq!(delivery.prune_due(later(3), 9).await.unwrap(), 0, "it is not looked at each time");
        assert!(!is_over(&room, place).await);
        delivery.lift_hold(room.id, ORDER, Actor::from(staff()), later(4)).await.unwrap();
        assert_eq!(delivery.prune_due(later(29), 9).await.unwrap(), 1);
        assert!(is_over(&room, place).await);
        assert_eq!(dues(&room.store).await, 0);
    });
}

#[test]
fn a_hold_that_comes_meanwhile_wins() {
    let person = seeker();
    let room = block_on(Room::of(person, &[]));
    let (place, gate) = (block_on(say(&room, person, 1)), Gate::new());
    let plan = Plan::new().nth(1, Call::Commit, Fault::HoldBefore(gate.clone()));
    let delivery = Delivery::new(&plan.over(&room.store));
    thread::scope(|scope| {
        let pruning = scope.spawn(|| block_on(delivery.prune_due(later(3), 9)));
        block_on(gate.reached());
        block_on(hold(&room));
        gate.open();
        assert_eq!(pruning.join().unwrap().unwrap(), 1);
    });
    assert!(!block_on(is_over(&room, place)));
    assert_eq!(block_on(dues(&room.store)), 1);
}

#[test]
fn what_was_read_by_all_or_erased_holds_nothing_up() {
    block_on(async {
        let person = seeker();
        let room = Room::of(person, &[]).await;
        say(&room, person, 1).await;
        room.service.receive(room.id, person, now()).await.unwrap();
        room.service.delivery().prune(room.id, now()).await.unwrap();
        assert_eq!(room.service.delivery().prune_due(later(3), 9).await.unwrap(), 1);
        say(&room, person, 1).await;
        let erased = Delivery::new(&leeward_test_store::erasing(&room.store, LOG));
        assert_eq!(erased.prune_due(later(3), 9).await.unwrap(), 1);
        assert_eq!(dues(&room.store).await, 0);
    });
}

#[test]
fn one_that_cannot_be_read_holds_nothing_up() {
    block_on(async {
        let person = seeker();
        let room = Room::of(person, &[]).await;
        let other = Room::over(room.store.clone(), person, &[]).await;
        let (garbled, place) = (say(&room, person, 1).await, say(&other, person, 1).await);
        let holds = Space::sealed_for("messages.hold", 0).key(&[room.id.as_bytes()]).unwrap();
        room.overwrite(&holds, b"garbled").await;
        assert_eq!(room.service.delivery().prune_due(later(3), 9).await.unwrap(), 2);
        assert!(is_over(&other, place).await && !is_over(&room, garbled).await);
        assert_eq!(dues(&room.store).await, 1, "it comes up again");
    });
}

#[test]
fn an_end_that_fails_is_made_up_for() {
    for fault in [Fault::Refuse, Fault::Conflict, Fault::LoseRequest, Fault::LoseAnswer, Fault::HangAfter] {
        at_every_call(Call::Any, &fault, |plan| {
            let person = seeker();
            let room = block_on(Room::of(person, &[]));
            let place = block_on(say(&room, person, 1));
            drop(run_until_stuck(Delivery::new(&plan.over(&room.store)).prune_due(later(3), 9)));
            block_on(async {
                room.service.delivery().prune_due(later(3), 9).await.unwrap();
                assert!(is_over(&room, place).await);
                assert_eq!(dues(&room.store).await, 0);
            });
        });
    }
}
