use crate::{Action, Backend, Batch, Conflict, Entry, Key, Page, Scan, StoreError, Timestamp, Version};
use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Keeps the count of a key's versions in its row, so that it starts again once the row is gone.
#[derive(Default)]
pub(super) struct PerKeyCounters {
    rows: Mutex<BTreeMap<Vec<u8>, Entry>>,
}

impl PerKeyCounters {
    fn rows(&self) -> MutexGuard<'_, BTreeMap<Vec<u8>, Entry>> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Backend for PerKeyCounters {
    async fn get(&self, key: &Key) -> Result<Option<Entry>, StoreError> {
        Ok(self.rows().get(key.as_bytes()).cloned())
    }

    async fn scan(&self, scan: &Scan) -> Result<Page, StoreError> {
        let (low, high) = scan.range();
        let rows = self.rows();
        let within = rows.iter().filter(|(key, _)| low <= **key && **key < high);
        let rows = within.map(|(key, entry)| Ok((key.clone(), entry.clone())));
        if scan.is_backward() { scan.page(rows.rev()) } else { scan.page(rows) }
    }

    async fn commit(&self, batch: Batch) -> Result<Version, StoreError> {
        let mut rows = self.rows();
        let current = |key: &Key| rows.get(key.as_bytes()).map(|entry| entry.version);
        let failing = batch.ops().iter().filter(|op| !op.expect.holds(current(&op.key)));
        let failing: Vec<_> = failing.map(|op| op.key.clone()).collect();
        if !failing.is_empty() {
            return Err(Conflict::new(failing).into());
        }
        let mut last = next(None)?;
        for op in batch.into_ops() {
            let key = op.key.as_bytes().to_vec();
            match op.action {
                Action::Check => {}
                Action::Delete => drop(rows.remove(&key)),
                Action::Put { value, expires_at } => {
                    last = next(rows.get(&key))?;
                    rows.insert(key, Entry::new(value, last, expires_at));
                }
            }
        }
        Ok(last)
    }

    async fn purge(&self, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
        let mut purged = 0_usize;
        self.rows().retain(|_, entry| {
            let stays = purged >= limit || entry.expires_at.is_none_or(|at| at > now);
            purged = purged.saturating_add(usize::from(!stays));
            stays
        });
        Ok(purged)
    }

    async fn prepare(&self, batch: Batch) -> Result<Batch, StoreError> {
        Ok(batch)
    }
}

fn next(row: Option<&Entry>) -> Result<Version, StoreError> {
    let number = row.map_or(0, |entry| entry.version.get()).saturating_add(1);
    Version::from_u64(number).ok_or(StoreError::Corrupt { what: "no version" })
}
