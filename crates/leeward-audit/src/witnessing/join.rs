use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::Poll,
};

enum Slot<'a, T> {
    Running(Pin<Box<dyn Future<Output = T> + Send + 'a>>),
    Done(Option<T>),
}

/// Waits for all of them at once, on whatever executor the caller has. There are few: each is polled
/// whenever one of them wakes up.
pub(super) async fn join_all<'a, T: Unpin>(
    futures: Vec<Pin<Box<dyn Future<Output = T> + Send + 'a>>>,
) -> Vec<T> {
    let mut slots: Vec<Slot<'a, T>> = futures.into_iter().map(Slot::Running).collect();
    poll_fn(|context| {
        let mut all_done = true;
        for slot in &mut slots {
            if let Slot::Running(future) = slot {
                match future.as_mut().poll(context) {
                    Poll::Ready(value) => *slot = Slot::Done(Some(value)),
                    Poll::Pending => all_done = false,
                }
            }
        }
        if all_done { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    let value = |slot| match slot {
        Slot::Done(value) => value,
        Slot::Running(_) => None,
    };
    slots.into_iter().filter_map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use leeward_store::yield_once;
    use pollster::block_on;

    #[test]
    fn it_waits_for_all_and_keeps_their_order() {
        let wait = |turns: usize| -> Pin<Box<dyn Future<Output = usize> + Send>> {
            Box::pin(async move {
                for _ in 0..turns {
                    yield_once().await;
                }
                turns
            })
        };
        assert_eq!(block_on(join_all(vec![wait(3), wait(0), wait(7), wait(1)])), [3, 0, 7, 1]);
        assert_eq!(block_on(join_all(Vec::<Pin<Box<dyn Future<Output = ()> + Send>>>::new())), []);
    }
}
