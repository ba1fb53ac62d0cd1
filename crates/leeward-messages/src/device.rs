//! One member of one conversation: state in, decision and new state out. Nothing here waits or writes.

use crate::{
    Draft, Error, MemberId, Received, Refusal,
    content::Content,
    engine::{Claim, Engine, Processed},
    record::{self, Head, State, Welcome},
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
    cursor: u64,
    last_sent: Option<u64>,
    own: BTreeSet<u64>,
}

/// What is to be stored, all of it or nothing: the new state, and one more entry of the log.
pub(crate) struct Append {
    pub(crate) seq: u64,
    pub(crate) entry: Vec<u8>,
    pub(crate) head: Head,
    pub(crate) state: State,
}

impl Device {
    pub(crate) fn found(seat: Seat, now: Timestamp) -> Result<Self, Error> {
        let engine = Engine::found(seat.conversation, seat.member, now)?;
        Ok(Self { seat, engine, cursor: 0, last_sent: None, own: BTreeSet::new() })
    }

    pub(crate) fn join(seat: Seat, welcome: &Welcome, private: &record::Values) -> Result<Self, Error> {
        let engine = Engine::join(seat.conversation, seat.member, private, &welcome.message)?;
        Ok(Self { seat, engine, cursor: welcome.cursor, last_sent: None, own: BTreeSet::new() })
    }

    pub(crate) fn wake(seat: Seat, state: &State) -> Result<Self, Error> {
        let values = state.values.as_ref().ok_or(Error::NotAMember)?;
        let engine = Engine::load(seat.conversation, seat.member, values)?;
        let own = state.own.clone();
        Ok(Self { seat, engine, cursor: state.cursor, last_sent: state.last_sent, own })
    }

    pub(crate) fn sleep(self) -> State {
        let values = Some(self.engine.into_values());
        State { cursor: self.cursor, last_sent: self.last_sent, own: self.own, values }
    }

    fn without_keys(self) -> State {
        State { cursor: self.cursor, last_sent: self.last_sent, own: BTreeSet::new(), values: None }
    }

    pub(crate) const fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(crate) fn send(mut self, head: Head, body: &[u8], now: Timestamp) -> Result<Append, Error> {
        self.check_epoch(head)?;
        let Seat { member, conversation } = self.seat;
        let made = Content::seal(member, conversation, &Draft::bytes(body), now, &SystemRandom::new())?;
        let entry = self.engine.encrypt(made.expose_data(), &made.aad())?;
        let after = head.after_message()?;
        if self.cursor == head.next {
            self.cursor = after.next;
        } else {
            self.own.insert(head.next);
        }
        self.last_sent = Some(head.next);
        Ok(self.append(head.next, &entry, after))
    }

    /// Adds a member: what to append, and the welcome.
    pub(crate) fn add(
        mut self,
        head: Head,
        member: MemberId,
        claim: Option<Claim>,
    ) -> Result<(Append, Welcome), Error> {
        self.check_caught_up(head)?;
        self.engine.check_room_for(member)?;
        let commit = self.engine.add(claim.ok_or(Error::NoKeyPackage)?)?;
        let append = self.append_commit(head, &commit.entry)?;
        let cursor = append.head.next;
        Ok((append, Welcome { cursor, key_package: commit.key_package, message: commit.welcome }))
    }

    pub(crate) fn remove(mut self, head: Head, member: MemberId) -> Result<Append, Error> {
        self.check_caught_up(head)?;
        let entry = self.engine.remove(member)?;
        self.append_commit(head, &entry)
    }

    fn append_commit(mut self, head: Head, entry: &[u8]) -> Result<Append, Error> {
        let after = head.after_commit()?;
        self.cursor = after.next;
        Ok(self.append(head.next, entry, after))
    }

    fn append(self, seq: u64, entry: &[u8], head: Head) -> Append {
        Append { seq, entry: record::wrap(entry), head, state: self.sleep() }
    }

    fn check_epoch(&self, head: Head) -> Result<(), Error> {
        if self.engine.epoch() == head.epoch { Ok(()) } else { Err(Error::EpochConflict) }
    }

    /// A commit ends its epoch: what its author has not read by then, it could never read.
    fn check_caught_up(&self, head: Head) -> Result<(), Error> {
        self.check_epoch(head)?;
        if self.cursor == head.next { Ok(()) } else { Err(Error::Unread) }
    }
}

/// An entry of the log, as it is stored.
pub(crate) struct Stored {
    pub(crate) seq: u64,
    pub(crate) record: leeward_store::Value,
}

/// What a member reads, and its state after that.
pub(crate) type Reading = (State, Vec<Received>);

/// Takes entries in their order, up to the first that is refused. An error tells of the first entry.
pub(crate) fn receive(
    seat: Seat,
    state: &State,
    entries: &[Stored],
    now: Timestamp,
) -> Result<Reading, Error> {
    match take(seat, state, entries, now) {
        Ok(reading) => Ok(reading),
        Err(Stop { at: 0, error }) => Err(error),
        // The engine may have moved under a refused entry, so that what came before is taken anew.
        Err(Stop { at, .. }) => {
            let before = entries.get(..at).unwrap_or_default();
            take(seat, state, before, now).map_err(|stop| stop.error)
        }
    }
}

struct Stop {
    at: usize,
    error: Error,
}

fn take(seat: Seat, state: &State, entries: &[Stored], now: Timestamp) -> Result<Reading, Stop> {
    let mut device = Device::wake(seat, state).map_err(|error| Stop { at: 0, error })?;
    let mut received = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        match device.take_one(entry, now).map_err(|error| Stop { at, error })? {
            Taken::Message(message) => received.push(message),
            Taken::Nothing => {}
            Taken::Removal => {
                return Ok((device.without_keys(), received));
            }
        }
    }
    Ok((device.sleep(), received))
}

enum Taken {
    Message(Received),
    Nothing,
    Removal,
}

impl Device {
    fn take_one(&mut self, entry: &Stored, now: Timestamp) -> Result<Taken, Error> {
        let seq = entry.seq;
        if seq != self.cursor {
            return Err(Error::Missing { seq: self.cursor });
        }
        let bytes = record::unwrap(entry.record.as_bytes())?;
        let processed = self.engine.process(bytes, now).map_err(|why| Error::Refused { seq, why })?;
        let taken = match processed {
            Processed::Message { from, plaintext, aad } => {
                let content = Content::open(&plaintext, &aad, from, self.seat.conversation);
                let Content { kind, sent_at, body, .. } =
                    content.map_err(|why| Error::Refused { seq, why })?;
                Taken::Message(Received { seq, from, sent_at, kind, body })
            }
            // The engine knows an own message by its sender alone, without opening it: one at a place where
            // this member sent none is a copy, laid over what somebody else said.
            Processed::Own if !self.own.remove(&seq) => {
                return Err(Error::Refused { seq, why: Refusal::NotAuthentic });
            }
            Processed::Own | Processed::Commit => Taken::Nothing,
            Processed::Removed => Taken::Removal,
        };
        self.cursor = seq.saturating_add(1);
        Ok(taken)
    }
}
