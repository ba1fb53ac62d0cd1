//! Conversations that nobody wrote down: two to six members on devices of their own say, add, join, remove,
//! refresh and read as a seed has it, and devices and service stop at any call of their stores. A witness who
//! listens on the wire opens whatever left a device, also what never arrived, and a plain list is the model.

use crate::{
    insider::{Insider, Said, What},
    support::{Random, identity, key, now, rounds, seeker, staff},
    wire::{Sent, Wire},
};
use leeward_event::ConversationId;
use leeward_messages::{
    Conversations, Credentials, Delivery, DeliveryService as _, Draft, Error, MAX_PAGE, MemberId, Received,
    StaffCredentials,
};
use leeward_store::{
    Batch, Expect, Scan, Space, Store, StoreError,
    testing::{Call, Fault, Plan, run_until_stuck},
};
use pollster::block_on;
use std::collections::{BTreeMap, BTreeSet};

const STATE: Space = Space::sealed_for("messages.member", 0);
const KEPT: Space = Space::sealed("test.kept");

type Client = Conversations<Wire>;

/// One member's device: its disk, which outlasts the program on it.
struct Device {
    member: MemberId,
    disk: Store,
    client: Client,
}

impl Device {
    fn new(member: MemberId, line: &Line) -> Self {
        let disk = Store::memory().assume_sealed();
        let client = line.client(&disk, &Plan::new());
        Self { member, disk, client }
    }

    /// What it read and kept, by place.
    fn kept(&self) -> BTreeMap<u64, String> {
        let mut kept = BTreeMap::new();
        let mut next = Some(Scan::all(KEPT.prefix(&[]).unwrap()));
        while let Some(scan) = next {
            let page = block_on(self.disk.scan(&scan)).unwrap();
            for item in page.items {
                let place = item.key.segments().remove(0).try_into().unwrap();
                let text = String::from_utf8(item.entry.value.as_bytes().to_vec()).unwrap();
                kept.insert(u64::from_be_bytes(place), text);
            }
            next = page.next;
        }
        kept
    }
}

/// The service, its disk, and whoever listens on the wire.
struct Line {
    disk: Store,
    sent: Sent,
}

impl Line {
    /// A program on a device, of which either store stops as planned.
    fn client(&self, disk: &Store, plan: &Plan) -> Client {
        let delivery = Delivery::new(&plan.over(&self.disk));
        let policy = StaffCredentials::signed_by([key().public_key()]);
        let wire = Wire::tapped(&delivery, &self.sent);
        Conversations::over(&plan.over(disk), wire, Credentials::new(policy, key()))
    }

    fn log(&self, id: ConversationId, member: MemberId) -> Vec<Vec<u8>> {
        let delivery = Delivery::new(&self.disk);
        let from = block_on(delivery.position(id, member)).unwrap().acknowledged;
        let page = block_on(delivery.fetch(id, member, from, MAX_PAGE, now())).unwrap();
        page.into_iter().map(|entry| entry.message).collect()
    }
}

struct Story {
    line: Line,
    id: ConversationId,
    /// The last one founded the conversation, and says nothing.
    devices: Vec<Device>,
    random: Random,
    /// Where the service said that a text is.
    accepted: BTreeMap<u64, String>,
    said: usize,
    seed: u64,
}

impl Story {
    fn begin(seed: u64) -> Self {
        let mut random = Random(seed);
        let line = Line { disk: Store::memory().assume_sealed(), sent: Sent::default() };
        let mut devices = vec![Device::new(seeker(), &line)];
        let others = 1 + random.below(5);
        devices.extend((0..=others).map(|_| Device::new(staff(), &line)));
        let founder = &devices[devices.len() - 1];
        let id = block_on(founder.client.open(founder.member, now())).unwrap();
        let mut story = Self { line, id, devices, random, accepted: BTreeMap::new(), said: 0, seed };
        for at in 0..2 {
            story.bring(at);
        }
        story
    }

    fn bring(&mut self, at: usize) {
        let (founder, guest) = (&self.devices[self.devices.len() - 1], &self.devices[at]);
        block_on(async {
            guest.client.key_package(guest.member, now()).await.unwrap();
            founder.client.add(self.id, founder.member, guest.member, now()).await.unwrap();
            guest.client.join(self.id, guest.member, now()).await.unwrap();
        });
    }

    /// What the founder's state is now, for the witness.
    fn witness(&self) -> Insider {
        let founder = &self.devices[self.devices.len() - 1];
        let identity = identity(founder.member);
        let at = STATE.key(&[self.id.as_bytes(), &identity[..1], &identity[1..]]).unwrap();
        let state = block_on(founder.disk.get(&at)).unwrap().unwrap();
        Insider::of_state(self.id, state.value.as_bytes())
    }

