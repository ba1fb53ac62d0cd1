//! Auto traits and what is printed.

use leeward_store::{
    Batch, Conflict, Entry, Expect, Inner, Item, Key, MemoryBackend, Page, Prepared, Scan, Space, Store,
    StoreError, Timestamp, Tx, Value, Version,
    conformance::{Failure, Report},
    testing::{FaultyBackend, Gate, Plan},
};
use pollster::block_on;

const ROW: Space = Space::public("row");

const fn send_and_sync<T: Send + Sync + 'static>() {}

const fn send<T: Send>(_: &T) {}

#[test]
fn all_types_cross_threads() {
    send_and_sync::<(Batch, Conflict, Entry, Expect, Inner, Item, Key, MemoryBackend)>();
    send_and_sync::<(Page, Prepared, Scan, Space, Store, StoreError, Tx, Value, Version)>();
    send_and_sync::<(FaultyBackend, Gate, Plan, Failure, Report)>();
}

#[test]
fn all_futures_cross_threads() {
    let store = Store::memory();
    let (key, scan) = (ROW.key(&[]).unwrap(), Scan::all(ROW.prefix(&[]).unwrap()));
    send(&store.get(&key));
    send(&store.scan(&scan));
    send(&store.commit(Batch::new()));
    send(&store.prepare(Batch::new()));
    send(&store.purge(Timestamp::UNIX_EPOCH));
    let key = &key;
    send(&store.transact(|tx| async move {
        tx.get(key).await?;
        tx.put(key, b"value")
    }));
}

#[test]
fn any_executor_will_do() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let store = Store::memory();
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let store = store.clone();
            runtime.spawn(async move {
                let key = &ROW.key(&[b"count"])?;
                store
                    .transact(|tx| async move {
                        let count = tx.get(key).await?.map_or(0, |entry| entry.value.as_bytes()[0]);
                        tx.put(key, vec![count + 1])
                    })
                    .await
            })
        })
        .collect();
    runtime.block_on(async {
        for task in tasks {
            task.await.unwrap().unwrap();
        }
    });
    let count = block_on(store.get(&ROW.key(&[b"count"]).unwrap())).unwrap().unwrap();
    assert_eq!(count.value.as_bytes(), [8]);
}

#[test]
fn no_value_is_ever_printed() {
    const SECRET: &[u8] = b"hunter2";
    let store = Store::memory();
    let key = ROW.key(&[b"1"]).unwrap();
    let mut batch = Batch::new();
    batch.put(key.clone(), Expect::Absent, SECRET);
    let prepared = block_on(store.prepare(batch.clone())).unwrap();
    block_on(store.commit(batch.clone())).unwrap();
    let entry = block_on(store.get(&key)).unwrap().unwrap();
    let page = block_on(store.scan(&Scan::all(ROW.prefix(&[]).unwrap()))).unwrap();
    let conflict = block_on(store.commit(batch.clone())).unwrap_err();
    let tx = block_on(store.transact(|tx| async move { Ok::<_, StoreError>(tx) })).unwrap();
    let printed =
        format!("{batch:?} {prepared:?} {entry:?} {page:?} {conflict:?} {conflict} {store:?} {tx:?}");
    assert!(!printed.contains("hunter2") && !printed.contains("104, 117, 110"), "{printed}");
    assert!(printed.contains("Value(7 bytes)"));
    assert!(printed.ends_with("Store { sealed: false, .. } Tx { .. }"));
}
