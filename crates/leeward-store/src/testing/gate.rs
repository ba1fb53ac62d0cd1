use std::{
    future::{Future, poll_fn},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

/// Holds calls until a test opens it.
///
/// Wait with [`reached`](Self::reached) until a call stands before it, do what should happen
/// meanwhile, and [`open`](Self::open) it.
#[derive(Clone, Debug, Default)]
pub struct Gate {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    reached: bool,
    open: bool,
    waiting: Vec<Waker>,
}

impl Gate {
    /// A closed one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets all pass, now and later.
    pub fn open(&self) {
        self.change(|state| state.open = true);
    }

    /// Waits until a call has reached the gate.
    pub fn reached(&self) -> impl Future<Output = ()> + Send + '_ {
        self.wait(|state| state.reached)
    }

    /// Waits until the gate is open.
    pub(super) async fn pass(&self) {
        self.change(|state| state.reached = true);
        self.wait(|state| state.open).await;
    }

    fn wait(&self, ready: impl Fn(&State) -> bool + Send) -> impl Future<Output = ()> + Send {
        poll_fn(move |context: &mut Context<'_>| {
            let mut state = self.lock();
            if ready(&state) {
                return Poll::Ready(());
            }
            state.waiting.push(context.waker().clone());
            Poll::Pending
        })
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.lock();
        change(&mut state);
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        waiting.into_iter().for_each(Waker::wake);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
