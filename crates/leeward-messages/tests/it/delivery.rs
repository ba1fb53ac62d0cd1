//! What the delivery service takes, keeps and lets go, whoever the client is.

use crate::{
    insider::{Insider, key_package, to_bytes},
    support::{Room, now, seeker, staff, store},
};
use leeward_messages::{
    Conversations, Delivery, DeliveryLimits, DeliveryService as _, Draft, EntryKind, Error, MemberId,
    Refusal, Submission, TimeToLive,
};
use leeward_store::Timestamp;
use openmls::prelude::Lifetime;
use pollster::block_on;

/// Two members, a message that one of them made in the epoch that is now, and what it sent before.
async fn prepared() -> (Room, MemberId, MemberId, Vec<u8>, Option<u64>) {
    let (author, reader) = (seeker(), staff());
    let room = Room::of(author, &[reader]).await;
    let message = Insider::of(&room, author).await.say_as(&room, author, b"made in an epoch");
    let last = room.service.delivery().position(room.id, author).await.unwrap().last;
    (room, author, reader, message, last)
}

async fn submit(room: &Room, by: MemberId, submission: &Submission) -> Result<u64, Error> {
    room.service.delivery().submit(room.id, by, submission, now()).await
}

fn refused(outcome: Result<u64, Error>) -> Refusal {
    match outcome {
        Err(Error::SubmissionRefused { why }) => why,
        other => panic!("{other:?}"),
    }
}

fn later(hours: i64) -> Timestamp {
    Timestamp::from_second(now().as_second() + hours * 60 * 60).unwrap()
}

#[test]
fn what_was_made_for_an_old_epoch_is_refused() {
    block_on(async {
        let (room, author, reader, message, last) = prepared().await;
        let commit = Insider::of(&room, author).await.update();
        room.service.refresh(room.id, reader, now()).await.unwrap();
        let log = room.log().await;
        for late in [message, commit] {
            let outcome = submit(&room, author, &Submission::new(late, last)).await;
            assert!(matches!(outcome, Err(Error::EpochConflict)), "{outcome:?}");
        }
        assert_eq!(room.log().await, log);
    });
}

#[test]
fn what_was_made_for_an_epoch_to_come_is_refused() {
    block_on(async {
        let (room, author, _, mut message, last) = prepared().await;
        message[2 + 2 + 17 + 7] += 1;
        let outcome = submit(&room, author, &Submission::new(message, last)).await;
        assert!(matches!(outcome, Err(Error::EpochConflict)));
    });
}

#[test]
fn the_same_submission_again_appends_nothing() {
    block_on(async {
        let (room, author, reader, message, last) = prepared().await;
        let submission = Submission::new(message, last);
        let place = submit(&room, author, &submission).await.unwrap();
        assert_eq!(submit(&room, author, &submission).await.unwrap(), place);
        room.service.refresh(room.id, reader, now()).await.unwrap();
        assert_eq!(submit(&room, author, &submission).await.unwrap(), place, "also in another epoch");
        let other = submit(&room, reader, &submission).await;
        assert!(matches!(other, Err(Error::EpochConflict)), "it is not somebody else's");
    });
}

#[test]
fn an_older_copy_submits_nothing() {
    block_on(async {
        let (room, author, _, message, last) = prepared().await;
        for wrong in [None, Some(7)] {
            assert_ne!(wrong, last);
            let outcome = submit(&room, author, &Submission::new(message.clone(), wrong)).await;
            assert!(matches!(outcome, Err(Error::RolledBack)));
        }
        submit(&room, author, &Submission::new(message, last)).await.unwrap();
    });
}

#[test]
fn only_an_encrypted_message_of_this_conversation_is_taken() {
    block_on(async {
        let (room, author, reader, message, last) = prepared().await;
        let other = Room::of(author, &[reader]).await;
        let try_it = async |message: &[u8]| {
            refused(submit(&room, author, &Submission::new(message.to_vec(), last)).await)
        };
        let elsewhere = Insider::of(&other, author).await.say_as(&other, author, b"elsewhere");
        assert_eq!(try_it(&elsewhere).await, Refusal::Misplaced);
        assert_eq!(try_it(&[&message[..], &[0]].concat()).await, Refusal::Malformed);
        assert_eq!(try_it(&vec![0; 1 << 20]).await, Refusal::TooLarge);
        let untagged = Insider::of(&room, author).await.encrypt(b"nobody could report it");
        assert!(matches!(try_it(&untagged).await, Refusal::Malformed | Refusal::Franking));
        let mut insider = Insider::of(&room, author).await;
        assert_eq!(try_it(&insider.propose_removal(1)).await, Refusal::Forbidden);
        insider.speak_openly();
        assert_eq!(try_it(&insider.propose_removal(1)).await, Refusal::NotEncrypted);
    });
}

