//! Who is in, who was, and what each can read.

use crate::{
    support::{ENTRY_HEADER, Room, key, now, seeker, staff, store},
    wire::Wire,
};
use leeward_event::{Action, Actor, CorrelationId, Subject, outbox};
use leeward_messages::{Conversations, DeliveryService as _, Draft, Error, MAX_MEMBERS, Refusal};
use leeward_store::{Batch, Expect, Store};
use pollster::block_on;

#[test]
fn a_conversation_is_handed_over() {
    block_on(async {
        let (person, first, second) = (seeker(), staff(), staff());
        let room = Room::of(person, &[first]).await;
        room.say(person, "hello").await;
        room.say(first, "I am here").await;
        assert_eq!(room.texts(first).await, ["hello"]);
        room.bring(first, second).await;
        assert_eq!(room.texts(person).await, ["I am here"]);
        assert_eq!(room.roster(person).await.unwrap(), [person, first, second]);

        room.say(first, "my colleague takes over").await;
        assert_eq!(room.texts(person).await, ["my colleague takes over"]);
        assert_eq!(room.texts(second).await, ["my colleague takes over"]);
        room.service.remove(room.id, second, first, now()).await.unwrap();
        room.say(second, "good evening").await;
        assert_eq!(room.texts(person).await, ["good evening"]);
        assert_eq!(room.roster(person).await.unwrap(), [person, second]);
        assert_eq!(room.epoch(person).await.unwrap(), 3);

        room.service.receive(room.id, first, now()).await.unwrap();
        for _ in 0..2 {
            assert!(matches!(room.receive_error(first).await, Error::NotAMember));
        }
        let sent = room.service.send(room.id, first, &Draft::text("still here"), now()).await;
        assert!(matches!(sent, Err(Error::NotAMember)));
        assert!(matches!(room.roster(first).await, Err(Error::NotAMember)));
    });
}

#[test]
fn a_removed_member_reads_nothing_after_even_with_the_keys_it_had() {
    block_on(async {
        let (person, first, second) = (seeker(), staff(), staff());
        let room = Room::of(person, &[first, second]).await;
        let keys = room.raw(&room.state_key(first)).await;
        let queue = room.raw(&room.queue_key(first)).await;
        room.service.remove(room.id, person, first, now()).await.unwrap();
        room.texts(second).await;
        room.say(person, "between us").await;
        room.say(second, "yes").await;

        assert_eq!(room.texts(first).await, [""; 0]);
        assert_eq!(room.raw(&room.state_key(first)).await.len(), 55, "no key is kept");

        // It kept a copy of its state, and is shown what was said as if it had not been removed.
        let log = room.log().await;
        for secret in &log[3..] {
            room.overwrite(&room.state_key(first), &keys).await;
            room.overwrite(&room.queue_key(first), &queue).await;
            room.overwrite(&room.log_key(2), secret).await;
            let refused = room.receive_error(first).await;
            assert!(matches!(refused, Error::Refused { seq: 2, why: Refusal::Misplaced }), "{refused}");
        }
    });
}

#[test]
fn an_added_member_reads_nothing_before() {
    block_on(async {
        let (person, first, second) = (seeker(), staff(), staff());
        let room = Room::of(person, &[first]).await;
        for text in ["one", "two"] {
            room.say(person, text).await;
        }
        room.texts(first).await;
        let before = room.log().await;
        room.bring(first, second).await;
        room.say(first, "three").await;

        let fresh = room.raw(&room.state_key(second)).await;
        for secret in &before {
            room.overwrite(&room.state_key(second), &fresh).await;
            room.overwrite(&room.log_key(4), secret).await;
            assert!(matches!(
                room.receive_error(second).await,
                Error::Refused { why: Refusal::Misplaced, .. }
            ));
        }
    });
}

#[test]
fn who_was_added_and_removed_before_joining_cannot_join() {
    block_on(async {
        let (person, first) = (seeker(), staff());
        let room = Room::of(person, &[]).await;
        room.service.key_package(first, now()).await.unwrap();
        room.service.add(room.id, person, first, now()).await.unwrap();
        let (key, welcome) = (room.welcome_key(first), room.raw(&room.welcome_key(first)).await);
        room.service.remove(room.id, person, first, now()).await.unwrap();
        assert!(matches!(room.service.join(room.id, first, now()).await, Err(Error::NoWelcome)));

        room.overwrite(&key, &welcome).await;
        room.service.join(room.id, first, now()).await.unwrap();
        room.say(person, "alone").await;
        assert!(room.texts(first).await.is_empty(), "a copy of the welcome opens nothing that was said");
        assert!(matches!(room.roster(first).await, Err(Error::NotAMember)));
    });
}

