use crate::common::{assert_sound, child, get, put, role, scratch};
use leeward_sqlite::{Options, SqliteError, open, rusqlite::Connection};
use std::{error::Error, fs, path::Path, time::Duration};

#[test]
fn what_was_put_is_there_after_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a file?name=#1%.db");
    put(&open(&path).unwrap(), b"a", b"1").unwrap();
    assert_eq!(get(&open(&path).unwrap(), b"a").unwrap(), b"1");
    assert_sound(&path);
}

#[test]
fn only_the_owner_may_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let (dir, path) = scratch();
    let store = open(&path).unwrap();
    put(&store, b"a", b"1").unwrap();
    let files: Vec<_> = fs::read_dir(dir.path()).unwrap().map(Result::unwrap).collect();
    assert_eq!(files.len(), 3);
    for file in files {
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{file:?}");
    }
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    let (_dir, path) = scratch();
    put(&open(&path).unwrap(), b"a", b"1").unwrap();
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 2).unwrap();
    let error = refused_and_unchanged(&path);
    assert!(matches!(error, SqliteError::NewerSchema { found: 2, known: 1, .. }), "{error:?}");
    assert_eq!(
        error.to_string(),
        "the database has schema 2 and this program knows only 1: use a newer program"
    );
}

#[test]
fn an_older_schema_than_the_first_is_foreign() {
    let (_dir, path) = scratch();
    put(&open(&path).unwrap(), b"a", b"1").unwrap();
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 0).unwrap();
    assert!(matches!(refused_and_unchanged(&path), SqliteError::Foreign));
}

#[test]
fn a_foreign_database_is_refused_and_left_alone() {
    let (_dir, path) = scratch();
    let theirs = Connection::open(&path).unwrap();
    theirs.execute_batch("CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1);").unwrap();
    drop(theirs);
    let error = refused_and_unchanged(&path);
    assert!(matches!(error, SqliteError::Foreign), "{error:?}");
    assert_eq!(error.to_string(), "the file is the database of another program: choose another path");
}

#[test]
fn a_foreign_log_is_not_recovered() {
    let (_dir, path) = scratch();
    let theirs = Connection::open(&path).unwrap();
    theirs
        .execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1);")
        .unwrap();
    // All that is theirs lies in the log, as after a crash.
    let copy = path.with_extension("copy");
    let log = |path: &Path| path.with_file_name(format!("{}-wal", path.file_name().unwrap().display()));
    fs::copy(&path, &copy).unwrap();
    fs::copy(log(&path), log(&copy)).unwrap();
    let logged = fs::read(log(&copy)).unwrap();
    assert!(matches!(refused_and_unchanged(&copy), SqliteError::Foreign));
    assert_eq!(fs::read(log(&copy)).unwrap(), logged);
}

#[test]
fn another_application_id_is_foreign_even_when_empty() {
    let (_dir, path) = scratch();
    Connection::open(&path).unwrap().pragma_update(None, "application_id", 7).unwrap();
    assert!(matches!(refused_and_unchanged(&path), SqliteError::Foreign));
}

#[test]
fn what_is_no_database_is_refused_and_left_alone() {
    let (_dir, path) = scratch();
    fs::write(&path, b"a letter, and not a short one\n".repeat(400)).unwrap();
    let error = refused_and_unchanged(&path);
    assert!(matches!(error, SqliteError::NotADatabase(_)), "{error:?}");
    assert_eq!(error.to_string(), "the file is not a database: choose another path");
}

#[test]
fn a_damaged_file_says_so() {
    let (_dir, path) = scratch();
    put(&open(&path).unwrap(), b"a", b"1").unwrap();
    let mut bytes = fs::read(&path).unwrap();
    bytes[4096..].fill(0xAA);
    fs::write(&path, bytes).unwrap();
    let store = open(&path).unwrap();
    let error = put(&store, b"a", b"2").unwrap_err();
    let error = crate::common::cause(&error);
    assert!(matches!(error, SqliteError::Damaged(_)), "{error:?}");
    assert_eq!(error.to_string(), "the database file is damaged: restore a backup");
}

