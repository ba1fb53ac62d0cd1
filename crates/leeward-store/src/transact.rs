use crate::{Batch, Entry, Expect, Key, Store, StoreError, Value, Version};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// How often [`Store::transact`] decides again before it gives up.
const MAX_ATTEMPTS: u32 = 100;

impl Store {
    /// Reads, decides and commits, and does so again when another writer was first.
    ///
    /// `decide` gets a fresh [`Tx`] each time. What it reads there must still hold when its writes
    /// are committed; else it is called again, 100 times at the most. It may run more than once, so it
    /// has no other effects. When it returns an error, nothing is written, and the error is passed on:
    /// to write and refuse, as when a failed guess is counted, return the refusal inside `Ok`.
    ///
    /// ```
    /// # pollster::block_on(async {
    /// use leeward_store::{Space, Store, StoreError};
    /// const COUNTER: Space = Space::public("app.counter");
    /// let store = Store::memory();
    /// let key = &COUNTER.key(&[b"visits"])?;
    /// let visits = store
    ///     .transact(|tx| async move {
    ///         let before = tx.get(key).await?.map_or(0, |entry| entry.value.as_bytes()[0]);
    ///         tx.put(key, vec![before + 1])?;
    ///         Ok::<_, StoreError>(before + 1)
    ///     })
    ///     .await?;
    /// assert_eq!(visits, 1);
    /// # Ok::<(), StoreError>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    /// Those of `decide`; those of [`commit`](Self::commit) but a conflict;
    /// [`StoreError::Contended`] after the last attempt.
    pub async fn transact<T, E, F, Fut>(&self, mut decide: F) -> Result<T, E>
    where
        F: FnMut(Tx) -> Fut,
        Fut: Future<Output = Result<T, E>>,
        E: From<StoreError>,
    {
        for _ in 0..MAX_ATTEMPTS {
            let tx = Tx::new(self.clone());
            let decided = decide(tx.clone()).await;
            let Closed { batch, stale } = tx.close()?;
            // What was decided on reads of two different moments is no decision.
            if !stale {
                let decided = decided?;
                match self.commit_unless_empty(batch).await {
                    Ok(()) => return Ok(decided),
                    Err(StoreError::Conflict(_)) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            yield_once().await;
        }
        Err(StoreError::Contended { attempts: MAX_ATTEMPTS }.into())
    }

    async fn commit_unless_empty(&self, batch: Batch) -> Result<(), StoreError> {
        if !batch.is_empty() {
            self.commit(batch).await?;
        }
        Ok(())
    }
}

/// One attempt of [`Store::transact`]: it remembers what was read, and commits the writes only if all
/// of that still holds. So an update cannot be lost.
#[derive(Clone)]
pub struct Tx {
    store: Store,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    reads: BTreeMap<Key, Option<Version>>,
    written: BTreeSet<Key>,
    batch: Batch,
    stale: bool,
    closed: bool,
}

struct Closed {
    batch: Batch,
    stale: bool,
}

impl Tx {
    fn new(store: Store) -> Self {
        Self { store, state: Arc::default() }
    }

    /// Reads an entry, which must still be the same when the writes are committed.
    ///
    /// # Errors
    /// As [`Store::get`]; [`StoreError::Misuse`] when this transaction already wrote the key;
    /// [`StoreError::Conflict`] when the key has changed since it was first read here.
    pub async fn get(&self, key: &Key) -> Result<Option<Entry>, StoreError> {
        if self.open()?.written.contains(key) {
            return Err(StoreError::Misuse { what: "a key was read after it was written" });
        }
        let entry = self.store.get(key).await?;
        let version = entry.as_ref().map(|entry| entry.version);
        self.open()?.note_read(key, version)?;
        Ok(entry)
    }

    /// Writes a value: over what was read, or, for a key that was not read, over whatever is there.
    ///
    /// # Errors
    /// [`StoreError::Misuse`] when this transaction already wrote the key.
    pub fn put(&self, key: &Key, value: impl Into<Value>) -> Result<(), StoreError> {
        let mut state = self.open()?;
        let expect = state.claim(key)?;
        state.batch.put(key.clone(), expect, value);
        Ok(())
    }

    /// As [`put`](Self::put), with a time after which the entry may be collected as garbage.
    ///
    /// # Errors
    /// [`StoreError::Misuse`] when this transaction already wrote the key.
    pub fn put_until(
        &self,
        key: &Key,
        value: impl Into<Value>,
        expires_at: crate::Timestamp,
    ) -> Result<(), StoreError> {
        let mut state = self.open()?;
        let expect = state.claim(key)?;
        state.batch.put_until(key.clone(), expect, value, expires_at);
        Ok(())
    }

    /// Removes an entry.
    ///
    /// # Errors
    /// [`StoreError::Misuse`] when this transaction already wrote the key.
    pub fn delete(&self, key: &Key) -> Result<(), StoreError> {
        let mut state = self.open()?;
        let expect = state.claim(key)?;
        state.batch.delete(key.clone(), expect);
        Ok(())
    }

    /// Requires that `key`, which was found in some other way such as a scan, holds what is expected.
    ///
    /// # Errors
    /// [`StoreError::Misuse`] when this transaction already wrote the key.
    pub fn check(&self, key: &Key, expect: Expect) -> Result<(), StoreError> {
        let mut state = self.open()?;
        state.claim(key)?;
        state.batch.check(key.clone(), expect);
        Ok(())
    }

    /// Adds to the batch directly: for what stages itself, such as an event.
    ///
    /// # Errors
    /// Those of `stage`; [`StoreError::Misuse`] when this transaction already wrote a key it adds.
    pub fn stage<T, E: From<StoreError>>(
        &self,
        stage: impl FnOnce(&mut Batch) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut state = self.open()?;
        // Staged beside the batch, so that a failure half-way leaves nothing behind.
        let mut staged = Batch::new();
        let done = stage(&mut staged)?;
        for op in staged.into_ops() {
            let read = state.claim(&op.key)?;
            let expect = if op.expect == Expect::Any { read } else { op.expect };
            state.batch.push(op.key, expect, op.action);
        }
        Ok(done)
    }

    fn open(&self) -> Result<MutexGuard<'_, State>, StoreError> {
        let state = self.lock();
        if state.closed {
            return Err(StoreError::Misuse { what: "it was used after `transact` returned" });
        }
        Ok(state)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self) -> Result<Closed, StoreError> {
        let mut state = self.open()?;
        state.closed = true;
        Ok(Closed { batch: state.take_batch(), stale: state.stale })
    }
}

impl State {
    fn note_read(&mut self, key: &Key, version: Option<Version>) -> Result<(), StoreError> {
        let before = *self.reads.entry(key.clone()).or_insert(version);
        if before == version {
            return Ok(());
        }
        self.stale = true;
        Err(crate::Conflict::new(vec![key.clone()]).into())
    }

    fn claim(&mut self, key: &Key) -> Result<Expect, StoreError> {
        if !self.written.insert(key.clone()) {
            return Err(StoreError::Misuse { what: "a key was written twice" });
        }
        Ok(self.reads.get(key).map_or(Expect::Any, |version| expect(*version)))
    }

    /// The writes, and a check for each key that was read and not written.
    fn take_batch(&mut self) -> Batch {
        let mut batch = std::mem::take(&mut self.batch);
        // One read alone is a consistent state by itself.
        if !batch.is_empty() || self.reads.len() > 1 {
            for (key, version) in &self.reads {
                if !self.written.contains(key) {
                    batch.check(key.clone(), expect(*version));
                }
            }
        }
        batch
    }
}

fn expect(version: Option<Version>) -> Expect {
    version.map_or(Expect::Absent, Expect::Exactly)
}

/// Lets other tasks run before the next attempt.
async fn yield_once() {
    let mut yielded = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut yielded, true) {
            return std::task::Poll::Ready(());
        }
        context.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}

impl fmt::Debug for Tx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tx").finish_non_exhaustive()
    }
}
