//! What a transaction promises: no lost update, no decision on two moments, nothing half-staged.

use leeward_store::{
    Batch, Expect, Key, Space, Store, StoreError, Timestamp, Tx,
    testing::{Call, Fault, Gate, Plan},
};
use pollster::block_on;
use std::sync::atomic::{AtomicU32, Ordering};

const ROW: Space = Space::public("row");

fn key(name: &str) -> Key {
    ROW.key(&[name.as_bytes()]).unwrap()
}

fn put(store: &Store, key: &Key, value: &[u8]) {
    let mut batch = Batch::new();
    batch.put(key.clone(), Expect::Any, value);
    block_on(store.commit(batch)).unwrap();
}

fn value(store: &Store, key: &Key) -> Option<Vec<u8>> {
    block_on(store.get(key)).unwrap().map(|entry| entry.value.as_bytes().to_vec())
}

/// Runs `decide` once over a fresh store.
fn once<F: Future<Output = Result<(), StoreError>>>(
    decide: impl FnMut(Tx) -> F,
) -> (Store, Result<(), StoreError>) {
    let store = Store::memory();
    let done = block_on(store.transact(decide));
    (store, done)
}

#[test]
fn a_key_that_was_read_must_still_hold_when_another_is_written() {
    let (store, rival) = (&Store::memory(), &AtomicU32::new(0));
    let (read, written) = (&key("read"), &key("written"));
    let seen = block_on(store.transact(|tx| async move {
        let seen = tx.get(read).await?.map(|entry| entry.value.as_bytes().to_vec());
        if rival.fetch_add(1, Ordering::SeqCst) == 0 {
            put(store, read, b"changed");
        }
        tx.put(written, b"decided")?;
        Ok::<_, StoreError>(seen)
    }));
    assert_eq!(seen.unwrap().as_deref(), Some(&b"changed"[..]));
    assert_eq!(rival.load(Ordering::SeqCst), 2);
}

#[test]
fn a_read_of_two_versions_is_decided_again() {
    let (store, runs, row) = (&Store::memory(), &AtomicU32::new(0), &key("row"));
    let refused = block_on(store.transact(|tx| async move {
        let before = tx.get(row).await?.is_some();
        if runs.fetch_add(1, Ordering::SeqCst) == 0 {
            put(store, row, b"changed");
        }
        let after = tx.get(row).await?.is_some();
        Ok::<_, StoreError>((before, after))
    }));
    assert_eq!(refused.unwrap(), (true, true));
    assert_eq!(runs.load(Ordering::SeqCst), 2);
}

#[test]
fn a_refusal_decided_on_two_moments_is_decided_again() {
    let (store, runs) = (&Store::memory(), &AtomicU32::new(0));
    let (one, two) = (&key("one"), &key("two"));
    put(store, one, b"100");
    put(store, two, b"0");
    let decided = block_on(store.transact(|tx| async move {
        let first = tx.get(two).await?.unwrap();
        if runs.fetch_add(1, Ordering::SeqCst) == 0 {
            let mut batch = Batch::new();
            batch.put(one.clone(), Expect::Any, b"0").put(two.clone(), Expect::Any, b"100");
            store.commit(batch).await?;
        }
        let second = tx.get(one).await?.unwrap();
        if first.value.as_bytes() == b"0" && second.value.as_bytes() == b"0" {
            return Err(StoreError::backend("nobody has anything"));
        }
        Ok(())
    }));
    assert!(decided.is_ok(), "{decided:?}");
}

#[test]
fn a_refusal_writes_nothing_and_is_passed_on() {
    let (row, other) = (&key("row"), &key("other"));
    let (store, refused) = once(|tx| async move {
        tx.get(row).await?;
        tx.get(other).await?;
        tx.put(row, b"never")?;
        Err(StoreError::backend("no"))
    });
    assert!(matches!(refused, Err(StoreError::Backend(why)) if why.to_string() == "no"));
    assert_eq!(value(&store, row), None);
}

#[test]
fn whoever_loses_each_time_is_told() {
    let plan = (1..=100).fold(Plan::new(), |plan, nth| plan.nth(nth, Call::Commit, Fault::Conflict));
    let (store, row) = (plan.over(&Store::memory()), &key("row"));
    let lost = block_on(store.transact(|tx| async move { tx.put(row, b"value") }));
    assert!(matches!(lost, Err(StoreError::Contended { attempts: 100 })));
    assert!(!plan.is_pending());
    assert!(block_on(store.transact(|tx| async move { tx.put(row, b"value") })).is_ok());
}

#[test]
fn a_key_is_written_once_and_not_read_after() {
    let row = &key("row");
    let misuse = |done: Result<(), StoreError>| matches!(done, Err(StoreError::Misuse { .. }));
    let twice = once(|tx| async move {
        tx.put(row, b"1")?;
        tx.delete(row)
    });
    assert!(misuse(twice.1));
    let read_after = once(|tx| async move {
        tx.put(row, b"1")?;
        tx.get(row).await.map(drop)
    });
    assert!(misuse(read_after.1));
    assert_eq!(value(&read_after.0, row), None);
}

#[test]
fn a_write_that_overtakes_its_own_read_is_misuse() {
    let gate = Gate::new();
    let plan = Plan::new().nth(1, Call::Get, Fault::HoldAfter(gate.clone()));
    let (store, row, gate) = (plan.over(&Store::memory()), &key("row"), &gate);
    let done = block_on(store.transact(|tx| async move {
        let mut reading = std::pin::pin!(tx.get(row));
        let waker = std::task::Waker::noop();
        assert!(reading.as_mut().poll(&mut std::task::Context::from_waker(waker)).is_pending());
        tx.put(row, b"blind")?;
        gate.open();
        reading.await.map(drop)
    }));
    assert!(matches!(done, Err(StoreError::Misuse { .. })), "{done:?}");
}

