//! Keys go when they have served: what lies in the store afterwards opens nothing of before.

use crate::{
    insider::{self, Insider},
    support::{PRIVATE, Room, message, now, plant, seeker, staff},
};
use leeward_messages::{DeliveryService as _, Draft, Error};
use leeward_store::{Scan, Timestamp};
use openmls::prelude::Lifetime;
use pollster::block_on;
use std::panic::{AssertUnwindSafe, catch_unwind};

const DAY: u64 = 24 * 60 * 60;

/// Whether whoever has this copy of a state opens this entry of the log.
fn opens(room: &Room, state: &[u8], entry: &[u8]) -> bool {
    let mut insider = Insider::of_state(room.id, state);
    catch_unwind(AssertUnwindSafe(|| insider.open(message(entry)))).is_ok()
}

#[test]
fn a_state_opens_nothing_that_was_read_before_or_was_said_by_itself() {
    block_on(async {
        let (author, reader) = (seeker(), staff());
        let room = Room::of(author, &[reader]).await;
        let (said, key) = (room.say(author, "read it and forget it").await, room.state_key(reader));
        let (entry, before) = (room.raw(&room.log_key(said)).await, room.raw(&key).await);
        assert!(opens(&room, &before, &entry), "it could be read until it was");
        room.texts(reader).await;
        assert!(!opens(&room, &room.raw(&key).await, &entry), "by its reader");
        assert!(!opens(&room, &room.raw(&room.state_key(author)).await, &entry), "by its author");
    });
}

#[test]
fn a_state_opens_nothing_of_an_epoch_that_is_over() {
    block_on(async {
        let (author, reader) = (seeker(), staff());
        let room = Room::of(author, &[reader]).await;
        let said = room.say(author, "unread").await;
        let entry = room.raw(&room.log_key(said)).await;
        // The reader hears of the new epoch, and keeps what was said before as text and not as a key.
        room.service.refresh(room.id, reader, now()).await.unwrap();
        assert!(!opens(&room, &room.raw(&room.state_key(reader)).await, &entry));
        assert_eq!(room.texts(reader).await, ["unread"]);
    });
}

#[test]
fn what_is_kept_does_not_grow_with_what_was_said() {
    block_on(async {
        let (author, reader) = (seeker(), staff());
        let room = Room::of(author, &[reader]).await;
        let mut sizes = Vec::new();
        for _ in 0..4 {
            for _ in 0..30 {
                room.say(author, "and another").await;
                room.say(reader, "yes").await;
            }
            room.service.refresh(room.id, reader, now()).await.unwrap();
            for member in [author, reader] {
                room.texts(member).await;
            }
            sizes.push(room.raw(&room.state_key(reader)).await.len());
        }
        let (least, most) = (sizes.iter().min().unwrap(), sizes.iter().max().unwrap());
        // Numbers are kept as text, whose length differs a little.
        assert!(most - least < least / 20, "{sizes:?}");
    });
}

#[test]
fn the_private_half_of_a_key_package_goes_when_it_has_served() {
    block_on(async {
        let (author, reader) = (seeker(), staff());
        let room = Room::of(author, &[]).await;
        let private = Scan::all(PRIVATE.prefix(&[]).unwrap());
        room.service.key_package(reader, now()).await.unwrap();
        room.service.add(room.id, author, reader, now()).await.unwrap();
        assert_eq!(room.store.scan(&private).await.unwrap().items.len(), 1);
        room.service.join(room.id, reader, now()).await.unwrap();
        assert!(room.store.scan(&private).await.unwrap().items.is_empty());
    });
}

/// RFC 9420 16.8 lets a last-resort key package be used again. Here it is used once, like any.
#[test]
fn a_last_resort_key_package_is_used_once() {
    block_on(async {
        let (author, guest) = (seeker(), staff());
        let room = Room::of(author, &[]).await;
        let now_s = u64::try_from(now().as_second()).unwrap();
        let package = insider::last_resort(guest, Lifetime::init(now_s - 10, now_s + 80 * DAY));
        plant(&room.store, guest, &[1], &insider::to_bytes(&package)).await;
        room.service.add(room.id, author, guest, now()).await.unwrap();
        room.service.remove(room.id, author, guest, now()).await.unwrap();
        let again = room.service.add(room.id, author, guest, now()).await;
        assert!(matches!(again, Err(Error::NoKeyPackage)), "{again:?}");
        let (delivery, later) = (room.service.delivery(), Timestamp::from_second(now().as_second() + 3_600));
        delivery.publish(guest, &insider::to_bytes(&package), later.unwrap(), now()).await.unwrap();
        let again = delivery.claim(author, guest, now()).await.unwrap();
        assert_eq!(again, None, "nor when it is published again");
        room.service.send(room.id, author, &Draft::text("alone"), now()).await.unwrap();
    });
}