#[test]
fn a_welcome_that_decayed_does_not_keep_its_member_in() {
    block_on(async {
        let (person, first) = (seeker(), staff());
        let room = Room::of(person, &[]).await;
        for decayed in [&b""[..], b"\x02", &[&[1, 0, 0, 0, 0, 0, 0, 0, 1, 8, 0][..], &[7; 2048]].concat()] {
            room.service.key_package(first, now()).await.unwrap();
            room.service.add(room.id, person, first, now()).await.unwrap();
            room.overwrite(&room.welcome_key(first), decayed).await;
            room.service.remove(room.id, person, first, now()).await.unwrap();
            assert_eq!(room.roster(person).await.unwrap(), [person]);
        }
    });
}

#[test]
fn who_is_in_does_not_join_again_by_a_copy_of_the_welcome() {
    block_on(async {
        let (person, first) = (seeker(), staff());
        let room = Room::of(person, &[]).await;
        room.service.key_package(first, now()).await.unwrap();
        room.service.add(room.id, person, first, now()).await.unwrap();
        let keys = [room.welcome_key(first), room.private_key(first).await];
        let rows = [room.raw(&keys[0]).await, room.raw(&keys[1]).await];
        room.service.join(room.id, first, now()).await.unwrap();
        room.say(first, "one").await;
        let log = room.log().await;
        for (key, row) in keys.iter().zip(&rows) {
            room.overwrite(key, row).await;
        }
        let again = room.service.join(room.id, first, now()).await;
        assert!(matches!(again, Err(Error::AlreadyAMember)), "it would use its first key again: {again:?}");
        assert_eq!(room.log().await, log);
        room.say(first, "two").await;
        assert_eq!(room.texts(person).await, ["one", "two"]);
    });
}

#[test]
fn who_says_late_that_it_joined_keeps_a_newer_invitation() {
    block_on(async {
        let (person, first) = (seeker(), staff());
        let room = Room::of(person, &[first]).await;
        room.service.key_package(first, now()).await.unwrap();
        room.service.readmit(room.id, person, first, now()).await.unwrap();
        let delivery = room.service.delivery();
        delivery.joined(room.id, first, 1, now()).await.unwrap();
        let waiting = delivery.invitation(room.id, first).await.unwrap().unwrap();
        assert_eq!(waiting.first, 2);
        room.service.join(room.id, first, now()).await.unwrap();
        room.say(first, "back").await;
        assert_eq!(room.texts(person).await, ["back"]);
    });
}

#[test]
fn an_older_copy_that_has_yet_to_say_that_it_joined_is_found_out() {
    block_on(async {
        let (person, first) = (seeker(), staff());
        let room = Room::of(person, &[]).await;
        room.service.key_package(first, now()).await.unwrap();
        room.service.add(room.id, person, first, now()).await.unwrap();
        let unheard = Wire::that_loses_joins(room.service.delivery());
        let service = Conversations::over(&room.store, unheard, key().into());
        assert!(service.join(room.id, first, now()).await.is_err(), "nobody heard that it joined");
        let copy = room.raw(&room.state_key(first)).await;
        let sent = service.send(room.id, first, &Draft::text("one"), now()).await;
        assert_eq!(sent.unwrap(), 1, "nobody is kept from speaking by that");
        for waiting in [true, false] {
            room.overwrite(&room.state_key(first), &copy).await;
            let refused = room.service.join(room.id, first, now()).await;
            assert!(matches!(refused, Err(Error::RolledBack)), "{waiting}: {refused:?}");
        }
        assert_eq!(room.texts(person).await, ["one"]);
    });
}

#[test]
fn a_removed_member_can_be_added_again() {
    block_on(async {
        let (person, first) = (seeker(), staff());
        let room = Room::of(person, &[first]).await;
        room.say(person, "until then").await;
        room.service.remove(room.id, person, first, now()).await.unwrap();
        room.say(person, "alone").await;
        room.service.key_package(first, now()).await.unwrap();
        room.service.add(room.id, person, first, now()).await.unwrap();
        room.say(person, "together").await;
        room.service.join(room.id, first, now()).await.unwrap();
        assert_eq!(room.texts(first).await, ["until then", "together"], "nothing is thrown away");
        room.say(first, "again").await;
        assert_eq!(room.texts(person).await, ["again"]);
    });
}

