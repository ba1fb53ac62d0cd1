use crate::{Backend, Batch, Entry, Key, MemoryBackend, Page, Scan, Space, StoreError, Timestamp, Version};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Keeps each space in a database of its own, and commits to one after the other.
#[derive(Default)]
pub(super) struct Apart {
    spaces: Mutex<BTreeMap<&'static str, Arc<MemoryBackend>>>,
}

impl Apart {
    fn of(&self, space: Space) -> Arc<MemoryBackend> {
        let mut spaces = self.spaces.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(spaces.entry(space.name()).or_default())
    }

    fn all(&self) -> Vec<Arc<MemoryBackend>> {
        self.spaces.lock().unwrap_or_else(PoisonError::into_inner).values().map(Arc::clone).collect()
    }
}

impl Backend for Apart {
    async fn get(&self, key: &Key) -> Result<Option<Entry>, StoreError> {
        self.of(key.space()).get(key).await
    }

    async fn scan(&self, scan: &Scan) -> Result<Page, StoreError> {
        self.of(scan.prefix().space()).scan(scan).await
    }

    async fn commit(&self, batch: Batch) -> Result<Version, StoreError> {
        let mut parts: BTreeMap<&str, (Space, Batch)> = BTreeMap::new();
        for op in batch.into_ops() {
            let space = op.key.space();
            let (_, part) = parts.entry(space.name()).or_insert((space, Batch::new()));
            part.push(op.key, op.expect, op.action);
        }
        let mut last = MemoryBackend::new().commit(Batch::new()).await?;
        for (space, part) in parts.into_values() {
            last = self.of(space).commit(part).await?;
        }
        Ok(last)
    }

    async fn purge(&self, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
        let mut purged = 0_usize;
        for space in self.all() {
            purged = purged.saturating_add(space.purge(now, limit.saturating_sub(purged)).await?);
        }
        Ok(purged)
    }

    async fn prepare(&self, batch: Batch) -> Result<Batch, StoreError> {
        Ok(batch)
    }
}
