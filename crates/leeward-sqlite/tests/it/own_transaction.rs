use crate::common::{cause, get, key, one, put, scratch};
use leeward_sqlite::{
    SqliteError, commit_in, connect, open,
    rusqlite::{Connection, Transaction, TransactionBehavior},
};
use leeward_store::{Batch, Expect, Store, StoreError, Version};
use pollster::block_on;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

struct Service {
    _dir: TempDir,
    path: PathBuf,
    store: Store,
    conn: Connection,
}

fn service() -> Service {
    let (_dir, path) = scratch();
    let store = open(&path).unwrap();
    let conn = connect(&path).unwrap();
    conn.execute_batch("CREATE TABLE ours (note TEXT) STRICT").unwrap();
    Service { _dir, path, store, conn }
}

fn begin(conn: &Connection) -> Transaction<'_> {
    Transaction::new_unchecked(conn, TransactionBehavior::Immediate).unwrap()
}

fn both(tx: &Transaction<'_>, store: &Store, batch: Batch) -> Result<Version, StoreError> {
    tx.execute("INSERT INTO ours VALUES ('row')", []).unwrap();
    commit_in(tx, block_on(store.prepare(batch))?)
}

fn rows(conn: &Connection) -> i64 {
    conn.query_row("SELECT count(*) FROM ours", [], |row| row.get(0)).unwrap()
}

#[test]
fn both_are_there_after_the_commit() {
    let Service { store, conn, .. } = &service();
    let before = put(store, b"before", b"1").unwrap();
    let tx = begin(conn);
    let version = both(&tx, store, one(b"theirs", Expect::Absent, b"1")).unwrap();
    assert_eq!(get(store, b"theirs"), None);
    tx.commit().unwrap();
    assert_eq!(get(store, b"theirs").unwrap(), b"1");
    assert_eq!(rows(conn), 1);
    let after = put(store, b"after", b"1").unwrap();
    assert!(before < version && version < after);
}

#[test]
fn neither_is_there_after_a_rollback() {
    let Service { store, conn, .. } = &service();
    let tx = begin(conn);
    both(&tx, store, one(b"theirs", Expect::Absent, b"1")).unwrap();
    tx.rollback().unwrap();
    assert_eq!(get(store, b"theirs"), None);
    assert_eq!(rows(conn), 0);
}

#[test]
fn a_conflict_leaves_the_transaction_to_its_owner() {
    let Service { store, conn, .. } = &service();
    put(store, b"taken", b"1").unwrap();
    let tx = begin(conn);
    let mut batch = one(b"half", Expect::Absent, b"1");
    batch.put(key(b"taken"), Expect::Absent, b"2");
    let Err(StoreError::Conflict(conflict)) = both(&tx, store, batch) else { panic!() };
    assert_eq!(conflict.keys(), [key(b"taken")]);
    both(&tx, store, one(b"instead", Expect::Absent, b"1")).unwrap();
    tx.commit().unwrap();
    assert_eq!(get(store, b"half"), None);
    assert_eq!(get(store, b"instead").unwrap(), b"1");
    assert_eq!(rows(conn), 2);
}

#[test]
fn a_full_disk_leaves_the_transaction_to_its_owner() {
    let Service { store, conn, .. } = &service();
    conn.pragma_update_and_check(None, "max_page_count", 40, |_| Ok(())).unwrap();
    let tx = begin(conn);
    let mut batch = one(b"half", Expect::Absent, b"1");
    batch.put(key(b"big"), Expect::Absent, vec![1; 500_000]);
    let error = both(&tx, store, batch).unwrap_err();
    assert!(matches!(cause(&error), SqliteError::Full(_)), "{error:?}");
    drop(tx);
    assert_eq!(rows(conn), 0);
    put(store, b"after", b"1").unwrap();
    assert_eq!(get(store, b"half"), None);
}

#[test]
fn a_temporary_table_of_the_same_name_takes_nothing() {
    let Service { store, conn, .. } = &service();
    conn.execute_batch("CREATE TEMP TABLE leeward_entry AS SELECT * FROM main.leeward_entry").unwrap();
    let tx = begin(conn);
    both(&tx, store, one(b"theirs", Expect::Absent, b"1")).unwrap();
    tx.commit().unwrap();
    assert_eq!(get(store, b"theirs").unwrap(), b"1");
}

#[test]
fn an_unfit_transaction_is_refused() {
    let Service { store, conn, path, .. } = &service();
    let deferred = Transaction::new_unchecked(conn, TransactionBehavior::Deferred).unwrap();
    assert_eq!(unfit(&deferred, store), "begin it as an immediate transaction");
    drop(deferred);
    assert!(
        unfit(&begin(&raw(path, "PRAGMA secure_delete = ON; PRAGMA synchronous = NORMAL")), store)
            .starts_with("set `PRAGMA synchronous = FULL`")
    );
    assert!(
        unfit(&begin(&raw(path, "PRAGMA secure_delete = OFF; PRAGMA synchronous = EXTRA")), store)
            .starts_with("set `PRAGMA secure_delete = ON`")
    );
    let foreign = Connection::open_in_memory().unwrap();
    let batch = block_on(store.prepare(one(b"a", Expect::Any, b"1"))).unwrap();
    let error = commit_in(&begin(&foreign), batch).unwrap_err();
    assert!(matches!(cause(&error), SqliteError::Foreign), "{error:?}");
    assert_eq!(get(store, b"a"), None);
}

fn raw(path: &Path, pragmas: &str) -> Connection {
    let conn = Connection::open(path).unwrap();
    conn.execute_batch(pragmas).unwrap();
    conn
}

fn unfit(tx: &Transaction<'_>, store: &Store) -> &'static str {
    let batch = block_on(store.prepare(one(b"a", Expect::Any, b"1"))).unwrap();
    let error = commit_in(tx, batch).unwrap_err();
    let SqliteError::UnfitTransaction { what } = cause(&error) else { panic!("{error:?}") };
    what
}
