//! Stores that fail at every call, a service that does not answer, and many at once.

use super::{OFFICER, RECORD, Scene, export, id, kept, new_key, read, rows};
use crate::support::{Room, key, now, seeker, staff, store};
use leeward_event::CorrelationId;
use leeward_messages::{
    Conversations, Delivery, Draft, Error, HoldReason, MemberId,
    transcript::{Retention, TranscriptKey},
};
use leeward_store::{
    Batch, Expect, Space, StoreError,
    testing::{Call, Fault, Gate, Plan, at_every_call, run_until_stuck},
};
use pollster::block_on;
use std::thread;

const LEDGER: Space = Space::sealed_for("messages.ledger", 0);

const FAULTS: [Fault; 5] =
    [Fault::Refuse, Fault::LoseRequest, Fault::LoseAnswer, Fault::HangBefore, Fault::HangAfter];

/// A counsellor whose store fails, and the same over the same store that does not; the service's never does.
struct Devices {
    whole: Room,
    faulty: Conversations,
    keys: [TranscriptKey; 1],
}

fn with_faults(act: impl Fn(&Conversations, &Room, MemberId)) {
    let mut met = 0;
    for fault in &FAULTS {
        met += at_every_call(Call::Any, fault, |plan| scenario(plan, &act));
    }
    assert!(met >= 15, "{met}");
}

fn scenario(plan: &Plan, act: &impl Fn(&Conversations, &Room, MemberId)) {
    let (person, first, transcript) = (seeker(), staff(), new_key());
    let room = block_on(Room::of(person, &[first]));
    block_on(async {
        room.service.keep_transcript(room.id, id(first), &transcript).await.unwrap();
        room.say(person, "one").await;
        room.say(person, "two").await;
    });
    let faulty = Conversations::new(&plan.over(&room.store), key());
    let devices = Devices { whole: room, faulty, keys: [transcript] };
    act(&devices.faulty, &devices.whole, first);
    block_on(async {
        let room = &devices.whole;
        room.texts(first).await;
        room.say(first, "last").await;
        room.service.bring_records(room.id, id(first), now()).await.unwrap();
        let shown = read(room, &devices.keys, now()).await;
        assert_eq!(shown[..2], ["one", "two"]);
        assert_eq!(shown.last().unwrap(), "last");
        assert!(shown[2..shown.len() - 1].iter().all(|line| line == "said"), "{shown:?}");
        assert!(rows(&room.store, RECORD).await.is_empty());
    });
}

#[test]
fn what_was_received_has_its_record_wherever_the_store_fails() {
    with_faults(|faulty, room, first| drop(run_until_stuck(faulty.receive(room.id, first, now()))));
}

#[test]
fn what_was_sent_has_its_record_wherever_the_store_fails() {
    with_faults(|faulty, room, first| {
        drop(run_until_stuck(faulty.send(room.id, first, &Draft::text("said"), now())));
    });
}

#[test]
fn a_purge_that_stops_anywhere_leaves_a_complete_rest() {
    for fault in &FAULTS {
        let met = at_every_call(Call::Any, fault, |plan| {
            let scene = block_on(Scene::new());
            let room = &scene.room;
            block_on(async {
                scene.disappears(scene.first, "gone").await;
                room.say(scene.first, "one").await;
                scene.retain(Retention::Hours(1)).await;
            });
            let head = block_on(kept(room).head(room.id)).unwrap();
            let later = super::in_hours(2);
            let faulty = Delivery::new(&plan.over(&room.store));
            drop(run_until_stuck(faulty.transcripts().purge(later)));
            let (transcript, end) = block_on(export(room, now()));
            assert!(transcript.check(&head).is_ok() && end == head);
            block_on(kept(room).purge(later)).unwrap();
            assert_eq!(block_on(export(room, later)).0.start(), head);
        });
        assert!(met >= 3, "{met}");
    }
}

