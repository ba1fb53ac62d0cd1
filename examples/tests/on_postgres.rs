//! The whole program on PostgreSQL, which is killed, taken away and shared meanwhile.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    missing_docs,
    reason = "a failing test panics"
)]

mod support;

use leeward_test_postgres::{Database, Server, Setup, shared};
use std::{
    fs,
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    thread::sleep,
    time::Duration,
};
use support::{assert_nowhere, assert_refused, files, heard, program, run, secrets, text};
use tempfile::TempDir;

/// A folder and a database.
struct Demo {
    folder: TempDir,
    database: Database,
}

impl Demo {
    fn new(database: Database) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), database }
    }

    fn dir(&self) -> PathBuf {
        self.folder.path().join("line")
    }

    fn arguments(&self, what: &str) -> [String; 4] {
        let dir = self.dir().to_str().unwrap().to_owned();
        [what.to_owned(), dir, "--database".to_owned(), self.database.url()]
    }

    fn go(&self, what: &str) -> Output {
        run(&self.arguments(what).each_ref().map(String::as_str), b"")
    }

    fn run(&self) -> Output {
        self.go("--dir")
    }

    fn succeed(&self) -> String {
        told(&self.run())
    }

    fn verify(&self) -> Output {
        self.go("--verify")
    }

    fn start(&self) -> Child {
        let mut command = Command::new(program());
        command.args(self.arguments("--dir")).stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }
}

fn told(output: &Output) -> String {
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

/// What the program said, without times, places, and what is drawn anew for every run.
fn lasting(stdout: &str) -> Vec<String> {
    let story = stdout.split("\nTry\n").next().unwrap();
    let drawn = ["passphrase:", "otpauth:", ", until ", ", root ", "took less than", ": keys,"];
    let lines = story.lines().map(|line| {
        let line = line.split_once(" ms  ").map_or(line, |(_, rest)| rest);
        drawn.iter().fold(line, |line, word| line.split(word).next().unwrap()).to_owned()
    });
    lines.filter(|line| !line.contains("/")).collect()
}

#[test]
fn it_tells_the_same_as_on_sqlite_and_no_file_of_the_server_holds_a_secret() {
    let Some(server) = Server::start() else { return };
    let (demo, folder) = (Demo::new(server.database()), tempfile::tempdir().unwrap());
    let stdout = demo.succeed();
    let on_sqlite = told(&run(&["--dir", folder.path().to_str().unwrap()], b""));
    assert_eq!(lasting(&stdout), lasting(&on_sqlite));
    assert!(lasting(&stdout).len() > 40 && heard(&stdout).len() > 12, "{stdout}");
    assert!(!files(&demo.dir()).iter().any(|file| file.ends_with("store.sqlite")));

    server.stop_fast();
    assert_nowhere(server.data_dir(), &secrets(&stdout));
    assert_nowhere(&demo.dir(), &secrets(&stdout));
}

#[test]
fn after_the_server_was_killed_and_restarted_the_log_holds() {
    let Some(server) = Server::start() else { return };
    let demo = Demo::new(server.database());
    demo.succeed();
    server.kill();
    assert_refused(&demo.verify(), 2, "the server cannot be reached");
    server.restart().unwrap();
    assert!(told(&demo.verify()).contains("the database agrees"));
    for milliseconds in [100, 300, 600, 1000] {
        let run = demo.start();
        sleep(Duration::from_millis(milliseconds));
        server.kill();
        server.restart().unwrap();
        let run = run.wait_with_output().unwrap();
        let sentence = text(&run.stderr);
        assert!(run.status.success() || sentence.lines().count() == 1, "{sentence}");
        told(&demo.verify());
    }
    demo.succeed();
    told(&demo.verify());
}

#[test]
fn two_at_once_share_one_database_and_one_log() {
    let Some(server) = shared() else { return };
    let demo = Demo::new(server.database());
    let alone = entries(&{
        demo.succeed();
        told(&demo.verify())
    });
    let both = [demo.start(), demo.start()];
    for run in both.map(|run| run.wait_with_output().unwrap()) {
        told(&run);
    }
    assert_eq!(entries(&told(&demo.verify())), 3 * alone);
}

#[test]
fn two_that_begin_at_once_begin_one_line() {
    let Some(server) = shared() else { return };
    let demo = Demo::new(server.database());
    let both = [demo.start(), demo.start(), demo.start()];
    for run in both.map(|run| run.wait_with_output().unwrap()) {
        told(&run);
    }
    told(&demo.verify());
}

#[test]
fn a_killed_run_leaves_nothing_that_the_next_one_trips_over() {
    let Some(server) = shared() else { return };
    let demo = Demo::new(server.database());
    for milliseconds in [50, 150, 400, 900] {
        let mut run = demo.start();
        sleep(Duration::from_millis(milliseconds));
        run.kill().unwrap();
        run.wait().unwrap();
    }
    demo.succeed();
    told(&demo.verify());
}

#[test]
fn a_database_that_was_put_back_to_an_older_state_is_found() {
    let Some(server) = shared() else { return };
    let demo = Demo::new(server.database());
    demo.succeed();
    demo.database.sql("CREATE TABLE older AS SELECT * FROM leeward.entry");
    demo.succeed();
    demo.database.sql("TRUNCATE leeward.entry; INSERT INTO leeward.entry SELECT * FROM older");
    let verified = demo.verify();
    assert_refused(&verified, 1, "the log in the database is not the published one: it is shorter");
    assert!(text(&verified.stdout).starts_with("the log holds"));
    assert_refused(&demo.run(), 1, "");
}

#[test]
fn a_database_without_the_log_is_found_and_no_line_begun_there() {
    let Some(server) = shared() else { return };
    let demo = Demo::new(server.database());
    demo.succeed();
    let empty = Demo { folder: demo.folder, database: server.database() };
    assert_refused(&empty.verify(), 1, "the log in the database is not the published one: there is none");
    assert_eq!(empty.database.sql("SELECT count(*) FROM leeward.entry"), "0");
}

#[test]
fn the_database_of_another_line_is_refused() {
    let Some(server) = shared() else { return };
    let (demo, other) = (Demo::new(server.database()), Demo::new(server.database()));
    demo.succeed();
    other.succeed();
    let mixed = Demo { folder: demo.folder, database: other.database };
    assert_refused(&mixed.verify(), 2, "root.key");
    assert_refused(&mixed.run(), 1, "root.key");
    fs::remove_file(mixed.dir().join("root.key")).unwrap();
    assert_refused(&mixed.verify(), 2, "root.key");
}

#[test]
fn what_cannot_be_reached_or_entered_is_one_sentence() {
    let Some(server) = Setup::new().start() else { return };
    let demo = Demo::new(server.database());
    let dir = demo.dir().to_str().unwrap().to_owned();
    for (from, to, says) in [
        ("a-password", "another-password", "check the user, the password"),
        (demo.database.name(), "nothing_here", "no such database"),
        ("leeward:", "nobody:", "check the user, the password"),
    ] {
        let output = run(&["--dir", &dir, "--database", &demo.database.url().replace(from, to)], b"");
        assert_refused(&output, 1, says);
        assert!(!text(&output.stderr).contains("another-password"));
    }
    server.stop_fast();
    assert_refused(&demo.run(), 1, "the server cannot be reached");
    assert!(!demo.dir().join("root.key").exists());
}

/// How many entries the verified log has.
fn entries(verified: &str) -> u64 {
    verified.split("holds: ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap()
}
