//! Key packages end.

use crate::{
    insider::{self, Insider},
    support::{PRIVATE, Room, key, now, plant, seeker, staff},
};
use leeward_event::StaffId;
use leeward_messages::{
    Conversations, CredentialIssuer, Credentials, Delivery, DeliveryService, Error, Refusal,
    StaffCredentials, Submission,
};
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

/// A credential of staff runs out after 90 days. Their commits go on, and are taken by who reads them late.
#[test]
fn a_commit_brings_a_credential_that_is_valid_when_it_is_accepted() {
    block_on(async {
        let (author, reader) = (staff(), seeker());
        let room = Room::of(author, &[reader]).await;
        for (made, read) in [(89, 91), (100, 100), (150, 260)] {
            room.service.refresh(room.id, author, from_now(made)).await.unwrap();
            let read = room.service.receive(room.id, reader, from_now(read)).await;
            assert!(read.is_ok(), "made after {made} days: {read:?}");
        }
        assert_eq!(room.epoch(reader).await.unwrap(), 4);
    });
}

/// A service that gives nobody a credential any more: they left.
struct Gone;

impl CredentialIssuer for Gone {
    fn issue(&self, _: StaffId, _: &[u8], _: Timestamp) -> Result<Vec<u8>, Error> {
        Err(Error::Credential)
    }
}

#[test]
fn whose_credential_ran_out_and_is_not_renewed_changes_nothing() {
    block_on(async {
        let (author, reader) = (staff(), seeker());
        let room = Room::of(author, &[reader]).await;
        let credentials = Credentials::new(StaffCredentials::signed_by([key().public_key()]), Gone);
        let left = Conversations::over(&room.store, Delivery::new(&room.store), credentials);
        left.refresh(room.id, author, from_now(80)).await.unwrap();
        let refused = left.remove(room.id, author, reader, from_now(90)).await;
        assert!(matches!(refused, Err(Error::Credential)), "{refused:?}");

        let before = room.epoch(author).await.unwrap();
        let update = Insider::of(&room, author).await.update();
        let delivery = room.service.delivery();
        room.service.receive(room.id, reader, from_now(90)).await.unwrap();
        let previous = delivery.position(room.id, author).await.unwrap().last;
        let submission = Submission::new(update, previous);
        delivery.submit(room.id, author, &submission, from_now(91)).await.unwrap();
        let refused = room.service.receive(room.id, reader, from_now(91)).await.unwrap_err();
        assert!(matches!(refused, Error::Refused { why: Refusal::Lifetime, .. }), "{refused}");
        assert_eq!(room.epoch(reader).await.unwrap(), before);
    });
}