#[test]
fn a_hold_that_comes_while_a_purge_is_under_way_wins() {
    let scene = block_on(Scene::new());
    let (room, gate, order) = (&scene.room, Gate::new(), CorrelationId::from_bytes([1; 16]));
    block_on(room.say(scene.first, "one"));
    let plan = Plan::new().nth(1, Call::Commit, Fault::HoldBefore(gate.clone()));
    let slow = Delivery::new(&plan.over(&room.store));
    let purged = thread::scope(|scope| {
        let purging = scope.spawn(|| block_on(slow.transcripts().purge(super::in_hours(100))));
        block_on(gate.reached());
        let delivery = room.service.delivery();
        block_on(delivery.place_hold(room.id, order, HoldReason::Legal, OFFICER, now())).unwrap();
        gate.open();
        purging.join().unwrap()
    });
    assert_eq!(purged.unwrap(), 0);
    assert_eq!(block_on(read(room, &scene.keys, super::in_hours(100))), ["one"]);
}

#[test]
fn one_damaged_transcript_does_not_keep_the_others() {
    let [one, other] = [(); 2].map(|()| block_on(Scene::new()));
    block_on(async {
        let store = &one.room.store;
        one.room.say(one.first, "one").await;
        other.room.say(other.first, "two").await;
        let mut batch = Batch::new();
        for space in [LEDGER, super::NOTED] {
            for (key, value) in rows(&other.room.store, space).await {
                batch.put(key, Expect::Absent, value);
            }
        }
        store.commit(batch).await.unwrap();
        let (first, _) = rows(store, LEDGER).await.remove(0);
        one.room.overwrite(&first, &[1; 9]).await;
        let purged = kept(&one.room).purge(super::in_hours(100)).await;
        assert!(matches!(purged, Err(Error::Corrupt { .. })), "{purged:?}");
        assert_eq!(rows(store, super::NOTED).await.len(), 1, "the other one was purged");
    });
}

#[test]
fn records_wait_while_the_service_does_not_answer() {
    block_on(async {
        let scene = Scene::new().await;
        let (room, device) = (&scene.room, store());
        let (relief, transcript) = (staff(), new_key());
        let plan = Plan::new();
        let far = Delivery::new(&plan.over(&room.store));
        let client = Conversations::over(&device, far, key().into());
        client.key_package(relief, now()).await.unwrap();
        room.service.add(room.id, scene.person, relief, now()).await.unwrap();
        client.join(room.id, relief, now()).await.unwrap();
        client.keep_transcript(room.id, id(relief), &transcript).await.unwrap();
        room.say(scene.person, "one").await;
        plan.add(1, Call::Commit, Fault::Refuse);
        assert_eq!(client.receive(room.id, relief, now()).await.unwrap().len(), 1);
        assert_eq!(rows(&device, RECORD).await.len(), 1, "it waits");
        assert_eq!(read(room, &[], now()).await, ["unrecorded"]);
        plan.add(1, Call::Commit, Fault::Refuse);
        let told = client.bring_records(room.id, id(relief), now()).await;
        assert!(matches!(told, Err(Error::Store(StoreError::Backend(_)))), "{told:?}");
        client.bring_records(room.id, id(relief), now()).await.unwrap();
        assert!(rows(&device, RECORD).await.is_empty());
        assert_eq!(read(room, &[transcript], now()).await, ["one"]);
    });
}

#[test]
fn many_at_once_leave_one_ledger() {
    let scene = block_on(Scene::new());
    let (room, second) = (&scene.room, staff());
    block_on(async {
        room.bring(scene.first, second).await;
        room.texts(scene.person).await;
        room.service.keep_transcript(room.id, id(second), &new_key()).await.unwrap();
    });
    let members = [scene.person, scene.first, second];
    thread::scope(|scope| {
        for member in members {
            scope.spawn(move || {
                block_on(async {
                    for _ in 0..8 {
                        room.say(member, "said").await;
                        room.texts(member).await;
                    }
                });
            });
        }
        scope.spawn(|| {
            block_on(async {
                for _ in 0..8 {
                    kept(room).purge(now()).await.unwrap();
                    let exported = kept(room).export(room.id, OFFICER, now()).await;
                    let (transcript, head) = exported.unwrap();
                    transcript.check(&head).unwrap();
                }
            });
        });
    });
    block_on(async {
        for member in [scene.first, second] {
            room.texts(member).await;
        }
        let (transcript, head) = export(room, now()).await;
        assert_eq!((head.count(), transcript.unrecorded_count()), (24, 0));
    });
}
