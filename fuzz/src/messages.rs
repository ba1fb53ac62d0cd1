use crate::input::Input;
use leeward_event::{ConversationId, SeekerId, StaffId};
use leeward_messages::{Conversations, Draft, Error, MemberId, Received, ServiceKey};
use leeward_store::{Batch, Expect, Key, Scan, Space, Store, Timestamp};
use pollster::block_on;
use std::sync::OnceLock;

const SPACES: [Space; 8] = [
    Space::sealed_for("messages.conversation", 0),
    Space::sealed_for("messages.delivery", 0),
    Space::sealed_for("messages.member", 0),
    Space::sealed_for("messages.queue", 0),
    Space::sealed_for("messages.welcome", 0),
    Space::sealed_for("messages.key-package", 0),
    Space::sealed_for("messages.key-package-private", 0),
    Space::sealed("messages.hub-keys"),
];
const TEXT: &[u8] = b"is anyone there?";

/// A counsellor who joins over rows that somebody changed reads what the seeker wrote, or nothing.
pub fn messages_rows(data: &[u8]) {
    static SCENE: OnceLock<Scene> = OnceLock::new();
    let scene = SCENE.get_or_init(|| block_on(Scene::new()).expect("a conversation begins"));
    let mut input = Input::new(data);
    let mut rows = scene.rows.clone();
    let at = usize::from(input.byte()) % rows.len();
    let (_, row) = rows.get_mut(at).expect("an index below the length");
    let changed = input.change(row);
    let read = block_on(scene.read(rows));
    let whole = read.as_ref().is_ok_and(|received| received.len() == 1);
    assert!(changed || whole, "an unchanged conversation cannot be read");
    for received in read.unwrap_or_default() {
        assert_eq!((received.from, received.body.expose()), (scene.seeker, TEXT));
    }
}

/// A seeker has written, and a counsellor was added who has not joined yet.
struct Scene {
    rows: Vec<(Key, Vec<u8>)>,
    conversation: ConversationId,
    seeker: MemberId,
    counsellor: MemberId,
}

impl Scene {
    async fn new() -> Result<Self, Error> {
        let seeker = MemberId::from(SeekerId::from_bytes([1; 16]));
        let counsellor = MemberId::from(StaffId::from_bytes([2; 16]));
        let store = Store::memory().assume_sealed();
        let conversations = Conversations::new(&store, ServiceKey::from_seed(&[7; 32])?);
        conversations.key_package(counsellor, now()).await?;
        let conversation = conversations.open(seeker, now()).await?;
        conversations.add(conversation, seeker, counsellor, now()).await?;
        conversations.send(conversation, seeker, &Draft::bytes(TEXT), now()).await?;
        Ok(Self { rows: rows(&store).await?, conversation, seeker, counsellor })
    }

    async fn read(&self, rows: Vec<(Key, Vec<u8>)>) -> Result<Vec<Received>, Error> {
        let store = Store::memory().assume_sealed();
        let mut batch = Batch::new();
        for (key, value) in rows {
            batch.put(key, Expect::Absent, value);
        }
        store.commit(batch).await?;
        let conversations = Conversations::new(&store, ServiceKey::from_seed(&[7; 32])?);
        conversations.join(self.conversation, self.counsellor, now()).await?;
        conversations.receive(self.conversation, self.counsellor, now()).await
    }
}

async fn rows(store: &Store) -> Result<Vec<(Key, Vec<u8>)>, Error> {
    let mut rows = Vec::new();
    for space in SPACES {
        let page = store.scan(&Scan::all(space.prefix(&[])?)).await?;
        rows.extend(page.items.into_iter().map(|item| (item.key, item.entry.value.as_bytes().to_vec())));
    }
    Ok(rows)
}

#[expect(clippy::disallowed_methods, reason = "the engine compares key packages with the system's clock")]
fn now() -> Timestamp {
    Timestamp::now()
}
