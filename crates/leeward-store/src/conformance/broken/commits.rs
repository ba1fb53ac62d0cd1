use super::flawed::{Flaw, dawdle};
use crate::{Action, Batch, Conflict, Expect, Inner, Op, StoreError, Version, turn::yield_once};
use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

/// Overwrites where nothing should be.
#[derive(Default)]
pub(super) struct LostExpectation;

impl Flaw for LostExpectation {
    async fn commit(&self, inner: &Inner, batch: Batch) -> Result<Version, StoreError> {
        let lose = |expect| if expect == Expect::Absent { Expect::Any } else { expect };
        inner.commit(changed(batch, |op| Some(Op { expect: lose(op.expect), ..op }))).await
    }
}

/// Looks whether the expectations hold, and writes in a second step.
#[derive(Default)]
pub(super) struct CheckThenAct;

impl Flaw for CheckThenAct {
    async fn commit(&self, inner: &Inner, batch: Batch) -> Result<Version, StoreError> {
        inner.commit(checks_of(&batch)).await?;
        dawdle();
        inner.commit(unconditional(batch)).await
    }
}

/// Detects writers of the same key, and no reader of it.
#[derive(Default)]
pub(super) struct SnapshotIsolation;

impl Flaw for SnapshotIsolation {
    async fn commit(&self, inner: &Inner, batch: Batch) -> Result<Version, StoreError> {
        let writes = batch.writes();
        inner
            .commit(changed(batch, |op| (!writes || !matches!(op.action, Action::Check)).then_some(op)))
            .await
    }
}

/// Applies one operation after the other, up to the first that fails.
#[derive(Default)]
pub(super) struct TornBatch;

impl Flaw for TornBatch {
    async fn commit(&self, inner: &Inner, batch: Batch) -> Result<Version, StoreError> {
        let mut version = inner.commit(Batch::new()).await?;
        for op in batch.into_ops() {
            version = inner.commit(of(vec![op])).await?;
        }
        Ok(version)
    }
}

/// Checks everything first and lets one writer in at a time, but readers see each row as it comes.
#[derive(Default)]
pub(super) struct VisibleHalves {
    turn: Mutex<()>,
}

impl Flaw for VisibleHalves {
    async fn commit(&self, inner: &Inner, batch: Batch) -> Result<Version, StoreError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut version = pollster::block_on(inner.commit(checks_of(&batch)))?;
        for ops in unconditional(batch).into_ops().chunks(100) {
            dawdle();
            version = pollster::block_on(inner.commit(of(ops.to_vec())))?;
        }
        Ok(version)
    }
}

/// Waits for something in the middle of a batch.
#[derive(Default)]
pub(super) struct HalfWhenDropped;

impl Flaw for HalfWhenDropped {
    async fn commit(&self, inner: &Inner, batch: Batch) -> Result<Version, StoreError> {
        inner.commit(checks_of(&batch)).await?;
        let mut first = unconditional(batch).into_ops();
        let second = first.split_off(first.len() / 2);
        inner.commit(of(first)).await?;
        yield_once().await;
        inner.commit(of(second)).await
    }
}

/// Stops looking at the first expectation that fails.
#[derive(Default)]
pub(super) struct OneConflict;

impl Flaw for OneConflict {
    async fn commit(&self, inner: &Inner, batch: Batch) -> Result<Version, StoreError> {
        inner.commit(batch).await.map_err(|error| match error {
            StoreError::Conflict(conflict) => {
                Conflict::new(conflict.keys().iter().take(1).cloned().collect()).into()
            }
            error => error,
        })
    }
}

/// Sends a batch again when the answer is late, and passes on what the second try came to.
#[derive(Default)]
pub(super) struct BlindRetry {
    sent: AtomicU64,
}

impl Flaw for BlindRetry {
    async fn commit(&self, inner: &Inner, batch: Batch) -> Result<Version, StoreError> {
        if self.sent.fetch_add(1, Ordering::SeqCst) % 20 == 19 {
            inner.commit(batch.clone()).await?;
        }
        inner.commit(batch).await
    }
}

/// Takes a batch for refused that was applied.
#[derive(Default)]
pub(super) struct LostAnswer {
    sent: AtomicU64,
}

impl Flaw for LostAnswer {
    async fn commit(&self, inner: &Inner, batch: Batch) -> Result<Version, StoreError> {
        let version = inner.commit(batch).await?;
        if self.sent.fetch_add(1, Ordering::SeqCst) % 20 == 19 {
            return Err(StoreError::backend("the connection was lost"));
        }
        Ok(version)
    }
}

pub(super) fn changed(batch: Batch, change: impl FnMut(Op) -> Option<Op>) -> Batch {
    of(batch.into_ops().into_iter().filter_map(change).collect())
}

fn of(ops: Vec<Op>) -> Batch {
    let mut batch = Batch::new();
    for op in ops {
        batch.push(op.key, op.expect, op.action);
    }
    batch
}

fn checks_of(batch: &Batch) -> Batch {
    changed(batch.clone(), |op| Some(Op { action: Action::Check, ..op }))
}

fn unconditional(batch: Batch) -> Batch {
    changed(batch, |op| Some(Op { expect: Expect::Any, ..op }))
}
