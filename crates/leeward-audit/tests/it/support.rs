//! Events to log, and a log to put them in.

use leeward_audit::{
    AuditLog, Logged, Reader, SealChecker, SealError, SealKey, Sealed,
    merkle::{Frontier, leaf_hash},
    tiles::{TileKind, TilePath, split_bundle},
};
use leeward_event::{
    Action, Actor, CoarseTime, Component, ConversationId, Event, Purpose, StaffId, Subject, outbox::Staged,
};
use leeward_store::{Batch, Store, Timestamp};
use pollster::block_on;
use ring::rand::SystemRandom;
use std::{future::poll_fn, path::Path, task::Poll};

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

/// Runs them at the same time on this thread.
pub(crate) fn together<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut futures: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    block_on(poll_fn(|context| {
        for (future, result) in &mut futures {
            if result.is_none()
                && let Poll::Ready(done) = future.as_mut().poll(context)
            {
                *result = Some(done);
            }
        }
        if futures.iter().all(|(_, result)| result.is_some()) { Poll::Ready(()) } else { Poll::Pending }
    }));
    futures.into_iter().filter_map(|(_, result)| result).collect()
}

/// The entries of a published log, in order.
pub(crate) fn entries(dir: &Path, size: u64) -> Vec<Vec<u8>> {
    let full = (0..size / 256).filter_map(|index| TilePath::new(TileKind::Entries, index, 256));
    let paths = full.chain(TilePath::partial(TileKind::Entries, size));
    let bundle = |path: TilePath| {
        let bytes = std::fs::read(dir.join(path.to_string())).unwrap();
        split_bundle(&bytes, path.width()).unwrap().into_iter().map(<[u8]>::to_vec).collect::<Vec<_>>()
    };
    paths.flat_map(bundle).collect()
}

/// Checks the seals of a published log.
pub(crate) fn check_seals(
    entries: &[Vec<u8>],
    key: &SealKey,
    until: Option<CoarseTime>,
) -> Result<Sealed, SealError> {
    let (mut checker, mut tree) = (SealChecker::new(key), Frontier::new());
    for entry in entries {
        checker.entry(entry, || tree.root())?;
        tree.append(leaf_hash(entry));
    }
    checker.finish(until)
}
