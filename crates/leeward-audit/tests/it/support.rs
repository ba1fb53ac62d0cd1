//! Events to log, and a log to put them in.

use leeward_audit::{AuditLog, Logged, Reader};
use leeward_event::{
    Action, Actor, Component, ConversationId, Event, Purpose, StaffId, Subject, outbox::Staged,
};
use leeward_store::{Batch, Store, Timestamp};
use pollster::block_on;
use ring::rand::SystemRandom;
use std::path::Path;

pub(crate) const ORIGIN: &str = "example.org/audit";

pub(crate) fn store() -> Store {
    Store::memory().assume_sealed()
}

pub(crate) fn now() -> Timestamp {
    Timestamp::from_second(1_794_000_000).unwrap()
}

pub(crate) fn open(store: &Store, dir: &Path) -> AuditLog {
    block_on(AuditLog::open(store, dir, ORIGIN)).unwrap()
}

/// Event number `n`: its actor tells the number, and it concerns one of ten conversations, or nobody.
pub(crate) fn event(n: u64) -> Event {
    let event = Event::new(Action::RecordRead, Actor::Staff(StaffId::from_bytes(id(n))), now());
    if n % 11 == 10 { event } else { event.about(Subject::Conversation(conversation(n % 11))) }
}

pub(crate) fn conversation(n: u64) -> ConversationId {
    ConversationId::from_bytes(id(n))
}

fn id(n: u64) -> [u8; 16] {
    (u128::from(n) << 64 | 1).to_be_bytes()
}

/// The number of an event that [`event`] made.
pub(crate) fn number(event: &Event) -> u64 {
    let id = event.who().id_bytes().unwrap();
    u64::from_be_bytes(id[..8].try_into().unwrap())
}

/// Stages events, each in a batch of its own.
pub(crate) fn stage(store: &Store, numbers: impl IntoIterator<Item = u64>) {
    for n in numbers {
        let mut batch = Batch::new();
        event(n).stage(&mut batch, &SystemRandom::new()).unwrap();
        block_on(store.commit(batch)).unwrap();
    }
}

/// Stages events, a hundred to a batch.
pub(crate) fn stage_together(store: &Store, numbers: std::ops::Range<u64>) {
    for start in numbers.clone().step_by(100) {
        let mut batch = Batch::new();
        for n in start..numbers.end.min(start + 100) {
            event(n).stage(&mut batch, &SystemRandom::new()).unwrap();
        }
        block_on(store.commit(batch)).unwrap();
    }
}

/// Who reads in these tests, unless it matters.
pub(crate) fn reader() -> Reader {
    Reader::new(Actor::Component(Component::Audit), Purpose::Compliance)
}

/// What waits to be logged.
pub(crate) fn outbox(store: &Store) -> Vec<Staged> {
    block_on(leeward_event::outbox::pending(store, 1_000)).unwrap()
}

/// Reads an entry, which leaves an event in the outbox.
pub(crate) fn read(log: &AuditLog, index: u64) -> Logged {
    block_on(log.read(index, &reader(), now())).unwrap()
}

/// A published log of `size` entries.
pub(crate) fn published(dir: &Path, size: u64) -> (Store, AuditLog) {
    let store = store();
    let log = open(&store, dir);
    stage(&store, 0..size);
    block_on(log.drain(now())).unwrap();
    block_on(log.publish(now())).unwrap();
    (store, log)
}

/// The numbers of the logged events, in order.
pub(crate) fn logged(log: &AuditLog) -> Vec<u64> {
    let size = block_on(log.size()).unwrap();
    (0..size).map(|index| number(&read(log, index).event.unwrap())).collect()
}
