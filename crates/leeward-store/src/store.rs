use crate::{
    Action, Backend, Batch, Entry, Inner, Key, MemoryBackend, Op, Page, Scan, StoreError, Timestamp, Version,
};
use std::fmt;

/// A handle to where all state is kept. Cheap to clone; every crate takes one.
///
/// ```
/// # pollster::block_on(async {
/// use leeward_store::{Batch, Expect, Space, Store, StoreError};
/// const SEAT: Space = Space::public("app.seat");
/// let store = Store::memory();
/// let seat = SEAT.key(&[b"12a"])?;
///
/// let mut mine = Batch::new();
/// mine.put(seat.clone(), Expect::Absent, b"mine");
/// store.commit(mine).await?;
///
/// let mut yours = Batch::new();
/// yours.put(seat.clone(), Expect::Absent, b"yours");
/// assert!(matches!(store.commit(yours).await, Err(StoreError::Conflict(_))));
/// assert_eq!(store.get(&seat).await?.unwrap().value.as_bytes(), b"mine");
/// # Ok::<(), StoreError>(()) }).unwrap();
/// ```
///
/// Secrets need a handle that seals, and one that does not says so:
/// ```
/// # pollster::block_on(async {
/// use leeward_store::{Batch, Expect, Space, Store, StoreError};
/// const NOTE: Space = Space::sealed("app.note");
/// let mut batch = Batch::new();
/// batch.put(NOTE.key(&[b"1"])?, Expect::Absent, b"in confidence");
/// let refused = Store::memory().commit(batch).await;
/// assert!(matches!(refused, Err(StoreError::Unsealed { space: "app.note" })));
/// # Ok::<(), StoreError>(()) }).unwrap();
/// ```
#[derive(Clone)]
pub struct Store {
    inner: Inner,
    sealed: bool,
}

/// A batch that has passed a [`Store`]'s checks and decorators and is ready for the engine itself.
///
/// For engines that let a caller's own transaction take part: `prepare` the batch here, then apply
/// it there, beside the service's own rows. Nothing else makes one, so what such an engine takes has
/// been sealed:
/// ```compile_fail,E0423
/// let unsealed = leeward_store::Prepared(leeward_store::Batch::new());
/// ```
#[derive(Debug)]
pub struct Prepared(Batch);

impl Store {
    /// A handle over an engine. It refuses to write secrets until something seals them.
    pub fn new(backend: impl Backend) -> Self {
        Self { inner: Inner::new(backend), sealed: false }
    }

    /// A store in memory: nothing survives the process.
    #[must_use]
    pub fn memory() -> Self {
        Self::new(MemoryBackend::new())
    }

    /// A handle that may write secrets because the engine below encrypts by itself: a database with
    /// transparent encryption whose key lies elsewhere, or a test. It gives up what the vault adds:
    /// binding of each value to its place, and erasure of one subject.
    #[must_use]
    pub fn assume_sealed(self) -> Self {
        Self { sealed: true, ..self }
    }

    /// A handle whose calls pass through the backend that `build` makes over this one. It may write
    /// secrets just if this one may.
    #[must_use]
    pub fn decorate<B: Backend>(&self, build: impl FnOnce(Inner) -> B) -> Self {
        Self { inner: Inner::new(build(self.inner.clone())), sealed: self.sealed }
    }

    /// Whether this handle may write secrets.
    #[must_use]
    pub const fn is_sealed(&self) -> bool {
        self.sealed
    }

    /// The entry at `key`, as the last commit that finished before this call left it, or a later one.
    ///
    /// An entry past its `expires_at` is still returned until it is purged.
    ///
    /// # Errors
    /// [`StoreError::CannotOpen`] and [`StoreError::Erased`] under a sealing decorator;
    /// [`StoreError::Backend`].
    pub async fn get(&self, key: &Key) -> Result<Option<Entry>, StoreError> {
        self.inner.get(key).await
    }

    /// One page: a consistent snapshot, in key order, bounded by the scan's limit and by
    /// [`limits::MAX_PAGE_BYTES`](crate::limits::MAX_PAGE_BYTES). Different pages may show different
    /// moments.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub async fn scan(&self, scan: &Scan) -> Result<Page, StoreError> {
        self.inner.scan(scan).await
    }

    /// Applies the whole batch, or nothing.
    ///
    /// Strictly serialisable: batches and reads happen one after the other, in an order that agrees
    /// with real time. `Ok` means durable on a durable backend: it survives the death of the process
    /// and loss of power. If the future is dropped, the batch was applied wholly or not at all.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] names the keys that did not hold what was expected;
    /// [`StoreError::Unsealed`], [`StoreError::Limit`], [`StoreError::DuplicateKey`],
    /// [`StoreError::Backend`]: nothing was changed; [`StoreError::OutcomeUnknown`]: nobody knows.
    pub async fn commit(&self, batch: Batch) -> Result<Version, StoreError> {
        self.admit(&batch)?;
        self.inner.commit(batch).await
    }

    /// Removes what expired at or before `now`, in steps that let other writers in between, and says
    /// how many entries went.
    ///
    /// # Errors
    /// [`StoreError::Backend`]; some entries may have gone by then.
    pub async fn purge(&self, now: Timestamp) -> Result<usize, StoreError> {
        const STEP: usize = 500;
        let mut purged = 0_usize;
        loop {
            let gone = self.inner.purge(now, STEP).await?;
            purged = purged.saturating_add(gone);
            if gone < STEP {
                return Ok(purged);
            }
        }
    }

    /// Checks and seals a batch as [`commit`](Self::commit) would, for an engine that applies it in a
    /// caller's own transaction.
    ///
    /// # Errors
    /// As [`commit`](Self::commit), without the conflict.
    pub async fn prepare(&self, batch: Batch) -> Result<Prepared, StoreError> {
        self.admit(&batch)?;
        Ok(Prepared(self.inner.prepare(batch).await?))
    }

    fn admit(&self, batch: &Batch) -> Result<(), StoreError> {
        batch.validate()?;
        let secret = |op: &&Op| op.key.space().is_sealed() && matches!(op.action, Action::Put { .. });
        match batch.ops().iter().find(secret) {
            Some(op) if !self.sealed => Err(StoreError::Unsealed { space: op.key.space().name() }),
            _ => Ok(()),
        }
    }

    /// The backend, without this handle's checks.
    #[cfg(feature = "conformance")]
    pub(crate) const fn inner(&self) -> &Inner {
        &self.inner
    }
}

impl Prepared {
    /// The batch, for an engine to apply.
    #[must_use]
    pub fn into_batch(self) -> Batch {
        self.0
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("sealed", &self.sealed).finish_non_exhaustive()
    }
}
