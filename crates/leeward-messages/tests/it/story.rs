//! Conversations that nobody wrote down: two to six members on devices of their own say, add, join, remove, readmit,
//! refresh and read as a seed has it, by two processes at once too, are restored from older copies and rejoin, and
//! devices and service stop at any call of their stores. What has a time to live ends with it. A witness who
//! listens on the wire opens whatever left a device, also what never arrived, and a plain list is the model. Staff keep
//! the transcript.

mod device;
mod transcript;
mod witness;

use crate::{
    insider::{Insider, Said},
    support::{Random, identity, now, rounds, seeker, staff},
    wire::Sent,
};
use device::{Client, Device, Line, both, keep};
use leeward_event::ConversationId;
use leeward_messages::{Delivery, DeliveryService as _, Draft, Error, MAX_PAGE, MemberId, TimeToLive};
use leeward_store::{
    Batch, Expect, Key, Space, Store, Timestamp,
    testing::{Call, Fault, Plan, run_until_stuck},
};
use pollster::block_on;
use std::collections::{BTreeMap, BTreeSet};
use witness::{Entry, epoch_of, testify};

const STATE: Space = Space::sealed_for("messages.member", 0);

struct Story {
    line: Line,
    id: ConversationId,
    /// The last one founded the conversation, and says nothing.
    devices: Vec<Device>,
    random: Random,
    /// Where the service said that a text is.
    accepted: BTreeMap<u64, String>,
    said: usize,
    /// Whose device was restored from an older copy, at some time.
    restored: BTreeSet<MemberId>,
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
        let (accepted, restored) = (BTreeMap::new(), BTreeSet::new());
        let mut story = Self { line, id, devices, random, accepted, said: 0, restored, seed };
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
        let state = block_on(founder.disk.get(&self.state_key(founder.member))).unwrap().unwrap();
        Insider::of_state(self.id, state.value.as_bytes())
    }

    fn state_key(&self, member: MemberId) -> Key {
        let identity = identity(member);
        STATE.key(&[self.id.as_bytes(), &identity[..1], &identity[1..]]).unwrap()
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
        self.keep_transcript(&self.line.client(&self.devices[at].disk, &Plan::new()), me);
        let client = self.line.client(&self.devices[at].disk, &plan);
        let ended = match self.random.below(16) {
            0..4 => self.say(&client, me),
            4..8 => run_until_stuck(client.receive_into(id, me, now(), keep)).map(|ended| ended.map(drop)),
            8 => run_until_stuck(client.key_package(me, now())),
            9 => run_until_stuck(client.add(id, me, other, now())),
            10 if other != me && self.is_in(other) => run_until_stuck(client.remove(id, me, other, now())),
            10 => run_until_stuck(client.refresh(id, me, now())),
            11 if other != me && self.is_in(other) => run_until_stuck(client.readmit(id, me, other, now())),
            11 => run_until_stuck(client.rejoin(id, me, now())),
            12 => self.talk_and_listen(at, &plan),
            13 => self.restore(at),
            14 => {
                let delivery = Delivery::new(&plan.over(&self.line.disk));
                run_until_stuck(delivery.prune(id, now())).map(|ended| ended.map(drop))
            }
            _ => run_until_stuck(client.join(id, me, now())),
        };
        if let Some(Err(error)) = ended {
            self.check(me, &error);
        }
    }

    /// Two processes of one member, taking turns call by call.
    fn talk_and_listen(&mut self, at: usize, plan: &Plan) -> Option<Result<(), Error>> {
        for _ in 0..4 {
            let (call, polls) = (1 + self.random.below(16), 1 + self.random.below(3));
            plan.add(call, Call::Any, Fault::Delay(u32::try_from(polls).unwrap()));
        }
        let (disk, me, id) = (self.devices[at].disk.clone(), self.devices[at].member, self.id);
        let [one, other] = [0, 1].map(|_| self.line.client(&disk, plan));
        let (text, draft) = self.draft();
        let send = one.send(id, me, &draft, now());
        let (sent, heard) = run_until_stuck(both(send, other.receive_into(id, me, now(), keep)))?;
        self.checked(me, heard.map(drop));
        Some(sent.map(|place| self.accept(place, text)))
    }

    /// A device is restored from a copy that is one message older: it is found out, and sends nothing.
    fn restore(&mut self, at: usize) -> Option<Result<(), Error>> {
        let (disk, me) = (self.devices[at].disk.clone(), self.devices[at].member);
        let (row, client) = (self.state_key(me), self.line.client(&disk, &Plan::new()));
        let copy = block_on(disk.get(&row)).unwrap()?;
        match self.say(&client, me)? {
            Ok(()) => {}
            refused => return Some(refused),
        }
        let mut batch = Batch::new();
        batch.put(row, Expect::Any, copy.value);
        block_on(disk.commit(batch)).unwrap();
        self.restored.insert(me);
        let sent = self.line.sent.lock().unwrap().len();
        let again = block_on(client.send(self.id, me, &Draft::text("again"), now()));
        assert!(matches!(again, Err(Error::RolledBack)), "seed {}: {again:?}", self.seed);
        assert_eq!(self.line.sent.lock().unwrap().len(), sent, "seed {}: it left", self.seed);
        None
    }

    /// Something that nobody said before; each third ends in an hour.
    fn draft(&mut self) -> (String, Draft) {
        self.said += 1;
        let text = self.said.to_string();
        let draft = Draft::text(&text);
        let draft = if ends(&text) { draft.disappearing(TimeToLive::hours(1).unwrap()) } else { draft };
        (text, draft)
    }

    fn accept(&mut self, place: u64, text: String) {
        assert_eq!(self.accepted.insert(place, text), None, "seed {}: a place twice", self.seed);
    }

    fn say(&mut self, client: &Client, me: MemberId) -> Option<Result<(), Error>> {
        let (text, draft) = self.draft();
        let sent = run_until_stuck(client.send(self.id, me, &draft, now()))?;
        Some(sent.map(|place| self.accept(place, text)))
    }

    /// Nothing that was stored or sent may ever look wrong, whatever stopped.
    fn check(&self, me: MemberId, error: &Error) {
        if matches!(error, Error::RolledBack) && self.restored.contains(&me) {
            return;
        }
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
        let invited = block_on(Delivery::new(&self.line.disk).invitation(self.id, member)).unwrap();
        invited.is_none() && block_on(client.roster(self.id, member, now())).is_ok()
    }

    /// Everything runs again: what waits leaves, who was added or restored joins, and all is read.
    fn settle(&self) {
        for _ in 0..3 {
            for device in &self.devices {
                let (client, me) = (self.line.client(&device.disk, &Plan::new()), device.member);
                self.checked(me, block_on(client.join(self.id, me, now())));
                if self.restored.contains(&me) {
                    self.come_back(&client, me);
                }
                self.checked(me, block_on(client.last_sent(self.id, me, now())).map(drop));
                while block_on(client.unread(self.id, me, now())).unwrap_or(false) {
                    block_on(client.receive_into(self.id, me, now(), keep)).unwrap();
                }
            }
        }
    }

    fn checked(&self, me: MemberId, ended: Result<(), Error>) {
        if let Err(error) = ended {
            self.check(me, &error);
        }
    }

    /// Whoever was restored lets go of the old state, and another one readmits it.
    fn come_back(&self, client: &Client, me: MemberId) {
        match block_on(client.rejoin(self.id, me, now())) {
            Ok(()) | Err(Error::NotAMember | Error::TooManyKeyPackages) => {}
            Err(error) => return self.check(me, &error),
        }
        drop(block_on(client.key_package(me, now())));
        let mut others = self.devices.iter().filter(|other| other.member != me && self.is_well(other));
        if let Some(other) = others.next_back() {
            let helper = self.line.client(&other.disk, &Plan::new());
            self.checked(other.member, block_on(helper.readmit(self.id, other.member, me, now())));
            self.checked(me, block_on(client.join(self.id, me, now())));
        }
    }

    /// Whether a device is in, and its state no older copy.
    fn is_well(&self, device: &Device) -> bool {
        let client = self.line.client(&device.disk, &Plan::new());
        block_on(client.last_sent(self.id, device.member, now())).is_ok()
    }

    /// Everyone who can says one more line, and all read it. Returns where these lines begin.
    fn say_goodbye(&mut self) -> u64 {
        let mut first = u64::MAX;
        for at in 0..self.devices.len() {
            if self.is_well(&self.devices[at]) {
                let client = self.line.client(&self.devices[at].disk, &Plan::new());
                self.say(&client, self.devices[at].member).unwrap().unwrap();
                first = first.min(*self.accepted.keys().last().unwrap());
            }
        }
        self.settle();
        first
    }

    /// In two hours, what was to end is gone at the service, and nothing else.
    fn outlive(&self, founder: MemberId, first: u64, entries: &[Entry]) {
        let later = Timestamp::from_second(now().as_second() + 2 * 60 * 60).unwrap();
        let delivery = Delivery::new(&self.line.disk);
        block_on(delivery.prune(self.id, later)).unwrap();
        let page = block_on(delivery.fetch(self.id, founder, first, MAX_PAGE, later)).unwrap();
        assert_eq!(page.len(), entries.len());
        for (left, entry) in page.iter().zip(entries) {
            let ended = entry.text.as_deref().is_some_and(ends);
            assert_eq!(left.message.is_empty(), ended, "seed {}: {:?}", self.seed, entry.text);
        }
    }
}

