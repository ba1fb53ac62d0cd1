use crate::common::{database, get, key, one, options};
use leeward_store::{Batch, Expect, Store, StoreError, Version};
use std::{future::Future, pin::Pin};
use tokio::runtime::Builder;

type Commit = Pin<Box<dyn Future<Output = Result<Version, StoreError>> + Send>>;

/// Commits all of them at once, from one thread that first starts them all.
fn together(
    url: &str,
    batches: impl FnOnce(&Store) -> Vec<Batch>,
) -> (Store, Vec<Result<Version, StoreError>>) {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let store = pollster::block_on(options().open(url)).unwrap();
    let batches = batches(&store);
    let answers = runtime.block_on(async {
        let commit = |batch| {
            let store = store.clone();
            tokio::spawn(Box::pin(async move { store.commit(batch).await }) as Commit)
        };
        let mut answers = Vec::new();
        for task in batches.into_iter().map(commit).collect::<Vec<_>>() {
            answers.push(task.await.unwrap());
        }
        answers
    });
    (store, answers)
}

#[test]
fn those_who_wait_share_a_transaction() {
    let Some(database) = database() else { return };
    let (store, answers) = together(&database.url(), |_| {
        (0..200_u8).map(|name| one(&[name], Expect::Absent, &[name])).collect()
    });
    let versions: Vec<_> = answers.into_iter().map(|answer| answer.unwrap().get()).collect();
    let mut distinct = versions.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), 200, "each commit has a version of its own");
    let mut transactions: Vec<_> = versions.iter().map(|version| version / 64).collect();
    transactions.sort_unstable();
    transactions.dedup();
    assert!(transactions.len() < 100, "{} transactions for 200 commits", transactions.len());
    assert!((0..200_u8).all(|name| get(&store, &[name]).unwrap() == [name]));
}

#[test]
fn a_conflict_in_a_group_is_nobody_elses() {
    let Some(database) = database() else { return };
    let (store, answers) = together(&database.url(), |store| {
        pollster::block_on(store.commit(one(b"taken", Expect::Any, b"1"))).unwrap();
        let batch = |name: u8| {
            let mut batch = one(&[name], Expect::Absent, &[name]);
            if name.is_multiple_of(3) {
                batch.check(key(b"taken"), Expect::Absent);
            }
            batch
        };
        (0..60).map(batch).collect()
    });
    for (name, answer) in (0..60_u8).zip(answers) {
        match answer {
            Err(StoreError::Conflict(conflict)) if name % 3 == 0 => {
                assert_eq!(conflict.keys(), [key(b"taken")])
            }
            Ok(_) if name % 3 != 0 => {}
            answer => panic!("{name}: {answer:?}"),
        }
        assert_eq!(get(&store, &[name]).is_some(), name % 3 != 0);
    }
}

#[test]
fn batches_of_one_key_keep_their_order() {
    let Some(database) = database() else { return };
    let (store, answers) =
        together(&database.url(), |_| (0..50_u8).map(|turn| one(b"one", Expect::Any, &[turn])).collect());
    let versions: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
    assert!(versions.is_sorted_by(|a, b| a < b));
    assert_eq!(get(&store, b"one").unwrap(), [49]);
}

#[test]
fn a_batch_that_the_server_refuses_fails_alone() {
    let Some(database) = database() else { return };
    drop(pollster::block_on(options().open(&database.url())).unwrap());
    let _ = database.sql("ALTER TABLE leeward.entry ADD CHECK (length(value) <> 7)");
    let (store, answers) = together(&database.url(), |_| {
        (0..40_u8).map(|name| one(&[name], Expect::Absent, &vec![1; usize::from(name % 8)])).collect()
    });
    for (name, answer) in (0..40_u8).zip(answers) {
        let refused = name % 8 == 7;
        assert_eq!(matches!(answer, Err(StoreError::Backend(_))), refused, "{name}: {answer:?}");
        assert_eq!(get(&store, &[name]).is_none(), refused);
    }
}
