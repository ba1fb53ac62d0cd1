//! Transcripts: what was said is kept, complete, for as long as the policy says, and read with the key alone.

mod disturbed;
mod hostile;

use crate::support::{Room, key, now, seeker, staff, store};
use leeward_event::{Action, Actor, ConversationId, CorrelationId, Event, StaffId, Subject, outbox};
use leeward_messages::{
    Conversations, Delivery, Draft, Error, HoldReason, MAX_BODY, MemberId, Refusal, SnapshotKey, Snapshots,
    TimeToLive,
    transcript::{Head, OpenedLine, OpenedTranscript, Retention, Transcript, TranscriptKey, Transcripts},
};
use leeward_store::{Key, Scan, Space, Store, Timestamp};
use pollster::block_on;
use ring::rand::SystemRandom;

const OFFICER: Actor = Actor::Staff(StaffId::from_bytes([7; 16]));
const NOTED: Space = Space::sealed_for("messages.transcript", 0);
const RECORD: Space = Space::sealed_for("messages.record", 0);
const TRANSCRIPT_KEY: Space = Space::sealed_for("messages.transcript-key", 0);

fn new_key() -> TranscriptKey {
    TranscriptKey::generate(&SystemRandom::new()).unwrap()
}

fn id(member: MemberId) -> StaffId {
    match member {
        MemberId::Staff(id) => id,
        MemberId::Seeker(_) => panic!("nobody of the staff"),
    }
}

fn in_hours(hours: i64) -> Timestamp {
    Timestamp::from_second(now().as_second() + hours * 60 * 60).unwrap()
}

fn kept(room: &Room) -> &Transcripts {
    room.service.delivery().transcripts()
}

async fn export(room: &Room, at: Timestamp) -> (Transcript, Head) {
    kept(room).export(room.id, OFFICER, at).await.unwrap()
}

/// What a transcript shows, one word for each message.
fn shown(opened: &OpenedTranscript) -> Vec<String> {
    let line = |line: &OpenedLine| match line {
        OpenedLine::Said(said) => String::from_utf8(said.body.expose().to_vec()).unwrap(),
        OpenedLine::Unreadable { why, .. } => format!("{why:?}"),
        OpenedLine::Unrecorded(_) => "unrecorded".to_owned(),
        OpenedLine::Ended => "ended".to_owned(),
        _ => panic!("a line of another kind"),
    };
    opened.lines().iter().map(line).collect()
}

async fn read(room: &Room, keys: &[TranscriptKey], at: Timestamp) -> Vec<String> {
    let (transcript, head) = export(room, at).await;
    shown(&transcript.open(keys, &head).unwrap())
}

async fn rows(store: &Store, space: Space) -> Vec<(Key, Vec<u8>)> {
    let page = store.scan(&Scan::all(space.prefix(&[]).unwrap())).await.unwrap();
    page.items.into_iter().map(|item| (item.key, item.entry.value.as_bytes().to_vec())).collect()
}

/// A seeker, and a counsellor who keeps the transcript.
struct Scene {
    room: Room,
    person: MemberId,
    first: MemberId,
    keys: [TranscriptKey; 1],
}

impl Scene {
    async fn new() -> Self {
        let (person, first, key) = (seeker(), staff(), new_key());
        let room = Room::of(person, &[first]).await;
        room.service.keep_transcript(room.id, id(first), &key).await.unwrap();
        Self { room, person, first, keys: [key] }
    }

    async fn disappears(&self, by: MemberId, text: &str) {
        let draft = Draft::text(text).disappearing(TimeToLive::hours(1).unwrap());
        self.room.service.send(self.room.id, by, &draft, now()).await.unwrap();
    }

    async fn retain(&self, retention: Retention) {
        kept(&self.room).set_retention(self.room.id, retention, OFFICER, now()).await.unwrap();
    }
}

#[test]
fn what_both_say_is_kept_in_its_order() {
    block_on(async {
        let scene = Scene::new().await;
        let room = &scene.room;
        room.say(scene.person, "is anyone there?").await;
        room.texts(scene.first).await;
        room.say(scene.first, "I am").await;
        room.say(scene.person, "thank you").await;
        room.texts(scene.first).await;
        let (transcript, head) = export(room, now()).await;
        assert!(transcript.keys().into_iter().eq([scene.keys[0].id()]));
        assert_eq!((head, head.count()), (kept(room).head(room.id).await.unwrap(), 3));
        let opened = transcript.open(&scene.keys, &head).unwrap();
        assert_eq!(shown(&opened), ["is anyone there?", "I am", "thank you"]);
        let said: Vec<_> = opened.said().map(|said| said.from).collect();
        assert_eq!(said, [scene.person, scene.first, scene.person]);
        assert!(rows(&room.store, RECORD).await.is_empty(), "nothing waits");
        let read = Transcript::decode(&transcript.encode().unwrap()).unwrap();
        assert_eq!(shown(&read.open(&scene.keys, &head).unwrap()), shown(&opened));
    });
}

