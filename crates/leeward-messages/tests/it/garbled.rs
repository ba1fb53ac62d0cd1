//! Rows that decayed, or that somebody wrote: every operation refuses them, and none panics.

use crate::support::{
    PRIVATE, Random, Room, STATE, identity, key, message, message_at, now, rounds, rows_of, seeker, staff,
    store_of,
};
use leeward_event::ConversationId;
use leeward_messages::{Conversations, DeliveryService as _, Draft, Error, MemberId, Submission};
use leeward_store::Key;
use pollster::block_on;

/// One who is in and has unread messages, one who was added and has not joined, one who may be added.
struct Scene {
    rows: Vec<(Key, Vec<u8>)>,
    id: ConversationId,
    inside: MemberId,
    coming: MemberId,
    outside: MemberId,
}

impl Scene {
    async fn new() -> Self {
        let (author, inside, coming, outside) = (seeker(), staff(), staff(), staff());
        let room = Room::of(author, &[inside]).await;
        for member in [coming, outside] {
            room.service.key_package(member, now()).await.unwrap();
        }
        room.service.add(room.id, author, coming, now()).await.unwrap();
        room.say(author, "are you there?").await;
        let rows = rows_of(&room.store).await;
        Self { rows, id: room.id, inside, coming, outside }
    }

    /// Runs every operation over the rows, one of them changed, and tells how each ended.
    async fn try_all(&self, changed: usize, value: &[u8]) -> Vec<Result<(), Error>> {
        let mut rows = self.rows.clone();
        rows[changed].1 = value.to_vec();
        let store = store_of(&rows).await;
        let (service, id, inside) = (Conversations::new(&store, key()), self.id, self.inside);
        vec![
            service.join(id, self.coming, now()).await,
            service.unread(id, inside, now()).await.map(drop),
            service.skip(id, inside, 1, now()).await,
            service.receive(id, inside, now()).await.map(drop),
            service.roster(id, inside, now()).await.map(drop),
            service.send(id, inside, &Draft::text("yes"), now()).await.map(drop),
            service.receive(id, self.coming, now()).await.map(drop),
            service.add(id, inside, self.outside, now()).await,
            service.remove(id, inside, self.coming, now()).await,
        ]
    }
}

/// A row that is cut short, is longer, is of one byte over and over, or has one bit turned.
fn garbled(row: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bad = row.to_vec();
    match random.below(8) {
        0..3 => bad.truncate(random.below(row.len())),
        3..6 => bad[random.below(row.len())] ^= 1 << random.below(8),
        6 => bad.fill([0, 1, 0xff][random.below(3)]),
        _ => bad.push(0),
    }
    bad
}

#[test]
fn whole_rows_serve_every_operation() {
    let scene = block_on(Scene::new());
    let (_, whole) = &scene.rows[0];
    let ends = block_on(scene.try_all(0, whole));
    let failed: Vec<_> = (0..).zip(&ends).filter(|(_, end)| end.is_err()).map(|(at, _)| at).collect();
    assert_eq!(failed, [2], "nothing is to be skipped: {ends:?}");
}

#[test]
fn no_garbled_row_makes_an_operation_panic() {
    let scene = block_on(Scene::new());
    let ids = [scene.inside, scene.coming].map(|member| identity(member)[1..].to_vec());
    for (at, (key, row)) in scene.rows.iter().enumerate() {
        let guarded = [STATE.name(), PRIVATE.name()].contains(&key.space().name());
        let used = key.segments().iter().any(|segment| ids.iter().any(|id| segment[..] == id[..]));
        for seed in 0..rounds(5) {
            let bad = garbled(row, &mut Random(seed << 8 | at as u64));
            if bad == *row {
                continue;
            }
            let ends = block_on(scene.try_all(at, &bad));
            for error in ends.iter().filter_map(|end| end.as_ref().err()) {
                assert!(!matches!(error, Error::Engine(_)), "{key:?}, {seed}: the engine met it: {error:?}");
            }
            let noticed = ends.iter().any(|end| matches!(end, Err(Error::Corrupt { .. })));
            assert!(noticed || !guarded || !used, "{key:?}, {seed}");
        }
    }
}

/// Bytes from nowhere, after more and more of a true head: refused with a typed error, and no row is another.
#[test]
fn no_bytes_handed_to_the_service_or_to_a_reader_change_anything() {
    block_on(async {
        let (author, reader) = (seeker(), staff());
        let room = Room::of(author, &[reader]).await;
        let seq = room.say(author, "true").await;
        let (row, entry) = (room.log_key(seq), room.log().await.pop().unwrap());
        let true_one = message(&entry).to_vec();
        let last = room.service.delivery().position(room.id, author).await.unwrap().last;
        let before = rows_of(&room.store).await;
        let mut random = Random(11);
        for _ in 0..rounds(300) {
            let mut bytes = true_one[..random.below(60)].to_vec();
            bytes.extend((0..random.below(300)).map(|_| u8::try_from(random.below(256)).unwrap()));
            let submission = Submission::new(bytes.clone(), last);
            let refused = room.service.delivery().submit(room.id, author, &submission, now()).await;
            let typed = matches!(refused, Err(Error::SubmissionRefused { .. } | Error::EpochConflict));
            assert!(typed, "{bytes:?}: {refused:?}");
            assert_eq!(rows_of(&room.store).await, before, "{bytes:?}");

            let forged = [&entry[..message_at(&entry)], &bytes].concat();
            room.overwrite(&row, &forged).await;
            let refused = room.receive_error(reader).await;
            assert!(matches!(refused, Error::Refused { .. }), "{bytes:?}: {refused:?}");
            room.overwrite(&row, &entry).await;
            assert_eq!(rows_of(&room.store).await, before, "{bytes:?}");
        }
        assert_eq!(room.texts(reader).await, ["true"]);
    });
}