    /// One of them does something; in two of three times its device, or the service for it, stops meanwhile.
    fn step(&mut self) {
        let plan = Plan::new();
        if self.random.below(3) > 0 {
            let faults = [Fault::LoseRequest, Fault::LoseAnswer, Fault::HangBefore, Fault::HangAfter];
            plan.add(1 + self.random.below(16), Call::Any, faults[self.random.below(4)].clone());
        }
        let at = self.random.below(self.devices.len() - 1);
        let other = self.devices[self.random.below(self.devices.len() - 1)].member;
        let (me, id) = (self.devices[at].member, self.id);
        // The program is started anew: it knows what is on the disk, and nothing else.
        let client = self.line.client(&self.devices[at].disk, &plan);
        let ended = match self.random.below(12) {
            0..4 => self.say(&client, me),
            4..8 => run_until_stuck(client.receive_into(id, me, now(), keep)).map(|ended| ended.map(drop)),
            8 => run_until_stuck(client.key_package(me, now())),
            9 => run_until_stuck(client.add(id, me, other, now())),
            10 if other != me && self.is_in(other) => run_until_stuck(client.remove(id, me, other, now())),
            10 => run_until_stuck(client.refresh(id, me, now())),
            _ => run_until_stuck(client.join(id, me, now())),
        };
        if let Some(Err(error)) = ended {
            self.check(&error);
        }
    }

    fn say(&mut self, client: &Client, me: MemberId) -> Option<Result<(), Error>> {
        self.said += 1;
        let text = format!("{}", self.said);
        let place = match run_until_stuck(client.send(self.id, me, &Draft::text(&text), now()))? {
            Ok(place) => place,
            Err(error) => return Some(Err(error)),
        };
        assert_eq!(self.accepted.insert(place, text), None, "seed {}: a place twice", self.seed);
        Some(Ok(()))
    }

    /// Nothing that was stored or sent may ever look wrong, whatever stopped.
    fn check(&self, error: &Error) {
        let wrong = matches!(
            error,
            Error::Refused { .. }
                | Error::Missing { .. }
                | Error::RolledBack
                | Error::Corrupt { .. }
                | Error::WelcomeRefused { .. }
                | Error::SubmissionRefused { .. }
                | Error::Engine(_)
        );
        assert!(!wrong, "seed {}: {error:?}", self.seed);
    }

    /// Whether a member has joined, and can be removed without missing what was said to it.
    fn is_in(&self, member: MemberId) -> bool {
        let device = self.devices.iter().find(|device| device.member == member).unwrap();
        let client = self.line.client(&device.disk, &Plan::new());
        block_on(client.roster(self.id, member, now())).is_ok()
    }

    /// Everything runs again: what waits leaves, who was added joins, and all is read.
    fn settle(&mut self) {
        for _ in 0..3 {
            for device in &self.devices {
                let (client, me) = (self.line.client(&device.disk, &Plan::new()), device.member);
                for ended in [
                    block_on(client.join(self.id, me, now())),
                    block_on(client.last_sent(self.id, me, now())).map(drop),
                ] {
                    if let Err(error) = ended {
                        self.check(&error);
                    }
                }
                while block_on(client.unread(self.id, me, now())).unwrap_or(false) {
                    block_on(client.receive_into(self.id, me, now(), keep)).unwrap();
                }
            }
        }
    }
}

fn keep(received: &[Received], batch: &mut Batch) -> Result<(), StoreError> {
    for message in received {
        batch.put(KEPT.key(&[&message.seq.to_be_bytes()])?, Expect::Absent, message.body.expose());
    }
    Ok(())
}

/// What the witness knows of an entry of the log.
struct Entry {
    author: Vec<u8>,
    /// `None` of a commit.
    text: Option<String>,
    roster: BTreeSet<Vec<u8>>,
}

/// Opens all that left a device, epoch by epoch, and tells what the log holds from the witness's epoch on.
fn testify(witness: &mut Insider, sent: &[Vec<u8>], log: &[Vec<u8>]) -> Vec<Entry> {
    let mut distinct: Vec<&Vec<u8>> = Vec::new();
    for message in sent {
        if epoch_of(message) >= witness.epoch() && !distinct.contains(&message) {
            distinct.push(message);
        }
    }
    let mut entries: BTreeMap<usize, Entry> = BTreeMap::new();
    loop {
        let (epoch, mut next) = (witness.epoch(), None);
        let roster: BTreeSet<_> = witness.roster().into_iter().collect();
        for message in distinct.iter().filter(|message| epoch_of(message) == epoch) {
            let opened = witness.open(message);
            let place = log.iter().position(|entry| entry == *message);
            let text = match opened.what {
                What::Message(content) => Some(text_of(&content)),
                What::Commit(commit) => {
                    if place.is_some() {
                        assert!(next.replace(commit).is_none(), "two commits were taken in one epoch");
                    }
                    None
                }
            };
            if let Some(place) = place {
                let roster = roster.clone();
                entries.insert(place, Entry { author: opened.author, text, roster });
            }
        }
        match next {
            Some(commit) => witness.merge(*commit),
            None => break,
        }
    }
    assert_eq!(entries.len(), log.len(), "the log holds what nobody sent");
    entries.into_values().collect()
}

