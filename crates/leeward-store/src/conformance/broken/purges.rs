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

/// Does less than it was asked for while there is more to do.
#[derive(Default)]
pub(super) struct ShortSteps;

impl Flaw for ShortSteps {
    async fn purge(&self, inner: &Inner, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
        inner.purge(now, limit.min(50)).await
    }
}
