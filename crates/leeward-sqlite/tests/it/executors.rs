use crate::common::{get, key, one, scratch};
use leeward_sqlite::{Options, connect, open, rusqlite::TransactionBehavior};
use leeward_store::{Expect, Store};
use pollster::block_on;
use std::{
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Wake, Waker},
    time::Duration,
};
use tokio::runtime::{Builder, Runtime};

const TASKS: u8 = 64;

async fn increment(store: Store) {
    let counter = &key(b"counter");
    let count = store.transact(|tx| async move {
        let before = tx.get(counter).await?.map_or(0, |entry| entry.value.as_bytes()[0]);
        tx.put(counter, vec![before + 1])
    });
    count.await.unwrap();
}

async fn work(store: Store, task: u8) {
    for turn in 0..4 {
        store.commit(one(&[task, turn], Expect::Absent, b"1")).await.unwrap();
        store.get(&key(&[task, turn])).await.unwrap().unwrap();
    }
    increment(store).await;
}

fn assert_done(store: &Store) {
    assert_eq!(get(store, b"counter").unwrap(), [TASKS]);
}

fn on_tokio(runtime: &Runtime, store: &Store) {
    runtime.block_on(async {
        let tasks: Vec<_> = (0..TASKS).map(|task| tokio::spawn(work(store.clone(), task))).collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
    assert_done(store);
}

#[test]
fn it_works_on_threads_without_an_executor() {
    let (_dir, path) = scratch();
    let store = open(&path).unwrap();
    std::thread::scope(|scope| {
        for task in 0..TASKS {
            let store = store.clone();
            scope.spawn(move || block_on(work(store, task)));
        }
    });
    assert_done(&store);
}

#[test]
fn it_works_on_a_single_threaded_tokio() {
    let (_dir, path) = scratch();
    on_tokio(&Builder::new_current_thread().build().unwrap(), &open(&path).unwrap());
}

#[test]
fn it_works_on_a_multi_threaded_tokio() {
    let (_dir, path) = scratch();
    on_tokio(&Builder::new_multi_thread().worker_threads(4).build().unwrap(), &open(&path).unwrap());
}

#[test]
fn it_works_without_inline_commits() {
    let (_dir, path) = scratch();
    let store = Options::new().inline_commits(false).open(&path).unwrap();
    on_tokio(&Builder::new_current_thread().build().unwrap(), &store);
}

#[test]
fn the_last_handle_may_be_dropped_by_any_task() {
    let (_dir, path) = scratch();
    for _ in 0..20 {
        let runtime = Builder::new_multi_thread().worker_threads(2).build().unwrap();
        let store = open(&path).unwrap();
        let tasks: Vec<_> = (0..8_u8)
            .map(|task| {
                let store = store.clone();
                runtime.spawn(async move { store.commit(one(&[task], Expect::Any, b"1")).await })
            })
            .collect();
        drop(store);
        drop(runtime);
        drop(tasks);
    }
    drop(open(&path).unwrap());
}

/// A task of an executor that is gone: to wake it is to drop it.
struct Orphan(Mutex<Pin<Box<dyn Future<Output = ()> + Send>>>);

impl Wake for Orphan {
    fn wake(self: Arc<Self>) {}
}

#[test]
fn the_last_handle_may_be_dropped_by_the_writer_itself() {
    let (_dir, path) = scratch();
    let store = Options::new().busy_timeout(Duration::from_secs(60)).open(&path).unwrap();
    let mut holder = connect(&path).unwrap();
    let held = holder.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
    let commit = async move { drop(store.commit(one(b"last", Expect::Absent, b"1")).await) };
    let orphan = Arc::new(Orphan(Mutex::new(Box::pin(commit))));
    let waker = Waker::from(Arc::clone(&orphan));
    for _ in 0..2 {
        let mut commit = orphan.0.lock().unwrap();
        assert!(commit.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    }
    // From here on the writer holds the only waker, and that the only handle.
    drop((waker, orphan));
    held.rollback().unwrap();
    let store = open(&path).unwrap();
    while get(&store, b"last").is_none() {
        std::thread::yield_now();
    }
}
