//! The whole program, as a person runs it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    missing_docs,
    reason = "a failing test panics"
)]

use std::{
    fs,
    io::Write,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};
use tempfile::TempDir;

/// The program lies beside the tests that cargo builds.
fn program() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let program = tests.parent().unwrap().parent().unwrap().join("examples/crisis_line");
    assert!(program.exists(), "build it first: cargo build -p leeward-examples --examples");
    program
}

fn run(arguments: &[&str], input: &[u8]) -> Output {
    let mut command = Command::new(program());
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A program that refuses its arguments closes its input unread.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

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

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// One clear sentence on standard error, and the exit code.
fn assert_refused(output: &Output, code: i32, says: &str) {
    let sentence = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{sentence}");
    assert!(sentence.contains(says), "{sentence}");
    assert_eq!(sentence.lines().count(), 1, "{sentence}");
    assert!(!sentence.contains("panicked"), "{sentence}");
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = vec![];
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// What the other side of the conversation read, line by line.
fn heard(stdout: &str) -> Vec<String> {
    let said = stdout.lines().filter_map(|line| line.split_once("  ··  ")).map(|(_, said)| said.to_owned());
    said.filter(|said| said.starts_with("seeker: ") || said.starts_with("counsellor: ")).collect()
}

/// What was shown once: the words after these labels.
fn shown(stdout: &str, label: &str) -> Vec<String> {
    let values =
        stdout.lines().filter_map(|line| line.split_once(label)).map(|(_, value)| value.trim().to_owned());
    values.collect()
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
    let mut secrets = heard(&stdout).into_iter().map(|line| line.split_once(": ").unwrap().1.to_owned());
    let mut secrets: Vec<_> = secrets.by_ref().filter(|line| line.len() >= 8).collect();
    let passphrases = shown(&stdout, "passphrase:");
    let codes = shown(&stdout, "secret=");
    assert!(secrets.len() >= 8 && passphrases.len() >= 2 && codes.len() >= 2, "{stdout}");
    secrets.extend(passphrases);
    secrets.extend(codes.iter().map(|rest| rest.split('&').next().unwrap().to_owned()));
    for file in files(&demo.dir()).iter().filter(|file| !file.ends_with("root.key")) {
        let bytes = fs::read(file).unwrap();
        for secret in &secrets {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{} holds `{secret}`", file.display());
        }
    }
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
