use leeward_store::{
    Backend, Batch, Entry, Inner, Key, Page, Scan, StoreError, Timestamp, Version, yield_once,
};
use pollster::block_on;

/// A store, and what it lies in, which goes with it.
///
/// It gives way before each call, and then answers without waiting for its threads: a test that drops a
/// future which nobody will wake (`run_until_stuck`) takes whatever waits for a thread for such a one.
pub(crate) struct Keeping<T> {
    pub(crate) inner: Inner,
    #[expect(dead_code, reason = "dropped after the store")]
    pub(crate) place: T,
}

impl<T: Send + Sync + 'static> Backend for Keeping<T> {
    async fn get(&self, key: &Key) -> Result<Option<Entry>, StoreError> {
        yield_once().await;
        block_on(self.inner.get(key))
    }

    async fn scan(&self, scan: &Scan) -> Result<Page, StoreError> {
        yield_once().await;
        block_on(self.inner.scan(scan))
    }

    async fn commit(&self, batch: Batch) -> Result<Version, StoreError> {
        yield_once().await;
        block_on(self.inner.commit(batch))
    }

    async fn purge(&self, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
        yield_once().await;
        block_on(self.inner.purge(now, limit))
    }

    async fn prepare(&self, batch: Batch) -> Result<Batch, StoreError> {
        yield_once().await;
        block_on(self.inner.prepare(batch))
    }
}
