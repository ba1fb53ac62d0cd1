//! People, a store that tests look into, and the clock.

use leeward_event::{ConversationId, SeekerId, StaffId};
use leeward_messages::{
    Conversations, Draft, Error, MAX_PAGE, MemberId, ServiceKey,
    franking::{FrankingTag, Hub},
};
use leeward_store::{Batch, Expect, Item, Key, Scan, Space, Store, Timestamp};
pub(crate) use leeward_test_store::store;
use ring::rand::SystemRandom;

pub(crate) const HEAD: Space = Space::sealed_for("messages.conversation", 0);
pub(crate) const LOG: Space = Space::sealed_for("messages.delivery", 0);
pub(crate) const STATE: Space = Space::sealed_for("messages.member", 0);
pub(crate) const INBOX: Space = Space::sealed_for("messages.inbox", 0);
pub(crate) const QUEUE: Space = Space::sealed_for("messages.queue", 0);
pub(crate) const WELCOME: Space = Space::sealed_for("messages.welcome", 0);
pub(crate) const KEY_PACKAGE: Space = Space::sealed_for("messages.key-package", 0);
pub(crate) const HUB_KEYS: Space = Space::sealed("messages.hub-keys");
pub(crate) const PRIVATE: Space = Space::sealed_for("messages.key-package-private", 0);

/// All that a conversation is kept in, but for what is known for a while only.
pub(crate) const SPACES: [Space; 8] = [HEAD, LOG, STATE, WELCOME, KEY_PACKAGE, PRIVATE, QUEUE, HUB_KEYS];

/// How many times something random is tried: `LEEWARD_MESSAGES_ROUNDS`, or what a quick run has time for.
pub(crate) fn rounds(quick: u64) -> u64 {
    std::env::var("LEEWARD_MESSAGES_ROUNDS").map_or(quick, |rounds| rounds.parse().unwrap())
}

/// Numbers that a seed decides (SplitMix64).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ mixed >> 31) % u64::try_from(end).unwrap()).unwrap()
    }
}

/// The rows of a conversation.
pub(crate) async fn rows_of(store: &Store) -> Vec<(Key, Vec<u8>)> {
    let mut rows = Vec::new();
    for space in SPACES {
        let page = store.scan(&Scan::all(space.prefix(&[]).unwrap())).await.unwrap();
        rows.extend(page.items.into_iter().map(|item| (item.key, item.entry.value.as_bytes().to_vec())));
    }
    rows
}

/// A store with these rows.
pub(crate) async fn store_of(rows: &[(Key, Vec<u8>)]) -> Store {
    let (store, mut batch) = (store(), Batch::new());
    for (key, value) in rows {
        batch.put(key.clone(), Expect::Absent, &value[..]);
    }
    store.commit(batch).await.unwrap();
    store
}

pub(crate) fn staff() -> MemberId {
    StaffId::generate(&SystemRandom::new()).unwrap().into()
}

pub(crate) fn seeker() -> MemberId {
    SeekerId::generate(&SystemRandom::new()).unwrap().into()
}

#[expect(clippy::disallowed_methods, reason = "the engine compares key packages with the system's clock")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// The key that signs the credentials of staff.
pub(crate) fn key() -> ServiceKey {
    ServiceKey::from_seed(&[7; 32]).unwrap()
}

/// What lies before the message in an entry of the log that has no stamp.
pub(crate) const ENTRY_HEADER: [u8; 20] = {
    let mut header = [0; 20];
    header[0] = 2;
    header
};

/// The same, of an entry that is accepted now.
fn header_now() -> [u8; 20] {
    let mut header = ENTRY_HEADER;
    header[2..10].copy_from_slice(&now().as_second().to_be_bytes());
    header
}

/// The message in a stored entry.
pub(crate) fn message(entry: &[u8]) -> &[u8] {
    &entry[message_at(entry)..]
}

/// Where the message in a stored entry begins.
pub(crate) fn message_at(entry: &[u8]) -> usize {
    let stamp = u16::from_be_bytes(entry[18..20].try_into().unwrap());
    ENTRY_HEADER.len() + usize::from(stamp)
}

/// A service, and one conversation.
pub(crate) struct Room {
    pub(crate) store: Store,
    pub(crate) service: Conversations,
    pub(crate) id: ConversationId,
}

impl Room {
    /// A conversation that `founder` opened and the others joined.
    pub(crate) async fn of(founder: MemberId, others: &[MemberId]) -> Self {
        Self::over(store(), founder, others).await
    }

    pub(crate) async fn over(store: Store, founder: MemberId, others: &[MemberId]) -> Self {
        let service = Conversations::new(&store, key());
        let id = service.open(founder, now()).await.unwrap();
        let room = Self { store, service, id };
        let mut inside = vec![founder];
        for &member in others {
            room.bring(founder, member).await;
            for &other in &inside {
                room.texts(other).await;
            }
            inside.push(member);
        }
        room
    }

    /// Adds a member, who joins.
    pub(crate) async fn bring(&self, by: MemberId, member: MemberId) {
        self.service.key_package(member, now()).await.unwrap();
        self.service.add(self.id, by, member, now()).await.unwrap();
        self.service.join(self.id, member, now()).await.unwrap();
    }

    pub(crate) async fn say(&self, member: MemberId, text: &str) -> u64 {
        self.service.send(self.id, member, &Draft::text(text), now()).await.unwrap()
    }

    /// Everything that a member has not received yet.
    pub(crate) async fn texts(&self, member: MemberId) -> Vec<String> {
        let mut texts = Vec::new();
        while self.service.unread(self.id, member, now()).await.unwrap() {
            for message in self.service.receive(self.id, member, now()).await.unwrap() {
                texts.push(String::from_utf8(message.body.expose().to_vec()).unwrap());
            }
        }
        texts
    }

