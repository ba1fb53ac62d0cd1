use crate::talk::{Talk, timed};
use leeward_event::{ConversationId, SeekerId, StaffId};
use leeward_messages::{Conversations, Delivery, DeliveryLimits, Draft, MemberId, ServiceKey};
use leeward_store::{Store, Timestamp};
use pollster::block_on;
use ring::rand::SystemRandom;

/// A conversation of a seeker who opened it and of others, as an application has it.
pub(crate) struct Room {
    pub(crate) conversations: Conversations,
    pub(crate) id: ConversationId,
    pub(crate) seeker: MemberId,
    pub(crate) counsellor: MemberId,
}

impl Room {
    pub(crate) fn in_memory() -> Self {
        let store = Store::memory().assume_sealed();
        block_on(Self::open(&service(&store, &store)))
    }

    pub(crate) async fn open(conversations: &Conversations) -> Self {
        let seeker = MemberId::from(SeekerId::generate(&SystemRandom::new()).unwrap());
        let id = conversations.open(seeker, now()).await.unwrap();
        let mut room = Self { conversations: conversations.clone(), id, seeker, counsellor: seeker };
        room.counsellor = room.add().await;
        room
    }

    /// A member of staff more.
    pub(crate) async fn add(&self) -> MemberId {
        let new = MemberId::from(StaffId::generate(&SystemRandom::new()).unwrap());
        self.conversations.key_package(new, now()).await.unwrap();
        self.conversations.add(self.id, self.seeker, new, now()).await.unwrap();
        self.conversations.join(self.id, new, now()).await.unwrap();
        new
    }

    pub(crate) async fn remove(&self, member: MemberId) {
        self.conversations.remove(self.id, self.seeker, member, now()).await.unwrap();
    }

    pub(crate) async fn say(&self, from: MemberId, draft: &Draft) {
        self.conversations.send(self.id, from, draft, now()).await.unwrap();
    }

    /// How many messages came.
    pub(crate) async fn hear(&self, member: MemberId) -> usize {
        self.conversations.receive(self.id, member, now()).await.unwrap().len()
    }
}

impl Talk for Room {
    fn turn(&mut self, body: &[u8]) -> [f64; 2] {
        let draft = Draft::bytes(body);
        let (said, ()) = timed(|| block_on(self.say(self.seeker, &draft)));
        let (heard, count) = timed(|| block_on(self.hear(self.counsellor)));
        assert_eq!(count, 1);
        [said, heard]
    }
}

/// Clients in one store, delivery service in the other or the same.
pub(crate) fn service(clients: &Store, delivery: &Store) -> Conversations {
    let mut limits = DeliveryLimits::default();
    limits.claims_per_hour = u32::MAX;
    let delivery = Delivery::new(delivery).with_limits(limits);
    Conversations::over(clients, delivery, ServiceKey::from_seed(&[7; 32]).unwrap().into())
}

pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