#[test]
fn a_transaction_ends_with_its_closure() {
    let (store, row) = (Store::memory(), &key("row"));
    let leaked = block_on(store.transact(|tx| async move { Ok::<_, StoreError>(tx) })).unwrap();
    assert!(matches!(leaked.put(row, b"late"), Err(StoreError::Misuse { .. })));
    assert!(matches!(block_on(leaked.get(row)), Err(StoreError::Misuse { .. })));
    let staged = leaked.stage(|batch| {
        batch.put(row.clone(), Expect::Any, b"late");
        Ok::<_, StoreError>(())
    });
    assert!(matches!(staged, Err(StoreError::Misuse { .. })));
}

#[test]
fn staging_that_fails_leaves_nothing() {
    let (row, other) = (&key("row"), &key("other"));
    let (store, done) = once(|tx| async move {
        let failed = tx.stage(|batch| {
            batch.put(row.clone(), Expect::Any, b"half");
            Err::<(), _>(StoreError::backend("no"))
        });
        assert!(failed.is_err());
        tx.put(other, b"whole")
    });
    done.unwrap();
    assert_eq!((value(&store, row), value(&store, other)), (None, Some(b"whole".to_vec())));
}

#[test]
fn staging_over_what_was_written_takes_nothing() {
    let (row, other) = (&key("row"), &key("other"));
    let (store, done) = once(|tx| async move {
        tx.put(other, b"mine")?;
        let staged = tx.stage(|batch| {
            batch.put(row.clone(), Expect::Any, b"half").put(other.clone(), Expect::Any, b"yours");
            Ok::<_, StoreError>(())
        });
        assert!(matches!(staged, Err(StoreError::Misuse { .. })));
        Ok(())
    });
    done.unwrap();
    assert_eq!((value(&store, row), value(&store, other)), (None, Some(b"mine".to_vec())));
}

#[test]
fn what_stages_may_use_the_transaction() {
    let (row, other) = (&key("row"), &key("other"));
    let (store, done) = once(|tx| async move {
        tx.stage(|batch| {
            batch.put(row.clone(), Expect::Any, b"staged");
            tx.put(other, b"put")
        })
    });
    done.unwrap();
    assert!(value(&store, row).is_some() && value(&store, other).is_some());
}

#[test]
fn what_is_staged_over_a_read_expects_what_was_read() {
    let (store, runs, row) = (&Store::memory(), &AtomicU32::new(0), &key("row"));
    put(store, row, b"1");
    block_on(store.transact(|tx| async move {
        let read = tx.get(row).await?.unwrap().value.as_bytes().to_vec();
        if runs.fetch_add(1, Ordering::SeqCst) == 0 {
            put(store, row, b"2");
        }
        tx.stage(|batch| {
            batch.put(row.clone(), Expect::Any, [read, b"+".to_vec()].concat());
            Ok::<_, StoreError>(())
        })
    }))
    .unwrap();
    assert_eq!(value(store, row).unwrap(), b"2+");
}

#[test]
fn a_check_does_not_loosen_what_was_read() {
    let (store, runs) = (&Store::memory(), &AtomicU32::new(0));
    let (row, other) = (&key("row"), &key("other"));
    let seen = block_on(store.transact(|tx| async move {
        let seen = tx.get(row).await?.is_some();
        if runs.fetch_add(1, Ordering::SeqCst) == 0 {
            put(store, row, b"changed");
        }
        tx.check(row, Expect::Any)?;
        tx.put(other, b"decided")?;
        Ok::<_, StoreError>(seen)
    }));
    assert!(seen.unwrap(), "it was decided on what is no longer there");
}

#[test]
fn a_check_of_another_version_than_was_read_is_decided_again() {
    let (store, runs, row) = (&Store::memory(), &AtomicU32::new(0), &key("row"));
    let done = block_on(store.transact(|tx| async move {
        let read = tx.get(row).await?;
        if runs.fetch_add(1, Ordering::SeqCst) == 0 {
            put(store, row, b"changed");
        }
        // As from a scan, which sees a later moment.
        let scanned = store.get(row).await?.unwrap().version;
        tx.check(row, Expect::Exactly(scanned))?;
        Ok::<_, StoreError>(read.is_some())
    }));
    assert!(done.unwrap());
    assert_eq!(runs.load(Ordering::SeqCst), 2);
}

#[test]
fn a_put_until_keeps_its_time_and_a_delete_removes() {
    let (row, other) = (&key("row"), &key("other"));
    let (store, done) = once(|tx| async move { tx.put_until(row, b"x", Timestamp::UNIX_EPOCH) });
    done.unwrap();
    assert_eq!(block_on(store.get(row)).unwrap().unwrap().expires_at, Some(Timestamp::UNIX_EPOCH));
    block_on(store.transact(|tx| async move {
        tx.delete(row)?;
        tx.delete(other)
    }))
    .unwrap();
    assert_eq!(value(&store, row), None);
}

#[test]
fn reads_alone_commit_nothing_unless_there_are_several() {
    let plan = Plan::new();
    let (store, one, two) = (plan.over(&Store::memory()), &key("one"), &key("two"));
    block_on(store.transact(|tx| async move { tx.get(one).await.map(drop) })).unwrap();
    assert_eq!(plan.calls(Call::Commit), 0);
    block_on(store.transact(|tx| async move {
        tx.get(one).await?;
        tx.get(two).await.map(drop)
    }))
    .unwrap();
    assert_eq!(plan.calls(Call::Commit), 1);
}
