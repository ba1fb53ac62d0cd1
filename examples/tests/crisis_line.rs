//! The whole program, as a person runs it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    missing_docs,
    reason = "a failing test panics"
)]

mod support;

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::{Command, Output, Stdio},
};
use support::{assert_nowhere, assert_refused, files, heard, program, run, secrets, text};
use tempfile::TempDir;

struct Demo {
    folder: TempDir,
}

impl Demo {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn dir(&self) -> PathBuf {
        self.folder.path().join("line")
    }

    fn run(&self, input: &[u8]) -> Output {
        run(&["--dir", self.dir().to_str().unwrap()], input)
    }

    fn succeed(&self, input: &[u8]) -> String {
        let output = self.run(input);
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout)
    }

    fn verify(&self) -> Output {
        run(&["--verify", self.dir().to_str().unwrap()], b"")
    }
}

#[test]
fn the_built_in_conversation_runs_twice_and_its_log_verifies() {
    let demo = Demo::new();
    let first = demo.succeed(b"");
    for told in ["wrong passphrase", "wrong code", "used code", "break-glass", "roster", "--verify"] {
        assert!(first.contains(told), "nothing is said of {told}:\n{first}");
    }
    assert!(demo.verify().status.success());
    demo.succeed(b"");
    let verified = demo.verify();
    assert!(verified.status.success(), "{}", text(&verified.stderr));
}

#[test]
fn no_file_holds_a_line_a_passphrase_or_a_secret() {
    let demo = Demo::new();
    let stdout = demo.succeed(b"");
    assert_nowhere(&demo.dir(), &secrets(&stdout));
}

#[test]
fn a_long_conversation_in_three_scripts_arrives_unchanged() {
    let script = include_str!("long_conversation.txt");
    let demo = Demo::new();
    let file = demo.folder.path().join("script.txt");
    fs::write(&file, script).unwrap();
    let output = run(&["--dir", demo.dir().to_str().unwrap(), "--script", file.to_str().unwrap()], b"");
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(heard(&text(&output.stdout))[..330], script.lines().collect::<Vec<_>>());
}

#[test]
fn lines_of_one_byte_and_of_64_kib_come_from_standard_input() {
    let script = format!("seeker: a\ncounsellor: {}\nseeker: 🌊\n", "x".repeat(64 * 1024));
    let stdout = Demo::new().succeed(script.as_bytes());
    assert_eq!(heard(&stdout)[..3], script.lines().collect::<Vec<_>>());
}

#[test]
fn every_single_byte_change_of_the_log_is_found() {
    let demo = Demo::new();
    demo.succeed(b"");
    let log = demo.dir().join("audit");
    let (mut tried, mut refused_by_the_program) = (0, 0);
    for file in files(&log) {
        let bytes = fs::read(&file).unwrap();
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1 << (place % 8);
            fs::write(&file, &changed).unwrap();
            assert!(leeward_examples::verify(&log).is_err(), "{} byte {place}", file.display());
            if tried % 100 == 0 {
                let output = demo.verify();
                assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
                refused_by_the_program += 1;
            }
            tried += 1;
        }
        fs::write(&file, &bytes).unwrap();
    }
    assert!(tried > 1000 && refused_by_the_program > 10, "{tried} changes tried");
    assert!(demo.verify().status.success());
}

#[test]
fn a_changed_entry_is_named() {
    let demo = Demo::new();
    demo.succeed(b"");
    let entries = files(&demo.dir().join("audit/tile/entries")).remove(0);
    let mut bytes = fs::read(&entries).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&entries, bytes).unwrap();
    assert_refused(&demo.verify(), 1, "entry");
}

#[test]
fn a_malformed_script_is_refused_before_anything_is_made() {
    let demo = Demo::new();
    for (script, says) in [
        (&b"seeker: a\nhello"[..], "line 2 of standard input"),
        (b"seeker: ", "says nothing"),
        (b"seeker: \xff", "UTF-8"),
    ] {
        assert_refused(&demo.run(script), 1, says);
        assert!(!demo.dir().exists());
    }
    assert_refused(&run(&["--script", "/nowhere/script"], b""), 1, "/nowhere/script cannot be read");
}

#[test]
fn wrong_arguments_are_refused() {
    assert_refused(&run(&["--nonsense"], b""), 2, "--nonsense");
    assert_refused(&run(&["--dir"], b""), 2, "needs a value");
    assert_refused(&run(&["--verify", "a", "--dir", "b"], b""), 2, "no other argument");
    assert_refused(&run(&["--verify", "/nowhere"], b""), 2, "/nowhere");
    assert_refused(&run(&["--database"], b""), 2, "needs a value");
    let wrong = run(&["--database", "sqlite://user:secret@host"], b"");
    assert_refused(&wrong, 2, "postgres://user:password@host/name");
    assert!(!text(&wrong.stderr).contains("secret"));
}

#[test]
fn a_key_file_that_others_can_read_is_refused() {
    let demo = Demo::new();
    demo.succeed(b"");
    let key = demo.dir().join("root.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
    assert_refused(&demo.run(b""), 1, "chmod 600");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&key, b"short").unwrap();
    assert_refused(&demo.run(b""), 1, "root.key");
}

#[test]
fn the_key_of_another_store_is_refused() {
    let (demo, other) = (Demo::new(), Demo::new());
    demo.succeed(b"");
    other.succeed(b"");
    fs::copy(other.dir().join("root.key"), demo.dir().join("root.key")).unwrap();
    assert_refused(&demo.run(b""), 1, "key");
}

#[test]
fn a_database_that_is_not_ours_is_refused_and_left_alone() {
    let demo = Demo::new();
    fs::create_dir(demo.dir()).unwrap();
    let foreign = demo.dir().join("store.sqlite");
    fs::write(&foreign, b"a shopping list").unwrap();
    assert_refused(&demo.run(b""), 1, "store.sqlite");
    assert_eq!(fs::read(&foreign).unwrap(), b"a shopping list");
}

#[test]
fn a_database_that_somebody_else_holds_is_named() {
    let demo = Demo::new();
    demo.succeed(b"");
    let other = leeward_sqlite::rusqlite::Connection::open(demo.dir().join("store.sqlite")).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    assert_refused(&demo.run(b""), 1, "another process holds the database");
    other.execute_batch("ROLLBACK").unwrap();
    demo.succeed(b"");
}

#[test]
fn a_killed_run_leaves_nothing_that_the_next_one_trips_over() {
    let demo = Demo::new();
    for milliseconds in [20, 60, 120, 250, 400, 700] {
        let mut child = Command::new(program())
            .arg("--dir")
            .arg(demo.dir())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(milliseconds));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    demo.succeed(b"");
    let verified = demo.verify();
    assert!(verified.status.success(), "{}", text(&verified.stderr));
}

#[test]
fn a_full_disk_is_one_sentence_and_what_was_there_stays_whole() {
    let demo = Demo::new();
    demo.succeed(b"");
    let limited = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 400; exec \"$0\" --dir \"$1\" </dev/null"])
        .arg(program())
        .arg(demo.dir())
        .output()
        .unwrap();
    let sentence = text(&limited.stderr);
    assert_eq!(limited.status.code(), Some(1), "{sentence}");
    assert_eq!(sentence.lines().count(), 1, "{sentence}");
    assert!(demo.verify().status.success());
    demo.succeed(b"");
    assert!(demo.verify().status.success());
}
