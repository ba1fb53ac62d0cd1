use crate::{Batch, Entry, Key, Page, Scan, StoreError, Timestamp, Version};
use std::{fmt, future::Future, pin::Pin, sync::Arc};

/// What an implementor writes: an ordered key-value engine with atomic, conditional batches.
///
/// Write the methods as `async fn`s. What each must promise stands at the method of
/// [`Store`](crate::Store) with the same name, and the suite in `leeward_store::conformance`
/// (feature `conformance`) holds an implementation to it. Batches arrive within
/// [`Batch::validate_for_backend`].
pub trait Backend: Send + Sync + 'static {
    /// See [`Store::get`](crate::Store::get).
    fn get(&self, key: &Key) -> impl Future<Output = Result<Option<Entry>, StoreError>> + Send;

    /// See [`Store::scan`](crate::Store::scan). [`Scan::range`] and [`Scan::page`] do most of it.
    fn scan(&self, scan: &Scan) -> impl Future<Output = Result<Page, StoreError>> + Send;

    /// See [`Store::commit`](crate::Store::commit).
    fn commit(&self, batch: Batch) -> impl Future<Output = Result<Version, StoreError>> + Send;

    /// Removes at most `limit` entries whose `expires_at` is at or before `now`, and says how many:
    /// fewer than `limit` only when no more are left. An entry that was put again meanwhile with a
    /// later time, or none, stays. A backend that keeps coarser times rounds them up.
    fn purge(&self, now: Timestamp, limit: usize) -> impl Future<Output = Result<usize, StoreError>> + Send;

    /// What [`commit`](Self::commit) would hand to the engine below. An engine gives the batch back as it
    /// is; a decorator does here what it does in `commit`, such as sealing, and hands the batch on to
    /// [`Inner::prepare`].
    fn prepare(&self, batch: Batch) -> impl Future<Output = Result<Batch, StoreError>> + Send;
}

/// The backend below a decorator, as [`Store::decorate`](crate::Store::decorate) hands it over.
///
/// It has the wider limits of a backend, and asks nothing about sealing: whoever holds it answers
/// for what goes through.
#[derive(Clone)]
pub struct Inner(Arc<dyn Erased>);

impl Inner {
    pub(crate) fn new(backend: impl Backend) -> Self {
        Self(Arc::new(backend))
    }

    /// See [`Store::get`](crate::Store::get).
    ///
    /// # Errors
    /// Those of the backend.
    pub async fn get(&self, key: &Key) -> Result<Option<Entry>, StoreError> {
        self.0.get(key).await
    }

    /// See [`Store::scan`](crate::Store::scan).
    ///
    /// # Errors
    /// Those of the backend.
    pub async fn scan(&self, scan: &Scan) -> Result<Page, StoreError> {
        self.0.scan(scan).await
    }

    /// See [`Store::commit`](crate::Store::commit).
    ///
    /// # Errors
    /// Those of [`Batch::validate_for_backend`] and of the backend.
    pub async fn commit(&self, batch: Batch) -> Result<Version, StoreError> {
        batch.validate_for_backend()?;
        self.0.commit(batch).await
    }

    /// See [`Backend::purge`].
    ///
    /// # Errors
    /// Those of the backend.
    pub async fn purge(&self, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.0.purge(now, limit).await
    }

    /// See [`Backend::prepare`].
    ///
    /// # Errors
    /// Those of [`Batch::validate_for_backend`] and of the backend.
    pub async fn prepare(&self, batch: Batch) -> Result<Batch, StoreError> {
        batch.validate_for_backend()?;
        self.0.prepare(batch).await
    }
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inner").finish_non_exhaustive()
    }
}

type Boxed<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// [`Backend`] with its futures boxed, so that one handle type serves every engine.
trait Erased: Send + Sync {
    fn get<'a>(&'a self, key: &'a Key) -> Boxed<'a, Option<Entry>>;
    fn scan<'a>(&'a self, scan: &'a Scan) -> Boxed<'a, Page>;
    fn commit(&self, batch: Batch) -> Boxed<'_, Version>;
    fn purge(&self, now: Timestamp, limit: usize) -> Boxed<'_, usize>;
    fn prepare(&self, batch: Batch) -> Boxed<'_, Batch>;
}

impl<B: Backend> Erased for B {
    fn get<'a>(&'a self, key: &'a Key) -> Boxed<'a, Option<Entry>> {
        Box::pin(Backend::get(self, key))
    }

    fn scan<'a>(&'a self, scan: &'a Scan) -> Boxed<'a, Page> {
        Box::pin(Backend::scan(self, scan))
    }

    fn commit(&self, batch: Batch) -> Boxed<'_, Version> {
        Box::pin(Backend::commit(self, batch))
    }

    fn purge(&self, now: Timestamp, limit: usize) -> Boxed<'_, usize> {
        Box::pin(Backend::purge(self, now, limit))
    }

    fn prepare(&self, batch: Batch) -> Boxed<'_, Batch> {
        Box::pin(Backend::prepare(self, batch))
    }
}
