//! Over SQLite: the suite of the port, what the files hold, and a service's own transaction.

use crate::support::*;
use leeward_event::Reason;
use leeward_sqlite::rusqlite::TransactionBehavior;
use leeward_store::{Batch, BoxError, Expect, Store, StoreError, conformance::Harness};
use leeward_vault::Vault;
use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
};
use tempfile::TempDir;

struct Files {
    dir: TempDir,
    count: AtomicUsize,
}

impl Files {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), count: AtomicUsize::new(0) }
    }

    fn path(&self, number: usize) -> PathBuf {
        self.dir.path().join(format!("{number}.db"))
    }
}

fn seal(below: &Store) -> Result<Store, BoxError> {
    Ok(block_on(Vault::open(below, root()))?.seal(below))
}

impl Harness for Files {
    fn open(&self) -> Result<Store, BoxError> {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        seal(&leeward_sqlite::open(self.path(number))?)
    }

    /// From a copy of the files under the live store, as a sudden death would leave them.
    fn reopen(&self, old: Store) -> Option<Result<Store, BoxError>> {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let (from, to) = (self.path(number - 1), self.path(number));
        // The log first: what is moved from it meanwhile is then in both.
        for suffix in ["-wal", ""] {
            let with = |path: &PathBuf| format!("{}{suffix}", path.display());
            fs::copy(with(&from), with(&to)).unwrap();
        }
        drop(old);
        Some(leeward_sqlite::open(to).map_err(BoxError::from).and_then(|below| seal(&below)))
    }

    fn is_engine(&self) -> bool {
        false
    }
}

leeward_store::conformance_tests!(Files::new());

fn database() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("leeward.db");
    (dir, path)
}

fn holds(dir: &Path, needle: &[u8]) -> bool {
    let mut files = fs::read_dir(dir).unwrap();
    files.any(|file| contains(&fs::read(file.unwrap().path()).unwrap_or_default(), needle))
}

#[test]
fn no_file_holds_a_line_or_a_key_and_none_holds_an_erased_subjects_wrapped_key() {
    let (dir, path) = database();
    let below = leeward_sqlite::open(&path).unwrap();
    let vault = open(&below);
    let store = vault.seal(&below);
    let line = b"I do not know whom else to tell";
    for number in 0..50 {
        put(&store, &note(1, number), Expect::Absent, line).unwrap();
    }
    let row = raw(&below, &key_row(1)).as_bytes().to_vec();
    let wrapped = &row[row.len() - 104..];
    assert!(holds(dir.path(), wrapped));
    assert!(!holds(dir.path(), &line[..16]) && !holds(dir.path(), &ROOT));
    block_on(vault.erase(subject(1), BY, Reason::Requested, NOW)).unwrap();
    drop((store, vault, below));
    assert!(!holds(dir.path(), wrapped), "secure_delete and the emptied log leave nothing");
    let below = leeward_sqlite::open(&path).unwrap();
    let erased = get(&open(&below).seal(&below), &note(1, 1));
    assert!(matches!(erased, Err(StoreError::Erased { .. })));
}

#[test]
fn a_services_own_transaction_writes_sealed_records_beside_its_rows() {
    let (_dir, path) = database();
    let below = leeward_sqlite::open(&path).unwrap();
    let store = open(&below).seal(&below);
    let mut connection = leeward_sqlite::connect(&path).unwrap();
    connection.execute_batch("CREATE TABLE own (id INTEGER PRIMARY KEY) STRICT").unwrap();
    for number in 0..3_u32 {
        let note_1 = note(1, number.into());
        let mut batch = Batch::new();
        batch.put(note_1.clone(), Expect::Absent, b"x").put(secret("count"), Expect::Any, &[1]);
        let prepared = block_on(store.prepare(batch)).unwrap();
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
        tx.execute("INSERT INTO own VALUES (?1)", [number]).unwrap();
        leeward_sqlite::commit_in(&tx, prepared).unwrap();
        tx.commit().unwrap();
        assert_eq!(get(&store, &note_1).unwrap().unwrap(), b"x");
        put(&store, &note(2, number.into()), Expect::Absent, b"y").unwrap();
    }
    let own: u32 = connection.query_row("SELECT count(*) FROM own", [], |row| row.get(0)).unwrap();
    assert_eq!(own, 3);
}

#[test]
fn two_processes_seal_one_file() {
    let (_dir, path) = database();
    std::thread::scope(|scope| {
        for writer in 0..2_u64 {
            let path = &path;
            scope.spawn(move || {
                let below = leeward_sqlite::open(path).unwrap();
                let store = open(&below).seal(&below);
                for number in 0..20 {
                    put(&store, &note(1, writer << 32 | number), Expect::Absent, b"x").unwrap();
                }
            });
        }
    });
    let below = leeward_sqlite::open(&path).unwrap();
    let store = open(&below).seal(&below);
    for item in dump(&below, NOTE) {
        assert_eq!(get(&store, &item.key).unwrap().unwrap(), b"x");
    }
    assert_eq!(dump(&below, NOTE).len(), 40);
}
