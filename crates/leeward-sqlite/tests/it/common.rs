use leeward_sqlite::SqliteError;
use leeward_store::{Batch, Expect, Key, Space, Store, StoreError, Version};
use pollster::block_on;
use std::{
    env,
    future::poll_fn,
    path::{Path, PathBuf},
    pin::Pin,
    process::{Command, Stdio},
    task::Poll,
};
use tempfile::TempDir;

pub(crate) const T: Space = Space::public("test");

/// Says to a copy of this test program that it is a child, and which file it is about.
const CHILD: &str = "LEEWARD_SQLITE_CHILD";

pub(crate) fn scratch() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("leeward.db");
    (dir, path)
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
pub(crate) fn cause(error: &StoreError) -> &SqliteError {
    let StoreError::Backend(source) = error else { panic!("{error:?}") };
    source.downcast_ref().unwrap()
}

pub(crate) type Commit<'a> = Pin<Box<dyn Future<Output = Result<Version, StoreError>> + Send + 'a>>;

/// Runs them at the same time on this thread, so that they form a group.
pub(crate) fn together(mut commits: Vec<Commit<'_>>) -> Vec<Result<Version, StoreError>> {
    let mut results: Vec<_> = commits.iter().map(|_| None).collect();
    block_on(poll_fn(|context| {
        for (commit, result) in commits.iter_mut().zip(&mut results) {
            if result.is_none()
                && let Poll::Ready(done) = commit.as_mut().poll(context)
            {
                *result = Some(done);
            }
        }
        if results.iter().all(Option::is_some) { Poll::Ready(()) } else { Poll::Pending }
    }));
    results.into_iter().map(Option::unwrap).collect()
}

/// A command that runs `test` alone in a process of its own, where [`role`] returns `path`.
pub(crate) fn child(program: &Path, test: &str, path: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(["--exact", test, "--nocapture"]).env(CHILD, path).stdout(Stdio::piped());
    command
}

pub(crate) fn role() -> Option<PathBuf> {
    env::var_os(CHILD).map(PathBuf::from)
}

pub(crate) fn assert_sound(path: &Path) {
    let conn = leeward_sqlite::connect(path).unwrap();
    let verdict: String = conn.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(verdict, "ok");
}
