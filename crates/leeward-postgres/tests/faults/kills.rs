use crate::{
    load::{Random, assert_waited_for, open, rounds, say, survives},
    ram::Mortal,
};
use std::{thread, time::Duration};

/// The server is killed at any moment under load, and started again, a hundred times.
#[test]
fn a_killed_server_loses_doubles_and_tears_nothing() {
    let Some(Mortal { database, server, .. }) = &Mortal::start() else { return };
    let (store, mut random, kills) = (open(&database.url()), Random::new(1), rounds(100));
    let left = open(&database.url());
    let tally = survives(&store, &left, |progress| {
        for _ in 0..kills {
            progress.wait_for(1 + random.below(20));
            thread::sleep(Duration::from_micros(random.below(3_000)));
            server.kill();
            server.restart().unwrap();
        }
        progress.wait_for(50);
    });
    say(format_args!("{kills} kills of the server: {tally}"));
    assert_waited_for(&tally);
}

/// As by an administrator: everyone is disconnected in order.
#[test]
fn a_server_that_is_stopped_and_started_is_only_waited_for() {
    let Some(Mortal { database, server, .. }) = &Mortal::start() else { return };
    let (store, left) = (open(&database.url()), open(&database.url()));
    let restarts = rounds(10);
    let tally = survives(&store, &left, |progress| {
        for _ in 0..restarts {
            progress.wait_for(20);
            server.stop_fast();
            server.restart().unwrap();
        }
        progress.wait_for(50);
    });
    say(format_args!("{restarts} restarts in order: {tally}"));
    assert_waited_for(&tally);
}

/// Every connection is ended by the administrator while it works, again and again.
#[test]
fn backends_that_are_terminated_lose_nothing() {
    let Some(Mortal { database, server, .. }) = &Mortal::start() else { return };
    let (store, left, rounds) = (open(&database.url()), open(&database.url()), rounds(40));
    let mut ended = 0;
    let tally = survives(&store, &left, |progress| {
        for _ in 0..rounds {
            progress.wait_for(15);
            let terminate = format!(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{}'",
                database.name()
            );
            ended += server.sql(&terminate).unwrap().trim().parse::<u64>().unwrap();
        }
        progress.wait_for(50);
    });
    say(format_args!("{ended} backends terminated: {tally}"));
    assert!(ended > rounds, "{ended}");
    assert_waited_for(&tally);
}
