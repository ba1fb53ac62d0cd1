use super::{Call, Fault, Plan};
use crate::{
    Backend, Batch, Conflict, Entry, Inner, Key, Page, Scan, StoreError, Timestamp, Version, turn::yield_once,
};
use std::future::{Future, pending};

/// A backend over another one whose calls fail as a [`Plan`] says.
#[derive(Debug)]
pub struct FaultyBackend {
    inner: Inner,
    plan: Plan,
}

/// The cause of the errors that a [`FaultyBackend`] returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a fault was injected by a test")]
#[non_exhaustive]
pub struct Injected;

impl FaultyBackend {
    /// The backend whose calls go to `inner` as `plan` allows. [`Plan::over`] is shorter.
    #[must_use]
    pub const fn new(inner: Inner, plan: Plan) -> Self {
        Self { inner, plan }
    }

    async fn call<T>(
        &self,
        call: Call,
        keys: Vec<Key>,
        done: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        let Some(fault) = self.plan.meet(call) else { return done.await };
        match fault {
            Fault::Conflict if call == Call::Commit => Err(Conflict::new(keys).into()),
            Fault::Refuse | Fault::Conflict => Err(StoreError::backend(Injected)),
            Fault::LoseRequest => Err(lost(call)),
            Fault::LoseAnswer => done.await.and(Err(lost(call))),
            Fault::Delay(polls) => {
                for _ in 0..polls {
                    yield_once().await;
                }
                done.await
            }
            Fault::HoldBefore(gate) => {
                gate.pass().await;
                done.await
            }
            Fault::HoldAfter(gate) => {
                let answer = done.await;
                gate.pass().await;
                answer
            }
            Fault::HangBefore => pending().await,
            Fault::HangAfter => {
                drop(done.await);
                pending().await
            }
        }
    }
}

fn lost(call: Call) -> StoreError {
    match call {
        Call::Commit => StoreError::OutcomeUnknown(Injected.into()),
        _ => StoreError::backend(Injected),
    }
}

impl Backend for FaultyBackend {
    async fn get(&self, key: &Key) -> Result<Option<Entry>, StoreError> {
        self.call(Call::Get, Vec::new(), self.inner.get(key)).await
    }

    async fn scan(&self, scan: &Scan) -> Result<Page, StoreError> {
        self.call(Call::Scan, Vec::new(), self.inner.scan(scan)).await
    }

    async fn commit(&self, batch: Batch) -> Result<Version, StoreError> {
        let keys = batch.ops().iter().map(|op| op.key.clone()).collect();
        self.call(Call::Commit, keys, self.inner.commit(batch)).await
    }

    async fn purge(&self, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.call(Call::Purge, Vec::new(), self.inner.purge(now, limit)).await
    }

    async fn prepare(&self, batch: Batch) -> Result<Batch, StoreError> {
        self.call(Call::Prepare, Vec::new(), self.inner.prepare(batch)).await
    }
}
