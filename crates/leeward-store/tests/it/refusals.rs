//! What a handle refuses to write.

use leeward_store::{Batch, Expect, Space, Store, StoreError};
use pollster::block_on;

const OPEN: Space = Space::public("open");
const SECRET: Space = Space::sealed("secret");
const OF: Space = Space::sealed_for("of", 0);

#[test]
fn a_secret_is_refused_wherever_it_stands_in_a_batch() {
    let store = Store::memory();
    let mut batch = Batch::new();
    batch.delete(SECRET.key(&[b"1"]).unwrap(), Expect::Any).check(SECRET.key(&[b"2"]).unwrap(), Expect::Any);
    batch.put(OPEN.key(&[b"1"]).unwrap(), Expect::Any, b"x");
    block_on(store.commit(batch.clone())).unwrap();
    batch.put(OF.key(&[b"someone"]).unwrap(), Expect::Any, b"in confidence");
    for refused in [block_on(store.commit(batch.clone())).map(drop), block_on(store.prepare(batch)).map(drop)]
    {
        assert!(matches!(refused, Err(StoreError::Unsealed { space: "of" })), "{refused:?}");
    }
}

#[test]
fn a_decorator_seals_no_more_than_what_it_stands_on() {
    let plan = leeward_store::testing::Plan::new();
    assert!(!plan.over(&Store::memory()).is_sealed());
    assert!(plan.over(&Store::memory().assume_sealed()).is_sealed());
}

#[test]
fn the_refusal_says_what_to_do() {
    let mut batch = Batch::new();
    batch.put(SECRET.key(&[b"1"]).unwrap(), Expect::Any, b"in confidence");
    let error = block_on(Store::memory().commit(batch)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the space `secret` holds secrets and this handle seals nothing: write through `vault.seal(store)`, \
         or through `Store::assume_sealed` if the engine encrypts by itself"
    );
}

#[test]
fn a_prepared_batch_is_the_batch() {
    let store = Store::memory().assume_sealed();
    let mut batch = Batch::new();
    batch.put(SECRET.key(&[b"1"]).unwrap(), Expect::Absent, b"x");
    let prepared = block_on(store.prepare(batch)).unwrap().into_batch();
    assert_eq!(prepared.len(), 1);
    assert_eq!(prepared.ops()[0].expect, Expect::Absent);
    assert!(block_on(store.get(&SECRET.key(&[b"1"]).unwrap())).unwrap().is_none(), "it was not applied");
}
