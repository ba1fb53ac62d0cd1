//! Whatever the server, the database or the role is set to.

use crate::common::{T, count, counted, database, get, key, one, open, options, put};
use leeward_store::{Batch, Expect, Scan, StoreError, Timestamp};
use leeward_test_postgres::Setup;
use pollster::block_on;
use std::{
    io::Write,
    process::{Command, Stdio},
};

#[test]
fn another_default_isolation_level_changes_nothing() {
    let Some(database) = database() else { return };
    for level in ["repeatable read", "serializable"] {
        let set = format!("ALTER DATABASE {} SET default_transaction_isolation = '{level}'", database.name());
        let _ = database.sql(&set);
        for behind_pooler in [false, true] {
            let store = block_on(options().behind_pooler(behind_pooler).open(&database.url())).unwrap();
            let before = get(&store, b"counter").map_or(0, |_| counted(&store));
            std::thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| block_on(count(store.clone(), 5)));
                }
            });
            assert_eq!(counted(&store), before + 20);
        }
    }
}

/// To compile a statement takes the server a third of a second, each time.
#[test]
#[cfg(target_os = "linux")]
fn no_statement_is_compiled() {
    let Some(server) = Setup::new().set("jit", "on").start() else { return };
    let database = server.database();
    for behind_pooler in [false, true] {
        let store = block_on(options().behind_pooler(behind_pooler).open(&database.url())).unwrap();
        let version = put(&store, b"a", b"1").unwrap();
        let mut look = Batch::new();
        look.check(key(b"a"), Expect::Exactly(version)).check(key(b"b"), Expect::Absent);
        let mut write = look.clone();
        write.delete(key(b"c"), Expect::Absent);
        for batch in [look, write] {
            block_on(store.commit(batch)).unwrap();
        }
        let all = Scan::all(T.prefix(&[]).unwrap());
        for scan in [all.clone(), all.backward()] {
            assert_eq!(block_on(store.scan(&scan)).unwrap().items.len(), 1);
        }
        std::thread::scope(|scope| (0..32).for_each(|_| drop(scope.spawn(|| get(&store, b"a")))));
        block_on(store.purge(Timestamp::UNIX_EPOCH)).unwrap();
        let compilers = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'leeward'
                         AND pg_read_file('/proc/' || pid || '/maps') LIKE '%llvmjit.so%'";
        assert_eq!(server.sql(compilers).unwrap().trim(), "0", "behind a pooler: {behind_pooler}");
    }
}

#[test]
fn what_the_role_has_in_its_search_path_is_not_used() {
    let Some(database) = database() else { return };
    let _ = database.sql(&format!(
        "CREATE SCHEMA shadow; CREATE FUNCTION shadow.yes(bytea, bytea) RETURNS boolean LANGUAGE sql AS 'SELECT true';
         CREATE FUNCTION shadow.current_setting(text) RETURNS text LANGUAGE sql AS 'SELECT ''read committed''';
         ALTER DATABASE {} SET search_path = shadow, pg_catalog",
        database.name()
    ));
    let store = open(&database.url()).unwrap();
    put(&store, b"a", b"1").unwrap();
    let again = block_on(store.commit(one(b"a", Expect::Absent, b"2")));
    assert!(matches!(again, Err(StoreError::Conflict(_))), "{again:?}");
}

#[test]
fn two_schemas_of_one_database_have_nothing_in_common() {
    let Some(database) = database() else { return };
    let in_schema = |name| block_on(options().schema(name).open(&database.url())).unwrap();
    let (first, second) = (in_schema("Calls-1"), in_schema("chats"));
    put(&first, b"a", b"first").unwrap();
    assert_eq!(get(&second, b"a"), None);
    block_on(second.commit(one(b"a", Expect::Absent, b"second"))).unwrap();
    assert_eq!(get(&first, b"a").unwrap(), b"first");
    assert!(block_on(first.get(&key(b"a"))).unwrap().is_some());
    assert_eq!(database.sql("SELECT to_regnamespace('leeward') IS NULL"), "t");
}

#[test]
fn a_dump_can_be_restored() {
    let (Some(from), Some(to)) = (database(), database()) else { return };
    let store = open(&from.url()).unwrap();
    let before = put(&store, b"a", b"1").unwrap();
    let dump = Command::new("pg_dump").arg(from.url()).output().unwrap();
    assert!(dump.status.success(), "{dump:?}");
    let mut restore = Command::new("psql");
    restore
        .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", &to.url()])
        .stdin(Stdio::piped())
        .stdout(Stdio::null());
    let mut restore = restore.spawn().unwrap();
    restore.stdin.take().unwrap().write_all(&dump.stdout).unwrap();
    assert!(restore.wait().unwrap().success());
    let restored = open(&to.url()).unwrap();
    assert_eq!(get(&restored, b"a").unwrap(), b"1");
    assert!(put(&restored, b"b", b"2").unwrap() > before);
    let taken = block_on(restored.commit(one(b"a", Expect::Exactly(before), b"3")));
    assert!(taken.is_ok(), "{taken:?}");
}

#[test]
fn values_are_stored_as_they_are() {
    let Some(database) = database() else { return };
    put(&open(&database.url()).unwrap(), b"a", &[0; 100_000]).unwrap();
    let stored = "SELECT pg_column_size(value) >= 100000 FROM leeward.entry";
    assert_eq!(database.sql(stored), "t");
}
