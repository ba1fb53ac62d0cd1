use crate::{Backend, Batch, Entry, Inner, Key, Page, Scan, StoreError, Timestamp, Version};
use std::{future::Future, thread};

/// What a broken backend does differently from the sound one below it.
pub(super) trait Flaw: Send + Sync + 'static {
    fn get(
        &self,
        inner: &Inner,
        key: &Key,
    ) -> impl Future<Output = Result<Option<Entry>, StoreError>> + Send {
        inner.get(key)
    }

    fn scan(&self, inner: &Inner, scan: &Scan) -> impl Future<Output = Result<Page, StoreError>> + Send {
        inner.scan(scan)
    }

    fn commit(
        &self,
        inner: &Inner,
        batch: Batch,
    ) -> impl Future<Output = Result<Version, StoreError>> + Send {
        inner.commit(batch)
    }

    fn purge(
        &self,
        inner: &Inner,
        now: Timestamp,
        limit: usize,
    ) -> impl Future<Output = Result<usize, StoreError>> + Send {
        inner.purge(now, limit)
    }
}

pub(super) struct Flawed<F> {
    pub(super) inner: Inner,
    pub(super) flaw: F,
}

impl<F: Flaw> Backend for Flawed<F> {
    async fn get(&self, key: &Key) -> Result<Option<Entry>, StoreError> {
        self.flaw.get(&self.inner, key).await
    }

    async fn scan(&self, scan: &Scan) -> Result<Page, StoreError> {
        self.flaw.scan(&self.inner, scan).await
    }

    async fn commit(&self, batch: Batch) -> Result<Version, StoreError> {
        self.flaw.commit(&self.inner, batch).await
    }

    async fn purge(&self, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.flaw.purge(&self.inner, now, limit).await
    }

    async fn prepare(&self, batch: Batch) -> Result<Batch, StoreError> {
        self.inner.prepare(batch).await
    }
}

/// Makes the moment in which others may come between as wide as a slow disk would.
pub(super) fn dawdle() {
    (0..50).for_each(|_| thread::yield_now());
}
