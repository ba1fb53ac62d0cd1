use crate::load::{assert_waited_for, options, rounds, say, survives};
use leeward_postgres::{PostgresError, tokio_postgres};
use leeward_test_postgres::{Setup, shared};
use pollster::block_on;
use std::{num::NonZeroUsize, thread, time::Duration};
use tokio::runtime::Runtime;

/// Connections of others, which do nothing but be there.
struct Others {
    runtime: Runtime,
    held: Vec<tokio_postgres::Client>,
}

impl Others {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        Self { runtime: runtime.unwrap(), held: Vec::new() }
    }

    /// Takes all connections that there are.
    fn take_all(&mut self, url: &str) -> usize {
        while let Ok((client, connection)) =
            self.runtime.block_on(tokio_postgres::connect(url, tokio_postgres::NoTls))
        {
            self.runtime.spawn(connection);
            self.held.push(client);
        }
        self.held.len()
    }

    fn let_go(&mut self) {
        self.held.clear();
    }
}

/// Others take every connection of a small server, let go, and take them again.
#[test]
fn a_server_without_a_connection_to_spare_is_only_waited_for() {
    let Some(server) = Setup::new().set("max_connections", "14").start() else { return };
    let database = server.database();
    let rounds = rounds(10);
    let small = options().pool(NonZeroUsize::new(4).unwrap());
    let store = block_on(small.open(&database.url())).unwrap();
    let (mut others, mut held) = (Others::new(), 0);
    let left = store.clone();
    let tally = survives(&store, &left, |progress| {
        for _ in 0..rounds {
            progress.wait_for(20);
            // What they had is gone, and others are first.
            let terminate =
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'leeward'";
            server.sql(terminate).unwrap();
            held += others.take_all(&database.url());
            thread::sleep(Duration::from_millis(100));
            others.let_go();
        }
        progress.wait_for(50);
    });
    say(format_args!("{held} connections taken by others in {rounds} rounds: {tally}"));
    assert!(held as u64 >= 5 * rounds, "{held}");
    assert_waited_for(&tally);
}

/// For as long as nobody lets go, it is said in one sentence.
#[test]
fn a_server_that_stays_full_is_named() {
    let Some(server) = Setup::new().set("max_connections", "14").start() else { return };
    let database = server.database();
    let mut others = Others::new();
    others.take_all(&database.url());
    let impatient = options().connect_timeout(Duration::from_millis(300));
    let error = block_on(impatient.open(&database.url())).unwrap_err();
    assert!(matches!(error, PostgresError::TooManyConnections(_)), "{error:?}");
    others.let_go();
}

/// Eight clients on two connections.
#[test]
fn more_callers_than_connections_take_turns() {
    let Some(server) = shared() else { return };
    let database = server.database();
    let narrow = options().pool(NonZeroUsize::new(2).unwrap());
    let store = block_on(narrow.open(&database.url())).unwrap();
    let tally = survives(&store, &store, |progress| progress.wait_for(500));
    say(format_args!("8 callers on 2 connections: {tally}"));
    assert_waited_for(&tally);
}
