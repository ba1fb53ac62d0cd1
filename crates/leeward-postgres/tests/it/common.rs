use leeward_postgres::{Options, PostgresError};
use leeward_store::{Batch, Expect, Key, Space, Store, StoreError, Version};
use leeward_test_postgres::{Database, Shared, shared};
use pollster::block_on;
use std::{
    env,
    process::{Command, Stdio},
    sync::Arc,
    task::Wake,
};

pub(crate) const T: Space = Space::public("test");

/// Says to a copy of this test program that it is a child, and which database it is about.
const CHILD: &str = "LEEWARD_POSTGRES_CHILD";

/// An empty database; `None` where there is no server, which was then said.
pub(crate) fn database() -> Option<Database> {
    shared().map(Shared::database)
}

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

/// Adds one to a counter, as often as is said.
pub(crate) async fn count(store: Store, times: u64) {
    let counter = &key(b"counter");
    for _ in 0..times {
        let count = store.transact(|tx| async move {
            let before = tx.get(counter).await?.map_or(0, |entry| number(entry.value.as_bytes()));
            tx.put(counter, (before + 1).to_be_bytes().to_vec())
        });
        count.await.unwrap();
    }
}

pub(crate) fn counted(store: &Store) -> u64 {
    number(&get(store, b"counter").unwrap())
}

fn number(bytes: &[u8]) -> u64 {
    u64::from_be_bytes(bytes.try_into().unwrap())
}

/// A waker that does nothing.
pub(crate) struct Idle;

impl Wake for Idle {
    fn wake(self: Arc<Self>) {}
}

/// A command that runs `test` alone in a process of its own, where [`role`] returns the URL.
pub(crate) fn child(test: &str, url: &str) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]).env(CHILD, url).stdout(Stdio::piped());
    command
}

pub(crate) fn role() -> Option<String> {
    env::var(CHILD).ok()
}