#[test]
fn what_was_said_before_the_key_has_no_record_and_keeps_its_place() {
    block_on(async {
        let (person, first, key) = (seeker(), staff(), new_key());
        let room = Room::of(person, &[first]).await;
        room.say(person, "before").await;
        room.texts(first).await;
        room.service.keep_transcript(room.id, id(first), &key).await.unwrap();
        room.say(person, "after").await;
        assert_eq!(read(&room, &[], now()).await, ["unrecorded"; 2], "nobody has read it");
        room.texts(first).await;
        assert_eq!(read(&room, &[key], now()).await, ["unrecorded", "after"]);
        let stranger = room.service.keep_transcript(room.id, id(staff()), &new_key()).await;
        assert!(matches!(stranger, Err(Error::NotAMember)));
    });
}

#[test]
fn records_wait_in_the_inbox_of_a_commit_too_and_are_made_once() {
    block_on(async {
        let scene = Scene::new().await;
        let (room, second) = (&scene.room, staff());
        room.say(scene.person, "one").await;
        room.say(scene.person, "two").await;
        room.bring(scene.first, second).await;
        assert_eq!(read(room, &scene.keys, now()).await, ["one", "two"]);
        assert_eq!(room.texts(scene.first).await, ["one", "two"]);
        assert_eq!(read(room, &scene.keys, now()).await, ["one", "two"]);
    });
}

#[test]
fn whoever_takes_over_keeps_it_under_a_key_of_their_own() {
    block_on(async {
        let scene = Scene::new().await;
        let (room, relief, next) = (&scene.room, staff(), new_key());
        room.say(scene.person, "one").await;
        room.texts(scene.first).await;
        room.bring(scene.first, relief).await;
        room.service.keep_transcript(room.id, id(relief), &next).await.unwrap();
        room.say(scene.person, "two").await;
        room.texts(relief).await;
        room.service.remove(room.id, relief, scene.first, now()).await.unwrap();
        room.texts(scene.person).await;
        room.say(scene.person, "three").await;
        for member in [scene.first, relief] {
            room.texts(member).await;
        }
        let left = rows(&room.store, TRANSCRIPT_KEY).await;
        let of_relief = |key: &Key| key.segments().contains(&id(relief).as_bytes().to_vec());
        assert!(left.iter().all(|(key, _)| of_relief(key)), "who was removed keeps no key");
        assert!(rows(&room.store, RECORD).await.is_empty());
        let [first] = scene.keys;
        assert_eq!(read(room, std::slice::from_ref(&next), now()).await[1..], ["two", "three"]);
        assert_eq!(read(room, &[first, next], now()).await, ["one", "two", "three"]);
        let again = room.service.keep_transcript(room.id, id(scene.first), &new_key()).await;
        assert!(matches!(again, Err(Error::NotAMember)));
    });
}

#[test]
fn it_is_kept_as_long_as_the_policy_says_and_what_is_left_is_complete() {
    block_on(async {
        let scene = Scene::new().await;
        let (room, transcripts) = (&scene.room, kept(&scene.room));
        assert_eq!(transcripts.retention(room.id).await.unwrap(), Retention::Hours(72));
        for text in ["one", "two", "three"] {
            room.say(scene.first, text).await;
        }
        let head = transcripts.head(room.id).await.unwrap();
        assert_eq!(transcripts.purge(in_hours(71)).await.unwrap(), 0);
        assert_eq!(read(room, &scene.keys, in_hours(71)).await.len(), 3);
        // What is over is not shown, purged or not.
        for purged in [0, 3] {
            let (transcript, now) = export(room, in_hours(73)).await;
            assert_eq!((transcript.start(), now, transcript.keys().len()), (head, head, 0));
            assert_eq!(rows(&room.store, NOTED).await.len(), 3 - purged);
            if purged == 0 {
                assert_eq!(transcripts.purge(in_hours(73)).await.unwrap(), 3);
            }
        }
        scene.retain(Retention::Case).await;
        room.say(scene.first, "four").await;
        let (transcript, now) = export(room, in_hours(10_000)).await;
        assert_eq!((transcript.start().count(), now.count()), (3, 4));
        assert_eq!(shown(&transcript.open(&scene.keys, &now).unwrap()), ["four"]);
        assert_eq!(transcripts.purge(in_hours(10_000)).await.unwrap(), 0);
    });
}

