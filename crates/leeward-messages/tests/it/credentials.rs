//! The policy is asked of every leaf, on each occasion, and nothing is done against its word.

use crate::{
    insider,
    support::{Room, key, now, plant, seeker, staff},
};
use leeward_messages::{
    Conversations, CredentialPolicy, Credentials, Delivery, Error, MemberId, Occasion, Presented, Refusal,
};
use leeward_store::Timestamp;
use openmls::prelude::Lifetime;
use pollster::block_on;
use std::sync::{Arc, Mutex};

type Asked = Arc<Mutex<Vec<(MemberId, Occasion)>>>;

/// Notes what it is asked, and refuses one occasion.
#[derive(Clone, Default)]
struct Noting {
    asked: Asked,
    refuses: Option<Occasion>,
}

impl CredentialPolicy for Noting {
    fn check(&self, presented: &Presented<'_>, _: Timestamp) -> Result<(), Refusal> {
        self.asked.lock().unwrap().push((presented.member, presented.occasion));
        if self.refuses == Some(presented.occasion) { Err(Refusal::Identity) } else { Ok(()) }
    }
}

impl Noting {
    fn refusing(occasion: Occasion) -> Self {
        Self { refuses: Some(occasion), ..Self::default() }
    }

    /// The same store, by a client that judges so.
    fn client(&self, room: &Room) -> Conversations {
        let credentials = Credentials::new(self.clone(), key());
        Conversations::over(&room.store, Delivery::new(&room.store), credentials)
    }

    fn asked(&self) -> Vec<(MemberId, Occasion)> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

/// A founder, and a reader who was added and has not joined.
async fn invited() -> (Room, MemberId, MemberId) {
    let (author, reader) = (staff(), staff());
    let room = Room::of(author, &[]).await;
    room.service.key_package(reader, now()).await.unwrap();
    room.service.add(room.id, author, reader, now()).await.unwrap();
    (room, author, reader)
}

#[test]
fn the_policy_is_asked_of_every_leaf_that_comes_or_changes() {
    block_on(async {
        let ((room, author, reader), third, policy) = (invited().await, seeker(), Noting::default());
        let client = policy.client(&room);
        client.join(room.id, reader, now()).await.unwrap();
        assert_eq!(policy.asked(), [(author, Occasion::Join), (reader, Occasion::Join)]);

        room.bring(author, third).await;
        client.receive(room.id, reader, now()).await.unwrap();
        assert_eq!(policy.asked(), [(third, Occasion::Add), (author, Occasion::Update)]);

        room.service.refresh(room.id, author, now()).await.unwrap();
        client.receive(room.id, reader, now()).await.unwrap();
        assert_eq!(policy.asked(), [(author, Occasion::Update)]);

        let fourth = staff();
        room.service.key_package(fourth, now()).await.unwrap();
        client.add(room.id, reader, fourth, now()).await.unwrap();
        assert_eq!(
            policy.asked(),
            [(fourth, Occasion::Add), (reader, Occasion::Update)],
            "before it commits"
        );
    });
}

#[test]
fn what_the_policy_refuses_is_not_done() {
    block_on(async {
        let (room, author, reader) = invited().await;
        let joined = Noting::refusing(Occasion::Join).client(&room).join(room.id, reader, now()).await;
        assert!(matches!(joined, Err(Error::WelcomeRefused { why: Refusal::Identity })), "{joined:?}");
        room.service.join(room.id, reader, now()).await.unwrap();

        let third = seeker();
        room.service.key_package(third, now()).await.unwrap();
        let added = Noting::refusing(Occasion::Add).client(&room).add(room.id, author, third, now()).await;
        assert!(matches!(added, Err(Error::NoKeyPackage)), "{added:?}");
        let refreshed =
            Noting::refusing(Occasion::Update).client(&room).refresh(room.id, author, now()).await;
        assert!(matches!(refreshed, Err(Error::Credential)), "{refreshed:?}");

        room.bring(author, third).await;
        for occasion in [Occasion::Add, Occasion::Update] {
            let refused = Noting::refusing(occasion).client(&room).receive(room.id, reader, now()).await;
            assert!(matches!(refused, Err(Error::Refused { why: Refusal::Identity, .. })), "{refused:?}");
        }
        assert_eq!(room.texts(reader).await.len(), 0);
        assert_eq!(room.epoch(reader).await.unwrap(), room.epoch(author).await.unwrap());
    });
}

/// The numbers of post-quantum suites, among them those on which libraries do not agree, and other classical ones.
const OTHER_SUITES: [u16; 8] = [0, 2, 3, 7, 0x004d, 0x647a, 0xf007, 0xffff];

#[test]
fn a_key_package_of_another_suite_is_not_taken() {
    block_on(async {
        let (author, guest) = (seeker(), staff());
        let room = Room::of(author, &[]).await;
        let now_s = u64::try_from(now().as_second()).unwrap();
        let lifetime = Lifetime::init(now_s - 10, now_s + 80 * 24 * 60 * 60);
        let package = insider::to_bytes(&insider::key_package(guest, lifetime));
        assert_eq!(package[..4], [0, 1, 0, 1]);
        let of_suite = |suite: u16| [&package[..2], &suite.to_be_bytes(), &package[4..]].concat();
        let whole = insider::to_bytes(&insider::of_another_suite(guest, lifetime));
        for (place, package) in (0..).zip(OTHER_SUITES.map(of_suite).into_iter().chain([whole])) {
            plant(&room.store, guest, &[place], &package).await;
            let added = room.service.add(room.id, author, guest, now()).await;
            assert!(matches!(added, Err(Error::NoKeyPackage)), "{:?}", &package[..4]);
        }
        plant(&room.store, guest, &[99], &package).await;
        room.service.add(room.id, author, guest, now()).await.unwrap();
    });
}
