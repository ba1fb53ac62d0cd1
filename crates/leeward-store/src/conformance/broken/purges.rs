use super::flawed::{Flaw, dawdle};
use crate::{Action, Batch, Expect, Inner, Key, StoreError, Timestamp, Version};
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

/// Finds what expired, and deletes it in a second step.
#[derive(Default)]
pub(super) struct LatePurge {
    expiring: Mutex<BTreeMap<Key, Timestamp>>,
}

impl Flaw for LatePurge {
    async fn commit(&self, inner: &Inner, batch: Batch) -> Result<Version, StoreError> {
        let version = inner.commit(batch.clone()).await?;
        let mut expiring = self.expiring.lock().unwrap_or_else(PoisonError::into_inner);
        for op in batch.into_ops() {
            match op.action {
                Action::Check => {}
                Action::Put { expires_at: Some(at), .. } => drop(expiring.insert(op.key, at)),
                Action::Put { .. } | Action::Delete => drop(expiring.remove(&op.key)),
            }
        }
        Ok(version)
    }

    async fn purge(&self, inner: &Inner, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
        let mut deletes = Batch::new();
        for (key, at) in &*self.expiring.lock().unwrap_or_else(PoisonError::into_inner) {
            if *at <= now && deletes.len() < limit {
                deletes.delete(key.clone(), Expect::Any);
            }
        }
        dawdle();
        let purged = deletes.len();
        self.commit(inner, deletes).await?;
        Ok(purged)
    }
}

/// Keeps the times in an index, and looks after it only when a key is made or removed.
#[derive(Default)]
pub(super) struct FirstTimes {
    index: Mutex<BTreeMap<Key, Timestamp>>,
}

impl Flaw for FirstTimes {
    async fn commit(&self, inner: &Inner, batch: Batch) -> Result<Version, StoreError> {
        let mut made = Vec::new();
        for op in batch.ops() {
            made.push((op.clone(), inner.get(&op.key).await?.is_none()));
        }
        let version = inner.commit(batch).await?;
        let mut index = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        for (op, made) in made {
            match op.action {
                Action::Put { expires_at: Some(at), .. } if made => drop(index.insert(op.key, at)),
                Action::Delete => drop(index.remove(&op.key)),
                _ => {}
            }
        }
        Ok(version)
    }

    async fn purge(&self, inner: &Inner, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
        let due: Vec<Key> = {
            let index = self.index.lock().unwrap_or_else(PoisonError::into_inner);
            index.iter().filter(|(_, at)| **at <= now).map(|(key, _)| key.clone()).collect()
        };
        let mut purged = 0;
        for key in due {
            let entry = inner.get(&key).await?.filter(|entry| entry.expires_at.is_some_and(|at| at <= now));
            if let Some(entry) = entry.filter(|_| purged < limit) {
                let mut delete = Batch::new();
                delete.delete(key, Expect::Exactly(entry.version));
                purged += usize::from(self.commit(inner, delete).await.is_ok());
            }
        }
        Ok(purged)
    }
}

/// Does less than it was asked for while there is more to do.
#[derive(Default)]
pub(super) struct ShortSteps;

impl Flaw for ShortSteps {
    async fn purge(&self, inner: &Inner, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
        inner.purge(now, limit.min(50)).await
    }
}
