use std::{io, path::PathBuf, process::Command};

/// What a server is told by whoever runs it, through `psql`.
#[derive(Debug, Clone)]
pub(crate) struct Admin {
    pub(crate) psql: PathBuf,
    pub(crate) connection: String,
}

impl Admin {
    /// Runs one statement, and gives what it answers: rows on lines, columns between `|`.
    pub(crate) fn run(&self, statement: &str) -> io::Result<String> {
        // No variable of the caller's may lead `psql` elsewhere.
        let mut command = Command::new(&self.psql);
        command.env_clear().env("PGCONNECT_TIMEOUT", "30").current_dir("/");
        command.args(["-X", "-q", "-A", "-t", "-w", "-v", "ON_ERROR_STOP=1"]);
        let output = command.args(["-d", &self.connection, "-c", statement]).output()?;
        match output.status.success() {
            true => Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned()),
            false => Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned())),
        }
    }
}
