//! Runs a command with `DATABASE_URL` set to an empty database on a server that is there for it alone.

#![expect(clippy::print_stderr, reason = "a program speaks to whoever runs it")]

use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let mut words = std::env::args_os().skip(1);
    let Some(program) = words.next() else {
        eprintln!("usage: serve COMMAND [ARGUMENT...]");
        return ExitCode::from(2);
    };
    let Some(server) = leeward_test_postgres::Server::start() else { return ExitCode::FAILURE };
    let database = server.database();
    match Command::new(&program).args(words).env("DATABASE_URL", database.url()).status() {
        Ok(status) => {
            status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from)
        }
        Err(error) => {
            eprintln!("{}: {error}", program.display());
            ExitCode::from(127)
        }
    }
}