fn epoch_of(message: &[u8]) -> u64 {
    u64::from_be_bytes(message[2 + 2 + 17..][..8].try_into().unwrap())
}

/// The body in a padded content, as its format says.
fn text_of(content: &[u8]) -> String {
    let len = usize::try_from(u32::from_be_bytes(content[..4].try_into().unwrap())).unwrap();
    String::from_utf8(content[4..][..len][1 + 16 + 17 + 16 + 12 + 1..].to_vec()).unwrap()
}

/// Runs one story to its end, and compares what everybody has with what there is.
fn tell(seed: u64) {
    let mut story = Story::begin(seed);
    let founder = story.devices[story.devices.len() - 1].member;
    let first = block_on(Delivery::new(&story.line.disk).position(story.id, founder)).unwrap().acknowledged;
    let mut witness = story.witness();
    for _ in 0..20 + story.random.below(20) {
        story.step();
    }
    let silent = story.devices.pop().unwrap();
    story.settle();
    let log = story.line.log(story.id, founder);
    let sent = story.line.sent.lock().unwrap().clone();
    let entries = testify(&mut witness, &sent, &log);

    for (place, text) in &story.accepted {
        let entry = &entries[usize::try_from(place - first).unwrap()];
        assert_eq!(entry.text.as_ref(), Some(text), "seed {seed}: {place} was acknowledged");
    }
    let texts: Vec<_> = entries.iter().filter_map(|entry| entry.text.as_ref()).collect();
    assert_eq!(texts.iter().collect::<BTreeSet<_>>().len(), texts.len(), "seed {seed}: said twice");
    let last: BTreeSet<_> = witness.roster().into_iter().collect();
    for device in &story.devices {
        let me = identity(device.member);
        let heard = (first..).zip(&entries).filter_map(|(place, entry)| {
            let text = entry.text.clone().filter(|_| entry.author != me && entry.roster.contains(&me))?;
            Some((place, text))
        });
        assert_eq!(device.kept(), heard.collect(), "seed {seed}: {:?}", device.member);
        let client = story.line.client(&device.disk, &Plan::new());
        match block_on(client.roster(story.id, device.member, now())) {
            Ok(roster) => {
                assert!(last.contains(&me), "seed {seed}: it thinks that it is in");
                assert_eq!(roster.epoch, witness.epoch(), "seed {seed}: forked");
            }
            Err(error) => assert!(!last.contains(&me), "seed {seed}: {error:?}"),
        }
    }
    let client = story.line.client(&silent.disk, &Plan::new());
    while block_on(client.unread(story.id, founder, now())).unwrap() {
        block_on(client.receive(story.id, founder, now())).unwrap();
    }
    let seen = block_on(client.roster(story.id, founder, now())).unwrap();
    assert_eq!(seen.epoch, witness.epoch(), "seed {seed}: {} entries", log.len());
    let digits = seen.verification;
    for device in story.devices.iter().filter(|device| last.contains(&identity(device.member))) {
        let client = story.line.client(&device.disk, &Plan::new());
        let roster = block_on(client.roster(story.id, device.member, now())).unwrap();
        assert_eq!(roster.verification, digits, "seed {seed}: forked");
    }
}

#[test]
fn whatever_stops_nobody_is_forked_no_key_is_used_twice_and_nothing_acknowledged_is_lost() {
    let first = std::env::var("LEEWARD_MESSAGES_SEED").map_or(1, |seed| seed.parse().unwrap());
    for seed in first..first + rounds(60) {
        tell(seed);
    }
}

/// Two messages made with one key, as by a copy of a device: the witness must notice, or the stories prove nothing.
#[test]
#[should_panic(expected = "a key was used twice")]
fn the_witness_notices_a_key_that_was_used_twice() {
    let story = Story::begin(1);
    let mut witness = story.witness();
    let author = &story.devices[0];
    let at = identity(author.member);
    let at = STATE.key(&[story.id.as_bytes(), &at[..1], &at[1..]]).unwrap();
    let state = block_on(author.disk.get(&at)).unwrap().unwrap();
    block_on(author.client.receive(story.id, author.member, now())).unwrap();
    let state = block_on(author.disk.get(&at)).unwrap().unwrap_or(state);
    let said: Vec<_> = ["one", "another"]
        .iter()
        .map(|text| {
            let mut copy = Insider::of_state(story.id, state.value.as_bytes());
            let said = Said { sender: author.member, room: *story.id.as_bytes(), body: text.as_bytes() };
            copy.say(&said, |_| ())
        })
        .collect();
    assert_eq!(epoch_of(&said[0]), witness.epoch());
    testify(&mut witness, &said, &said[..1]);
}
