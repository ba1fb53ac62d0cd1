use crate::{
    PostgresError,
    job::{Answer, Job},
    locks::{Held, MOST},
};
use futures_channel::oneshot;
use leeward_store::Batch;
use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};
use tokio::time::Instant;

/// The most batches of one transaction: each has one of its 64 versions.
pub(crate) const MAX_GROUP: usize = 64;

/// The most bytes of one transaction, unless one batch alone is larger.
const MAX_BYTES: usize = 8 * 1024 * 1024;

/// How far to look for batches that do not wait for others.
const HORIZON: usize = 512;

/// The batches that wait for a committer.
///
/// It has no bound of its own: what waits is held by callers that wait for it, and goes when they do.
pub(crate) struct Queue {
    state: Mutex<State>,
    committers: usize,
}

#[derive(Default)]
struct State {
    /// In the order of their ids.
    jobs: VecDeque<Job>,
    next: u64,
    held: Held,
    serving: usize,
    closed: bool,
}

/// A place in the queue. Dropped before a committer took the job, it takes the job back.
pub(crate) struct Ticket<'a> {
    queue: &'a Queue,
    id: u64,
    answer: oneshot::Receiver<Answer>,
}

impl Queue {
    pub(crate) fn new(committers: usize) -> Self {
        Self { state: Mutex::default(), committers }
    }

    /// Joins the queue.
    pub(crate) fn join(&self, batch: Batch, until: Instant) -> Result<Ticket<'_>, PostgresError> {
        let mut state = self.state();
        if state.closed {
            return Err(PostgresError::Closed);
        }
        let id = state.next;
        state.next = id.wrapping_add(1);
        let (job, answer) = Job::new(id, batch, until);
        state.jobs.push_back(job);
        Ok(Ticket { queue: self, id, answer })
    }

    /// Whether another committer is wanted; it counts from now on.
    pub(crate) fn hire(&self) -> bool {
        let mut state = self.state();
        let wanted = state.serving < self.committers && !state.jobs.is_empty();
        if wanted {
            state.serving = state.serving.saturating_add(1);
        }
        wanted
    }

    /// The next transaction's batches, none of which waits for another. `None` sends the committer home:
    /// what still waits is taken by whoever holds what it waits for.
    pub(crate) fn take(&self) -> Option<Vec<Job>> {
        let mut state = self.state();
        let group = state.take_group();
        if group.is_empty() {
            state.serving = state.serving.saturating_sub(1);
            return None;
        }
        Some(group)
    }

    /// Lets others have what a finished transaction has held.
    pub(crate) fn release(&self, jobs: &[Job]) {
        let mut state = self.state();
        jobs.iter().for_each(|job| state.held.remove(&job.locks));
    }

    /// Puts back what was released and is to be tried again.
    pub(crate) fn put_back(&self, job: Job) {
        let mut state = self.state();
        if state.closed {
            drop(state);
            return job.answer(Err(PostgresError::Closed.into()));
        }
        let place = state.jobs.partition_point(|other| other.id < job.id);
        state.jobs.insert(place, job);
    }

    /// Refuses what waits and what comes.
    pub(crate) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        let jobs = std::mem::take(&mut state.jobs);
        drop(state);
        jobs.into_iter().for_each(|job| job.answer(Err(PostgresError::Closed.into())));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No method can panic half-way through a change, so a poisoned lock guards a whole state.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ticket<'_> {
    /// Waits for the answer; `None` when the committer was lost.
    pub(crate) async fn answer(mut self) -> Option<Answer> {
        (&mut self.answer).await.ok()
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        if self.answer.try_recv().is_ok_and(|answer| answer.is_none()) {
            let mut state = self.queue.state();
            let waiting = state.jobs.binary_search_by_key(&self.id, |job| job.id);
            let job = waiting.ok().and_then(|place| state.jobs.remove(place));
            drop(state);
            drop(job);
        }
    }
}

impl State {
    /// Takes from the front, and passes over what waits for a key that is held, or that one ahead of it
    /// waits for: so nobody is overtaken at a key.
    fn take_group(&mut self) -> Vec<Job> {
        let mut group = Group::default();
        let mut passed = Held::default();
        let mut place = 0;
        while place < self.jobs.len().min(HORIZON) && !group.is_full() {
            let Some(job) = self.jobs.get(place) else { break };
            let free = self.held.admits(&job.locks) && passed.admits(&job.locks);
            if free && group.has_room_for(job) {
                self.held.add(&job.locks);
                group.extend(self.jobs.remove(place));
            } else {
                passed.add(&job.locks);
                place = place.saturating_add(1);
            }
        }
        group.jobs
    }
}

#[derive(Default)]
struct Group {
    jobs: Vec<Job>,
    bytes: usize,
    locks: usize,
}

impl Group {
    fn has_room_for(&self, job: &Job) -> bool {
        let bytes = self.bytes.saturating_add(job.size);
        let locks = self.locks.saturating_add(job.locks.len());
        self.jobs.is_empty() || (!job.alone && !job.locks.is_whole() && bytes <= MAX_BYTES && locks <= MOST)
    }

    fn is_full(&self) -> bool {
        let closed = self.jobs.first().is_some_and(|job| job.alone || job.locks.is_whole());
        closed || self.jobs.len() >= MAX_GROUP || self.locks >= MOST
    }

    fn extend(&mut self, job: Option<Job>) {
        if let Some(job) = job {
            self.bytes = self.bytes.saturating_add(job.size);
            self.locks = self.locks.saturating_add(job.locks.len());
            self.jobs.push(job);
        }
    }
}
