//! Random transactions, among rivals, do what a model that runs them alone does.

use leeward_store::{Batch, Expect, Key, Space, Store, StoreError, Tx};
use pollster::block_on;
use proptest::{collection::vec, prelude::*};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicUsize, Ordering},
};

const ROW: Space = Space::public("row");

#[derive(Clone, Debug)]
enum Step {
    /// Puts a value made from what the key held.
    Append(u8, u8),
    Put(u8, u8),
    Delete(u8),
    Stage(Vec<u8>, u8),
    Get(u8),
    /// Another writer gets in between.
    Rival(u8, u8),
}

type Rows = BTreeMap<u8, Vec<u8>>;

fn step() -> impl Strategy<Value = Step> {
    let (row, value) = (0_u8..4, any::<u8>());
    prop_oneof![
        (row.clone(), value).prop_map(|(row, value)| Step::Append(row, value)),
        (row.clone(), value).prop_map(|(row, value)| Step::Put(row, value)),
        row.clone().prop_map(Step::Delete),
        (vec(row.clone(), 1..3), value).prop_map(|(rows, value)| Step::Stage(rows, value)),
        row.clone().prop_map(Step::Get),
        (row, value).prop_map(|(row, value)| Step::Rival(row, value)),
    ]
}

fn key(row: u8) -> Key {
    ROW.key(&[&[row]]).unwrap()
}

/// What the transaction leaves when it runs alone, after the rivals, and whether it is used well.
fn model(mut rows: Rows, steps: &[Step]) -> (Rows, bool) {
    for step in steps {
        if let Step::Rival(row, value) = step {
            rows.insert(*row, vec![*value]);
        }
    }
    let (before, mut written) = (rows.clone(), BTreeSet::new());
    for step in steps {
        let fine = match step {
            Step::Rival(..) => true,
            Step::Get(row) => !written.contains(row),
            Step::Append(row, value) => {
                rows.entry(*row).or_default().push(*value);
                written.insert(*row)
            }
            Step::Put(row, value) => {
                rows.insert(*row, vec![*value]);
                written.insert(*row)
            }
            Step::Delete(row) => {
                rows.remove(row);
                written.insert(*row)
            }
            Step::Stage(staged, value) => {
                rows.extend(staged.iter().map(|row| (*row, vec![*value])));
                staged.iter().all(|row| written.insert(*row))
            }
        };
        if !fine {
            return (before, false);
        }
    }
    (rows, true)
}

async fn take(tx: &Tx, store: &Store, step: &Step, alone: bool) -> Result<(), StoreError> {
    match step {
        Step::Rival(..) if alone => Ok(()),
        Step::Rival(row, value) => {
            let mut batch = Batch::new();
            batch.put(key(*row), Expect::Any, vec![*value]);
            store.commit(batch).await.map(drop)
        }
        Step::Get(row) => tx.get(&key(*row)).await.map(drop),
        Step::Append(row, value) => {
            let held = tx.get(&key(*row)).await?.map(|entry| entry.value.as_bytes().to_vec());
            tx.put(&key(*row), [held.unwrap_or_default(), vec![*value]].concat())
        }
        Step::Put(row, value) => tx.put(&key(*row), vec![*value]),
        Step::Delete(row) => tx.delete(&key(*row)),
        Step::Stage(rows, value) => tx.stage(|batch| {
            for row in rows {
                batch.put(key(*row), Expect::Any, vec![*value]);
            }
            Ok(())
        }),
    }
}

fn rows_of(store: &Store) -> Rows {
    let read =
        |row| block_on(store.get(&key(row))).unwrap().map(|entry| (row, entry.value.as_bytes().to_vec()));
    (0..4).filter_map(read).collect()
}

proptest! {
    #[test]
    fn a_transaction_among_rivals_is_one_alone(before in vec((0_u8..4, any::<u8>()), 0..4), steps in vec(step(), 0..8)) {
        let (store, steps, runs) = (&Store::memory(), &steps, &AtomicUsize::new(0));
        let before: Rows = before.into_iter().map(|(row, value)| (row, vec![value])).collect();
        for (row, value) in &before {
            let mut batch = Batch::new();
            batch.put(key(*row), Expect::Absent, value.as_slice());
            block_on(store.commit(batch)).unwrap();
        }
        let done = block_on(store.transact(|tx| async move {
            let alone = runs.fetch_add(1, Ordering::SeqCst) > 0;
            let mut done = Ok(());
            for step in steps {
                // The rivals come in any case.
                if done.is_ok() || matches!(step, Step::Rival(..)) {
                    done = done.and(take(&tx, store, step, alone).await);
                }
            }
            done
        }));
        let (after, fine) = model(before, steps);
        prop_assert_eq!(done.is_ok(), fine, "{:?}", done);
        prop_assert_eq!(rows_of(store), after);
    }
}
