//! Every member on a device of its own, and a delivery service elsewhere: bytes and places between them.

use crate::{
    support::{Random, key, now, seeker, staff, store},
    wire::Wire,
};
use leeward_event::ConversationId;
use leeward_messages::{Conversations, Credentials, Delivery, Draft, MemberId, StaffCredentials};
use pollster::block_on;
use std::{sync::Barrier, thread};

/// One member, and the store of its device.
struct Device {
    member: MemberId,
    client: Conversations<Wire>,
}

impl Device {
    /// A device that the service gives its credential: it holds no key of the service.
    fn new(member: MemberId, delivery: &Delivery) -> Self {
        let policy = StaffCredentials::signed_by([key().public_key()]);
        let client = Conversations::over(&store(), Wire::new(delivery), Credentials::new(policy, key()));
        Self { member, client }
    }

    async fn say(&self, id: ConversationId, text: &str) {
        self.client.send(id, self.member, &Draft::text(text), now()).await.unwrap();
    }

    async fn texts(&self, id: ConversationId) -> Vec<String> {
        let mut texts = Vec::new();
        while self.client.unread(id, self.member, now()).await.unwrap() {
            for message in self.client.receive(id, self.member, now()).await.unwrap() {
                texts.push(String::from_utf8(message.body.expose().to_vec()).unwrap());
            }
        }
        texts
    }

    async fn bring(&self, id: ConversationId, other: &Self) {
        other.client.key_package(other.member, now()).await.unwrap();
        self.client.add(id, self.member, other.member, now()).await.unwrap();
        other.client.join(id, other.member, now()).await.unwrap();
    }

    async fn epoch(&self, id: ConversationId) -> (u64, String) {
        let roster = self.client.roster(id, self.member, now()).await.unwrap();
        (roster.epoch, roster.verification.to_string())
    }
}

#[test]
fn three_devices_and_a_service_share_no_store() {
    block_on(async {
        let delivery = Delivery::new(&store());
        let [person, first, second] =
            [seeker(), staff(), staff()].map(|member| Device::new(member, &delivery));
        let id = person.client.open(person.member, now()).await.unwrap();
        person.bring(id, &first).await;
        person.say(id, "is anyone there?").await;
        assert_eq!(first.texts(id).await, ["is anyone there?"]);
        first.bring(id, &second).await;
        first.say(id, "my colleague goes on").await;
        first.client.key_package(first.member, now()).await.unwrap();
        second.client.remove(id, second.member, first.member, now()).await.unwrap();
        second.say(id, "hello").await;
        assert_eq!(person.texts(id).await, ["my colleague goes on", "hello"]);
        assert!(first.texts(id).await.is_empty(), "what is said now is not for it");
        assert_eq!(person.epoch(id).await, second.epoch(id).await);
    });
}

#[test]
fn of_thirty_two_members_who_commit_at_once_one_wins_each_epoch_and_nobody_is_forked() {
    const MEMBERS: usize = 32;
    let delivery = Delivery::new(&store());
    let devices: Vec<_> = (0..MEMBERS).map(|_| Device::new(staff(), &delivery)).collect();
    let (id, before) = block_on(async {
        let founder = &devices[0];
        let id = founder.client.open(founder.member, now()).await.unwrap();
        for other in &devices[1..] {
            founder.bring(id, other).await;
        }
        for device in &devices {
            assert!(device.texts(id).await.is_empty());
        }
        (id, founder.epoch(id).await.0)
    });
    let barrier = &Barrier::new(MEMBERS);
    thread::scope(|scope| {
        for device in &devices {
            scope.spawn(move || {
                barrier.wait();
                block_on(device.client.refresh(id, device.member, now())).unwrap();
            });
        }
    });
    block_on(async {
        let speaker = Random(32).below(MEMBERS);
        devices[speaker].say(id, "all here").await;
        let (epoch, digits) = devices[speaker].epoch(id).await;
        assert_eq!(epoch, before + MEMBERS as u64, "one epoch for each winner, and all won");
        for (at, device) in devices.iter().enumerate() {
            let heard = device.texts(id).await;
            assert_eq!(heard.len(), usize::from(at != speaker), "{at}: {heard:?}");
            assert_eq!(device.epoch(id).await, (epoch, digits.clone()));
        }
    });
}

#[test]
fn one_member_who_talks_and_listens_at_once_hears_everything() {
    const EACH: usize = 30;
    let delivery = Delivery::new(&store());
    let [person, first] = [seeker(), staff()].map(|member| Device::new(member, &delivery));
    let id = block_on(async {
        let id = person.client.open(person.member, now()).await.unwrap();
        person.bring(id, &first).await;
        id
    });
    let talk = |device: &Device| (0..EACH).for_each(|number| block_on(device.say(id, &format!("{number}"))));
    let heard = thread::scope(|scope| {
        scope.spawn(|| talk(&person));
        scope.spawn(|| talk(&first));
        let listen = scope.spawn(|| {
            let mut heard = Vec::new();
            while heard.len() < EACH {
                heard.extend(block_on(first.texts(id)));
            }
            heard
        });
        listen.join().unwrap()
    });
    assert!(heard.iter().map(|text| text.parse::<usize>().unwrap()).eq(0..EACH));
}
