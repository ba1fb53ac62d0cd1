//! One member of one conversation: state in, decision and new state out. Nothing here waits or writes.

use crate::{
    AbuseReport, Credentials, Delivered, Draft, EntryKind, Error, HoldNotice, Invitation, MAX_PAGE, MemberId,
    Received, Refusal, Submission,
    content::Content,
    engine::{Claim, Commit, Engine, Judge, Processed},
    franking::{Agents, Stamp},
    record::{Inbox, Outbox, State, Values},
    transcript::TranscriptKey,
};
use jiff::Timestamp;
use leeward_event::ConversationId;
use ring::rand::SystemRandom;
use std::collections::BTreeSet;

/// Whose state it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seat {
    pub(crate) conversation: ConversationId,
    pub(crate) member: MemberId,
}

/// A state that is awake.
pub(crate) struct Device {
    seat: Seat,
    engine: Engine,
    /// All but the values, which the engine holds.
    rest: State,
}

/// What a commit does.
pub(crate) enum Change {
    Add(Claim),
    Remove(MemberId),
    Readmit(Claim),
    Refresh,
}

impl Device {
    pub(crate) fn found(seat: Seat, credentials: &Credentials, now: Timestamp) -> Result<Self, Error> {
        let engine = Engine::found(seat.conversation, seat.member, credentials, now)?;
        Ok(Self { seat, engine, rest: beginning(0, None) })
    }

    pub(crate) fn join(
        seat: Seat,
        waiting: &Invitation,
        last_sent: Option<u64>,
        private: &Values,
        judge: Judge<'_>,
    ) -> Result<Self, Error> {
        let engine = Engine::join(seat.conversation, seat.member, private, &waiting.welcome, judge)?;
        Ok(Self {
            seat,
            engine,
            rest: State { joined_at: Some(waiting.first), ..beginning(waiting.first, last_sent) },
        })
    }

    pub(crate) fn wake(seat: Seat, state: &State) -> Result<Self, Error> {
        let values = state.values.as_ref().ok_or(Error::NotAMember)?;
        let engine = Engine::load(seat.conversation, seat.member, values)?;
        let (outbox, own) = (state.outbox.clone(), state.own.clone());
        let State { cursor, last_sent, joined_at, held, .. } = *state;
        let rest = State { cursor, last_sent, joined_at, held, outbox, own, values: None };
        Ok(Self { seat, engine, rest })
    }

    pub(crate) fn sleep(self) -> State {
        State { values: Some(self.engine.into_values()), ..self.rest }
    }

    fn without_keys(self) -> State {
        State { outbox: None, joined_at: None, own: BTreeSet::new(), ..self.rest }
    }

    pub(crate) const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// With a message in the outbox.
    pub(crate) fn send(
        mut self,
        draft: &Draft,
        transcript: Option<&TranscriptKey>,
        now: Timestamp,
    ) -> Result<State, Error> {
        let (Seat { member, conversation }, rng) = (self.seat, SystemRandom::new());
        let made = Content::seal(member, conversation, draft, now, &rng)?;
        let message = self.engine.encrypt(made.expose_data(), &made.aad())?;
        let mut submission = Submission::new(message, self.rest.last_sent);
        if let Some(key) = transcript {
            let record = key.seal(conversation, member, &made.tag(), made.expose_data(), &rng)?;
            submission = submission.recorded(record);
        }
        self.rest.outbox = Some(Outbox { submission, is_commit: false });
        Ok(self.sleep())
    }

    /// With a commit in the outbox.
    pub(crate) fn commit(
        mut self,
        change: &Change,
        credentials: &Credentials,
        now: Timestamp,
    ) -> Result<State, Error> {
        self.engine.renew(credentials, now)?;
        let commit = match change {
            Change::Add(claim) => self.engine.add(claim.clone()),
            Change::Remove(member) => self.engine.remove(*member),
            Change::Readmit(claim) => self.engine.readmit(claim.clone()),
            Change::Refresh => self.engine.refresh(),
        }?;
        let submission = change.announce(commit, self.rest.last_sent);
        self.rest.outbox = Some(Outbox { submission, is_commit: true });
        Ok(self.sleep())
    }

