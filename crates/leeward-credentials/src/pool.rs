//! Worker threads over the bounded queues of three lanes.

use crate::{
    CredentialError, GovernorStats,
    arena::{Arena, Meter},
    clock,
    lanes::Lanes,
    pace::Pace,
};
use futures_channel::oneshot;
use leeward_throttle::Lane;
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

pub(crate) type Answer<T> = Result<T, CredentialError>;

/// What is asked of the pool.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) workers: usize,
    /// The most jobs that wait in one lane.
    pub(crate) queue: usize,
    /// The longest that a job waits before it is begun.
    pub(crate) patience: Duration,
    /// What the arena of one worker may hold.
    pub(crate) arena_kib: usize,
}

/// Closes the queues when dropped; nobody waits for what is still in them, since who waits holds the pool.
pub(crate) struct Pool(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    limits: Limits,
    meter: Arc<Meter>,
}

struct State {
    lanes: Lanes<Job>,
    pace: Pace,
    closed: bool,
    stats: GovernorStats,
}

struct Job {
    lane: Lane,
    until: Instant,
    hashes: bool,
    task: Box<dyn Task>,
}

/// Work and the one who waits for it.
trait Task: Send {
    /// Whether somebody still waits.
    fn is_wanted(&self) -> bool;
    /// Does the work, whatever it does, and gives what answers.
    fn run(self: Box<Self>, arena: &mut Arena) -> Box<dyn FnOnce() + Send>;
    /// Answers that it was not done.
    fn turn_away(self: Box<Self>, retry_after: Duration);
}

struct Pending<T, W> {
    work: W,
    answer: oneshot::Sender<Answer<T>>,
}

impl Pool {
    /// `assumed` is how long one job takes, until it has been measured.
    pub(crate) fn start(limits: Limits, assumed: Duration) -> Result<Self, CredentialError> {
        let stats = GovernorStats { workers: limits.workers, ..GovernorStats::default() };
        let pace = Pace::new(assumed, limits.workers);
        let state = Mutex::new(State { lanes: Lanes::new(), pace, closed: false, stats });
        let pool = Self(Arc::new(Shared { state, changed: Condvar::new(), limits, meter: Arc::default() }));
        for number in 1..=limits.workers {
            let shared = Arc::clone(&pool.0);
            thread::Builder::new()
                .name(format!("leeward-hash-{number}"))
                .spawn(move || shared.work())
                .map_err(CredentialError::Thread)?;
        }
        Ok(pool)
    }

    /// Queues work, if it has a chance to be begun in time.
    pub(crate) fn submit<T: Send + 'static>(
        &self,
        lane: Lane,
        hashes: bool,
        work: impl FnOnce(&mut Arena) -> Answer<T> + Send + 'static,
    ) -> Answer<oneshot::Receiver<Answer<T>>> {
        let (answer, receiver) = oneshot::channel();
        let task: Box<dyn Task> = Box::new(Pending { work, answer });
        let now = clock::now();
        let mut state = self.0.state();
        let over = state.lanes.sweep(lane, |job| job.until <= now);
        over.iter().for_each(|_| state.stats.expire(lane));
        let wait = state.pace.wait(state.lanes.ahead(lane));
        let room = state.lanes.waiting(lane) < self.0.limits.queue && wait <= self.0.limits.patience;
        if room {
            let until = now.checked_add(self.0.limits.patience).unwrap_or(now);
            state.lanes.push(lane, Job { lane, until, hashes, task });
        } else {
            state.stats.refuse(lane);
        }
        drop(state);
        // To answer is to run a waker, which is code of the caller's: not under the lock.
        over.into_iter().for_each(|job| job.task.turn_away(retry_after(wait)));
        if !room {
            return Err(CredentialError::Busy { retry_after: retry_after(wait) });
        }
        self.0.changed.notify_one();
        Ok(receiver)
    }

    pub(crate) fn stats(&self) -> GovernorStats {
        let state = self.0.state();
        let mut stats = GovernorStats { queued: state.lanes.len(), ..state.stats };
        for lane in [Lane::KnownDevice, Lane::OnDuty, Lane::Unknown] {
            stats.set_queued(lane, state.lanes.waiting(lane));
        }
        stats.memory_kib = self.0.meter.held();
        stats.peak_memory_kib = self.0.meter.peak();
        stats.filled_kib = self.0.meter.filled();
        stats
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.0.state().closed = true;
        self.0.changed.notify_all();
    }
}

impl Shared {
    fn work(&self) {
        let mut arena = Arena::new(self.limits.arena_kib, Arc::clone(&self.meter));
        while let Some(job) = self.next() {
            // A lost worker would leave its callers waiting for ever, and to answer is to run a waker,
            // which is code of the caller's.
            let _ = catch_unwind(AssertUnwindSafe(|| self.serve(&mut arena, job)));
        }
    }

    fn serve(&self, arena: &mut Arena, Job { lane, until, hashes, task }: Job) {
        if !task.is_wanted() {
            return self.state().stats.abandon();
        }
        let begun = clock::now();
        if until < begun {
            let wait = self.expired(lane);
            return task.turn_away(retry_after(wait));
        }
        self.state().stats.start(lane);
        let answer = task.run(arena);
        let took = clock::now().saturating_duration_since(begun);
        let mut state = self.state();
        if !arena.grew() {
            state.pace.took(took);
        }
        state.stats.finish(hashes);
        drop(state);
        answer();
    }

    fn expired(&self, lane: Lane) -> Duration {
        let mut state = self.state();
        state.stats.expire(lane);
        state.pace.wait(state.lanes.ahead(lane))
    }

    /// The next to begin; `None` when the pool is closed and empty.
    fn next(&self) -> Option<Job> {
        let mut state = self.state();
        loop {
            match state.lanes.pop() {
                Some(job) => return Some(job),
                None if state.closed => return None,
                None => state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No change under the lock can panic half-way.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T, W> Task for Pending<T, W>
where
    T: Send + 'static,
    W: FnOnce(&mut Arena) -> Answer<T> + Send,
{
    fn is_wanted(&self) -> bool {
        !self.answer.is_canceled()
    }

    fn run(self: Box<Self>, arena: &mut Arena) -> Box<dyn FnOnce() + Send> {
        let Self { work, answer } = *self;
        let done = catch_unwind(AssertUnwindSafe(|| work(arena))).unwrap_or_else(|_| {
            arena.wipe();
            Err(CredentialError::NotComputed)
        });
        // The receiver may be gone: then nobody wants to know.
        Box::new(move || drop(answer.send(done)))
    }

    fn turn_away(self: Box<Self>, retry_after: Duration) {
        let _ = self.answer.send(Err(CredentialError::Busy { retry_after }));
    }
}

/// Whole seconds, and at least one.
fn retry_after(wait: Duration) -> Duration {
    let up = u64::from(wait.subsec_nanos() > 0);
    Duration::from_secs(wait.as_secs().saturating_add(up).max(1))
}