#[test]
fn who_lost_a_commit_is_removed_and_added_again() {
    block_on(async {
        let (person, first, second) = (seeker(), staff(), staff());
        let room = Room::of(person, &[first]).await;
        room.bring(person, second).await;
        room.overwrite(&room.log_key(1), &[&ENTRY_HEADER, &b"decayed"[..]].concat()).await;
        assert!(matches!(room.receive_error(first).await, Error::Refused { seq: 1, .. }));
        room.service.skip(room.id, first, 1, now()).await.unwrap();
        room.say(person, "can you hear me").await;
        assert!(matches!(room.receive_error(first).await, Error::Refused { seq: 2, .. }));

        room.service.remove(room.id, person, first, now()).await.unwrap();
        room.bring(person, first).await;
        room.say(person, "and now").await;
        assert_eq!(room.texts(first).await, ["and now"]);
    });
}

#[test]
fn what_cannot_be_done_says_why() {
    block_on(async {
        let (person, first, stranger) = (seeker(), staff(), staff());
        let room = Room::of(person, &[first]).await;
        let service = &room.service;
        let add = async |by, member| service.add(room.id, by, member, now()).await;
        assert!(matches!(add(person, stranger).await, Err(Error::NoKeyPackage)));
        service.key_package(stranger, now()).await.unwrap();
        assert!(matches!(add(stranger, stranger).await, Err(Error::NotAMember)));
        service.key_package(first, now()).await.unwrap();
        assert!(matches!(add(person, first).await, Err(Error::AlreadyAMember)));
        let remove = async |by, member| service.remove(room.id, by, member, now()).await;
        assert!(matches!(remove(person, person).await, Err(Error::RemovesItself)));
        assert!(matches!(remove(person, stranger).await, Err(Error::NotAMember)));
        let readmit = async |by, member| service.readmit(room.id, by, member, now()).await;
        assert!(matches!(readmit(person, person).await, Err(Error::RemovesItself)));
        assert!(matches!(readmit(person, stranger).await, Err(Error::NotAMember)));
        assert_eq!(room.key_packages(stranger).await.len(), 1, "none was used up for it");
        assert!(matches!(service.join(room.id, stranger, now()).await, Err(Error::NoWelcome)));
        assert!(matches!(service.unread(room.id, stranger, now()).await, Err(Error::NotAMember)));
    });
}

#[test]
fn what_was_said_before_an_own_commit_is_not_lost() {
    block_on(async {
        let (person, first) = (seeker(), staff());
        let room = Room::of(person, &[first]).await;
        room.say(first, "before").await;
        room.service.remove(room.id, person, first, now()).await.unwrap();
        assert_eq!(room.texts(person).await, ["before"]);
    });
}

#[test]
fn keys_are_replaced_in_place() {
    block_on(async {
        let (person, first) = (seeker(), staff());
        let room = Room::of(person, &[first]).await;
        let before = room.service.roster(room.id, person, now()).await.unwrap();
        room.service.refresh(room.id, person, now()).await.unwrap();
        room.say(first, "heard in the old epoch, said in the new").await;
        let after = room.service.roster(room.id, person, now()).await.unwrap();
        assert_eq!((after.epoch, &after.members), (before.epoch + 1, &before.members));
        assert_ne!(after.verification, before.verification);
        let others = room.service.roster(room.id, first, now()).await.unwrap();
        assert_eq!(others.verification.to_string(), after.verification.to_string());
        assert_eq!(others.members[0].alias(), "seeker 1");
        assert_eq!(others.members[1].alias(), "staff 2");
        room.texts(person).await;
    });
}

#[test]
fn a_member_restored_from_an_older_copy_uses_no_key_twice_and_comes_back() {
    block_on(async {
        let (person, first) = (seeker(), staff());
        let room = Room::of(person, &[first]).await;
        let copy = room.raw(&room.state_key(first)).await;
        room.say(first, "one").await;
        room.texts(person).await;
        let log = room.log().await;
        room.overwrite(&room.state_key(first), &copy).await;

        let refused = room.service.send(room.id, first, &Draft::text("two"), now()).await;
        assert!(matches!(refused, Err(Error::RolledBack)));
        assert!(matches!(room.receive_error(first).await, Error::RolledBack));
        let refused = room.service.refresh(room.id, first, now()).await;
        assert!(matches!(refused, Err(Error::RolledBack)));
        assert_eq!(room.log().await, log, "nothing left with a key of the copy");

        let well = room.service.rejoin(room.id, person, now()).await;
        assert!(matches!(well, Err(Error::AlreadyAMember)));
        room.service.rejoin(room.id, first, now()).await.unwrap();
        assert!(matches!(room.receive_error(first).await, Error::NotAMember));
        room.service.readmit(room.id, person, first, now()).await.unwrap();
        room.say(person, "welcome back").await;
        room.service.join(room.id, first, now()).await.unwrap();
        assert_eq!(room.texts(first).await, ["welcome back"]);
        room.say(first, "two").await;
        assert_eq!(room.texts(person).await, ["two"]);
        assert_eq!(room.roster(person).await.unwrap(), [person, first]);
    });
}

