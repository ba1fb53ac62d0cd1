use leeward_store::{Backend, Batch, Entry, Inner, Key, Page, Scan, Space, StoreError, Timestamp, Version};

/// A store that says of one space what a vault says of an erased subject.
pub(crate) struct Erasing {
    pub(crate) inner: Inner,
    pub(crate) space: Space,
}

impl Backend for Erasing {
    async fn get(&self, key: &Key) -> Result<Option<Entry>, StoreError> {
        match key.space() == self.space {
            true => Err(StoreError::Erased { key: key.clone() }),
            false => self.inner.get(key).await,
        }
    }

    async fn scan(&self, scan: &Scan) -> Result<Page, StoreError> {
        self.inner.scan(scan).await
    }

    async fn commit(&self, batch: Batch) -> Result<Version, StoreError> {
        self.inner.commit(batch).await
    }

    async fn purge(&self, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.inner.purge(now, limit).await
    }

    async fn prepare(&self, batch: Batch) -> Result<Batch, StoreError> {
        self.inner.prepare(batch).await
    }
}