#[test]
fn only_a_commit_changes_who_is_told() {
    block_on(async {
        let (room, author, reader, message, last) = prepared().await;
        let (guest, submission) = (staff(), Submission::new(message, last));
        let commit = Insider::of(&room, author).await.update();
        let commit = Submission::new(commit, last);
        for bad in [
            submission.clone().adding(guest, Vec::new()),
            submission.removing(reader),
            commit.clone().adding(author, Vec::new()),
            commit.clone().removing(author),
            commit.clone().adding(guest, Vec::new()).adding(guest, Vec::new()),
            commit.clone().removing(reader).removing(reader),
        ] {
            assert_eq!(refused(submit(&room, author, &bad).await), Refusal::Forbidden);
        }
        let large = commit.adding(guest, vec![0; 1 << 20]);
        assert_eq!(refused(submit(&room, author, &large).await), Refusal::TooLarge);
    });
}

#[test]
fn who_is_no_member_gets_and_gives_nothing() {
    block_on(async {
        let (room, author, reader, message, _) = prepared().await;
        let (stranger, delivery) = (staff(), room.service.delivery());
        let outcome = submit(&room, stranger, &Submission::new(message, None)).await;
        assert!(matches!(outcome, Err(Error::NotAMember)));
        assert!(matches!(delivery.fetch(room.id, stranger, 0, 9, now()).await, Err(Error::NotAMember)));
        assert!(matches!(delivery.position(room.id, stranger).await, Err(Error::NotAMember)));
        assert!(matches!(delivery.acknowledge(room.id, stranger, 1).await, Err(Error::NotAMember)));

        room.say(author, "the last that it may have").await;
        room.service.remove(room.id, author, reader, now()).await.unwrap();
        let end = room.say(author, "without it").await;
        let from = delivery.position(room.id, reader).await.unwrap().acknowledged;
        let page = delivery.fetch(room.id, reader, from, 9, now()).await.unwrap();
        assert_eq!(page.last().unwrap().place, end - 1, "the commit that removed it");
        assert!(delivery.fetch(room.id, reader, end, 9, now()).await.unwrap().is_empty());
    });
}

#[test]
fn what_all_have_read_is_deleted_and_nothing_else() {
    block_on(async {
        let (author, reader) = (seeker(), staff());
        let room = Room::of(author, &[reader]).await;
        for text in ["one", "two", "three"] {
            room.say(author, text).await;
        }
        room.texts(author).await;
        let delivery = room.service.delivery();
        let before = room.log().await.len();
        let gone = delivery.prune(room.id, now()).await.unwrap();
        assert_eq!(room.log().await.len(), before - gone);
        assert_eq!(room.texts(reader).await, ["one", "two", "three"], "it had read none of them");
        room.service.receive(room.id, author, now()).await.unwrap();
        delivery.prune(room.id, now()).await.unwrap();
        assert!(room.log().await.is_empty());
        assert_eq!(delivery.prune(room.id, now()).await.unwrap(), 0);

        room.say(reader, "and on").await;
        assert_eq!(room.texts(author).await, ["and on"]);
        let guest = staff();
        room.bring(author, guest).await;
        room.say(guest, "here too").await;
        assert_eq!(room.texts(reader).await, ["here too"]);
    });
}

#[test]
fn who_was_removed_and_read_all_keeps_nothing_from_being_deleted() {
    block_on(async {
        let (author, reader) = (seeker(), staff());
        let room = Room::of(author, &[reader]).await;
        room.service.remove(room.id, author, reader, now()).await.unwrap();
        room.texts(reader).await;
        room.say(author, "to oneself").await;
        room.service.receive(room.id, author, now()).await.unwrap();
        room.service.delivery().prune(room.id, now()).await.unwrap();
        assert!(room.log().await.is_empty());
    });
}

#[test]
fn a_message_ends_with_its_time_to_live() {
    block_on(async {
        let (author, reader, slow) = (seeker(), staff(), staff());
        let room = Room::of(author, &[reader, slow]).await;
        let hour = TimeToLive::hours(1).unwrap();
        let draft = Draft::text("for an hour").disappearing(hour);
        let place = room.service.send(room.id, author, &draft, now()).await.unwrap();
        room.say(author, "for good").await;

        let received = room.service.receive(room.id, reader, now()).await.unwrap();
        assert_eq!(received[0].expires_at, Some(hour.after(received[0].accepted_at)));
        assert_eq!(received[1].expires_at, None);

        let delivery = room.service.delivery();
        let served = delivery.fetch(room.id, slow, place, 1, later(2)).await.unwrap();
        assert_eq!((served[0].kind, served[0].message.len()), (EntryKind::Tombstone, 0), "before any prune");
        assert_eq!(delivery.prune(room.id, later(2)).await.unwrap(), 1 + usize::try_from(place).unwrap());
        let entry = room.raw(&room.log_key(place)).await;
        assert_eq!(entry.len(), 20, "nothing is left of the ciphertext");

        let received = room.service.receive(room.id, slow, later(2)).await.unwrap();
        let bodies: Vec<_> = received.iter().map(|message| message.body.expose()).collect();
        assert_eq!(bodies, [b"for good"]);
        room.say(slow, "and it goes on").await;
        assert_eq!(room.texts(author).await, ["and it goes on"]);
    });
}

