use crate::common::{cause, database, get, key, one, put};
use leeward_postgres::{
    PostgresError, commit_in,
    tokio_postgres::{Client, IsolationLevel, NoTls, Transaction, connect},
};
use leeward_store::{Batch, Expect, Store, StoreError, Version};
use leeward_test_postgres::Database;
use std::{future::Future, time::Duration};
use tokio::runtime::Runtime;

struct Service {
    store: Store,
    client: Client,
    database: Database,
    runtime: Runtime,
}

fn service() -> Option<Service> {
    let database = database()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (store, client) = runtime.block_on(async {
        let store = leeward_postgres::open(&database.url()).await.unwrap();
        let (client, connection) = connect(&database.url(), NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute("CREATE TABLE ours (note text)").await.unwrap();
        (store, client)
    });
    Some(Service { store, client, database, runtime })
}

impl Service {
    fn rows(&self) -> String {
        self.database.sql("SELECT count(*) FROM ours")
    }

    fn run<T>(&mut self, work: impl AsyncFnOnce(&mut Client, &Store) -> T) -> T {
        let Self { store, client, runtime, .. } = self;
        runtime.block_on(work(client, store))
    }
}

async fn both(tx: &mut Transaction<'_>, store: &Store, batch: Batch) -> Result<Version, StoreError> {
    tx.execute("INSERT INTO ours VALUES ('row')", &[]).await.unwrap();
    commit_in(tx, store.prepare(batch).await?).await
}

#[test]
fn both_are_there_after_the_commit() {
    let Some(mut service) = service() else { return };
    let before = put(&service.store, b"before", b"1").unwrap();
    let version = service.run(async |client, store| {
        let mut tx = client.transaction().await.unwrap();
        let version = both(&mut tx, store, one(b"theirs", Expect::Absent, b"1")).await.unwrap();
        assert!(store.get(&key(b"theirs")).await.unwrap().is_none());
        tx.commit().await.unwrap();
        version
    });
    assert_eq!(get(&service.store, b"theirs").unwrap(), b"1");
    assert_eq!(service.rows(), "1");
    let after = put(&service.store, b"after", b"1").unwrap();
    assert!(before < version && version < after);
}

#[test]
fn neither_is_there_after_a_rollback() {
    let Some(mut service) = service() else { return };
    service.run(async |client, store| {
        let mut tx = client.transaction().await.unwrap();
        both(&mut tx, store, one(b"theirs", Expect::Absent, b"1")).await.unwrap();
        tx.rollback().await.unwrap();
    });
    assert_eq!(get(&service.store, b"theirs"), None);
    assert_eq!(service.rows(), "0");
}

#[test]
fn a_conflict_leaves_the_transaction_to_its_owner() {
    let Some(mut service) = service() else { return };
    put(&service.store, b"taken", b"1").unwrap();
    service.run(async |client, store| {
        let mut tx = client.transaction().await.unwrap();
        let mut batch = one(b"half", Expect::Absent, b"1");
        batch.put(key(b"taken"), Expect::Absent, b"2");
        let refused = both(&mut tx, store, batch).await;
        let Err(StoreError::Conflict(conflict)) = refused else { panic!("{refused:?}") };
        assert_eq!(conflict.keys(), [key(b"taken")]);
        both(&mut tx, store, one(b"instead", Expect::Absent, b"1")).await.unwrap();
        tx.commit().await.unwrap();
    });
    assert_eq!(get(&service.store, b"half"), None);
    assert_eq!(get(&service.store, b"instead").unwrap(), b"1");
    assert_eq!(service.rows(), "2");
}

#[test]
fn a_level_that_is_not_fit_is_refused_and_harms_nothing() {
    let Some(mut service) = service() else { return };
    service.run(async |client, store| {
        for level in [IsolationLevel::RepeatableRead, IsolationLevel::Serializable] {
            let mut tx = client.build_transaction().isolation_level(level).start().await.unwrap();
            let error = both(&mut tx, store, one(b"a", Expect::Any, b"1")).await.unwrap_err();
            let PostgresError::UnfitTransaction { what, .. } = cause(&error) else { panic!("{error:?}") };
            assert_eq!(*what, "begin it at the isolation level READ COMMITTED");
            tx.commit().await.unwrap();
        }
    });
    assert_eq!(get(&service.store, b"a"), None);
    assert_eq!(service.rows(), "2");
}

#[test]
fn a_transaction_that_would_not_be_durable_is_made_so() {
    let Some(mut service) = service() else { return };
    service.run(async |client, store| {
        for (set, wanted) in
            [("off", "on"), ("local", "on"), ("remote_write", "on"), ("remote_apply", "remote_apply")]
        {
            client.batch_execute(&format!("SET synchronous_commit = {set}")).await.unwrap();
            let mut tx = client.transaction().await.unwrap();
            both(&mut tx, store, one(b"a", Expect::Any, b"1")).await.unwrap();
            let row = tx.query_one("SHOW synchronous_commit", &[]).await.unwrap();
            assert_eq!(row.get::<_, &str>(0), wanted);
            tx.commit().await.unwrap();
        }
    });
}

#[test]
fn what_the_session_puts_in_the_way_is_not_used() {
    let Some(mut service) = service() else { return };
    service.run(async |client, store| {
        let shadows = "CREATE TEMP TABLE entry (key bytea, version bigint, value bytea);
            CREATE SCHEMA shadow; CREATE FUNCTION shadow.yes(bytea, bytea) RETURNS boolean LANGUAGE sql AS 'SELECT true';
            CREATE OPERATOR shadow.= (LEFTARG = bytea, RIGHTARG = bytea, FUNCTION = shadow.yes);
            CREATE FUNCTION shadow.nextval(regclass) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';
            SET search_path = shadow, pg_temp, pg_catalog";
        client.batch_execute(shadows).await.unwrap();
        let mut tx = client.transaction().await.unwrap();
        let a = commit_in(&mut tx, store.prepare(one(b"a", Expect::Absent, b"1")).await.unwrap()).await.unwrap();
        let b = commit_in(&mut tx, store.prepare(one(b"b", Expect::Absent, b"2")).await.unwrap()).await.unwrap();
        assert!(a < b);
        tx.commit().await.unwrap();
    });
    assert_eq!(get(&service.store, b"a").unwrap(), b"1");
    assert_eq!(get(&service.store, b"b").unwrap(), b"2");
}

#[test]
fn a_database_without_leeward_is_refused() {
    let (Some(mut service), Some(other)) = (service(), database()) else { return };
    service.run(async |_, store| {
        let (mut client, connection) = connect(&other.url(), NoTls).await.unwrap();
        tokio::spawn(connection);
        let mut tx = client.transaction().await.unwrap();
        let batch = store.prepare(one(b"a", Expect::Any, b"1")).await.unwrap();
        let error = commit_in(&mut tx, batch).await.unwrap_err();
        assert!(matches!(cause(&error), PostgresError::Missing(_)), "{error:?}");
    });
}

#[test]
fn it_takes_part_in_the_schema_that_the_options_name() {
    let Some(mut service) = service() else { return };
    let url = service.database.url();
    let other = service.run(async |client, _| {
        let options = leeward_postgres::Options::new().schema("other");
        let other = options.open(&url).await.unwrap();
        let mut tx = client.transaction().await.unwrap();
        let batch = other.prepare(one(b"a", Expect::Absent, b"1")).await.unwrap();
        options.commit_in(&mut tx, batch).await.unwrap();
        tx.commit().await.unwrap();
        other
    });
    assert_eq!(get(&other, b"a").unwrap(), b"1");
    assert_eq!(get(&service.store, b"a"), None);
}

#[test]
fn a_key_that_is_held_delays_nobody_else() {
    let Some(mut service) = service() else { return };
    service.run(async |client, store| {
        let mut tx = client.transaction().await.unwrap();
        both(&mut tx, store, one(b"held", Expect::Absent, b"theirs")).await.unwrap();
        let held = spawned(store, b"held");
        for other in 0..20_u8 {
            within_seconds(8, spawned(store, &[other])).await.unwrap();
        }
        assert!(!held.is_finished());
        tx.commit().await.unwrap();
        within_seconds(8, held).await.unwrap();
    });
    assert_eq!(get(&service.store, b"held").unwrap(), b"ours");
}

#[test]
fn a_key_that_is_held_too_long_fails_alone() {
    let Some(mut service) = service() else { return };
    let url = service.database.url();
    service.run(async |client, store| {
        let wait = Duration::from_millis(1_500);
        let hasty = leeward_postgres::Options::new().settle_timeout(wait).open(&url).await.unwrap();
        let mut tx = client.transaction().await.unwrap();
        both(&mut tx, store, one(b"held", Expect::Absent, b"theirs")).await.unwrap();
        let (held, other) = (spawned(&hasty, b"held"), spawned(&hasty, b"other"));
        within_seconds(8, other).await.unwrap();
        let error = within_seconds(20, held).await.unwrap_err();
        assert!(matches!(cause(&error), PostgresError::TimedOut(_)), "{error:?}");
        tx.commit().await.unwrap();
    });
    assert_eq!(get(&service.store, b"held").unwrap(), b"theirs");
}

fn spawned(store: &Store, name: &[u8]) -> tokio::task::JoinHandle<Result<Version, StoreError>> {
    let (store, batch) = (store.clone(), one(name, Expect::Any, b"ours"));
    tokio::spawn(async move { store.commit(batch).await })
}

async fn within_seconds<T>(seconds: u64, task: impl Future<Output = Result<T, tokio::task::JoinError>>) -> T {
    tokio::time::timeout(Duration::from_secs(seconds), task).await.expect("it takes too long").unwrap()
}
