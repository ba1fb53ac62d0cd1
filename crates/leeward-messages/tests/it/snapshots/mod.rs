//! A member whose store is in memory, and who lives on in the blobs that it kept.

mod device;

use crate::support::{LOG, Room, now, rows_of, seeker, staff, store};
use device::Device;
use leeward_event::ConversationId;
use leeward_messages::{Delivery, DeliveryService as _, Error, MemberId, Refusal, SnapshotKey, Snapshots};
use leeward_store::{
    Scan, Store,
    testing::{Call, Fault, at_every_call, run_until_stuck},
};
use pollster::block_on;
use std::sync::atomic::Ordering::SeqCst;

fn snapshot_key() -> SnapshotKey {
    SnapshotKey::from_bytes(&[9; 32])
}

async fn take(store: &Store, member: MemberId) -> Vec<u8> {
    Snapshots::of(store).take(member, &snapshot_key(), now()).await.unwrap()
}

async fn restore(store: &Store, member: MemberId, snapshot: &[u8]) -> Result<(), Error> {
    Snapshots::of(store).restore(member, &snapshot_key(), snapshot, now()).await
}

/// A service, a seeker on a device of its own, and a counsellor on another.
struct Pair {
    service_store: Store,
    service: Delivery,
    person: Device,
    first: Device,
    id: ConversationId,
}

impl Pair {
    async fn new() -> Self {
        let pair = Self::begun().await;
        pair.first.conversations.join(pair.id, pair.first.member, now()).await.unwrap();
        pair
    }

    /// The counsellor was added and has not joined yet.
    async fn begun() -> Self {
        let service_store = store();
        let service = Delivery::new(&service_store);
        let (person, first) = (Device::new(&service, seeker()), Device::new(&service, staff()));
        let id = person.conversations.open(person.member, now()).await.unwrap();
        let pair = Self { service_store, service, person, first, id };
        pair.add().await;
        pair
    }

    async fn add(&self) {
        self.first.conversations.key_package(self.first.member, now()).await.unwrap();
        let (by, member) = (self.person.member, self.first.member);
        self.person.conversations.add(self.id, by, member, now()).await.unwrap();
    }

    async fn readmit(&self) {
        let (by, member) = (self.person.member, self.first.member);
        self.person.conversations.readmit(self.id, by, member, now()).await.unwrap();
    }

    /// Whether all that the counsellor ever submitted was accepted. With that, no key served twice if the seeker
    /// can read it all: a key serves its reader once.
    async fn all_was_accepted(&self) -> bool {
        let log = self.service_store.scan(&Scan::all(LOG.prefix(&[]).unwrap()).limit(1_000)).await.unwrap();
        let accepted =
            |message: &Vec<u8>| log.items.iter().any(|item| item.entry.value.as_bytes().ends_with(message));
        self.first.line.submitted.lock().unwrap().iter().all(accepted)
    }
}

#[test]
fn a_member_goes_on_from_a_snapshot() {
    block_on(async {
        let Pair { service, person, first, id, .. } = &Pair::new().await;
        person.send(*id, "heard before").await.unwrap();
        assert_eq!(first.texts(*id).await, ["heard before"]);
        person.send(*id, "waits in the inbox").await.unwrap();
        first.conversations.refresh(*id, first.member, now()).await.unwrap();
        first.conversations.key_package(first.member, now()).await.unwrap();
        let snapshot = first.snapshot().await;
        person.send(*id, "sent while it was away").await.unwrap();

        let again = first.restored(&snapshot).await;
        assert_eq!(again.texts(*id).await, ["waits in the inbox", "sent while it was away"]);
        again.send(*id, "here").await.unwrap();
        assert_eq!(person.texts(*id).await, ["here"]);

        let other = Device::new(service, seeker());
        let second = other.conversations.open(other.member, now()).await.unwrap();
        other.conversations.add(second, other.member, again.member, now()).await.unwrap();
        again.conversations.join(second, again.member, now()).await.unwrap();
        other.send(second, "by the key package in the snapshot").await.unwrap();
        assert_eq!(again.texts(second).await, ["by the key package in the snapshot"]);
    });
}