#[test]
fn a_member_restored_from_before_it_joined_does_not_join_twice() {
    block_on(async {
        let (person, first) = (seeker(), staff());
        let room = Room::of(person, &[]).await;
        room.service.key_package(first, now()).await.unwrap();
        room.service.add(room.id, person, first, now()).await.unwrap();
        let private = room.private_key(first).await;
        let rows = [private, room.welcome_key(first)];
        let copies = [room.raw(&rows[0]).await, room.raw(&rows[1]).await];
        room.service.join(room.id, first, now()).await.unwrap();
        room.say(first, "one").await;

        // As it was before it joined, by a service that was not told of it.
        let mut batch = Batch::new();
        batch.delete(room.state_key(first), Expect::Any);
        room.store.commit(batch).await.unwrap();
        for (row, copy) in rows.iter().zip(&copies) {
            room.overwrite(row, copy).await;
        }
        assert!(matches!(room.service.join(room.id, first, now()).await, Err(Error::RolledBack)));
        room.service.key_package(first, now()).await.unwrap();
        room.service.readmit(room.id, person, first, now()).await.unwrap();
        room.service.join(room.id, first, now()).await.unwrap();
        room.say(first, "two").await;
        assert_eq!(room.texts(person).await, ["one", "two"]);
    });
}

#[test]
fn the_roster_has_an_end_and_what_it_needs_fits() {
    block_on(async {
        let person = seeker();
        let room = Room::of(person, &[]).await;
        for _ in 1..MAX_MEMBERS {
            let member = staff();
            room.service.key_package(member, now()).await.unwrap();
            room.service.add(room.id, person, member, now()).await.unwrap();
        }
        let one_more = staff();
        room.service.key_package(one_more, now()).await.unwrap();
        let refused = room.service.add(room.id, person, one_more, now()).await;
        assert!(matches!(refused, Err(Error::TooManyMembers)));
        assert_eq!(room.roster(person).await.unwrap().len(), MAX_MEMBERS);
        let last = room.log().await.pop().unwrap();
        assert!(last.len() < 32 * 1024, "{}", last.len());
        let state = room.raw(&room.state_key(person)).await;
        assert!(state.len() < 256 * 1024, "{}", state.len());
    });
}

#[test]
fn changes_of_the_roster_are_told_and_messages_are_not() {
    block_on(async {
        let (person, first) = (seeker(), staff());
        let store = store();
        let room = Room::over(store.clone(), person, &[first]).await;
        room.say(first, "hello").await;
        room.texts(person).await;
        room.service.remove(room.id, person, first, now()).await.unwrap();

        let events = outbox::pending(&store, 100).await.unwrap();
        let mut told: Vec<_> =
            events.iter().map(|staged| staged.event).map(|event| (event.what(), event.whom())).collect();
        told.sort_by_key(|(action, _)| action.code());
        let expected = [
            (Action::ConversationOpened, Some(Subject::Conversation(room.id))),
            (Action::MemberAdded, Some(first.into())),
            (Action::MemberRemoved, Some(first.into())),
            (Action::MemberJoined, Some(first.into())),
        ];
        assert_eq!(told, expected);
        for staged in events {
            let joined = staged.event.what() == Action::MemberJoined;
            assert_eq!(staged.event.who(), Actor::from(if joined { first } else { person }));
            let conversation = CorrelationId::from_bytes(*room.id.as_bytes());
            assert_eq!(staged.event.belongs_with(), Some(conversation));
        }
    });
}

#[test]
fn a_handle_that_seals_nothing_is_refused() {
    block_on(async {
        let service = Conversations::new(&Store::memory(), key());
        assert!(matches!(service.open(seeker(), now()).await, Err(Error::Store(_))));
        assert!(matches!(service.key_package(staff(), now()).await, Err(Error::Store(_))));
    });
}
