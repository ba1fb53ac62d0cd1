//! Who would write into a transcript what was not said, or leave out what was.

use super::{NOTED, Scene, export, id, kept, new_key, read, rows, shown};
use crate::support::{Room, message, now, seeker, staff};
use leeward_messages::{
    DeliveryService as _, Draft, Error, MemberId, Refusal, Submission,
    transcript::{OpenedLine, Retention},
};
use leeward_store::{Batch, Expect};
use pollster::block_on;

/// Something that looks like a record.
fn garbage(len: usize) -> Vec<u8> {
    let mut record = vec![6; len];
    record[0] = 1;
    record
}

#[track_caller]
fn is_refused(outcome: Result<(), Error>, expected: Refusal) {
    match outcome {
        Err(Error::SubmissionRefused { why }) => assert_eq!(why, expected),
        other => panic!("{other:?}"),
    }
}

#[test]
fn only_staff_of_the_conversation_bring_records() {
    block_on(async {
        let scene = Scene::new().await;
        let (room, second) = (&scene.room, staff());
        room.bring(scene.first, second).await;
        room.service.remove(room.id, scene.first, second, now()).await.unwrap();
        room.texts(scene.person).await;
        let place = room.say(scene.person, "one").await;
        let (delivery, at) = (room.service.delivery(), now());
        let bring = |by: MemberId, record: Vec<u8>| async move {
            delivery.keep_record(room.id, by, place, &record, at).await
        };
        is_refused(bring(scene.person, garbage(60)).await, Refusal::Forbidden);
        for stranger in [staff(), second] {
            assert!(matches!(bring(stranger, garbage(60)).await, Err(Error::NotAMember)));
        }
        is_refused(bring(scene.first, garbage(80 * 1024 + 1)).await, Refusal::TooLarge);
        is_refused(bring(scene.first, vec![1; 16]).await, Refusal::Malformed);
        is_refused(bring(scene.first, vec![2; 60]).await, Refusal::Version);
        assert_eq!(read(room, &[], now()).await, ["unrecorded"]);
        room.texts(scene.first).await;
        assert_eq!(read(room, &scene.keys, now()).await, ["one"]);
    });
}

#[test]
fn the_first_record_stays_and_whoever_brought_a_false_one_is_named() {
    block_on(async {
        let scene = Scene::new().await;
        let (room, rogue) = (&scene.room, staff());
        room.bring(scene.first, rogue).await;
        let places = [room.say(scene.person, "one").await, room.say(scene.person, "two").await];
        let delivery = room.service.delivery();
        let false_one = [&[1][..], scene.keys[0].id().as_bytes(), &[7; 400]].concat();
        delivery.keep_record(room.id, rogue, places[0], &false_one, now()).await.unwrap();
        room.texts(scene.first).await;
        // Too late, and said again: neither changes anything.
        for place in places {
            delivery.keep_record(room.id, rogue, place, &false_one, now()).await.unwrap();
        }
        // At a commit, and where nothing is yet.
        for place in [0, 1_000] {
            delivery.keep_record(room.id, rogue, place, &false_one, now()).await.unwrap();
        }
        let (transcript, head) = export(room, now()).await;
        let opened = transcript.open(&scene.keys, &head).unwrap();
        assert_eq!(shown(&opened), ["NotAuthentic", "two"]);
        let OpenedLine::Unreadable { kept_by, .. } = opened.lines()[0] else { panic!("it was read") };
        assert_eq!(kept_by, rogue);
    });
}

#[test]
fn a_submission_brings_a_record_of_a_message_of_staff_alone() {
    block_on(async {
        let (person, first) = (seeker(), staff());
        let room = Room::of(person, &[first]).await;
        let delivery = room.service.delivery();
        room.say(person, "one").await;
        room.say(first, "two").await;
        room.service.refresh(room.id, first, now()).await.unwrap();
        let messages: Vec<Vec<u8>> = room.log().await.iter().map(|entry| message(entry).to_vec()).collect();
        let [.., one, two, commit] = &messages[..] else { panic!("three entries") };
        let submit = |by, message: &Vec<u8>, record: usize| {
            let submission = Submission::new(message.clone(), None).recorded(garbage(record));
            async move { delivery.submit(room.id, by, &submission, now()).await.map(drop) }
        };
        is_refused(submit(person, one, 60).await, Refusal::Forbidden);
        is_refused(submit(first, commit, 60).await, Refusal::Forbidden);
        is_refused(submit(first, two, 80 * 1024 + 1).await, Refusal::TooLarge);
        is_refused(submit(first, two, 16).await, Refusal::Malformed);
    });
}

