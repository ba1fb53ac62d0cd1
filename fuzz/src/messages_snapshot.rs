use crate::input::Input;
use leeward_event::{SeekerId, StaffId};
use leeward_messages::{Conversations, Draft, Error, MemberId, ServiceKey, SnapshotKey, Snapshots};
use leeward_seal::{Context, SealKey, open, seal_into};
use leeward_store::{Scan, Space, Store, Timestamp};
use pollster::block_on;
use ring::rand::SystemRandom;
use std::sync::OnceLock;

const SPACES: [Space; 3] = [
    Space::sealed_for("messages.member", 0),
    Space::sealed_for("messages.inbox", 0),
    Space::sealed_for("messages.key-package-private", 0),
];
const KEY: [u8; 32] = [9; 32];
/// The version, before what is sealed.
const HEADER: [u8; 1] = [1];
/// What the shortest form is padded to.
const PADDED: usize = 256;

/// Bytes as a snapshot, or as what one was sealed around: restored whole, or refused with the store untouched.
pub fn messages_snapshot(data: &[u8]) {
    static SCENE: OnceLock<Scene> = OnceLock::new();
    let scene = SCENE.get_or_init(|| block_on(Scene::new()).expect("a conversation begins"));
    let mut input = Input::new(data);
    match input.byte() % 4 {
        0 => assert!(!block_on(scene.restores(input.rest())), "bytes from nowhere are a snapshot"),
        1 => {
            let mut snapshot = scene.snapshot.clone();
            input.flip(&mut snapshot);
            assert_eq!(block_on(scene.restores(&snapshot)), snapshot == scene.snapshot);
        }
        2 => {
            let mut form = scene.form.clone();
            input.flip(&mut form);
            let same = form == scene.form;
            assert!(block_on(scene.restores(&scene.seal(&form))) || !same, "an unchanged form is refused");
        }
        _ => {
            block_on(scene.restores(&scene.seal(&short(input.rest()))));
        }
    }
}

/// A form as it is padded, if it is a short one; else noise of the same length.
fn short(form: &[u8]) -> Vec<u8> {
    let len = u32::try_from(form.len()).unwrap_or(u32::MAX).to_be_bytes();
    let mut padded = [&len, form].concat();
    padded.resize(PADDED, 0);
    padded
}

/// A counsellor with a state, a message in its inbox, and a key package.
struct Scene {
    member: MemberId,
    key: SnapshotKey,
    snapshot: Vec<u8>,
    form: Vec<u8>,
    begun: Timestamp,
}

impl Scene {
    async fn new() -> Result<Self, Error> {
        let seeker = MemberId::from(SeekerId::from_bytes([1; 16]));
        let member = MemberId::from(StaffId::from_bytes([2; 16]));
        let (store, begun) = (Store::memory().assume_sealed(), now());
        let conversations = Conversations::new(&store, ServiceKey::from_seed(&[7; 32])?);
        conversations.key_package(member, begun).await?;
        let conversation = conversations.open(seeker, begun).await?;
        conversations.add(conversation, seeker, member, begun).await?;
        conversations.join(conversation, member, begun).await?;
        conversations.send(conversation, seeker, &Draft::bytes(b"is anyone there?"), begun).await?;
        conversations.refresh(conversation, member, begun).await?;
        conversations.key_package(member, begun).await?;
        let key = SnapshotKey::from_bytes(&KEY);
        let snapshot = Snapshots::of(&store).take(member, &key, begun).await?;
        let sealed = snapshot.get(HEADER.len()..).unwrap_or_default();
        let form = open(&SealKey::from_bytes(&KEY), &context(&identity()), sealed)?.into_vec();
        Ok(Self { member, key, snapshot, form, begun })
    }

    fn seal(&self, form: &[u8]) -> Vec<u8> {
        let mut snapshot = HEADER.to_vec();
        let (key, identity) = (SealKey::from_bytes(&KEY), identity());
        seal_into(&key, &context(&identity), form, &SystemRandom::new(), &mut snapshot)
            .expect("it is sealed");
        snapshot
    }

    /// Whether it was restored. What was can be taken again, and is the same.
    async fn restores(&self, snapshot: &[u8]) -> bool {
        let store = Store::memory().assume_sealed();
        let snapshots = Snapshots::of(&store);
        let restored = snapshots.restore(self.member, &self.key, snapshot, self.begun).await.is_ok();
        assert!(restored || is_empty(&store).await, "a refused snapshot left something");
        if restored {
            let again = snapshots.take(self.member, &self.key, self.begun).await.expect("it can be taken");
            let same = snapshots.restore(self.member, &self.key, &again, self.begun).await;
            same.expect("it is what the store holds");
        }
        restored
    }
}

async fn is_empty(store: &Store) -> bool {
    for space in SPACES {
        let prefix = space.prefix(&[]).expect("a prefix");
        if !store.scan(&Scan::all(prefix)).await.expect("a page").items.is_empty() {
            return false;
        }
    }
    true
}

fn identity() -> Vec<u8> {
    [&[1][..], &[2; 16]].concat()
}

const fn context(identity: &[u8]) -> Context<'_> {
    Context {
        purpose: "messages.snapshot",
        space: "messages.snapshot",
        key: b"",
        subject: identity,
        schema_version: 1,
    }
}

#[expect(clippy::disallowed_methods, reason = "the engine compares key packages with the system's clock")]
fn now() -> Timestamp {
    Timestamp::now()
}
