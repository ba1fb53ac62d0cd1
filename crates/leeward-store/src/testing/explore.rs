use super::{Call, Fault, Plan};
use std::{
    future::Future,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

/// Runs `scenario` with `fault` at its first call of this kind, then at its second, and so on, until
/// one run ends before it meets the fault. Returns how many runs met it.
///
/// Each run begins anew: the scenario opens a store, puts the plan [`over`](Plan::over) it where its
/// preparations are done, and asserts what must hold afterwards.
///
/// ```
/// use leeward_store::testing::{Call, Fault, at_every_call};
/// use leeward_store::{Batch, Expect, Space, Store};
/// const ROW: Space = Space::public("app.row");
/// let runs = at_every_call(Call::Any, &Fault::LoseAnswer, |plan| {
///     let clean = Store::memory();
///     let store = plan.over(&clean);
///     let key = &ROW.key(&[b"1"]).unwrap();
///     let written = pollster::block_on(store.transact(|tx| async move {
///         tx.get(key).await?;
///         tx.put(key, b"value")
///     }));
///     let there = pollster::block_on(clean.get(key)).unwrap().is_some();
///     assert!(there || written.is_err());
/// });
/// assert_eq!(runs, 2);
/// ```
pub fn at_every_call(call: Call, fault: &Fault, mut scenario: impl FnMut(&Plan)) -> usize {
    let mut met = 0_usize;
    loop {
        let plan = Plan::new().nth(met.saturating_add(1), call, fault.clone());
        scenario(&plan);
        if plan.is_pending() {
            return met;
        }
        met = met.saturating_add(1);
    }
}

/// Runs a future until it ends, or waits for something that nobody has promised: then it is dropped,
/// as by a caller whose patience or connection has ended, and the answer is `None`.
///
/// For stores without threads of their own, as the one in memory: elsewhere an answer may yet come.
pub fn run_until_stuck<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let woken = Arc::new(Woken(AtomicBool::new(true)));
    let waker = Waker::from(woken.clone());
    let mut context = Context::from_waker(&waker);
    while woken.0.swap(false, Ordering::SeqCst) {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return Some(output);
        }
    }
    None
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}
