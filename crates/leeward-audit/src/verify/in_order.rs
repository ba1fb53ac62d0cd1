use std::{
    num::NonZeroUsize,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread::{self, Scope},
};

/// How many pieces of work a thread does before it hands them over together.
const RUN: u64 = 8;

/// How many runs a thread may be ahead of the one that takes them: what bounds the memory.
const AHEAD: usize = 2;

/// Does `work` for every number below `count`, on as many threads, and hands the results to `take` on this
/// one, in order. It stops at the first error in that order.
pub(super) fn in_order<T: Send, E: Send>(
    count: u64,
    threads: NonZeroUsize,
    work: impl Fn(u64) -> Result<T, E> + Sync,
    mut take: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E> {
    let one_is_enough = threads.get() == 1 || count <= RUN;
    let work = &work;
    thread::scope(|scope| {
        let started = (!one_is_enough).then(|| start(scope, count, threads, work)).flatten();
        // A machine that has no thread to spare has this one.
        let Some(results) = started else { return (0..count).try_for_each(|n| take(work(n)?)) };
        // Run number n comes from thread n, modulo the number of threads.
        for (_, results) in (0..count.div_ceil(RUN)).zip(results.iter().cycle()) {
            // Nothing comes only from a thread that panicked, and then the scope does.
            for result in results.recv().into_iter().flatten() {
                take(result?)?;
            }
        }
        Ok(())
    })
}

type Run<T, E> = Vec<Result<T, E>>;

fn start<'scope, T: Send + 'scope, E: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    count: u64,
    threads: NonZeroUsize,
    work: &'scope (impl Fn(u64) -> Result<T, E> + Sync),
) -> Option<Vec<Receiver<Run<T, E>>>> {
    let runs = count.div_ceil(RUN);
    let start_one = |first| {
        let (sender, receiver) = sync_channel(AHEAD);
        let mine = (first..runs).step_by(threads.get());
        let builder = thread::Builder::new().name("leeward-verify".to_owned());
        builder
            .spawn_scoped(scope, move || mine.take_while(|run| send(&sender, *run, count, work)).count())
            .ok()?;
        Some(receiver)
    };
    (0..u64::try_from(threads.get()).ok()?).map(start_one).collect()
}

/// Does one run; false when nobody waits for more.
fn send<T, E>(
    sender: &SyncSender<Run<T, E>>,
    run: u64,
    count: u64,
    work: &impl Fn(u64) -> Result<T, E>,
) -> bool {
    let first = run.saturating_mul(RUN);
    sender.send((first..count.min(first.saturating_add(RUN))).map(work).collect()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    fn threads(count: usize) -> NonZeroUsize {
        NonZeroUsize::new(count).unwrap()
    }

    #[test]
    fn results_come_in_order_from_any_number_of_threads() {
        for count in [0, 1, RUN, RUN + 1, 100, 257] {
            for some in 1..6 {
                let mut taken = Vec::new();
                let done = in_order(count, threads(some), Ok::<_, ()>, |n| {
                    taken.push(n);
                    Ok(())
                });
                assert!(done.is_ok() && taken.iter().copied().eq(0..count), "{count} on {some}");
            }
        }
    }

    #[test]
    fn the_first_error_in_order_is_the_one_that_is_told() {
        for some in 1..4 {
            let mut taken = 0;
            let told = in_order(
                1_000,
                threads(some),
                |n| if n % 300 == 299 { Err(n) } else { Ok(n) },
                |_| {
                    taken += 1;
                    Ok(())
                },
            );
            assert_eq!((told, taken), (Err(299), 299));
        }
    }

    #[test]
    fn nobody_runs_far_ahead() {
        let begun = AtomicU64::new(0);
        let mut taken = 0;
        let most = RUN * (u64::try_from(AHEAD).unwrap() + 2) * 3;
        let work = |n| Ok::<_, ()>(begun.fetch_add(1, Ordering::SeqCst).min(n));
        let done = in_order(5_000, threads(3), work, |_| {
            taken += 1;
            assert!(begun.load(Ordering::SeqCst) <= taken + most);
            Ok(())
        });
        assert!(done.is_ok());
    }
}
