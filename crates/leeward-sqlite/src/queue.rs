use crate::{
    SqliteError,
    job::{Answer, Job, Work},
};
use futures_channel::oneshot;
use std::{
    collections::VecDeque,
    future::poll_fn,
    num::NonZeroUsize,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    time::Duration,
};

/// The most bytes that wait, unless one job alone is larger.
const MAX_WAITING: usize = 64 * 1024 * 1024;

/// The most bytes of one transaction, unless one job alone is larger.
const MAX_GROUP: usize = 8 * 1024 * 1024;

/// The jobs that wait for the writer: bounded, so that who adds to a full one waits for room.
pub(crate) struct Queue {
    state: Mutex<State>,
    called: Condvar,
    most: NonZeroUsize,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    bytes: usize,
    next: u64,
    waiting: Vec<Waker>,
    called: bool,
    parked: bool,
    unsettled: bool,
    closed: bool,
}

/// A place in the queue. Dropped before the writer took the job, it takes the job back.
pub(crate) struct Ticket<'a> {
    queue: &'a Queue,
    id: u64,
    answer: oneshot::Receiver<Answer>,
}

/// Why the writer's thread woke up.
pub(crate) enum Call {
    Work,
    Quiet,
    Closed,
}

impl Queue {
    pub(crate) fn new(most: NonZeroUsize) -> Self {
        Self { state: Mutex::default(), called: Condvar::new(), most }
    }

    /// Waits for room and joins the queue.
    pub(crate) async fn join(&self, work: Work) -> Result<Ticket<'_>, SqliteError> {
        let mut work = Some(work);
        poll_fn(|context| self.poll_join(&mut work, context)).await
    }

    fn poll_join(
        &self,
        work: &mut Option<Work>,
        context: &Context<'_>,
    ) -> Poll<Result<Ticket<'_>, SqliteError>> {
        let mut state = self.state();
        if state.closed {
            return Poll::Ready(Err(SqliteError::Closed));
        }
        if state.is_full(self.most) {
            state.wait(context.waker());
            drop(state);
            // Those ahead may be futures that nobody polls at the moment.
            self.call();
            return Poll::Pending;
        }
        let Some(work) = work.take() else { return Poll::Pending };
        let (id, answer) = state.push(work);
        Poll::Ready(Ok(Ticket { queue: self, id, answer }))
    }

    /// Puts back, in front, what was taken.
    pub(crate) fn give_back(&self, jobs: Vec<Job>) {
        let mut state = self.state();
        for job in jobs.into_iter().rev() {
            state.bytes = state.bytes.saturating_add(job.size);
            state.jobs.push_front(job);
        }
    }

    /// Takes the next transaction's worth of jobs; empty when none wait.
    pub(crate) fn take(&self) -> Vec<Job> {
        self.remove(State::take_group)
    }

    /// How many jobs wait.
    pub(crate) fn len(&self) -> usize {
        self.state().jobs.len()
    }

    /// Calls the writer's thread.
    pub(crate) fn call(&self) {
        let mut state = self.state();
        state.called = true;
        // A notification is a system call, even when nobody waits.
        let parked = std::mem::take(&mut state.parked);
        drop(state);
        if parked {
            self.called.notify_one();
        }
    }

    /// Notes that the log has grown, so that the writer's thread settles it when all is quiet.
    pub(crate) fn note_written(&self) {
        let mut state = self.state();
        let first = !std::mem::replace(&mut state.unsettled, true);
        if first && std::mem::take(&mut state.parked) {
            self.called.notify_one();
        }
    }

    /// Blocks the writer's thread until it has something to do. `quiet` is how long nothing must have
    /// been asked before it settles the log.
    pub(crate) fn wait_for_call(&self, quiet: Duration) -> Call {
        let mut state = self.state();
        loop {
            if state.closed {
                return Call::Closed;
            }
            if std::mem::take(&mut state.called) {
                return Call::Work;
            }
            state.parked = true;
            let asked = state.next;
            let timed_out;
            (state, timed_out) = self.park(state, quiet);
            if timed_out && state.next == asked && !state.called && !state.closed {
                state.unsettled = false;
                return Call::Quiet;
            }
        }
    }

    /// Sleeps until called, or until the time is up if there is a log to settle.
    fn park<'a>(&'a self, state: MutexGuard<'a, State>, quiet: Duration) -> (MutexGuard<'a, State>, bool) {
        if !state.unsettled {
            return (self.called.wait(state).unwrap_or_else(PoisonError::into_inner), false);
        }
        let woken = self.called.wait_timeout(state, quiet);
        let (state, timeout) = woken.unwrap_or_else(PoisonError::into_inner);
        (state, timeout.timed_out())
    }

    /// Refuses what comes, and lets go of what waits.
    pub(crate) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        let jobs = std::mem::take(&mut state.jobs);
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        self.called.notify_one();
        drop(jobs);
        waiting.into_iter().for_each(Waker::wake);
    }

    /// Removes jobs, and wakes those who wait for room.
    fn remove<T>(&self, remove: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state();
        let removed = remove(&mut state);
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        // After the lock is gone, for a waker may do anything.
        waiting.into_iter().for_each(Waker::wake);
        removed
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No method can panic half-way through a change, so a poisoned lock guards a whole state.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ticket<'_> {
    /// Takes the job if it is the only one that waits.
    pub(crate) fn take_if_alone(&self) -> Option<Job> {
        self.queue.remove(|state| if state.jobs.len() == 1 { state.remove(self.id) } else { None })
    }

    /// Whether the writer has not taken it yet.
    pub(crate) fn is_waiting(&self) -> bool {
        self.queue.state().index_of(self.id).is_some()
    }

    /// Waits for the answer; `None` when the writer was lost.
    pub(crate) async fn answer(mut self) -> Option<Answer> {
        (&mut self.answer).await.ok()
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        if self.answer.try_recv().is_ok_and(|answer| answer.is_none()) {
            self.queue.remove(|state| state.remove(self.id));
        }
    }
}

impl State {
    fn is_full(&self, most: NonZeroUsize) -> bool {
        self.jobs.len() >= most.get() || self.bytes >= MAX_WAITING
    }

    fn wait(&mut self, waker: &Waker) {
        if !self.waiting.iter().any(|waiting| waiting.will_wake(waker)) {
            self.waiting.push(waker.clone());
        }
    }

    fn push(&mut self, work: Work) -> (u64, oneshot::Receiver<Answer>) {
        let id = self.next;
        self.next = id.wrapping_add(1);
        let (job, answer) = Job::new(id, work);
        self.bytes = self.bytes.saturating_add(job.size);
        self.jobs.push_back(job);
        (id, answer)
    }

    fn take_group(&mut self) -> Vec<Job> {
        let mut bytes = 0_usize;
        let fits = |job: &Job| {
            bytes = bytes.saturating_add(job.size);
            bytes <= MAX_GROUP
        };
        let count = self.jobs.iter().map(fits).take_while(|fits| *fits).count();
        let jobs: Vec<_> = self.jobs.drain(..count.max(1).min(self.jobs.len())).collect();
        self.bytes = jobs.iter().fold(self.bytes, |bytes, job| bytes.saturating_sub(job.size));
        jobs
    }

    /// Jobs wait in the order of their ids.
    fn index_of(&self, id: u64) -> Option<usize> {
        self.jobs.binary_search_by_key(&id, |job| job.id).ok()
    }

    fn remove(&mut self, id: u64) -> Option<Job> {
        let index = self.index_of(id)?;
        let job = self.jobs.remove(index)?;
        self.bytes = self.bytes.saturating_sub(job.size);
        Some(job)
    }
}
