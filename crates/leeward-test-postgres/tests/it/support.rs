use leeward_test_postgres::Database;
use std::{
    process::{Command, Output, Stdio},
    time::Duration,
};

/// `psql` over TCP with the role's password, as a client of its own that a test may wait for.
pub(crate) fn psql(url: &str, statement: &str) -> Command {
    let mut command = Command::new("psql");
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("PGCONNECT_TIMEOUT", "30");
    command.args(["-X", "-q", "-A", "-t", "-w", "-d", url, "-c", statement]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

pub(crate) fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

pub(crate) fn short_while() {
    std::thread::sleep(Duration::from_millis(300));
}

/// Waits until somebody sleeps in this database.
pub(crate) fn until_asleep(database: &Database) {
    const ASLEEP: &str =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'";
    while database.sql(ASLEEP) == "0" {
        std::thread::sleep(Duration::from_millis(50));
    }
}
