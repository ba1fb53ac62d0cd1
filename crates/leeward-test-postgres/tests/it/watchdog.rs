use leeward_test_postgres::shared;
use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::Duration,
};

/// A program with a server, which prints what this one asks for and then waits.
fn serve(statement: &str) -> (Child, String) {
    let script = format!("psql -X -q -A -t -d \"$DATABASE_URL\" -c \"{statement}\"; exec sleep 60");
    let mut command = Command::new(env!("CARGO_BIN_EXE_serve"));
    let mut serve = command.args(["sh", "-c", &script]).stdout(Stdio::piped()).spawn().unwrap();
    let mut answer = String::new();
    BufReader::new(serve.stdout.as_mut().unwrap()).read_line(&mut answer).unwrap();
    (serve, answer.trim().to_owned())
}

fn vanishes(path: &str) -> bool {
    (0..200).any(|_| {
        sleep(Duration::from_millis(100));
        !Path::new(path).exists()
    })
}

#[test]
fn nothing_outlives_a_program_that_is_killed() {
    if shared().is_none_or(|shared| shared.server().is_none()) {
        return;
    }
    let (mut serve, backend) = serve("SELECT pg_backend_pid()");
    let children = fs::read_to_string(format!("/proc/{0}/task/{0}/children", serve.id())).unwrap();
    let children: Vec<_> = children.split_whitespace().map(|pid| format!("/proc/{pid}")).collect();
    assert!(children.len() >= 3 && !backend.is_empty(), "{children:?}");
    let home = children.iter().find_map(|child| {
        let home = fs::read_link(format!("{child}/cwd")).unwrap();
        home.to_str().unwrap().contains("leeward-postgres-").then(|| home.to_str().unwrap().to_owned())
    });
    serve.kill().unwrap();
    serve.wait().unwrap();
    assert!(vanishes(&home.unwrap()));
}

#[test]
fn a_command_is_run_beside_a_server_and_its_exit_code_is_kept() {
    if shared().is_none_or(|shared| shared.server().is_none()) {
        return;
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_serve"));
    let status =
        command.args(["sh", "-c", "psql -X -q -d \"$DATABASE_URL\" -c 'CREATE TABLE t ()' && exit 7"]);
    assert_eq!(status.status().unwrap().code(), Some(7));
}