    /// Everyone, as a member's keys show it.
    pub(crate) async fn roster(&self, member: MemberId) -> Result<Vec<MemberId>, Error> {
        let roster = self.service.roster(self.id, member, now()).await?;
        Ok(roster.members.into_iter().map(|entry| entry.member).collect())
    }

    pub(crate) async fn epoch(&self, member: MemberId) -> Result<u64, Error> {
        Ok(self.service.roster(self.id, member, now()).await?.epoch)
    }

    pub(crate) async fn receive_error(&self, member: MemberId) -> Error {
        self.service.receive(self.id, member, now()).await.unwrap_err()
    }

    pub(crate) fn state_key(&self, member: MemberId) -> Key {
        let identity = identity(member);
        STATE.key(&[self.id.as_bytes(), &identity[..1], &identity[1..]]).unwrap()
    }

    pub(crate) fn queue_key(&self, member: MemberId) -> Key {
        let identity = identity(member);
        QUEUE.key(&[self.id.as_bytes(), &identity[..1], &identity[1..]]).unwrap()
    }

    pub(crate) fn welcome_key(&self, member: MemberId) -> Key {
        let identity = identity(member);
        WELCOME.key(&[self.id.as_bytes(), &identity[..1], &identity[1..]]).unwrap()
    }

    /// Where the one private half that is left of a member's key packages lies.
    pub(crate) async fn private_key(&self, member: MemberId) -> Key {
        let identity = identity(member);
        let all = Scan::all(PRIVATE.prefix(&[&identity[1..], &identity[..1]]).unwrap());
        self.store.scan(&all).await.unwrap().items.remove(0).key
    }

    /// What a member has published: references and key packages.
    pub(crate) async fn key_packages(&self, member: MemberId) -> Vec<(Vec<u8>, Vec<u8>)> {
        let identity = identity(member);
        let all = Scan::all(KEY_PACKAGE.prefix(&[&identity[1..], &identity[..1]]).unwrap());
        let items = self.store.scan(&all).await.unwrap().items.into_iter();
        let row = |item: Item| (item.key.segments().remove(2), item.entry.value.as_bytes()[9..].to_vec());
        items.map(row).collect()
    }

    pub(crate) async fn raw(&self, key: &Key) -> Vec<u8> {
        self.store.get(key).await.unwrap().unwrap().value.as_bytes().to_vec()
    }

    pub(crate) async fn overwrite(&self, key: &Key, value: &[u8]) {
        let mut batch = Batch::new();
        batch.put(key.clone(), Expect::Any, value);
        self.store.commit(batch).await.unwrap();
    }

    pub(crate) fn log_key(&self, seq: u64) -> Key {
        LOG.key(&[self.id.as_bytes(), &seq.to_be_bytes()]).unwrap()
    }

    /// The log, each entry as it is stored.
    pub(crate) async fn log(&self) -> Vec<Vec<u8>> {
        let mut entries = Vec::new();
        let mut next = Some(Scan::all(LOG.prefix(&[self.id.as_bytes()]).unwrap()).limit(MAX_PAGE));
        while let Some(scan) = next {
            let page = self.store.scan(&scan).await.unwrap();
            entries.extend(page.items.into_iter().map(|item| item.entry.value.as_bytes().to_vec()));
            next = page.next;
        }
        entries
    }

    /// Appends what whoever keeps the log likes, as an application message or as a commit.
    pub(crate) async fn forge(&self, entry: &[u8], commit: bool) -> u64 {
        self.append(&[&header_now()[..], entry].concat(), commit).await
    }

    /// Appends a message with the stamp that it would have, had `sender` submitted it.
    pub(crate) async fn forge_stamped(&self, message: &[u8], sender: MemberId) -> u64 {
        // Version, format, identifier, epoch, type and length lie before the tag.
        let tag = FrankingTag::from_bytes(message[2 + 2 + 17 + 8 + 1 + 1..][..32].try_into().unwrap());
        let stamp = Hub::new(&self.store).stamp(&tag, sender, self.id, now()).await.unwrap().encode();
        let len = u16::try_from(stamp.len()).unwrap().to_be_bytes();
        self.append(&[&header_now()[..18], &len, &stamp, message].concat(), false).await
    }

    async fn append(&self, entry: &[u8], commit: bool) -> u64 {
        let key = HEAD.key(&[self.id.as_bytes()]).unwrap();
        let head = self.raw(&key).await;
        let number = |range| u64::from_be_bytes(<[u8; 8]>::try_from(&head[range]).unwrap());
        let (epoch, next) = (number(1..9), number(9..17));
        let after = [&[1][..], &(epoch + u64::from(commit)).to_be_bytes(), &(next + 1).to_be_bytes()];
        self.overwrite(&key, &after.concat()).await;
        self.overwrite(&self.log_key(next), entry).await;
        next
    }
}

/// What a credential says of a member.
pub(crate) fn identity(member: MemberId) -> Vec<u8> {
    match member {
        MemberId::Staff(id) => [&[1][..], id.as_bytes()].concat(),
        MemberId::Seeker(id) => [&[2][..], id.as_bytes()].concat(),
    }
}

/// Leaves a key package for a member in the directory, as whoever keeps it might.
pub(crate) async fn plant(store: &Store, member: MemberId, reference: &[u8], package: &[u8]) {
    let (kind, id) = (&identity(member)[..1], &identity(member)[1..]);
    let mut batch = Batch::new();
    let key = KEY_PACKAGE.key(&[id, kind, reference]).unwrap();
    let until = 4_000_000_000_i64;
    batch.put(key, Expect::Any, [&[2], &until.to_be_bytes()[..], package].concat());
    store.commit(batch).await.unwrap();
}
