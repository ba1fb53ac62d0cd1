//! Key packages end.

use crate::{
    insider::{self, Insider},
    support::{PRIVATE, Room, now, plant, seeker, staff},
};
use leeward_messages::{Error, Refusal};
use leeward_store::{Scan, Timestamp};
use openmls::prelude::Lifetime;
use pollster::block_on;

const DAY: u64 = 24 * 60 * 60;

fn from_now(days: i64) -> Timestamp {
    Timestamp::from_second(now().as_second() + days * 24 * 60 * 60).unwrap()
}

fn seconds() -> u64 {
    u64::try_from(now().as_second()).unwrap()
}

/// Endless; longer than allowed; not begun; over; nearly over.
fn unacceptable() -> [Lifetime; 5] {
    let now = seconds();
    [
        Lifetime::init(0, u64::MAX),
        Lifetime::init(now - 10, now + 85 * DAY),
        Lifetime::init(now + 2 * 60 * 60, now + 80 * DAY),
        Lifetime::init(now - 80 * DAY, now - 1),
        Lifetime::init(now - 30 * DAY, now + 50 * DAY),
    ]
}

#[test]
fn a_key_package_without_an_acceptable_lifetime_is_not_claimed() {
    block_on(async {
        let (person, first) = (seeker(), staff());
        let room = Room::of(person, &[]).await;
        for (place, lifetime) in (0_u8..).zip(unacceptable()) {
            let package = insider::to_bytes(&insider::key_package(first, lifetime));
            plant(&room.store, first, &[place], &package).await;
            let added = room.service.add(room.id, person, first, now()).await;
            assert!(matches!(added, Err(Error::NoKeyPackage)), "{lifetime:?}");
        }
        room.service.key_package(first, now()).await.unwrap();
        room.service.add(room.id, person, first, now()).await.unwrap();
    });
}

#[test]
fn a_commit_with_an_endless_key_package_is_refused() {
    block_on(async {
        for lifetime in &unacceptable()[..2] {
            let (author, reader) = (seeker(), staff());
            let room = Room::of(author, &[reader]).await;
            let package = insider::key_package(staff(), *lifetime);
            let commit = Insider::of(&room, author).await.add(package);
            room.forge(&commit, true).await;
            let refused = room.receive_error(reader).await;
            assert!(matches!(refused, Error::Refused { why: Refusal::Lifetime, .. }), "{refused}");
        }
    });
}

#[test]
fn a_key_package_is_claimed_within_28_days_and_then_purged() {
    block_on(async {
        let (person, first) = (seeker(), staff());
        let room = Room::of(person, &[]).await;
        room.service.key_package(first, now()).await.unwrap();
        let late = room.service.add(room.id, person, first, from_now(29)).await;
        assert!(matches!(late, Err(Error::NoKeyPackage)));
        room.store.purge(from_now(27)).await.unwrap();
        room.service.add(room.id, person, first, from_now(27)).await.unwrap();
        room.service.join(room.id, first, now()).await.unwrap();

        room.service.key_package(first, now()).await.unwrap();
        let private = Scan::all(PRIVATE.prefix(&[]).unwrap());
        room.store.purge(from_now(29)).await.unwrap();
        assert!(room.key_packages(first).await.is_empty());
        assert_eq!(room.store.scan(&private).await.unwrap().items.len(), 1);
        room.store.purge(from_now(85)).await.unwrap();
        assert!(room.store.scan(&private).await.unwrap().items.is_empty());
    });
}