#[test]
fn a_line_that_is_missing_changed_moved_or_renamed_is_found() {
    block_on(async {
        let scene = Scene::new().await;
        let room = &scene.room;
        for text in ["one", "two", "three"] {
            room.say(scene.first, text).await;
        }
        let honest = rows(&room.store, NOTED).await;
        let head = kept(room).head(room.id).await.unwrap();
        let tried = |lines: Vec<Option<Vec<u8>>>| {
            let (keys, honest) = (&scene.keys, &honest);
            async move {
                let mut batch = Batch::new();
                for ((key, _), line) in honest.iter().zip(lines) {
                    match line {
                        Some(line) => batch.put(key.clone(), Expect::Any, line),
                        None => batch.delete(key.clone(), Expect::Any),
                    };
                }
                room.store.commit(batch).await.unwrap();
                let (transcript, _) = kept(room).export(room.id, super::OFFICER, now()).await?;
                Ok::<_, Error>(shown(&transcript.open(keys, &head)?))
            }
        };
        let lines: Vec<Option<Vec<u8>>> = honest.iter().map(|(_, line)| Some(line.clone())).collect();
        assert_eq!(tried(lines.clone()).await.unwrap(), ["one", "two", "three"]);
        for at in 0..3 {
            let mut missing = lines.clone();
            missing[at] = None;
            assert!(matches!(tried(missing).await, Err(Error::Corrupt { .. })), "{at} is missing");
            // A byte of the place, the sender, the time and the tag.
            for byte in [2, 2 + 7, 2 + 8, 2 + 9, 2 + 25, 2 + 40] {
                let mut changed = lines.clone();
                changed[at].as_mut().unwrap()[byte] ^= 1;
                assert!(tried(changed).await.is_err(), "byte {byte} of {at}");
            }
        }
        for (one, other) in [(0, 1), (1, 2), (0, 2)] {
            let mut moved = lines.clone();
            moved.swap(one, other);
            assert!(matches!(tried(moved).await, Err(Error::Corrupt { .. })));
            // A record alone: version, kind, entry and end stay.
            let mut moved = lines.clone();
            let rest = moved[other].as_mut().unwrap().split_off(2 + 65 + 8);
            moved[other] = lines[other].clone();
            moved[one].as_mut().unwrap().splice(2 + 65 + 8.., rest);
            let shown = tried(moved).await.unwrap();
            assert_eq!(shown.iter().filter(|line| *line == "NotAuthentic").count(), 1);
        }
        assert_eq!(tried(lines).await.unwrap(), ["one", "two", "three"]);
    });
}

#[test]
fn records_do_not_follow_into_another_conversation() {
    block_on(async {
        let scene = Scene::new().await;
        let (room, other) = (&scene.room, Scene::new().await);
        room.say(scene.first, "one").await;
        other.room.say(other.first, "two").await;
        let record = rows(&room.store, NOTED).await.remove(0).1.split_off(2 + 65 + 8 + 17 + 4);
        let place = other.room.say(other.person, "three").await;
        let delivery = other.room.service.delivery();
        delivery.keep_record(other.room.id, other.first, place, &record, now()).await.unwrap();
        let keys = [scene.keys, other.keys].into_iter().flatten().collect::<Vec<_>>();
        assert_eq!(read(&other.room, &keys, now()).await, ["two", "NotAuthentic"]);
    });
}

#[test]
fn where_nothing_is_kept_a_record_is_not_either() {
    block_on(async {
        let scene = Scene::new().await;
        let room = &scene.room;
        let place = room.say(scene.person, "one").await;
        scene.retain(Retention::None).await;
        let delivery = room.service.delivery();
        delivery.keep_record(room.id, scene.first, place, &garbage(60), now()).await.unwrap();
        scene.retain(Retention::Case).await;
        assert_eq!(read(room, &scene.keys, now()).await, ["unrecorded"]);
        let draft = Draft::text("two");
        let key = new_key();
        room.service.keep_transcript(room.id, id(scene.first), &key).await.unwrap();
        room.texts(scene.first).await;
        room.service.send(room.id, scene.first, &draft, now()).await.unwrap();
        assert_eq!(read(room, &[key], now()).await, ["one", "two"]);
    });
}