#[test]
fn an_older_snapshot_is_found_out_and_no_key_is_used_twice() {
    block_on(async {
        let pair = Pair::new().await;
        let (person, first, id) = (&pair.person, &pair.first, pair.id);
        let older = first.snapshot().await;
        first.send(id, "one").await.unwrap();
        let accepted = first.line.submitted.lock().unwrap().clone();

        let copy = first.restored(&older).await;
        assert!(matches!(copy.send(id, "two").await, Err(Error::RolledBack)));
        let refused = copy.conversations.refresh(id, copy.member, now()).await;
        assert!(matches!(refused, Err(Error::RolledBack)));
        let refused = copy.conversations.receive(id, copy.member, now()).await;
        assert!(matches!(refused, Err(Error::RolledBack)));
        assert_eq!(*first.line.submitted.lock().unwrap(), accepted, "the copy submits nothing");

        copy.conversations.rejoin(id, copy.member, now()).await.unwrap();
        pair.readmit().await;
        copy.conversations.join(id, copy.member, now()).await.unwrap();
        copy.send(id, "two").await.unwrap();
        assert_eq!(person.texts(id).await, ["one", "two"]);
        assert_eq!(first.line.submitted.lock().unwrap().len(), 2);
        assert!(pair.all_was_accepted().await);
    });
}

#[test]
fn a_snapshot_from_before_it_joined_does_not_join_twice() {
    block_on(async {
        let pair = Pair::begun().await;
        let id = pair.id;
        let older = pair.first.snapshot().await;
        // The service is not told that it joined, so that the invitation stays, and takes what it says.
        pair.first.line.deaf.store(true, SeqCst);
        assert!(pair.first.conversations.join(id, pair.first.member, now()).await.is_err());
        assert!(pair.first.send(id, "one").await.is_err());
        pair.first.line.deaf.store(false, SeqCst);
        assert!(pair.service.invitation(id, pair.first.member).await.unwrap().is_some());

        let copy = pair.first.restored(&older).await;
        let refused = copy.conversations.join(id, copy.member, now()).await;
        assert!(matches!(refused, Err(Error::RolledBack)));
        copy.conversations.key_package(copy.member, now()).await.unwrap();
        pair.readmit().await;
        copy.conversations.join(id, copy.member, now()).await.unwrap();
        copy.send(id, "two").await.unwrap();
        assert_eq!(pair.person.texts(id).await, ["one", "two"]);
        assert!(pair.all_was_accepted().await);
    });
}

#[test]
fn who_keeps_a_snapshot_before_anything_leaves_loses_nothing() {
    block_on(async {
        let pair = Pair::new().await;
        let (mut first, id) = (pair.first.restart().await, pair.id);
        let (mut expected, mut heard) = (Vec::new(), Vec::new());
        for round in 0..12 {
            let text = format!("line {round}");
            // In every other round the service accepts, and the device dies before it knows.
            first.line.deaf.store(round % 2 == 1, SeqCst);
            let sent = match round % 3 {
                0 | 1 => {
                    expected.push(text.clone());
                    first.send(id, &text).await.map(drop)
                }
                _ => first.conversations.refresh(id, first.member, now()).await,
            };
            assert_eq!(sent.is_err(), round % 2 == 1, "{round}");
            first = first.restart().await;
            heard.extend(pair.person.texts(id).await);
        }
        assert_eq!(heard, expected);
        pair.person.send(id, "still there?").await.unwrap();
        assert_eq!(first.texts(id).await, ["still there?"]);
        first = first.restart().await;
        assert!(first.texts(id).await.is_empty(), "heard once");
        first.send(id, "yes").await.unwrap();
        assert_eq!(pair.person.texts(id).await, ["yes"]);

        let kept = first.line.kept.lock().unwrap().clone();
        assert!(kept.len() > 24, "{}", kept.len());
        let (mut accepted, mut older) = (Vec::new(), 0);
        for (at, snapshot) in kept.iter().enumerate() {
            let text = format!("from the copy {at}");
            match first.restored(snapshot).await.send(id, &text).await {
                Ok(_) => accepted.push(text),
                Err(Error::RolledBack | Error::NotAMember) => older += 1,
                Err(other) => panic!("{other:?}"),
            }
        }
        assert_eq!((accepted.len(), older), (1, kept.len() - 1));
        assert_eq!(pair.person.texts(id).await, accepted);
        assert!(pair.all_was_accepted().await);
    });
}

#[test]
fn a_store_that_holds_another_state_is_left_alone() {
    block_on(async {
        let pair = Pair::new().await;
        let (first, id) = (&pair.first, pair.id);
        let older = first.snapshot().await;
        restore(&first.line.device, first.member, &older).await.unwrap();
        first.send(id, "one").await.unwrap();
        let before = rows_of(&first.line.device).await;
        let refused = restore(&first.line.device, first.member, &older).await;
        assert!(matches!(refused, Err(Error::StateHeld)));
        assert_eq!(rows_of(&first.line.device).await, before);

        let empty = store();
        for _ in 0..2 {
            restore(&empty, first.member, &older).await.unwrap();
        }
        assert!(matches!(
            restore(&empty, first.member, &first.snapshot().await).await,
            Err(Error::StateHeld)
        ));
        let packages = Device::new(&pair.service, staff());
        packages.conversations.key_package(packages.member, now()).await.unwrap();
        let nothing = take(&store(), packages.member).await;
        restore(&store(), packages.member, &nothing).await.unwrap();
        let refused = restore(&packages.line.device, packages.member, &nothing).await;
        assert!(matches!(refused, Err(Error::StateHeld)), "a key package is a state too");
    });
}