#[test]
fn more_than_a_batch_is_purged() {
    block_on(async {
        let scene = Scene::new().await;
        let (room, transcripts) = (&scene.room, kept(&scene.room));
        scene.retain(Retention::Case).await;
        for number in 0..120 {
            if number % 2 == 0 {
                scene.disappears(scene.first, "gone").await;
            } else {
                room.say(scene.first, "here").await;
            }
        }
        let head = transcripts.head(room.id).await.unwrap();
        assert_eq!(transcripts.purge(in_hours(2)).await.unwrap(), 60);
        assert_eq!(read(room, &scene.keys, now()).await, ["ended", "here"].repeat(60));
        scene.retain(Retention::Hours(1)).await;
        assert_eq!(transcripts.purge(in_hours(2)).await.unwrap(), 120);
        assert!(rows(&room.store, NOTED).await.is_empty());
        assert_eq!(export(room, now()).await.0.start(), head);
    });
}

#[test]
fn nothing_is_kept_when_the_policy_says_so() {
    block_on(async {
        let scene = Scene::new().await;
        let room = &scene.room;
        room.say(scene.first, "one").await;
        scene.retain(Retention::None).await;
        room.say(scene.first, "two").await;
        room.say(scene.person, "three").await;
        room.texts(scene.first).await;
        assert!(read(room, &scene.keys, now()).await.is_empty());
        assert_eq!(kept(room).purge(now()).await.unwrap(), 3);
        room.say(scene.first, "four").await;
        assert!(rows(&room.store, NOTED).await.is_empty());
        scene.retain(Retention::Hours(1)).await;
        room.say(scene.first, "five").await;
        let (transcript, head) = export(room, now()).await;
        assert_eq!((transcript.start().count(), head.count()), (4, 5));
        assert_eq!(shown(&transcript.open(&scene.keys, &head).unwrap()), ["five"]);
    });
}

#[test]
fn what_is_to_disappear_ends_in_the_transcript_too() {
    block_on(async {
        let scene = Scene::new().await;
        let room = &scene.room;
        scene.disappears(scene.person, "my address").await;
        scene.disappears(scene.first, "noted").await;
        room.say(scene.first, "stays").await;
        room.texts(scene.first).await;
        assert_eq!(read(room, &scene.keys, now()).await, ["my address", "noted", "stays"]);
        assert_eq!(read(room, &scene.keys, in_hours(2)).await, ["ended", "ended", "stays"]);
        assert_eq!(kept(room).purge(in_hours(2)).await.unwrap(), 2);
        assert_eq!(read(room, &scene.keys, now()).await, ["ended", "ended", "stays"]);
        assert_eq!(export(room, now()).await.0.ended_count(), 2);
    });
}

#[test]
fn a_hold_suspends_both_ends_and_no_longer() {
    block_on(async {
        let scene = Scene::new().await;
        let (room, order) = (&scene.room, CorrelationId::from_bytes([1; 16]));
        scene.disappears(scene.person, "my address").await;
        room.say(scene.first, "noted").await;
        let delivery = room.service.delivery();
        delivery.place_hold(room.id, order, HoldReason::Legal, OFFICER, now()).await.unwrap();
        room.texts(scene.first).await;
        scene.retain(Retention::None).await;
        assert_eq!(kept(room).purge(in_hours(100)).await.unwrap(), 0);
        assert_eq!(read(room, &scene.keys, in_hours(100)).await, ["my address", "noted"]);
        delivery.lift_hold(room.id, order, OFFICER, now()).await.unwrap();
        assert!(read(room, &scene.keys, now()).await.is_empty());
        assert_eq!(kept(room).purge(now()).await.unwrap(), 2);
    });
}

#[test]
fn policies_and_exports_are_events() {
    block_on(async {
        let scene = Scene::new().await;
        let room = &scene.room;
        room.say(scene.first, "one").await;
        scene.retain(Retention::Case).await;
        scene.retain(Retention::Case).await;
        let (_, head) = export(room, now()).await;
        let events = outbox::pending(&room.store, 1_000).await.unwrap();
        let of = |action| -> Vec<Event> {
            let events = events.iter().map(|staged| staged.event);
            events.filter(|event| event.what() == action).collect()
        };
        let (changed, exported) = (of(Action::TranscriptPolicyChanged), of(Action::TranscriptExported));
        assert_eq!((changed.len(), exported.len()), (1, 1));
        for event in [&changed[0], &exported[0]] {
            assert_eq!((event.who(), event.whom()), (OFFICER, Some(Subject::Conversation(room.id))));
        }
        assert_eq!(exported[0].belongs_with(), Some(head.note()));
    });
}

