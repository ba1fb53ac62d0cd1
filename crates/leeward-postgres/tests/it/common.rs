use leeward_postgres::{Options, PostgresError};
use leeward_store::{Batch, Expect, Key, Space, Store, StoreError, Version};
use pollster::block_on;

pub(crate) const T: Space = Space::public("test");

pub(crate) fn options() -> Options {
    Options::new().own_thread(true)
}

pub(crate) fn open(url: &str) -> Result<Store, PostgresError> {
    block_on(options().open(url))
}

pub(crate) fn key(name: &[u8]) -> Key {
    T.key(&[name]).unwrap()
}

pub(crate) fn one(name: &[u8], expect: Expect, value: &[u8]) -> Batch {
    let mut batch = Batch::new();
    batch.put(key(name), expect, value);
    batch
}

pub(crate) fn put(store: &Store, name: &[u8], value: &[u8]) -> Result<Version, StoreError> {
    block_on(store.commit(one(name, Expect::Any, value)))
}

pub(crate) fn get(store: &Store, name: &[u8]) -> Option<Vec<u8>> {
    block_on(store.get(&key(name))).unwrap().map(|entry| entry.value.as_bytes().to_vec())
}

/// The error below a [`StoreError`].
pub(crate) fn cause(error: &StoreError) -> &PostgresError {
    match error {
        StoreError::Backend(source) | StoreError::OutcomeUnknown(source) => source.downcast_ref().unwrap(),
        error => panic!("{error:?}"),
    }
}
