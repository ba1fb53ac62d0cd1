use super::{Finding, Harness, Outcome};
use crate::{
    Batch, Conflict, Entry, Expect, Item, Key, Page, Prefix, Scan, Space, Store, StoreError, Version,
};
use std::{
    future::Future,
    pin::pin,
    sync::{
        Barrier,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Waker},
    thread,
};

pub(super) const PUBLIC: Space = Space::public("leeward.conformance.public");
pub(super) const NEIGHBOUR: Space = Space::public("leeward.conformance.public.b");
pub(super) const SEALED: Space = Space::sealed("leeward.conformance.sealed");
pub(super) const PERSON: Space = Space::sealed_for("leeward.conformance.person", 0);

/// A store whose calls block, and the keys that the checks use there: of a person when the store may
/// hold secrets, public ones when not.
#[derive(Clone)]
pub(super) struct Probe {
    pub(super) store: Store,
    space: Space,
}

impl Probe {
    pub(super) fn open(harness: &dyn Harness) -> Outcome<Self> {
        harness.open().map(Self::over).map_err(Finding::Harness)
    }

    pub(super) fn over(store: Store) -> Self {
        let space = if store.is_sealed() { PERSON } else { PUBLIC };
        Self { store, space }
    }

    pub(super) fn key(&self, segments: &[&[u8]]) -> Outcome<Key> {
        Ok(self.space.key(&[&[&b"subject"[..]], segments].concat())?)
    }

    pub(super) fn numbered(&self, name: &str, number: u64) -> Outcome<Key> {
        self.key(&[name.as_bytes(), &number.to_be_bytes()])
    }

    pub(super) fn prefix(&self, segments: &[&[u8]]) -> Outcome<Prefix> {
        Ok(self.space.prefix(&[&[&b"subject"[..]], segments].concat())?)
    }

    pub(super) fn named(&self, name: &str) -> Outcome<Prefix> {
        self.prefix(&[name.as_bytes()])
    }

    pub(super) fn get(&self, key: &Key) -> Outcome<Option<Entry>> {
        Ok(pollster::block_on(self.store.get(key))?)
    }

    pub(super) fn value(&self, key: &Key) -> Outcome<Option<Vec<u8>>> {
        Ok(self.get(key)?.map(|entry| entry.value.as_bytes().to_vec()))
    }

    pub(super) fn commit(&self, batch: Batch) -> Result<Version, StoreError> {
        pollster::block_on(self.store.commit(batch))
    }

    /// Commits, and lets a conflict be one of two good answers.
    pub(super) fn attempt(&self, batch: Batch) -> Outcome<Result<Version, Conflict>> {
        match self.commit(batch) {
            Ok(version) => Ok(Ok(version)),
            Err(StoreError::Conflict(conflict)) => Ok(Err(conflict)),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn put(&self, key: &Key, value: &[u8]) -> Outcome<Version> {
        let mut batch = Batch::new();
        batch.put(key.clone(), Expect::Any, value);
        Ok(self.commit(batch)?)
    }

    pub(super) fn delete(&self, key: &Key) -> Outcome<Version> {
        let mut batch = Batch::new();
        batch.delete(key.clone(), Expect::Any);
        Ok(self.commit(batch)?)
    }

    pub(super) fn scan(&self, scan: &Scan) -> Outcome<Page> {
        Ok(pollster::block_on(self.store.scan(scan))?)
    }

    /// Walks to the end.
    pub(super) fn walk(&self, scan: Scan) -> Outcome<Vec<Item>> {
        let mut items = Vec::new();
        let mut next = Some(scan);
        while let Some(scan) = next {
            let page = self.scan(&scan)?;
            ensure!(
                page.next.is_none() || !page.items.is_empty(),
                "a page was empty and not the last: {scan:?}"
            );
            items.extend(page.items);
            next = page.next;
        }
        Ok(items)
    }
}

/// Runs `task` on as many threads at once, with the number of each.
pub(super) fn race<T: Send>(tasks: u8, task: impl Fn(u8) -> Outcome<T> + Sync) -> Outcome<Vec<T>> {
    let start = Barrier::new(usize::from(tasks));
    let (start, task) = (&start, &task);
    thread::scope(|scope| {
        let run = |number| {
            scope.spawn(move || {
                start.wait();
                task(number)
            })
        };
        let running: Vec<_> = (0..tasks).map(run).collect();
        let panicked = |_| Finding::Violation("a call panicked".to_owned());
        running.into_iter().map(|task| task.join().map_err(panicked)?).collect()
    })
}

/// Two sides of a race, each of which goes on until both have done enough: so they overlap however
/// the machine schedules them.
pub(super) struct Contest {
    readers: AtomicU64,
    writers: AtomicU64,
    enough: (u64, u64),
}

impl Contest {
    /// Until so many steps of readers and so many of writers are done.
    pub(super) const fn new(reads: u64, writes: u64) -> Self {
        Self { readers: AtomicU64::new(0), writers: AtomicU64::new(0), enough: (reads, writes) }
    }

    pub(super) fn read(&self, step: impl FnMut() -> Outcome) -> Outcome {
        self.go_on(&self.readers, step)
    }

    pub(super) fn write(&self, step: impl FnMut() -> Outcome) -> Outcome {
        self.go_on(&self.writers, step)
    }

    fn go_on(&self, steps: &AtomicU64, mut step: impl FnMut() -> Outcome) -> Outcome {
        while self.is_on() {
            let done = step();
            steps.fetch_add(1, Ordering::SeqCst);
            if done.is_err() {
                self.end();
                return done;
            }
        }
        Ok(())
    }

    fn is_on(&self) -> bool {
        let (reads, writes) = self.enough;
        self.readers.load(Ordering::SeqCst) < reads || self.writers.load(Ordering::SeqCst) < writes
    }

    fn end(&self) {
        self.readers.fetch_max(self.enough.0, Ordering::SeqCst);
        self.writers.fetch_max(self.enough.1, Ordering::SeqCst);
    }
}

/// Polls a future so many times and drops it.
pub(super) fn poll_and_drop(future: impl Future, times: u64) {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..times {
        if future.as_mut().poll(&mut context).is_ready() {
            return;
        }
        thread::yield_now();
    }
}
