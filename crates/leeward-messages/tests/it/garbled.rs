//! Rows that decayed, or that somebody wrote: every operation refuses them, and none panics.

use crate::support::{
    HEAD, HUB_KEYS, KEY_PACKAGE, LOG, PRIVATE, QUEUE, Room, STATE, WELCOME, identity, key, now, seeker,
    staff, store,
};
use leeward_event::ConversationId;
use leeward_messages::{Conversations, Error, MemberId};
use leeward_store::{Batch, Expect, Key, Scan};
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
        let mut rows = Vec::new();
        for space in [HEAD, LOG, STATE, WELCOME, KEY_PACKAGE, PRIVATE, QUEUE, HUB_KEYS] {
            let page = room.store.scan(&Scan::all(space.prefix(&[]).unwrap())).await.unwrap();
            rows.extend(page.items.into_iter().map(|item| (item.key, item.entry.value.as_bytes().to_vec())));
        }
        Self { rows, id: room.id, inside, coming, outside }
    }

    /// Runs every operation over the rows, one of them changed, and tells how each ended.
    async fn try_all(&self, changed: usize, value: &[u8]) -> Vec<Result<(), Error>> {
        let store = store();
        let mut batch = Batch::new();
        for (at, (key, whole)) in self.rows.iter().enumerate() {
            let value = if at == changed { value } else { whole };
            batch.put(key.clone(), Expect::Absent, value);
        }
        store.commit(batch).await.unwrap();
        let (service, id, inside) = (Conversations::new(&store, key()), self.id, self.inside);
        vec![
            service.join(id, self.coming, now()).await,
            service.unread(id, inside, now()).await.map(drop),
            service.skip(id, inside, 1, now()).await,
            service.receive(id, inside, now()).await.map(drop),
            service.roster(id, inside, now()).await.map(drop),
            service.send(id, inside, b"yes", now()).await.map(drop),
            service.receive(id, self.coming, now()).await.map(drop),
            service.add(id, inside, self.outside, now()).await,
            service.remove(id, inside, self.coming, now()).await,
        ]
    }
}

/// Cut short, longer, of one byte over and over, and with one bit turned here and there.
fn garbled(row: &[u8]) -> Vec<Vec<u8>> {
    let step = (row.len() / 8).max(1);
    let cut = (0..row.len()).step_by(step).map(|len| row[..len].to_vec());
    let turned = (0..row.len()).step_by(step).map(|at| {
        let mut bad = row.to_vec();
        bad[at] ^= 1 << (at % 8);
        bad
    });
    let of_one = [0, 1, 0xff].map(|byte| vec![byte; row.len()]);
    let mut garbled: Vec<_> = cut.chain(turned).chain(of_one).collect();
    garbled.push([row, &[0]].concat());
    garbled
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
        for bad in garbled(row) {
            let ends = block_on(scene.try_all(at, &bad));
            for error in ends.iter().filter_map(|end| end.as_ref().err()) {
                assert!(!matches!(error, Error::Engine(_)), "{key:?}: the engine met it: {error:?}");
            }
            let noticed = ends.iter().any(|end| matches!(end, Err(Error::Corrupt { .. })));
            assert!(noticed || !guarded || !used, "{key:?}");
        }
    }
}