#[test]
fn a_snapshot_is_restored_whole_or_not_at_all() {
    let pair = block_on(Pair::new());
    let member = pair.first.member;
    block_on(pair.first.conversations.key_package(member, now())).unwrap();
    let snapshot = &block_on(pair.first.snapshot());
    let whole = block_on(rows_of(&pair.first.line.device)).len();
    for fault in [Fault::Refuse, Fault::Conflict, Fault::LoseRequest, Fault::LoseAnswer, Fault::HangAfter] {
        let calls = at_every_call(Call::Any, &fault, |plan| {
            let device = store();
            drop(run_until_stuck(restore(&plan.over(&device), member, snapshot)));
            assert!([0, whole].contains(&block_on(rows_of(&device)).len()), "{fault:?}");
            block_on(restore(&device, member, snapshot)).unwrap();
            assert_eq!(block_on(rows_of(&device)).len(), whole);
        });
        assert!(calls >= 3, "{fault:?}: {calls}");
    }
}

#[test]
fn a_snapshot_is_of_one_member_alone() {
    block_on(async {
        let (person, first) = (seeker(), staff());
        let room = Room::of(person, &[first]).await;
        room.say(person, "one").await;
        let device = store();
        restore(&device, first, &take(&room.store, first).await).await.unwrap();
        let rows = rows_of(&device).await;
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].0, room.state_key(first));
        restore(&device, person, &take(&room.store, person).await).await.unwrap();
        assert_eq!(rows_of(&device).await.len(), 2);
    });
}

#[test]
fn bytes_that_are_no_snapshot_change_nothing() {
    block_on(async {
        let pair = Pair::new().await;
        let (member, good) = (pair.first.member, pair.first.snapshot().await);
        let device = store();
        let refused = async |snapshot: &[u8], member| match restore(&device, member, snapshot).await {
            Err(Error::Snapshot { why }) => why,
            other => panic!("{other:?}"),
        };
        for len in (1..good.len()).step_by(101) {
            assert_eq!(refused(&good[..len], member).await, Refusal::NotAuthentic);
        }
        for at in (1..good.len()).step_by(101) {
            let mut bad = good.clone();
            bad[at] ^= 0x80;
            assert_eq!(refused(&bad, member).await, Refusal::NotAuthentic);
        }
        assert_eq!(refused(&[&good[..], &[0]].concat(), member).await, Refusal::NotAuthentic);
        assert_eq!(refused(&good, staff()).await, Refusal::NotAuthentic);
        assert_eq!(refused(&[&[2], &good[1..]].concat(), member).await, Refusal::Version);
        assert_eq!(refused(&[], member).await, Refusal::Malformed);
        assert_eq!(refused(&vec![1; 8 * 1024 * 1024 + 1], member).await, Refusal::TooLarge);
        let other = SnapshotKey::from_bytes(&[8; 32]);
        let foreign = Snapshots::of(&device).restore(member, &other, &good, now()).await;
        assert!(matches!(foreign, Err(Error::Snapshot { why: Refusal::NotAuthentic })));
        assert!(rows_of(&device).await.is_empty());
        restore(&device, member, &good).await.unwrap();
    });
}

#[test]
fn a_snapshot_tells_neither_what_it_holds_nor_how_much_exactly() {
    block_on(async {
        let pair = Pair::new().await;
        let (first, id) = (&pair.first, pair.id);
        pair.person.send(id, "this line is nowhere to be found").await.unwrap();
        let without = first.snapshot().await;
        first.conversations.refresh(id, first.member, now()).await.unwrap();
        let snapshot = first.snapshot().await;
        assert!(!snapshot.windows(9).any(|window| window == b"this line"));
        assert!(without.len() > 4_096 && snapshot.len() < 16_384, "{} {}", without.len(), snapshot.len());
        let zeros = |len: usize| len.trailing_zeros();
        let padded = |snapshot: &[u8]| snapshot.len() - 1 - 72;
        assert!([&without, &snapshot].iter().all(|snapshot| zeros(padded(snapshot)) >= 7));
        assert_eq!(format!("{:?}", Snapshots::of(&store())), "Snapshots { .. }");
    });
}

#[test]
fn the_futures_of_snapshots_can_move_between_threads() {
    fn movable<T: Send>(_: T) {}
    let (snapshots, key) = (Snapshots::of(&store()), snapshot_key());
    movable(snapshots.take(staff(), &key, now()));
    movable(snapshots.restore(staff(), &key, b"", now()));
}
