use crate::common::{assert_sound, cause, child, get, key, put, role, scratch};
use leeward_sqlite::{Options, SqliteError, connect, open, rusqlite::TransactionBehavior};
use leeward_store::Store;
use pollster::block_on;
use std::time::Duration;

const EACH: u64 = 300;

#[test]
fn two_processes_lose_no_update() {
    if let Some(path) = role() {
        return count(&open(path).unwrap());
    }
    let (_dir, path) = scratch();
    let store = open(&path).unwrap();
    let program = std::env::current_exe().unwrap();
    let other = child(&program, "sharing::two_processes_lose_no_update", &path).spawn().unwrap();
    count(&store);
    assert!(other.wait_with_output().unwrap().status.success());
    assert_eq!(counted(&store), 2 * EACH);
    drop(store);
    assert_sound(&path);
}

#[test]
fn two_handles_lose_no_update_and_see_each_other_at_once() {
    let (_dir, path) = scratch();
    let (first, second) = (open(&path).unwrap(), open(&path).unwrap());
    for turn in 0..50_u8 {
        let (writes, reads) = if turn % 2 == 0 { (&first, &second) } else { (&second, &first) };
        put(writes, b"turn", &[turn]).unwrap();
        assert_eq!(get(reads, b"turn").unwrap(), [turn]);
    }
    std::thread::scope(|scope| {
        scope.spawn(|| count(&first));
        scope.spawn(|| count(&second));
    });
    assert_eq!(counted(&first), 2 * EACH);
}

#[test]
fn a_writer_elsewhere_is_waited_for_and_then_named() {
    let (_dir, path) = scratch();
    let wait = |millis| Options::new().busy_timeout(Duration::from_millis(millis)).open(&path).unwrap();
    let (patient, hasty) = (wait(60_000), wait(20));
    let mut holder = connect(&path).unwrap();
    let held = holder.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
    let error = put(&hasty, b"a", b"hasty").unwrap_err();
    assert!(matches!(cause(&error), SqliteError::Locked(_)), "{error:?}");
    assert_eq!(get(&hasty, b"a"), None);
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| put(&patient, b"a", b"patient"));
        held.rollback().unwrap();
        waiting.join().unwrap().unwrap();
    });
    put(&hasty, b"b", b"hasty").unwrap();
    assert_eq!(get(&hasty, b"a").unwrap(), b"patient");
}

#[test]
fn the_file_closes_with_the_last_handle() {
    let (dir, path) = scratch();
    let store = open(&path).unwrap();
    let clone = store.clone();
    put(&store, b"a", b"1").unwrap();
    drop(store);
    put(&clone, b"a", b"2").unwrap();
    drop(clone);
    // The last one to close empties the log and takes it away.
    let left: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(left, [path.file_name().unwrap()]);
    assert_sound(&path);
}

fn count(store: &Store) {
    let counter = &key(b"counter");
    for _ in 0..EACH {
        let count = store.transact(|tx| async move {
            let before = tx.get(counter).await?.map_or(0, |entry| number(entry.value.as_bytes()));
            tx.put(counter, (before + 1).to_be_bytes().to_vec())
        });
        block_on(count).unwrap();
    }
}

fn counted(store: &Store) -> u64 {
    number(&get(store, b"counter").unwrap())
}

fn number(bytes: &[u8]) -> u64 {
    u64::from_be_bytes(bytes.try_into().unwrap())
}
