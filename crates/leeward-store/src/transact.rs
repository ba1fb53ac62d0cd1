use crate::{
    Action, Batch, Conflict, Entry, Expect, Key, Op, Store, StoreError, Timestamp, Value, Version,
    turn::yield_once,
};
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
    /// has no other effects. When it returns an error, nothing is written, and the error is passed on
    /// unless what was read belongs to different moments: to write and refuse, as when a failed guess
    /// is counted, return the refusal inside `Ok`.
    ///
    /// A commit whose outcome is not known is not tried again, for it may have been applied:
    /// [`StoreError::OutcomeUnknown`] is passed on, and says what to do then. It only ever comes from an
    /// attempt that writes.
    ///
    /// An attempt only fails when another writer succeeded, so that of a burst of a hundred writers of one
    /// key all get through. Attempts follow each other at once: where dozens of tasks write one key without
    /// ever pausing, some run out of attempts, and such a count is better spread over several keys.
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
            let committed = match tx.close(decided.is_ok()) {
                Ok(batch) => self.commit_unless_empty(batch).await,
                Err(error) => Err(error),
            };
            match (committed, decided) {
                (Ok(()), decided) => return decided,
                (Err(StoreError::Conflict(_)), _) => yield_once().await,
                (Err(_), Err(refused)) => return Err(refused),
                (Err(error), Ok(_)) => return Err(error.into()),
            }
        }
        Err(StoreError::Contended { attempts: MAX_ATTEMPTS }.into())
    }

    async fn commit_unless_empty(&self, batch: Batch) -> Result<(), StoreError> {
        if batch.is_empty() {
            return Ok(());
        }
        let writes = batch.writes();
        match self.commit(batch).await {
            // Of checks alone there is nothing that could have been applied.
            Err(StoreError::OutcomeUnknown(error)) if !writes => Err(StoreError::Backend(error)),
            done => done.map(drop),
        }
    }
}

/// One attempt of [`Store::transact`]: it remembers what was read, and commits the writes only if all
/// of that still holds. So an update cannot be lost.
///
/// Only `transact` makes one and commits it:
/// ```compile_fail,E0624
/// let tx = leeward_store::Tx::new(leeward_store::Store::memory());
/// ```
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
    /// A key that was seen at two different versions.
    stale: Option<Key>,
    closed: bool,
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
        self.open()?.refuse_read_of_written(key)?;
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
        self.write(key, Expect::Any, Action::Put { value: value.into(), expires_at: None })
    }

    /// As [`put`](Self::put), with a time after which the entry may be collected as garbage.
    ///
    /// # Errors
    /// [`StoreError::Misuse`] when this transaction already wrote the key.
    pub fn put_until(
        &self,
        key: &Key,
        value: impl Into<Value>,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(key, Expect::Any, Action::Put { value: value.into(), expires_at: Some(expires_at) })
    }

    /// Removes an entry.
    ///
    /// # Errors
    /// [`StoreError::Misuse`] when this transaction already wrote the key.
    pub fn delete(&self, key: &Key) -> Result<(), StoreError> {
        self.write(key, Expect::Any, Action::Delete)
    }

    /// Requires that `key`, which was found in some other way such as a scan, holds what is expected.
    /// It counts as the one write of that key: to put or delete it too, read it by [`get`](Self::get)
    /// instead.
    ///
    /// # Errors
    /// [`StoreError::Misuse`] when this transaction already wrote the key; [`StoreError::Conflict`]
    /// when it read something else there.
    pub fn check(&self, key: &Key, expect: Expect) -> Result<(), StoreError> {
        self.write(key, expect, Action::Check)
    }

    /// Adds to the batch directly: for what stages itself, such as an event. All that `stage` adds is
    /// taken, or nothing.
    ///
    /// # Errors
    /// Those of `stage`; [`StoreError::Misuse`] when this transaction already wrote a key it adds;
    /// [`StoreError::Conflict`] when it read something else there than is expected.
    pub fn stage<T, E: From<StoreError>>(
        &self,
        stage: impl FnOnce(&mut Batch) -> Result<T, E>,
    ) -> Result<T, E> {
        // Not under the lock: `stage` may use this transaction too.
        let mut staged = Batch::after(self.open()?.batch.len());
        let done = stage(&mut staged)?;
        self.open()?.take(staged.into_ops())?;
        Ok(done)
    }

    fn write(&self, key: &Key, expect: Expect, action: Action) -> Result<(), StoreError> {
        self.open()?.take(vec![Op { key: key.clone(), expect, action }])
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

    fn close(&self, decided: bool) -> Result<Batch, StoreError> {
        let mut state = self.open()?;
        state.closed = true;
        match state.stale.take() {
            Some(key) => Err(Conflict::new(vec![key]).into()),
            None if decided => Ok(state.writes_and_checks()),
            None => Ok(state.checks_of_reads()),
        }
    }
}

impl State {
    fn note_read(&mut self, key: &Key, version: Option<Version>) -> Result<(), StoreError> {
        // It may have been written while the read was on its way.
        self.refuse_read_of_written(key)?;
        let before = *self.reads.entry(key.clone()).or_insert(version);
        if before == version { Ok(()) } else { Err(self.seen_twice(key)) }
    }

    fn refuse_read_of_written(&self, key: &Key) -> Result<(), StoreError> {
        if self.written.contains(key) {
            return Err(StoreError::Misuse { what: "a key was read after it was written" });
        }
        Ok(())
    }

    /// Takes all the operations, or none.
    fn take(&mut self, ops: Vec<Op>) -> Result<(), StoreError> {
        let mut claimed = BTreeSet::new();
        for op in &ops {
            if self.written.contains(&op.key) || !claimed.insert(op.key.clone()) {
                return Err(StoreError::Misuse { what: "a key was written twice" });
            }
            let read = self.reads.get(&op.key).map(|version| expect(*version));
            if read.is_some_and(|read| op.expect != Expect::Any && op.expect != read) {
                return Err(self.seen_twice(&op.key));
            }
        }
        self.written.append(&mut claimed);
        for op in ops {
            let expect = self.reads.get(&op.key).map_or(op.expect, |version| expect(*version));
            self.batch.push(op.key, expect, op.action);
        }
        Ok(())
    }

    fn seen_twice(&mut self, key: &Key) -> StoreError {
        self.stale = Some(key.clone());
        Conflict::new(vec![key.clone()]).into()
    }

    /// The writes, and a check for each key that was read and not written.
    fn writes_and_checks(&mut self) -> Batch {
        let mut batch = std::mem::take(&mut self.batch);
        if batch.is_empty() {
            return self.checks_of_reads();
        }
        for (key, version) in self.reads.iter().filter(|(key, _)| !self.written.contains(key)) {
            batch.check(key.clone(), expect(*version));
        }
        batch
    }

    /// A check for each key that was read. One read alone is a consistent state by itself.
    fn checks_of_reads(&self) -> Batch {
        let mut batch = Batch::new();
        if self.reads.len() > 1 {
            for (key, version) in &self.reads {
                batch.check(key.clone(), expect(*version));
            }
        }
        batch
    }
}

fn expect(version: Option<Version>) -> Expect {
    version.map_or(Expect::Absent, Expect::Exactly)
}

impl fmt::Debug for Tx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tx").finish_non_exhaustive()
    }
}
