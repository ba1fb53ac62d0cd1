//! Connections that break, and what is known afterwards. The histories under many faults are in
//! `tests/faults`.

use crate::common::{T, cause, database, get, key, one, open, options, put};
use leeward_postgres::PostgresError;
use leeward_store::{Expect, Scan, StoreError, Timestamp};
use leeward_test_postgres::{Proxy, Server};
use pollster::block_on;
use std::time::Duration;

#[test]
fn a_lost_answer_is_looked_up() {
    let Some(database) = database() else { return };
    let proxy = Proxy::before(&database);
    let store = open(&proxy.url()).unwrap();
    let direct = open(&database.url()).unwrap();
    let mut last = put(&store, b"first", b"1").unwrap();
    for turn in 0..60_u64 {
        let name = &turn.to_be_bytes();
        // The present connections at once, and each later one somewhere in its life.
        proxy.cut_at_random(turn, 6_000);
        proxy.cut_now();
        let version = block_on(store.commit(one(name, Expect::Absent, b"once"))).unwrap();
        assert!(version > last);
        last = version;
        assert_eq!(get(&direct, name).unwrap(), b"once");
    }
    assert!(proxy.cuts() > 60, "{} cuts", proxy.cuts());
}

#[test]
fn what_cannot_be_looked_up_is_its_own_error() {
    let Some(database) = database() else { return };
    let proxy = Proxy::before(&database);
    let wait = Duration::from_millis(600);
    let options = options().settle_timeout(wait).connect_timeout(wait).statement_timeout(wait);
    let store = block_on(options.open(&proxy.url())).unwrap();
    put(&store, b"a", b"1").unwrap();
    proxy.stall();
    let error = put(&store, b"a", b"2").unwrap_err();
    assert!(matches!(error, StoreError::OutcomeUnknown(_)), "{error:?}");
    assert!(matches!(cause(&error), PostgresError::Unsettled { .. }), "{error:?}");
    proxy.cut_now();
    proxy.refuse();
    let error = put(&store, b"a", b"3").unwrap_err();
    assert!(matches!(error, StoreError::Backend(_)), "{error:?}");
    proxy.admit();
    proxy.resume();
    put(&store, b"a", b"4").unwrap();
    assert_eq!(get(&store, b"a").unwrap(), b"4");
}

#[test]
fn a_server_that_is_killed_and_started_again_is_waited_for() {
    let Some(server) = Server::start() else { return };
    let database = server.database();
    let store = open(&database.url()).unwrap();
    put(&store, b"before", b"1").unwrap();
    server.kill();
    std::thread::scope(|scope| {
        let (write, read) = (scope.spawn(|| put(&store, b"a", b"1")), scope.spawn(|| get(&store, b"before")));
        std::thread::sleep(Duration::from_millis(300));
        assert!(!write.is_finished() && !read.is_finished());
        server.restart().unwrap();
        write.join().unwrap().unwrap();
        assert_eq!(read.join().unwrap().unwrap(), b"1");
    });
    assert_eq!(get(&store, b"a").unwrap(), b"1");
}

/// As after a failover: all that was open hangs, and whoever connects anew is served.
#[test]
fn connections_that_hang_are_not_tried_one_after_the_other() {
    let Some(database) = database() else { return };
    let proxy = Proxy::before(&database);
    // Time for two statements that nobody answers.
    let options = options().statement_timeout(Duration::from_millis(100));
    let store = block_on(options.settle_timeout(Duration::from_secs(4)).open(&proxy.url())).unwrap();
    for hanging in ["read", "commit"] {
        let before = proxy.connections();
        std::thread::scope(|scope| {
            for reader in 0..32_u8 {
                let store = &store;
                scope.spawn(move || drop(block_on(store.scan(&Scan::all(T.prefix(&[&[reader]]).unwrap())))));
            }
        });
        assert!(proxy.connections() - before > 4 || hanging == "commit", "they did not wait for each other");
        proxy.hang_now();
        match hanging {
            "read" => assert_eq!(get(&store, b"a"), None),
            _ => drop(put(&store, b"a", b"1").unwrap()),
        }
    }
}

