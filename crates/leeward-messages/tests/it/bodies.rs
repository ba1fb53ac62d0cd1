//! What is said arrives byte for byte, once, in one order.

use crate::support::{Room, now, seeker, staff};
use leeward_messages::{Draft, Error, MAX_BODY, MAX_PAGE};
use leeward_store::{Expect, Space};
use pollster::block_on;

#[test]
fn every_body_arrives_unchanged() {
    block_on(async {
        let (person, first) = (seeker(), staff());
        let room = Room::of(person, &[first]).await;
        let mut bodies: Vec<Vec<u8>> = ["", "a", "\0", "💙🫂", "هل من أحد هنا؟", "क्या कोई है?", "👩‍👩‍👧‍👦\u{200f}é"]
            .iter()
            .map(|text| text.as_bytes().to_vec())
            .collect();
        bodies.extend([188, 189, 190, 1_000, 65_000, MAX_BODY - 1, MAX_BODY].map(|len| vec![b'x'; len]));
        bodies.push(vec![0xff; 300]);
        for body in &bodies {
            room.service.send(room.id, person, &Draft::bytes(body), now()).await.unwrap();
        }
        let received = room.service.receive(room.id, first, now()).await.unwrap();
        assert_eq!(received.len(), bodies.len());
        for (message, body) in received.iter().zip(&bodies) {
            assert_eq!((message.body.expose(), message.from), (body.as_slice(), person));
            assert_eq!(message.sent_at.as_second() % 60, 0);
        }
        let too_long =
            room.service.send(room.id, person, &Draft::bytes(&vec![b'x'; MAX_BODY + 1]), now()).await;
        assert!(matches!(too_long, Err(Error::BodyTooLong { len }) if len == MAX_BODY + 1));
    });
}

#[test]
fn short_texts_cannot_be_told_apart_by_length() {
    block_on(async {
        let (person, first) = (seeker(), staff());
        let room = Room::of(person, &[first]).await;
        for text in ["a", "please answer", &"x".repeat(189)] {
            room.say(person, text).await;
        }
        let lengths: Vec<usize> = room.log().await[1..].iter().map(Vec::len).collect();
        assert_eq!(lengths, [lengths[0]; 3]);
    });
}

#[test]
fn three_hundred_messages_arrive_in_one_order() {
    block_on(async {
        let members = [seeker(), staff(), staff()];
        let room = Room::of(members[0], &members[1..]).await;
        let mut said = Vec::new();
        for number in 0..300 {
            let author = members[number * 7 % 3];
            room.say(author, &format!("line {number}")).await;
            said.push((author, format!("line {number}")));
        }
        for reader in members {
            let heard = room.texts(reader).await;
            let others = said.iter().filter(|(author, _)| *author != reader);
            assert!(heard.iter().eq(others.map(|(_, text)| text)));
            assert!(room.texts(reader).await.is_empty());
        }
        let state = room.raw(&room.state_key(members[0])).await;
        assert!(state.len() < 12_000, "a state does not grow with what is said: {}", state.len());
    });
}

#[test]
fn a_member_talks_while_others_are_away_and_then_hears_them() {
    block_on(async {
        let (person, first) = (seeker(), staff());
        let room = Room::of(person, &[first]).await;
        room.say(person, "one").await;
        room.say(first, "two").await;
        let seq = room.say(person, "three").await;
        room.say(first, "four").await;
        assert_eq!(room.service.last_sent(room.id, person, now()).await.unwrap(), Some(seq));
        assert_eq!(room.texts(person).await, ["two", "four"]);
        assert_eq!(room.texts(first).await, ["one", "three"]);
    });
}

#[test]
fn what_the_caller_keeps_is_kept_with_the_state() {
    const NOTE: Space = Space::sealed("test.note");
    block_on(async {
        let (person, first) = (seeker(), staff());
        let room = Room::of(person, &[first]).await;
        let seq = room.say(person, "keep this").await;
        let key = NOTE.key(&[&seq.to_be_bytes()]).unwrap();
        let receive = async |expect| {
            let keep = |received: &[leeward_messages::Received], batch: &mut leeward_store::Batch| {
                batch.put(NOTE.key(&[&received[0].seq.to_be_bytes()])?, expect, received[0].body.expose());
                Ok(())
            };
            room.service.receive_into(room.id, first, now(), keep).await
        };
        room.overwrite(&key, b"in the way").await;
        assert!(matches!(receive(Expect::Absent).await, Err(Error::Store(_))));
        assert_eq!(receive(Expect::Any).await.unwrap().len(), 1, "the refused attempt changed nothing");
        assert_eq!(room.raw(&key).await, b"keep this");
        assert!(!room.service.unread(room.id, first, now()).await.unwrap());
    });
}

#[test]
fn the_largest_page_can_be_kept_in_one_batch() {
    const NOTE: Space = Space::sealed("test.note");
    block_on(async {
        let (person, first) = (seeker(), staff());
        let room = Room::of(person, &[first]).await;
        let body = vec![b'x'; MAX_BODY];
        for _ in 0..=MAX_PAGE {
            room.service.send(room.id, person, &Draft::bytes(&body), now()).await.unwrap();
        }
        let keep = |received: &[leeward_messages::Received], batch: &mut leeward_store::Batch| {
            for message in received {
                let key = NOTE.key(&[&message.seq.to_be_bytes()])?;
                batch.put(key, Expect::Absent, message.body.expose());
            }
            Ok(())
        };
        let mut kept = 0;
        while room.service.unread(room.id, first, now()).await.unwrap() {
            kept += room.service.receive_into(room.id, first, now(), keep).await.unwrap().len();
        }
        assert_eq!(kept, MAX_PAGE + 1);
    });
}