#[test]
fn the_service_has_neither_the_key_nor_what_was_said() {
    block_on(async {
        let (service, device) = (store(), store());
        let counsellor = staff();
        let client = Conversations::over(&device, Delivery::new(&service), key().into());
        let room_id: ConversationId = client.open(counsellor, now()).await.unwrap();
        let key = new_key();
        client.keep_transcript(room_id, id(counsellor), &key).await.unwrap();
        client.send(room_id, counsellor, &Draft::text("nobody else reads this"), now()).await.unwrap();
        let noted = rows(&service, NOTED).await;
        assert_eq!(noted.len(), 1);
        let holds = |bytes: &[u8], what: &[u8]| bytes.windows(what.len()).any(|window| window == what);
        assert!(holds(&noted[0].1, key.id().as_bytes()));
        assert!(!holds(&noted[0].1, b"nobody else"));
        for space in [TRANSCRIPT_KEY, RECORD] {
            assert!(rows(&service, space).await.is_empty());
        }
        assert_eq!(rows(&device, TRANSCRIPT_KEY).await[0].1[1..], *key.expose_key_bytes());
    });
}

#[test]
fn a_device_that_is_restored_goes_on() {
    block_on(async {
        let (service, device, again) = (Delivery::new(&store()), store(), store());
        let (counsellor, key, seal) =
            (staff(), new_key(), SnapshotKey::generate(&SystemRandom::new()).unwrap());
        let client =
            |device: &Store| Conversations::over(device, service.clone(), crate::support::key().into());
        let room = client(&device).open(counsellor, now()).await.unwrap();
        client(&device).keep_transcript(room, id(counsellor), &key).await.unwrap();
        let snapshot = Snapshots::of(&device).take(counsellor, &seal, now()).await.unwrap();
        Snapshots::of(&again).restore(counsellor, &seal, &snapshot, now()).await.unwrap();
        client(&again).send(room, counsellor, &Draft::text("still kept"), now()).await.unwrap();
        let (transcript, head) = service.transcripts().export(room, OFFICER, now()).await.unwrap();
        assert_eq!(shown(&transcript.open(&[key], &head).unwrap()), ["still kept"]);
    });
}

#[test]
fn pages_of_the_longest_messages_fit_into_a_batch() {
    block_on(async {
        let scene = Scene::new().await;
        let (room, long) = (&scene.room, "x".repeat(MAX_BODY));
        for _ in 0..60 {
            room.say(scene.person, &long).await;
        }
        room.service.refresh(room.id, scene.first, now()).await.unwrap();
        let (transcript, head) = export(room, now()).await;
        assert_eq!(transcript.unrecorded_count(), 0);
        assert_eq!(transcript.open(&scene.keys, &head).unwrap().said().count(), 60);
        assert_eq!(room.texts(scene.first).await.len(), 60);
    });
}

#[test]
fn a_clinical_record_has_one_line_for_each_message() {
    block_on(async {
        let scene = Scene::new().await;
        let room = &scene.room;
        room.say(scene.person, "is anyone there?").await;
        room.texts(scene.first).await;
        scene.disappears(scene.first, "my number").await;
        let (transcript, head) = export(room, in_hours(2)).await;
        let (opened, mut out) = (transcript.open(&scene.keys, &head).unwrap(), Vec::new());
        opened.write_json_lines(&mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let lines: Vec<serde_json::Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!((lines.len(), &lines[0]["head"]["count"]), (3, &2.into()));
        let first = (&lines[1]["text"], &lines[1]["from"]);
        let MemberId::Seeker(person) = scene.person else { panic!("a seeker") };
        assert_eq!(first, (&"is anyone there?".into(), &format!("seeker:{person}").into()));
        assert_eq!(lines[2], serde_json::json!({ "line": "ended" }));
    });
}

#[test]
fn another_key_reads_nothing() {
    block_on(async {
        let scene = Scene::new().await;
        scene.room.say(scene.first, "one").await;
        let shown = read(&scene.room, &[new_key()], now()).await;
        assert_eq!(shown, [format!("{:?}", Refusal::UnknownTranscriptKey)]);
    });
}
