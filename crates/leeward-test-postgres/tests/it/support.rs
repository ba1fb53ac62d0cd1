use std::{
    process::{Command, Output, Stdio},
    time::Duration,
};

/// `psql` over TCP with the role's password, as a client of its own that a test may wait for.
pub(crate) fn psql(url: &str, statement: &str) -> Command {
    let mut command = Command::new("psql");
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("PGCONNECT_TIMEOUT", "5");
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
