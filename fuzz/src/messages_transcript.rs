use crate::input::Input;
use leeward_event::{Actor, Component, ConversationId, StaffId};
use leeward_messages::{
    Conversations, Draft, Error, MemberId, ServiceKey,
    transcript::{Head, OpenedTranscript, TranscriptKey, Transcripts},
};
use leeward_store::{Batch, Expect, Key, Scan, Space, Store, Timestamp};
use pollster::block_on;
use std::sync::OnceLock;

const SPACES: [Space; 2] =
    [Space::sealed_for("messages.ledger", 0), Space::sealed_for("messages.transcript", 0)];
const TEXTS: [&str; 2] = ["is anyone there?", "I am here"];

/// A transcript over rows that somebody changed shows what was said, and no more; against the head that was noted it is
/// the one that it was. It is purged without a panic.
pub fn transcript_rows(data: &[u8]) {
    static SCENE: OnceLock<Scene> = OnceLock::new();
    let scene = SCENE.get_or_init(|| block_on(Scene::new()).expect("a transcript is kept"));
    let mut input = Input::new(data);
    let mut rows = scene.rows.clone();
    let at = usize::from(input.byte()) % rows.len();
    let (_, row) = rows.get_mut(at).expect("an index below the length");
    let changed = input.change(row);
    let opened = block_on(scene.open(rows));
    let said = opened.as_ref().map_or(0, |opened| opened.said().count());
    assert!(changed || said == TEXTS.len(), "an unchanged transcript cannot be read");
    for said in opened.iter().flat_map(OpenedTranscript::said) {
        let text = TEXTS.iter().position(|text| text.as_bytes() == said.body.expose());
        assert_eq!(
            (said.from, text.and_then(|at| u64::try_from(at).ok())),
            (scene.counsellor, Some(said.seq))
        );
    }
}

/// What a counsellor said, and the service keeps of it.
struct Scene {
    rows: Vec<(Key, Vec<u8>)>,
    conversation: ConversationId,
    counsellor: MemberId,
    key: TranscriptKey,
    head: Head,
}

impl Scene {
    async fn new() -> Result<Self, Error> {
        let (staff, key) = (StaffId::from_bytes([2; 16]), TranscriptKey::from_bytes(&[9; 32]));
        let (store, counsellor) = (Store::memory().assume_sealed(), MemberId::from(staff));
        let conversations = Conversations::new(&store, ServiceKey::from_seed(&[7; 32])?);
        let conversation = conversations.open(counsellor, now()).await?;
        conversations.keep_transcript(conversation, staff, &key).await?;
        for text in TEXTS {
            conversations.send(conversation, counsellor, &Draft::text(text), now()).await?;
        }
        let head = conversations.delivery().transcripts().head(conversation).await?;
        let mut rows = Vec::new();
        for space in SPACES {
            let page = store.scan(&Scan::all(space.prefix(&[])?)).await?;
            rows.extend(page.items.into_iter().map(|item| (item.key, item.entry.value.as_bytes().to_vec())));
        }
        Ok(Self { rows, conversation, counsellor, key, head })
    }

    async fn open(&self, rows: Vec<(Key, Vec<u8>)>) -> Option<OpenedTranscript> {
        let (store, mut batch) = (Store::memory().assume_sealed(), Batch::new());
        for (key, value) in rows {
            batch.put(key, Expect::Absent, value);
        }
        store.commit(batch).await.ok()?;
        let (transcripts, by) = (Transcripts::new(&store), Actor::Component(Component::Application));
        let exported = transcripts.export(self.conversation, by, now()).await;
        let _ = transcripts.purge(Timestamp::MAX).await;
        let (transcript, _) = exported.ok()?;
        transcript.open(std::slice::from_ref(&self.key), &self.head).ok()
    }
}

#[expect(clippy::disallowed_methods, reason = "the engine compares key packages with the system's clock")]
fn now() -> Timestamp {
    Timestamp::now()
}
