use crate::common::{Idle, cause, count, counted, database, get, key, one, open, options, put};
use leeward_postgres::{Options, PostgresError};
use leeward_store::{Expect, Scan, Store, StoreError};
use pollster::block_on;
use std::{
    num::NonZeroUsize,
    pin::pin,
    sync::Arc,
    task::{Context, Waker},
};
use tokio::runtime::{Builder, Runtime};

const TASKS: u8 = 32;

async fn work(store: Store, task: u8) {
    for turn in 0..4 {
        store.commit(one(&[task, turn], Expect::Absent, b"1")).await.unwrap();
        store.get(&key(&[task, turn])).await.unwrap().unwrap();
    }
    count(store, 1).await;
}

fn on_tokio(runtime: &Runtime, url: &str) {
    let store = runtime.block_on(async {
        let store = leeward_postgres::open(url).await.unwrap();
        let tasks: Vec<_> = (0..TASKS).map(|task| tokio::spawn(work(store.clone(), task))).collect();
        for task in tasks {
            task.await.unwrap();
        }
        let counter = store.get(&key(b"counter")).await.unwrap().unwrap();
        assert_eq!(counter.value.as_bytes(), u64::from(TASKS).to_be_bytes());
        store
    });
    drop(store);
}

#[test]
fn it_works_on_threads_without_an_executor() {
    let Some(database) = database() else { return };
    let store = open(&database.url()).unwrap();
    std::thread::scope(|scope| {
        for task in 0..TASKS {
            let store = store.clone();
            scope.spawn(move || block_on(work(store, task)));
        }
    });
    assert_eq!(counted(&store), u64::from(TASKS));
}

#[test]
fn it_works_on_a_single_threaded_tokio() {
    let Some(database) = database() else { return };
    on_tokio(&Builder::new_current_thread().enable_all().build().unwrap(), &database.url());
}

#[test]
fn it_works_on_a_multi_threaded_tokio() {
    let Some(database) = database() else { return };
    on_tokio(&Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap(), &database.url());
}

#[test]
fn its_futures_run_outside_the_runtime_it_was_opened_in() {
    let Some(database) = database() else { return };
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let store = runtime.block_on(leeward_postgres::open(&database.url())).unwrap();
    put(&store, b"a", b"1").unwrap();
    assert_eq!(get(&store, b"a").unwrap(), b"1");
}

#[test]
fn many_callers_share_few_connections() {
    let Some(database) = database() else { return };
    let two = NonZeroUsize::new(2).unwrap();
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Options::new().pool(two).open(&database.url()).await.unwrap();
        let call = |caller: u16| {
            let store = store.clone();
            tokio::spawn(async move {
                let name = &caller.to_be_bytes();
                store.commit(one(name, Expect::Absent, name)).await.unwrap();
                assert_eq!(store.get(&key(name)).await.unwrap().unwrap().value.as_bytes(), name);
            })
        };
        for task in (0..256).map(call).collect::<Vec<_>>() {
            task.await.unwrap();
        }
        let page = store.scan(&Scan::all(crate::common::T.prefix(&[]).unwrap()).limit(1_000)).await.unwrap();
        assert_eq!(page.items.len(), 256);
    });
    let used = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'leeward'";
    let used: u32 = database.sql(used).parse().unwrap();
    assert!(used <= 2, "{used} connections");
}

#[test]
fn after_its_runtime_has_ended_every_call_says_so() {
    let Some(database) = database() else { return };
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let store = runtime.block_on(leeward_postgres::open(&database.url())).unwrap();
    put(&store, b"a", b"1").unwrap();
    drop(runtime);
    for _ in 0..2 {
        let prefix = crate::common::T.prefix(&[]).unwrap();
        let errors = [
            put(&store, b"a", b"2").unwrap_err(),
            block_on(store.get(&key(b"a"))).unwrap_err(),
            block_on(store.scan(&Scan::all(prefix))).unwrap_err(),
            block_on(store.purge(leeward_store::Timestamp::UNIX_EPOCH)).unwrap_err(),
        ];
        for error in errors {
            assert!(matches!(error, StoreError::Backend(_)), "{error:?}");
            assert!(matches!(cause(&error), PostgresError::Closed), "{error:?}");
        }
    }
    assert_eq!(get(&open(&database.url()).unwrap(), b"a").unwrap(), b"1");
}

#[test]
fn a_commit_that_is_under_way_when_the_runtime_ends_is_not_known() {
    let Some(database) = database() else { return };
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let store = runtime.block_on(leeward_postgres::open(&database.url())).unwrap();
    put(&store, b"a", b"1").unwrap();
    // Whoever holds the table locked holds the commit up.
    let mut locker = std::process::Command::new("psql");
    locker.args(["-X", "-q", &database.url(), "-c"]);
    locker.arg("BEGIN; LOCK leeward.entry; SELECT pg_sleep(2)");
    let mut locker = locker.stdout(std::process::Stdio::null()).spawn().unwrap();
    while database.sql("SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND relation = 'leeward.entry'::regclass") != "1" {}
    let mut commit = pin!(store.commit(one(b"a", Expect::Any, b"2")));
    let waker = Waker::from(Arc::new(Idle));
    assert!(commit.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    while database.sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()") == "0" {}
    drop(runtime);
    let error = block_on(commit).unwrap_err();
    assert!(matches!(error, StoreError::OutcomeUnknown(_)), "{error:?}");
    assert!(matches!(cause(&error), PostgresError::Closed), "{error:?}");
    assert!(locker.wait().unwrap().success());
}

#[test]
fn the_last_handle_may_be_dropped_by_any_task() {
    let Some(database) = database() else { return };
    for _ in 0..5 {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let store = block_on(options().open(&database.url())).unwrap();
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
    drop(open(&database.url()).unwrap());
}
