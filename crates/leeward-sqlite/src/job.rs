use futures_channel::oneshot;
use leeward_store::{Action, Batch, Conflict, StoreError, Timestamp, Version};

/// What the writer can be asked to do.
pub(crate) enum Work {
    Batch(Batch),
    Purge { now: Timestamp, limit: usize },
}

/// What was done, once it is durable.
pub(crate) struct Done {
    /// The version given to what was written.
    pub(crate) version: Version,
    /// How many entries a purge removed.
    pub(crate) removed: usize,
}

/// How a job went by itself, before the transaction around it is committed.
pub(crate) type Outcome = Result<Done, Conflict>;

/// What the caller is told after the commit.
pub(crate) type Answer = Result<Done, StoreError>;

/// One piece of work that waits for the writer.
pub(crate) struct Job {
    pub(crate) id: u64,
    pub(crate) work: Work,
    pub(crate) size: usize,
    answer: oneshot::Sender<Answer>,
}

impl Job {
    pub(crate) fn new(id: u64, work: Work) -> (Self, oneshot::Receiver<Answer>) {
        let (answer, receiver) = oneshot::channel();
        let size = work.size();
        (Self { id, work, size, answer }, receiver)
    }

    pub(crate) fn answer(self, answer: Answer) {
        // Nobody listens any more if the caller's future was dropped.
        drop(self.answer.send(answer));
    }
}

impl Work {
    /// Bytes of keys and values.
    fn size(&self) -> usize {
        let Self::Batch(batch) = self else { return 0 };
        batch.ops().iter().fold(0, |size: usize, op| {
            let value = match &op.action {
                Action::Put { value, .. } => value.len(),
                _ => 0,
            };
            size.saturating_add(op.key.as_bytes().len()).saturating_add(value)
        })
    }
}
