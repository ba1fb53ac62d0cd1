//! The store over a store: what passes into a sealed space is sealed, and opened on the way back.

mod guard;
mod open;
mod plan;

use crate::{core::Core, record};
use guard::Guard;
use leeward_store::{
    Action, Backend, Batch, Conflict, Entry, Inner, Key, Page, Scan, Space, StoreError, Timestamp, Version,
    yield_once,
};
use plan::Plan;
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// How often a batch is sealed again when only the vault's own rows were in the way. Each time some
/// other writer got through.
const MAX_ATTEMPTS: u32 = 1_000;

/// The decorator.
#[derive(Clone)]
pub(crate) struct SealedStore {
    core: Arc<Core>,
    inner: Inner,
    role: Role,
    /// Whether this was seen to be the vault's own store.
    verified: Arc<AtomicBool>,
}

/// On whose behalf it works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// A caller's, who has no business in the vault's own spaces.
    Caller,
    /// The vault's own.
    Vault,
    /// The vault's own, and what it seals are canaries.
    Canary,
}

/// Whether the cache may say which version a row has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reuse {
    Cache,
    Nothing,
}

impl SealedStore {
    pub(crate) fn new(core: Arc<Core>, inner: Inner, role: Role) -> Self {
        Self { core, inner, role, verified: Arc::default() }
    }

    async fn commit_sealed(&self, batch: &Batch) -> Result<Version, StoreError> {
        for _ in 0..MAX_ATTEMPTS {
            let Plan { batch: sealed, guard } = self.plan(batch, Reuse::Cache).await?;
            match self.inner.commit(sealed).await {
                Ok(version) => {
                    guard.committed(version, &self.core.cache);
                    return Ok(version);
                }
                Err(StoreError::Conflict(conflict)) => self.settle(&guard, &conflict).await?,
                Err(error) => return Err(error),
            }
            yield_once().await;
        }
        Err(StoreError::Contended { attempts: MAX_ATTEMPTS })
    }

    /// After a conflict: passes on what concerns the caller, and notes what was stale.
    async fn settle(&self, guard: &Guard, conflict: &Conflict) -> Result<(), StoreError> {
        for key in conflict.keys() {
            guard.distrust(key, &self.core.cache);
        }
        let callers: Vec<Key> = conflict.keys().iter().filter(|key| !guard.is_own(key)).cloned().collect();
        if !callers.is_empty() {
            return Err(Conflict::new(callers).into());
        }
        if guard.checks_keyring() {
            self.core.refresh_keyring(&self.inner).await?;
        }
        Ok(())
    }

    /// Once for each handle: keys made in another store than the vault's own would be lost there.
    async fn verify(&self) -> Result<(), StoreError> {
        if !self.verified.load(Ordering::Relaxed) {
            self.core.verify(&self.inner).await?;
            self.verified.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Keeps callers out of the vault's own spaces.
    fn admit(&self, batch: &Batch) -> Result<(), StoreError> {
        // By name, for the name is what the key begins with, whatever else the caller's constant says.
        let own = |space: Space| [record::KEYS, record::KEYRING].iter().any(|own| own.name() == space.name());
        let intrudes = batch.ops().iter().any(|op| own(op.key.space()));
        if intrudes && self.role == Role::Caller {
            return Err(StoreError::Misuse { what: "the vault's own rows are written by the vault alone" });
        }
        Ok(())
    }
}

impl Backend for SealedStore {
    async fn get(&self, key: &Key) -> Result<Option<Entry>, StoreError> {
        match self.inner.get(key).await? {
            Some(entry) if key.space().is_sealed() => {
                let value = self.open_value(key, &entry).await?;
                Ok(Some(Entry::new(value, entry.version, entry.expires_at)))
            }
            entry => Ok(entry),
        }
    }

    async fn scan(&self, scan: &Scan) -> Result<Page, StoreError> {
        let mut page = self.inner.scan(scan).await?;
        if !scan.prefix().space().is_sealed() {
            return Ok(page);
        }
        loop {
            page = self.open_page(page).await?;
            match page.next {
                // Nothing but erased entries: a caller may take an empty page for the end.
                Some(next) if page.items.is_empty() => page = self.inner.scan(&next).await?,
                _ => return Ok(page),
            }
        }
    }

    async fn commit(&self, batch: Batch) -> Result<Version, StoreError> {
        self.admit(&batch)?;
        if seals(&batch) { self.commit_sealed(&batch).await } else { self.inner.commit(batch).await }
    }

    async fn purge(&self, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.inner.purge(now, limit).await
    }

    async fn prepare(&self, batch: Batch) -> Result<Batch, StoreError> {
        self.admit(&batch)?;
        if !seals(&batch) {
            return self.inner.prepare(batch).await;
        }
        // Nobody tells whether it is committed: so nothing of it is remembered, and nothing remembered
        // is relied on, or a second try would meet the same conflict.
        let plan = self.plan(&batch, Reuse::Nothing).await?;
        self.inner.prepare(plan.batch).await
    }
}

impl fmt::Debug for SealedStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedStore").field("role", &self.role).finish_non_exhaustive()
    }
}

fn seals(batch: &Batch) -> bool {
    batch.ops().iter().any(|op| op.key.space().is_sealed() && matches!(op.action, Action::Put { .. }))
}