#[test]
fn a_checkpoint_that_was_cut_off_is_finished() {
    let (_dir, path) = scratch();
    let torn = path.with_extension("torn");
    let log = |path: &Path| path.with_file_name(format!("{}-wal", path.file_name().unwrap().display()));
    let store = open(&path).unwrap();
    for name in 0..20_u8 {
        put(&store, &[name], &[name; 4_000]).unwrap();
    }
    // The first page says how large the file will be, and is all that has reached it.
    fs::copy(&path, &torn).unwrap();
    fs::copy(log(&path), log(&torn)).unwrap();
    drop(store);
    let mut bytes = fs::read(&torn).unwrap();
    bytes[..4096].copy_from_slice(&fs::read(&path).unwrap()[..4096]);
    fs::write(&torn, bytes).unwrap();
    let store = open(&torn).unwrap();
    assert!((0..20_u8).all(|name| get(&store, &[name]).unwrap() == [name; 4_000]));
    drop(store);
    assert_sound(&torn);
}

#[test]
fn a_directory_or_a_missing_one_cannot_be_opened() {
    let (dir, path) = scratch();
    for path in [dir.path(), &path.join("leeward.db"), Path::new("")] {
        let error = open(path).unwrap_err();
        assert!(matches!(error, SqliteError::CannotOpen(_)), "{path:?}: {error:?}");
        assert!(error.source().is_some());
    }
    assert!(!path.exists());
}

#[test]
fn a_file_that_may_only_be_read_says_so() {
    use std::os::unix::{fs::PermissionsExt, process::CommandExt};
    if let Some(path) = role() {
        let error = open(&path).unwrap_err();
        assert!(matches!(error, SqliteError::ReadOnly), "{error:?}");
        return;
    }
    let (dir, path) = scratch();
    put(&open(&path).unwrap(), b"a", b"1").unwrap();
    // Nothing is read-only to root, so that the question is put by another user, where it can be.
    let program = dir.path().join("program");
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    for (path, mode) in [(dir.path(), 0o755), (&*program, 0o755), (&*path, 0o444)] {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    let mut asked = child(&program, "opening::a_file_that_may_only_be_read_says_so", &path);
    let root = std::os::unix::fs::MetadataExt::uid(&fs::metadata(&path).unwrap()) == 0;
    if root {
        asked.uid(65_534);
    }
    let asked = asked.output().unwrap();
    assert!(asked.status.success(), "{asked:?}");
}

#[test]
fn a_file_held_by_another_is_locked_and_then_opens() {
    let (_dir, path) = scratch();
    put(&open(&path).unwrap(), b"a", b"1").unwrap();
    let options = Options::new().busy_timeout(Duration::from_millis(20));
    let holder = Connection::open(&path).unwrap();
    holder.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;").unwrap();
    let error = options.open(&path).unwrap_err();
    assert!(matches!(error, SqliteError::Locked(_)), "{error:?}");
    assert_eq!(
        error.to_string(),
        "another process holds the database and did not let go in time: try again when it has finished"
    );
    drop(holder);
    assert_eq!(get(&options.open(&path).unwrap(), b"a").unwrap(), b"1");
}

#[test]
fn any_busy_timeout_is_taken() {
    let (_dir, path) = scratch();
    for wait in [Duration::ZERO, Duration::MAX] {
        put(&Options::new().busy_timeout(wait).open(&path).unwrap(), b"a", b"1").unwrap();
    }
}

#[test]
fn a_connection_of_the_callers_own_flushes_and_erases_as_the_store_does() {
    let (_dir, path) = scratch();
    let conn = leeward_sqlite::connect(&path).unwrap();
    for (pragma, wanted) in [("synchronous", 2), ("fullfsync", 1), ("secure_delete", 1)] {
        let set: i64 = conn.pragma_query_value(None, pragma, |row| row.get(0)).unwrap();
        assert_eq!(set, wanted, "{pragma}");
    }
}

#[test]
fn many_may_make_the_same_file_at_once() {
    let (_dir, path) = scratch();
    std::thread::scope(|scope| {
        for writer in 0..8_u8 {
            let path = &path;
            scope.spawn(move || put(&open(path).unwrap(), &[writer], b"here").unwrap());
        }
    });
    let store = open(&path).unwrap();
    assert!((0..8_u8).all(|writer| get(&store, &[writer]).is_some()));
}

fn refused_and_unchanged(path: &Path) -> SqliteError {
    let before = fs::read(path).unwrap();
    let error = open(path).unwrap_err();
    assert_eq!(fs::read(path).unwrap(), before);
    assert!(!error.to_string().contains('\n'));
    error
}
