use leeward_test_postgres::{Server, shared};
use std::process::{Command, Output};

const TELLS: &str = "PostgreSQL tests did not run";

/// This very program, told to run one of its tests under these variables.
fn run(test: &str, variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([test, "--exact"]).env_remove("DATABASE_URL").env_remove("LEEWARD_REQUIRE_POSTGRES");
    command.envs(variables.iter().copied()).output().unwrap()
}

fn said(output: &Output) -> usize {
    String::from_utf8_lossy(&output.stderr).lines().filter(|line| line.starts_with(TELLS)).count()
}

#[test]
fn asks_for_servers_again_and_again() {
    for _ in 0..3 {
        drop(shared().map(|shared| shared.database()));
        drop(Server::start());
    }
}

#[test]
fn a_url_is_used_and_its_server_is_not_stopped() {
    let Some(server) = Server::start() else { return };
    let _ = server.sql("ALTER ROLE leeward CREATEDB").unwrap();
    let url = server.url();
    let output = run("absence::asks_for_servers_again_and_again", &[("DATABASE_URL", &url)]);
    assert!(output.status.success());
    assert_eq!(said(&output), 1);
    assert_eq!(server.sql("SELECT count(*) FROM pg_database").unwrap(), "3", "a database was left");
}

#[test]
fn requiring_it_makes_its_absence_a_failure() {
    let Some(server) = Server::start() else { return };
    let url = server.url();
    let required = [("DATABASE_URL", url.as_str()), ("LEEWARD_REQUIRE_POSTGRES", "1")];
    assert!(!run("absence::asks_for_servers_again_and_again", &required).status.success());
}