    /// Without the commit that lost its race.
    pub(crate) fn give_up(mut self) -> Result<State, Error> {
        self.engine.give_up()?;
        Ok(self.sleep())
    }
}

impl Change {
    fn announce(&self, commit: Commit, previous: Option<u64>) -> Submission {
        let submission = Submission::new(commit.entry, previous);
        let submission = match self {
            Self::Remove(member) => submission.removing(*member),
            Self::Readmit(claim) => submission.removing(claim.member()),
            Self::Add(_) | Self::Refresh => submission,
        };
        match (self, commit.welcome) {
            (Self::Add(claim) | Self::Readmit(claim), Some(welcome)) => {
                submission.adding(claim.member(), welcome)
            }
            _ => submission,
        }
    }
}

const fn beginning(cursor: u64, last_sent: Option<u64>) -> State {
    let own = BTreeSet::new();
    State { cursor, last_sent, joined_at: None, held: None, outbox: None, own, values: None }
}

/// What a member reads, and its state after that.
pub(crate) struct Reading {
    pub(crate) state: State,
    pub(crate) messages: Vec<Message>,
    /// Whether no time to live counts.
    pub(crate) held: bool,
    /// Whether the log may hold more that this member can look at.
    pub(crate) more: bool,
}

/// A message, as it is handed out now and as it is kept for later.
pub(crate) struct Message {
    pub(crate) received: Received,
    pub(crate) inbox: Inbox,
}

/// What entries are judged with.
#[derive(Clone, Copy)]
pub(crate) struct With<'a> {
    pub(crate) judge: Judge<'a>,
    pub(crate) agents: &'a Agents,
    /// Whether a hold stands that is told of further on.
    pub(crate) held: bool,
}

/// Takes entries in their order, up to the first that is refused. An error tells of the first entry.
/// `own_commit` is the place where the commit in the outbox was accepted.
pub(crate) fn receive(
    seat: Seat,
    state: &State,
    entries: &[Delivered],
    own_commit: Option<u64>,
    with: With<'_>,
) -> Result<Reading, Error> {
    if entries.is_empty() {
        let held = state.held.is_some();
        return Ok(Reading { state: state.clone(), messages: Vec::new(), held, more: false });
    }
    match take(seat, state, entries, own_commit, with) {
        Ok(reading) => Ok(reading),
        Err(Stop { at: 0, error }) => Err(error),
        // The engine may have moved under a refused entry, so that what came before is taken anew.
        Err(Stop { at, .. }) => {
            let before = entries.get(..at).unwrap_or_default();
            let reading = take(seat, state, before, own_commit, with).map_err(|stop| stop.error)?;
            Ok(Reading { more: true, ..reading })
        }
    }
}

struct Stop {
    at: usize,
    error: Error,
}

fn take(
    seat: Seat,
    state: &State,
    entries: &[Delivered],
    own_commit: Option<u64>,
    with: With<'_>,
) -> Result<Reading, Stop> {
    let mut device = Device::wake(seat, state).map_err(|error| Stop { at: 0, error })?;
    let mut messages = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        match device.take_one(entry, own_commit, with).map_err(|error| Stop { at, error })? {
            Taken::Message(message) => messages.push(*message),
            Taken::Nothing => {}
            Taken::Removal => {
                let held = device.is_held(with);
                return Ok(Reading { state: device.without_keys(), messages, held, more: false });
            }
        }
    }
    let held = device.is_held(with);
    Ok(Reading { state: device.sleep(), messages, held, more: entries.len() >= MAX_PAGE })
}

enum Taken {
    Message(Box<Message>),
    Nothing,
    Removal,
}

