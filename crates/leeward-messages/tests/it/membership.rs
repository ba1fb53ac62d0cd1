//! Who is in, who was, and what each can read.

use crate::support::{Room, now, seeker, staff, store};
use leeward_event::{Action, Actor, CorrelationId, Subject, outbox};
use leeward_messages::{Conversations, Error, MAX_MEMBERS, Refusal};
use leeward_store::Store;
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
        assert_eq!(room.service.roster(room.id, person).await.unwrap(), [person, first, second]);

        room.say(first, "my colleague takes over").await;
        assert_eq!(room.texts(person).await, ["my colleague takes over"]);
        assert_eq!(room.texts(second).await, ["my colleague takes over"]);
        room.service.remove(room.id, second, first, now()).await.unwrap();
        room.say(second, "good evening").await;
        assert_eq!(room.texts(person).await, ["good evening"]);
        assert_eq!(room.service.roster(room.id, person).await.unwrap(), [person, second]);
        assert_eq!(room.service.epoch(room.id, person).await.unwrap(), 3);

        room.service.receive(room.id, first, now()).await.unwrap();
        for _ in 0..2 {
            assert!(matches!(room.receive_error(first).await, Error::NotAMember));
        }
        let sent = room.service.send(room.id, first, b"still here", now()).await;
        assert!(matches!(sent, Err(Error::NotAMember)));
        assert!(matches!(room.service.roster(room.id, first).await, Err(Error::NotAMember)));
    });
}

#[test]
fn a_removed_member_reads_nothing_after_even_with_the_keys_it_had() {
    block_on(async {
        let (person, first, second) = (seeker(), staff(), staff());
        let room = Room::of(person, &[first, second]).await;
        let keys = room.raw(&room.state_key(first)).await;
        room.service.remove(room.id, person, first, now()).await.unwrap();
        room.texts(second).await;
        room.say(person, "between us").await;
        room.say(second, "yes").await;

        assert_eq!(room.texts(first).await, [""; 0]);
        assert_eq!(room.raw(&room.state_key(first)).await.len(), 54, "no key is kept");

        // It kept a copy of its state, and is shown what was said as if it had not been removed.
        let log = room.log().await;
        for secret in &log[3..] {
            room.overwrite(&room.state_key(first), &keys).await;
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
        let kept = room.service.join(room.id, first, now()).await;
        assert!(matches!(kept, Err(Error::NoKeyPackage)), "a copy of the welcome opens nothing");
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
            assert_eq!(room.service.roster(room.id, person).await.unwrap(), [person]);
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
        let state = room.raw(&room.state_key(first)).await;
        for (key, row) in keys.iter().zip(&rows) {
            room.overwrite(key, row).await;
        }
        let again = room.service.join(room.id, first, now()).await;
        assert!(matches!(again, Err(Error::AlreadyAMember)), "it would use its first key again: {again:?}");
        assert_eq!(room.raw(&room.state_key(first)).await, state);
        room.say(first, "two").await;
        assert_eq!(room.texts(person).await, ["one", "two"]);
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
        let hasty = room.service.join(room.id, first, now()).await;
        assert!(matches!(hasty, Err(Error::Unread)), "what it could still read is not thrown away");
        assert_eq!(room.texts(first).await, ["until then"]);
        room.service.join(room.id, first, now()).await.unwrap();
        assert_eq!(room.texts(first).await, ["together"]);
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
        room.overwrite(&room.log_key(1), b"\x01decayed").await;
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
        assert!(matches!(service.join(room.id, stranger, now()).await, Err(Error::NoWelcome)));
        assert!(matches!(service.unread(room.id, stranger).await, Err(Error::NotAMember)));
    });
}

#[test]
fn a_commit_waits_until_its_author_has_received() {
    block_on(async {
        let (person, first) = (seeker(), staff());
        let room = Room::of(person, &[first]).await;
        room.say(first, "wait").await;
        let refused = room.service.remove(room.id, person, first, now()).await.unwrap_err();
        assert!(matches!(refused, Error::Unread) && refused.is_behind());
        assert_eq!(room.texts(person).await, ["wait"]);
        room.service.remove(room.id, person, first, now()).await.unwrap();
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
        assert_eq!(room.service.roster(room.id, person).await.unwrap().len(), MAX_MEMBERS);
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
        ];
        assert_eq!(told, expected);
        for staged in events {
            assert_eq!(staged.event.who(), Actor::from(person));
            let conversation = CorrelationId::from_bytes(*room.id.as_bytes());
            assert_eq!(staged.event.belongs_with(), Some(conversation));
        }
    });
}

#[test]
fn a_handle_that_seals_nothing_is_refused() {
    block_on(async {
        let service = Conversations::new(&Store::memory());
        assert!(matches!(service.open(seeker(), now()).await, Err(Error::Store(_))));
        assert!(matches!(service.key_package(staff(), now()).await, Err(Error::Store(_))));
    });
}
