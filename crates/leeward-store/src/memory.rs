use crate::{Action, Backend, Batch, Conflict, Entry, Key, Op, Page, Scan, StoreError, Timestamp, Version};
use std::{
    collections::BTreeMap,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// A backend in memory, for tests and for state that need not survive.
#[derive(Default)]
pub struct MemoryBackend {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    rows: BTreeMap<Vec<u8>, Entry>,
    last: u64,
}

impl MemoryBackend {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No method can panic half-way through a change, so a poisoned lock guards a whole state.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Backend for MemoryBackend {
    async fn get(&self, key: &Key) -> Result<Option<Entry>, StoreError> {
        Ok(self.state().rows.get(key.as_bytes()).cloned())
    }

    async fn scan(&self, scan: &Scan) -> Result<Page, StoreError> {
        let (low, high) = scan.range();
        if low >= high {
            return Ok(Page::default());
        }
        let state = self.state();
        let rows = state.rows.range(low..high).map(|(key, entry)| Ok((key.clone(), entry.clone())));
        if scan.is_backward() { scan.page(rows.rev()) } else { scan.page(rows) }
    }

    async fn commit(&self, batch: Batch) -> Result<Version, StoreError> {
        let mut state = self.state();
        state.check(&batch)?;
        let version = state.next_version(batch.writes())?;
        for op in batch.into_ops() {
            state.apply(op, version);
        }
        Ok(version)
    }

    async fn purge(&self, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
        let mut state = self.state();
        let expired = |entry: &Entry| entry.expires_at.is_some_and(|at| at <= now);
        let keys: Vec<_> = state
            .rows
            .iter()
            .filter(|(_, entry)| expired(entry))
            .map(|(key, _)| key.clone())
            .take(limit)
            .collect();
        for key in &keys {
            state.rows.remove(key);
        }
        Ok(keys.len())
    }

    async fn prepare(&self, batch: Batch) -> Result<Batch, StoreError> {
        Ok(batch)
    }
}

impl State {
    fn check(&self, batch: &Batch) -> Result<(), StoreError> {
        let version = |op: &Op| self.rows.get(op.key.as_bytes()).map(|entry| entry.version);
        let failed = batch.ops().iter().filter(|op| !op.expect.holds(version(op)));
        let keys: Vec<Key> = failed.map(|op| op.key.clone()).collect();
        if keys.is_empty() { Ok(()) } else { Err(Conflict::new(keys).into()) }
    }

    fn next_version(&mut self, writes: bool) -> Result<Version, StoreError> {
        let exhausted = || StoreError::Corrupt { what: "as many versions as there are numbers" };
        if writes || self.last == 0 {
            self.last = self.last.checked_add(1).ok_or_else(exhausted)?;
        }
        Version::from_u64(self.last).ok_or_else(exhausted)
    }

    fn apply(&mut self, op: Op, version: Version) {
        match op.action {
            Action::Check => {}
            Action::Put { value, expires_at } => {
                self.rows.insert(op.key.as_bytes().to_vec(), Entry::new(value, version, expires_at));
            }
            Action::Delete => {
                self.rows.remove(op.key.as_bytes());
            }
        }
    }
}

impl fmt::Debug for MemoryBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryBackend").finish_non_exhaustive()
    }
}