/// The outcome is known as soon as somebody can be asked, also after a refusal that nobody would repeat.
#[test]
fn a_server_that_lets_nobody_in_for_a_while_is_asked_again() {
    let Some(server) = Server::start() else { return };
    let database = server.database();
    let store = open(&database.url()).unwrap();
    put(&store, b"a", b"1").unwrap();
    let admit = |yes: bool| {
        let name = database.name();
        server.sql(&format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS {yes}")).unwrap();
    };
    let _ = database
        .sql("ALTER TABLE leeward.slot ADD CONSTRAINT slow CHECK (turn < 2 OR pg_sleep(0.6) IS NOT NULL)");
    std::thread::scope(|scope| {
        let write = scope.spawn(|| put(&store, b"a", b"2"));
        std::thread::sleep(Duration::from_millis(200));
        admit(false);
        server
            .sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'leeward'")
            .unwrap();
        std::thread::sleep(Duration::from_millis(800));
        assert!(!write.is_finished(), "{:?}", write.join());
        admit(true);
        write.join().unwrap().unwrap();
    });
    assert_eq!(get(&store, b"a").unwrap(), b"2");
}

/// Who commits while nobody can be reached leaves nothing behind on the server.
#[test]
fn a_slot_is_kept_while_there_is_no_connection() {
    let Some(database) = database() else { return };
    let proxy = Proxy::before(&database);
    let options = options().settle_timeout(Duration::from_millis(300));
    let store = block_on(options.open(&proxy.url())).unwrap();
    put(&store, b"a", b"1").unwrap();
    proxy.refuse();
    proxy.cut_now();
    // The connection's end may be noticed only by using it, which gives the slot up.
    block_on(store.get(&key(b"a"))).unwrap_err();
    put(&store, b"a", b"2").unwrap_err();
    proxy.admit();
    put(&store, b"a", b"3").unwrap();
    assert_eq!(database.sql("SELECT count(*) FROM leeward.slot"), "1");
}

#[test]
fn a_slot_that_was_collected_is_replaced() {
    let Some(database) = database() else { return };
    let store = open(&database.url()).unwrap();
    put(&store, b"a", b"1").unwrap();
    let _ = database.sql("UPDATE leeward.slot SET used_at = now() - interval '8 days'");
    block_on(store.purge(Timestamp::UNIX_EPOCH)).unwrap();
    assert_eq!(database.sql("SELECT count(*) FROM leeward.slot"), "0");
    put(&store, b"a", b"2").unwrap();
    assert_eq!(get(&store, b"a").unwrap(), b"2");
}

#[test]
fn a_fence_keeps_out_what_arrives_late() {
    let Some(database) = database() else { return };
    let store = open(&database.url()).unwrap();
    put(&store, b"a", b"1").unwrap();
    // As another connection does that asks what became of the next turn.
    let _ = database.sql("UPDATE leeward.slot SET fenced = true");
    let many = |turn: u8, name: &str| {
        format!(
            "SELECT standing FROM leeward.commit_v1((SELECT max(id) FROM leeward.slot), {turn}, 1, '{{0}}', '{{f}}',
             '{{}}', '{{}}', '{{}}', '{{0}}', '{{{name}}}', '{{NULL}}', '{{NULL}}', '{{x}}', '{{}}', '{{}}')"
        )
    };
    let one = |turn: u8, name: &str| {
        format!(
            "SELECT standing FROM leeward.commit_one_v1((SELECT max(id) FROM leeward.slot), {turn}, 7, 0,
             '{name}', NULL, NULL, 'x')"
        )
    };
    assert_eq!([many(2, "late"), one(2, "late")].map(|call| database.sql(&call)), ["2", "2"]);
    assert_eq!(database.sql("SELECT count(*) FROM leeward.entry"), "1");
    let _ = database.sql("UPDATE leeward.slot SET fenced = false");
    assert_eq!(database.sql(&many(2, "late")), "0");
    assert_eq!([many(2, "twice"), one(2, "twice")].map(|call| database.sql(&call)), ["2", "2"]);
    assert_eq!(database.sql(&one(3, "late")), "3", "it is there, and none was expected");
    assert_eq!(database.sql(&one(3, "later")), "0");
    assert_eq!([many(3, "twice"), one(3, "twice")].map(|call| database.sql(&call)), ["2", "2"]);
    assert_eq!(database.sql("SELECT count(*) FROM leeward.entry"), "3");
}
