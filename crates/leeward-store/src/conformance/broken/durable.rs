use super::flawed::{Flaw, Flawed};
use crate::{Batch, BoxError, Inner, Store, StoreError, Version, conformance::Harness};
use std::sync::{Mutex, PoisonError};

/// Answers a commit before it is on the disk, where it comes with the next one.
#[derive(Default)]
pub(super) struct EarlyAnswer {
    disk: Mutex<Option<Store>>,
}

impl Harness for EarlyAnswer {
    fn open(&self) -> Result<Store, BoxError> {
        let disk = Store::memory();
        *self.disk.lock().unwrap_or_else(PoisonError::into_inner) = Some(disk.clone());
        let flaw = WriteBehind { disk: disk.inner().clone(), behind: Mutex::default() };
        Ok(Store::memory().decorate(|inner| Flawed { inner, flaw }))
    }

    fn reopen(&self, _old: Store) -> Option<Result<Store, BoxError>> {
        self.disk.lock().unwrap_or_else(PoisonError::into_inner).clone().map(Ok)
    }
}

struct WriteBehind {
    disk: Inner,
    behind: Mutex<Batch>,
}

impl Flaw for WriteBehind {
    async fn commit(&self, inner: &Inner, batch: Batch) -> Result<Version, StoreError> {
        let mut behind = self.behind.lock().unwrap_or_else(PoisonError::into_inner);
        let version = pollster::block_on(inner.commit(batch.clone()))?;
        pollster::block_on(self.disk.commit(std::mem::replace(&mut behind, batch)))?;
        Ok(version)
    }
}