/// Whether a text has an hour to live.
fn ends(text: &str) -> bool {
    text.parse::<usize>().unwrap().is_multiple_of(3)
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
    let recorded = story.somebody_records();
    let goodbye = story.say_goodbye();
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
        let (mut kept, mut heard) = (device.kept(), heard.collect::<BTreeMap<_, _>>());
        if story.restored.contains(&device.member) {
            // What it had not read when it was found out is lost to it, and nothing else is.
            assert!(kept.iter().all(|(place, text)| heard.get(place) == Some(text)), "seed {seed}");
            (kept, heard) = (kept.split_off(&goodbye), heard.split_off(&goodbye));
            heard.retain(|_, _| story.is_well(device));
        }
        assert_eq!(kept, heard, "seed {seed}: {:?}", device.member);
        let client = story.line.client(&device.disk, &Plan::new());
        match block_on(client.roster(story.id, device.member, now())) {
            Ok(roster) => {
                assert!(last.contains(&me), "seed {seed}: it thinks that it is in");
                assert_eq!(roster.epoch, witness.epoch(), "seed {seed}: forked");
            }
            Err(error) => {
                let stranded =
                    story.restored.contains(&device.member) && !somebody_else_is_well(&story, device);
                assert!(!last.contains(&me) || stranded, "seed {seed}: {error:?}");
            }
        }
    }
    story.check_transcript(first, recorded.then_some(goodbye), &entries);
    story.outlive(founder, first, &entries);
    let client = story.line.client(&silent.disk, &Plan::new());
    while block_on(client.unread(story.id, founder, now())).unwrap() {
        block_on(client.receive(story.id, founder, now())).unwrap();
    }
    let seen = block_on(client.roster(story.id, founder, now())).unwrap();
    assert_eq!(seen.epoch, witness.epoch(), "seed {seed}: {} entries", log.len());
    let digits = seen.verification;
    for device in story.devices.iter().filter(|device| last.contains(&identity(device.member))) {
        let client = story.line.client(&device.disk, &Plan::new());
        // Nobody was there to readmit one who is stranded.
        if let Ok(roster) = block_on(client.roster(story.id, device.member, now())) {
            assert_eq!(roster.verification, digits, "seed {seed}: forked");
        }
    }
}

/// Whether there was a member who could readmit this one: the founder does not.
fn somebody_else_is_well(story: &Story, device: &Device) -> bool {
    story.devices.iter().any(|other| other.member != device.member && story.is_well(other))
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
    block_on(author.client.receive(story.id, author.member, now())).unwrap();
    let state = block_on(author.disk.get(&story.state_key(author.member))).unwrap().unwrap();
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
