use crate::locks::Locks;
use futures_channel::oneshot;
use leeward_store::{Action, Batch, StoreError, Version};
use tokio::time::Instant;

pub(crate) type Answer = Result<Version, StoreError>;

/// One batch that waits for a committer.
pub(crate) struct Job {
    /// Its place in the queue.
    pub(crate) id: u64,
    pub(crate) batch: Batch,
    pub(crate) locks: Locks,
    /// Bytes of keys and values.
    pub(crate) size: usize,
    /// Whether it has a transaction to itself, since one that it shared has failed.
    pub(crate) alone: bool,
    /// When it is no longer tried again.
    pub(crate) until: Instant,
    answer: oneshot::Sender<Answer>,
}

impl Job {
    pub(crate) fn new(id: u64, batch: Batch, until: Instant) -> (Self, oneshot::Receiver<Answer>) {
        let (answer, receiver) = oneshot::channel();
        let (locks, size) = (Locks::of(&batch), size(&batch));
        (Self { id, batch, locks, size, alone: false, until, answer }, receiver)
    }

    pub(crate) fn answer(self, answer: Answer) {
        // Nobody listens any more if the caller's future was dropped.
        drop(self.answer.send(answer));
    }
}

fn size(batch: &Batch) -> usize {
    batch.ops().iter().fold(0, |size: usize, op| {
        let value = match &op.action {
            Action::Put { value, .. } => value.len(),
            _ => 0,
        };
        size.saturating_add(op.key.as_bytes().len()).saturating_add(value)
    })
}