impl Device {
    fn take_one(
        &mut self,
        entry: &Delivered,
        own_commit: Option<u64>,
        with: With<'_>,
    ) -> Result<Taken, Error> {
        let seq = entry.place;
        let refused = |why| Error::Refused { seq, why };
        let taken = if own_commit == Some(seq) {
            self.merge_own(entry)?
        } else if entry.kind == EntryKind::Mls {
            // By the time it was accepted: whoever reads it late takes what the others took.
            let judge = Judge { now: entry.accepted_at.min(with.judge.now), ..with.judge };
            match self.engine.process(&entry.message, judge).map_err(refused)? {
                Processed::Message { from, plaintext, aad } => {
                    let inbox = Inbox { from, aad, stamp: entry.stamp.clone(), plaintext };
                    self.hear(seq, inbox, with).map_err(refused)?
                }
                Processed::Own => self.meet_own(seq).map_err(refused)?,
                Processed::Commit => Taken::Nothing,
                Processed::Removed => Taken::Removal,
            }
        } else {
            if entry.kind == EntryKind::Notice {
                let notice = with.agents.check_notice(self.seat.conversation, seq, &entry.message);
                self.rest.held = Some(notice.map_err(refused)?).filter(HoldNotice::stands);
            }
            // A place where nothing is said, or no longer.
            self.rest.own.remove(&seq);
            Taken::Nothing
        };
        self.rest.cursor = seq.saturating_add(1);
        Ok(taken)
    }

    const fn is_held(&self, with: With<'_>) -> bool {
        self.rest.held.is_some() || with.held
    }

    /// What nobody could report is refused, and what is over is not read, unless it is held.
    fn hear(&self, seq: u64, inbox: Inbox, with: With<'_>) -> Result<Taken, Refusal> {
        let conversation = self.seat.conversation;
        let received = read(conversation, seq, &inbox)?;
        with.agents.check(&Stamp::decode(&inbox.stamp)?, inbox.from, conversation)?;
        let over = received.is_over(with.judge.now) && !self.is_held(with);
        Ok(if over { Taken::Nothing } else { Taken::Message(Box::new(Message { received, inbox })) })
    }

    /// The engine knows an own message by its sender alone, without opening it: one at a place where
    /// this member sent none is a copy, laid over what somebody else said.
    fn meet_own(&mut self, seq: u64) -> Result<Taken, Refusal> {
        if self.rest.own.remove(&seq) { Ok(Taken::Nothing) } else { Err(Refusal::NotAuthentic) }
    }

    /// Merges the commit in the outbox, at the place where it was accepted.
    fn merge_own(&mut self, entry: &Delivered) -> Result<Taken, Error> {
        let seq = entry.place;
        let same = self.rest.outbox.as_ref().is_some_and(|own| own.submission.message == entry.message);
        if !same {
            return Err(Error::Refused { seq, why: Refusal::NotAuthentic });
        }
        self.engine.merge()?;
        self.rest.outbox = None;
        self.rest.last_sent = Some(seq);
        Ok(Taken::Nothing)
    }
}

/// The message in a plaintext, if its author is the one that the credential names. Its stamp is not checked.
pub(crate) fn read(conversation: ConversationId, seq: u64, inbox: &Inbox) -> Result<Received, Refusal> {
    let content = Content::open(&inbox.plaintext, &inbox.aad, inbox.from, conversation)?;
    let stamp = Stamp::decode(&inbox.stamp)?;
    let accepted_at = stamp.accepted_at().ok_or(Refusal::Franking)?;
    let Content { kind, sent_at, body, time_to_live, .. } = content;
    let expires_at = time_to_live.map(|time| time.after(accepted_at));
    let report = AbuseReport::new(&stamp, &inbox.plaintext);
    Ok(Received { seq, from: inbox.from, sent_at, accepted_at, expires_at, kind, body, report })
}
