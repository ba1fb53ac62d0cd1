use leeward_store::{Backend, Batch, Entry, Inner, Key, Page, Scan, StoreError, Timestamp, Version};

/// A store, and what it lies in, which goes with it.
pub(crate) struct Keeping<T> {
    pub(crate) inner: Inner,
    #[expect(dead_code, reason = "dropped after the store")]
    pub(crate) place: T,
}

impl<T: Send + Sync + 'static> Backend for Keeping<T> {
    async fn get(&self, key: &Key) -> Result<Option<Entry>, StoreError> {
        self.inner.get(key).await
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
