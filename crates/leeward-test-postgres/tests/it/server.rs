use crate::support::{psql, short_while, text, until_asleep};
use leeward_test_postgres::{Server, Setup, shared};
use std::{fs, os::unix::fs::MetadataExt};

/// The user that a process runs as.
fn user(pid: u32) -> u32 {
    fs::metadata(format!("/proc/{pid}")).unwrap().uid()
}

/// Whether it still runs. One that ended may wait for somebody to ask how.
fn runs(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, state)| !state.starts_with('Z'))
}

#[test]
fn every_database_is_empty_and_its_own() {
    let Some(server) = shared() else { return };
    let (one, two) = (server.database(), server.database());
    assert_eq!(one.sql("CREATE TABLE notes (n int)"), "");
    assert_eq!(two.sql("SELECT count(*) FROM pg_tables WHERE tablename = 'notes'"), "0");
    assert_eq!(one.sql("SELECT 1, 'a'"), "1|a");
}

#[test]
fn a_database_goes_with_its_value_even_while_somebody_uses_it() {
    let Some(server) = shared() else { return };
    let (one, two) = (server.database(), server.database());
    let name = one.name().to_owned();
    let mut user = psql(&one.url(), "SELECT pg_sleep(60)").spawn().unwrap();
    until_asleep(&one);
    drop(one);
    assert_eq!(two.sql(&format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'")), "0");
    assert!(!user.wait().unwrap().success());
}

#[test]
fn it_is_durable_and_runs_without_rights() {
    let Some(server) = Server::start() else { return };
    for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
        assert_eq!(server.sql(&format!("SHOW {setting}")).unwrap(), "on", "{setting}");
    }
    assert_ne!(user(server.pid().unwrap()), 0);
}

#[test]
fn a_wrong_password_is_refused() {
    let Some(server) = Server::start() else { return };
    let right = server.url();
    assert_eq!(text(&psql(&right, "SELECT 1").output().unwrap()), "1\n");
    let wrong = right.replace("a-password", "another-password");
    assert!(text(&psql(&wrong, "SELECT 1").output().unwrap()).contains("authentication failed"));
}

#[test]
fn killed_processes_are_gone_and_what_was_committed_is_there_after_a_restart() {
    let Some(server) = Server::start() else { return };
    let database = server.database();
    database.sql("CREATE TABLE notes (n int); INSERT INTO notes SELECT generate_series(1, 1000)");
    let mut user = psql(&database.url(), "SELECT pg_sleep(60)").spawn().unwrap();
    until_asleep(&database);
    let pid = server.pid().unwrap();
    let backends = server.sql("SELECT string_agg(pid::text, ' ') FROM pg_stat_activity").unwrap();
    let backends: Vec<u32> = backends.split(' ').map(|pid| pid.parse().unwrap()).collect();
    assert!(backends.len() > 4, "{backends:?}");

    server.kill();
    assert_eq!(server.pid(), None);
    let alive: Vec<_> = backends.iter().chain([&pid]).filter(|pid| runs(**pid)).collect();
    assert_eq!(alive, Vec::<&u32>::new());
    assert!(!user.wait().unwrap().success());
    assert!(text(&psql(&database.url(), "SELECT 1").output().unwrap()).contains("refused"));

    server.restart().unwrap();
    assert_eq!(database.sql("SELECT count(*) FROM notes"), "1000");
    assert!(server.log().contains("automatic recovery in progress"), "{}", server.log());
}

#[test]
fn it_stops_in_order_and_starts_on_the_same_port() {
    let Some(server) = Server::start() else { return };
    let (port, first) = (server.port(), server.pid());
    server.stop_fast();
    assert_eq!(server.pid(), None);
    server.restart().unwrap();
    server.restart().unwrap();
    assert_eq!(server.port(), port);
    assert_ne!(server.pid(), first);
    assert!(!server.log().contains("automatic recovery"));
    assert_eq!(server.sql("SELECT 1").unwrap(), "1");
}

#[test]
fn a_frozen_server_answers_nothing_until_it_is_thawed() {
    let Some(server) = Server::start() else { return };
    let mut busy =
        psql(&server.url(), "SELECT sum(n) FROM generate_series(1, 3000000) AS n").spawn().unwrap();
    server.freeze();
    let mut new = psql(&server.url(), "SELECT 1").spawn().unwrap();
    short_while();
    assert!(busy.try_wait().unwrap().is_none() && new.try_wait().unwrap().is_none());
    server.thaw();
    assert!(busy.wait().unwrap().success() && new.wait().unwrap().success());
}

#[test]
fn a_frozen_server_can_be_killed() {
    let Some(server) = Server::start() else { return };
    server.freeze();
    server.kill();
    server.restart().unwrap();
    assert_eq!(server.sql("SELECT 1").unwrap(), "1");
}

#[test]
fn settings_files_and_the_place_of_the_data_are_as_asked() {
    let place = tempfile::tempdir().unwrap();
    let reject = "local all all trust\nhost all all all reject\n";
    let setup =
        Setup::new().set("max_connections", "7").set("application_name", "it's").data_in(place.path());
    let Some(server) = setup.file("pg_hba.conf", reject).start() else { return };
    assert_eq!(server.sql("SHOW max_connections").unwrap(), "7");
    assert_eq!(server.data_dir(), place.path().join("data"));
    assert_eq!(server.sql("SHOW data_directory").unwrap(), server.data_dir().to_str().unwrap());
    assert!(text(&psql(&server.url(), "SELECT 1").output().unwrap()).contains("rejects"));
    drop(server);
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
}

#[test]
fn a_server_that_cannot_start_says_why() {
    let Some(server) = Server::start() else { return };
    let _ = server.sql("ALTER SYSTEM SET shared_preload_libraries = 'no_such_library'").unwrap();
    let error = server.restart().unwrap_err().to_string();
    assert!(error.contains("no_such_library"), "{error}");
    assert_eq!(server.pid(), None);
}