#[test]
fn staff_who_leave_too_much_unread_must_receive_and_a_seeker_is_always_heard() {
    block_on(async {
        let (person, first) = (seeker(), staff());
        let (store, mut limits) = (store(), DeliveryLimits::default());
        limits.backlog = 5;
        let delivery = Delivery::new(&store).with_limits(limits);
        let service = Conversations::over(&store, delivery, crate::support::key().into());
        let id = service.open(person, now()).await.unwrap();
        let room = Room { store, service, id };
        room.bring(person, first).await;
        for number in 0..12 {
            room.say(person, &format!("{number}")).await;
        }
        let stalled = room.service.send(room.id, first, &Draft::text("later"), now()).await;
        assert!(matches!(stalled, Err(Error::Backlog { .. })), "{stalled:?}");
        let stalled = room.service.send(room.id, first, &Draft::text("not made"), now()).await;
        assert!(matches!(stalled, Err(Error::Waiting { .. })), "{stalled:?}");
        let stalled = room.service.refresh(room.id, first, now()).await;
        assert!(stalled.is_ok(), "it reads what is unread before: {stalled:?}");
        assert_eq!(room.texts(first).await.len(), 12);
        assert_eq!(room.texts(person).await, ["later"], "what was kept in the outbox has left");
        room.say(first, "now").await;
    });
}

#[test]
fn key_packages_are_bounded_and_claimed_at_a_bounded_pace() {
    block_on(async {
        let (by, of, mut limits) = (seeker(), staff(), DeliveryLimits::default());
        (limits.key_packages, limits.claims_per_hour) = (3, 2);
        let delivery = Delivery::new(&store()).with_limits(limits);
        let lifetime = Lifetime::init(1, 2);
        let publish = async |package: &[u8]| delivery.publish(of, package, later(9), now()).await;
        for _ in 0..3 {
            publish(&to_bytes(&key_package(of, lifetime))).await.unwrap();
        }
        let full = publish(&to_bytes(&key_package(of, lifetime))).await;
        assert!(matches!(full, Err(Error::TooManyKeyPackages)));
        let large = Delivery::new(&store()).publish(of, &vec![0; 5_000], later(9), now()).await;
        assert!(matches!(large, Err(Error::SubmissionRefused { why: Refusal::TooLarge })));

        let first = delivery.claim(by, of, now()).await.unwrap().unwrap();
        let second = delivery.claim(by, of, now()).await.unwrap().unwrap();
        assert_ne!(first, second);
        let hasty = delivery.claim(by, of, now()).await;
        assert!(matches!(hasty, Err(Error::TooManyClaims { seconds: 3_500..=3_600 })), "{hasty:?}");
        delivery.claim(seeker(), of, now()).await.unwrap().unwrap();
        assert_eq!(delivery.claim(by, of, later(2)).await.unwrap(), None, "there were three");
    });
}

#[test]
fn a_key_package_that_was_claimed_is_not_published_again() {
    block_on(async {
        let (of, delivery) = (staff(), Delivery::new(&store()));
        let package = to_bytes(&key_package(of, Lifetime::init(1, 2)));
        for _ in 0..2 {
            delivery.publish(of, &package, later(9), now()).await.unwrap();
        }
        assert!(delivery.claim(seeker(), of, now()).await.unwrap().is_some());
        delivery.publish(of, &package, later(9), now()).await.unwrap();
        assert_eq!(delivery.claim(seeker(), of, now()).await.unwrap(), None, "the retry of a lost answer");
    });
}

#[test]
fn key_packages_whose_time_is_over_take_no_room() {
    block_on(async {
        let (of, mut limits) = (staff(), DeliveryLimits::default());
        limits.key_packages = 2;
        let delivery = Delivery::new(&store()).with_limits(limits);
        let publish = async |hour| {
            let package = to_bytes(&key_package(of, Lifetime::init(1, 2)));
            delivery.publish(of, &package, later(hour + 9), later(hour)).await
        };
        for hour in [0, 0, 9] {
            publish(hour).await.unwrap();
        }
        publish(10).await.unwrap();
        assert!(matches!(publish(11).await, Err(Error::TooManyKeyPackages)));
    });
}
