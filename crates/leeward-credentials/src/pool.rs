//! Worker threads over one bounded queue.

use crate::{
    CredentialError, GovernorStats,
    arena::{Arena, Input},
    hashed::Tag,
};
use futures_channel::oneshot;
use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
};

pub(crate) type Answer = Result<Tag, CredentialError>;

struct Job {
    input: Input,
    answer: oneshot::Sender<Answer>,
}

/// Closes the queue when dropped; nobody waits for what is still in it, since who waits holds the pool.
pub(crate) struct Pool(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    capacity: usize,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Job>,
    closed: bool,
    stats: GovernorStats,
}

impl Pool {
    pub(crate) fn start(workers: usize, capacity: usize) -> Result<Self, CredentialError> {
        let stats = GovernorStats { workers, ..GovernorStats::default() };
        let state = Mutex::new(State { stats, ..State::default() });
        let pool = Self(Arc::new(Shared { state, changed: Condvar::new(), capacity }));
        for number in 1..=workers {
            let shared = Arc::clone(&pool.0);
            thread::Builder::new()
                .name(format!("leeward-hash-{number}"))
                .spawn(move || shared.work())
                .map_err(CredentialError::Thread)?;
        }
        Ok(pool)
    }

    /// Queues a hash, if there is room.
    pub(crate) fn submit(&self, input: Input) -> Option<oneshot::Receiver<Answer>> {
        let mut state = self.0.state();
        if state.queue.len() >= self.0.capacity {
            state.stats.refused = state.stats.refused.saturating_add(1);
            return None;
        }
        let (answer, receiver) = oneshot::channel();
        state.queue.push_back(Job { input, answer });
        drop(state);
        self.0.changed.notify_one();
        Some(receiver)
    }

    pub(crate) fn stats(&self) -> GovernorStats {
        let state = self.0.state();
        GovernorStats { queued: state.queue.len(), ..state.stats }
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
        let mut arena = Arena::new();
        while let Some(job) = self.next() {
            // A lost worker would leave its callers waiting for ever, and to answer is to run a waker,
            // which is code of the caller's.
            let _ = catch_unwind(AssertUnwindSafe(|| self.serve(&mut arena, job)));
        }
    }

    fn serve(&self, arena: &mut Arena, Job { input, answer }: Job) {
        if answer.is_canceled() {
            return self.state().stats.abandon();
        }
        self.state().stats.start();
        let tag = catch_unwind(AssertUnwindSafe(|| self.compute(arena, &input)));
        let tag = tag.unwrap_or_else(|_| {
            arena.wipe();
            Err(CredentialError::NotComputed)
        });
        self.state().stats.finish();
        // The receiver may be gone: then nobody wants to know.
        let _ = answer.send(tag);
    }

    fn compute(&self, arena: &mut Arena, input: &Input) -> Answer {
        let held = arena.kib();
        let fits = arena.fit(input.params());
        self.state().stats.account(held, arena.kib());
        fits?;
        arena.hash(input)
    }

    /// The next in the queue; `None` when the pool is closed and empty.
    fn next(&self) -> Option<Job> {
        let mut state = self.state();
        loop {
            match state.queue.pop_front() {
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
