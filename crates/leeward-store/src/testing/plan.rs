use super::{FaultyBackend, Gate};
use crate::Store;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What happens to which call of a [`FaultyBackend`], and a count of the calls.
///
/// Clones share the count, so that a test keeps one and can ask it, or add to it, at any time.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    state: Arc<Mutex<State>>,
}

/// A kind of call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Call {
    /// Any of the others.
    Any,
    /// A read of one key.
    Get,
    /// A read of one page.
    Scan,
    /// A batch.
    Commit,
    /// One step of a purge.
    Purge,
    /// A batch made ready for a caller's own transaction.
    Prepare,
}

/// What happens to a call.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Fault {
    /// Nothing is done, and the caller is told so: [`StoreError::Backend`](crate::StoreError::Backend).
    Refuse,
    /// A commit conflicts over all its keys, as if another writer were always first. Other calls are
    /// refused.
    Conflict,
    /// Nothing is done, and the caller cannot know:
    /// [`StoreError::OutcomeUnknown`](crate::StoreError::OutcomeUnknown) from a commit,
    /// [`StoreError::Backend`](crate::StoreError::Backend) from others.
    LoseRequest,
    /// It is done, and the caller gets the errors of [`LoseRequest`](Self::LoseRequest).
    LoseAnswer,
    /// It is done after the future was polled this many times more.
    Delay(u32),
    /// It waits before it is done until the gate is opened.
    HoldBefore(Gate),
    /// It is done, and answers once the gate is opened.
    HoldAfter(Gate),
    /// Nothing is done, and no answer ever comes.
    HangBefore,
    /// It is done, and no answer ever comes.
    HangAfter,
}

#[derive(Debug, Default)]
struct State {
    planned: Vec<Planned>,
    made: Vec<Call>,
}

#[derive(Debug)]
struct Planned {
    nth: usize,
    call: Call,
    fault: Fault,
}

impl Plan {
    /// One under which nothing fails, and calls are counted.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Also, the `nth` call of this kind from now on, where the first is 1, meets `fault`.
    #[must_use]
    pub fn nth(self, nth: usize, call: Call, fault: Fault) -> Self {
        self.add(nth, call, fault);
        self
    }

    /// As [`nth`](Self::nth), for a plan that is in use.
    pub fn add(&self, nth: usize, call: Call, fault: Fault) {
        let mut state = self.lock();
        let nth = state.count(call).saturating_add(nth);
        state.planned.push(Planned { nth, call, fault });
    }

    /// A store over this one whose calls follow the plan.
    #[must_use]
    pub fn over(&self, store: &Store) -> Store {
        store.decorate(|inner| FaultyBackend::new(inner, self.clone()))
    }

    /// How many calls of this kind were made.
    #[must_use]
    pub fn calls(&self, call: Call) -> usize {
        self.lock().count(call)
    }

    /// Whether some planned fault has not been met.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        !self.lock().planned.is_empty()
    }

    /// Counts a call, and says what happens to it.
    pub(super) fn meet(&self, call: Call) -> Option<Fault> {
        let mut state = self.lock();
        state.made.push(call);
        let due = |planned: &Planned| planned.call.includes(call) && state.count(planned.call) == planned.nth;
        let index = state.planned.iter().position(due)?;
        Some(state.planned.remove(index).fault)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn count(&self, call: Call) -> usize {
        self.made.iter().filter(|made| call.includes(**made)).count()
    }
}

impl Call {
    fn includes(self, other: Self) -> bool {
        self == Self::Any || self == other
    }
}
