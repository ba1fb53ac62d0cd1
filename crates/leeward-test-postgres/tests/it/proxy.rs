use crate::support::{psql, short_while, text, until_asleep};
use leeward_test_postgres::{Database, Direction, Proxy, shared};
use std::time::{Duration, Instant};

fn select(proxy: &Proxy, statement: &str) -> (bool, String) {
    let output = psql(&proxy.url(), statement).output().unwrap();
    (output.status.success(), text(&output))
}

fn proxied() -> Option<(Database, Proxy)> {
    let database = shared()?.database();
    let proxy = Proxy::before(&database);
    Some((database, proxy))
}

#[test]
fn it_passes_everything_on_and_counts() {
    let Some((_database, proxy)) = proxied() else { return };
    let (ok, answer) = select(&proxy, "SELECT repeat('x', 1000000)");
    assert!(ok && answer.len() == 1_000_001);
    assert!(proxy.bytes(Direction::ToClient) > 1_000_000);
    assert!((50..10_000).contains(&proxy.bytes(Direction::ToServer)));
    assert_eq!((proxy.connections(), proxy.cuts()), (1, 0));
}

#[test]
fn it_cuts_after_so_many_bytes_in_either_direction() {
    let Some((_database, proxy)) = proxied() else { return };
    for direction in [Direction::ToServer, Direction::ToClient] {
        let (before, cuts) = (proxy.bytes(direction), proxy.cuts());
        proxy.cut_after(direction, 60);
        assert!(!select(&proxy, "SELECT 1").0, "{direction:?}");
        assert_eq!(proxy.bytes(direction) - before, 60, "{direction:?}");
        assert!(proxy.cuts() > cuts);
    }
    proxy.cut_none();
    assert!(select(&proxy, "SELECT 1").0);
}

#[test]
fn it_cuts_at_random_places_and_stops_doing_so() {
    let Some((_database, proxy)) = proxied() else { return };
    proxy.cut_at_random(7, 1000);
    let answered = (0..16).filter(|_| select(&proxy, "SELECT 1").0).count();
    assert!((1..16).contains(&answered) && proxy.cuts() > 0, "{answered} of 16 were answered");
    proxy.cut_none();
    assert!(select(&proxy, "SELECT 1").0);
}

#[test]
fn it_cuts_what_is_open() {
    let Some((database, proxy)) = proxied() else { return };
    let mut user = psql(&proxy.url(), "SELECT pg_sleep(60)").spawn().unwrap();
    until_asleep(&database);
    proxy.cut_now();
    assert!(!user.wait().unwrap().success());
    assert_eq!(proxy.cuts(), 1);
}

#[test]
fn it_stalls_and_goes_on() {
    let Some((_database, proxy)) = proxied() else { return };
    proxy.stall();
    let mut user = psql(&proxy.url(), "SELECT 1").spawn().unwrap();
    short_while();
    assert!(user.try_wait().unwrap().is_none());
    proxy.resume();
    assert!(user.wait().unwrap().success());
    assert_eq!(proxy.cuts(), 0);
}

#[test]
fn it_delays() {
    let Some((_database, proxy)) = proxied() else { return };
    proxy.delay(Duration::from_millis(50));
    let timer = Instant::now();
    assert!(select(&proxy, "SELECT 1").0);
    // At least a greeting, a proof and a question, each with its answer.
    assert!(timer.elapsed() > Duration::from_millis(300), "{:?}", timer.elapsed());
}

#[test]
fn it_refuses_new_connections_and_keeps_the_others() {
    let Some((database, proxy)) = proxied() else { return };
    let mut user = psql(&proxy.url(), "SELECT pg_sleep(5)").spawn().unwrap();
    until_asleep(&database);
    proxy.refuse();
    assert!(!select(&proxy, "SELECT 1").0);
    assert!(user.wait().unwrap().success());
    proxy.admit();
    assert!(select(&proxy, "SELECT 1").0);
}

#[test]
fn it_cuts_everything_when_it_goes() {
    let Some((database, proxy)) = proxied() else { return };
    let mut user = psql(&proxy.url(), "SELECT pg_sleep(60)").spawn().unwrap();
    until_asleep(&database);
    drop(proxy);
    assert!(!user.wait().unwrap().success());
}
