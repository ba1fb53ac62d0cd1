//! The whole program, as a person runs it, and what it said.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

/// The program lies beside the tests that cargo builds.
pub(crate) fn program() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let program = tests.parent().unwrap().parent().unwrap().join("examples/crisis_line");
    assert!(program.exists(), "build it first: cargo build -p leeward-examples --examples");
    program
}

pub(crate) fn run(arguments: &[&str], input: &[u8]) -> Output {
    let mut command = Command::new(program());
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A program that refuses its arguments closes its input unread.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// One clear sentence on standard error, and the exit code.
pub(crate) fn assert_refused(output: &Output, code: i32, says: &str) {
    let sentence = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{sentence}");
    assert!(sentence.contains(says), "{sentence}");
    assert_eq!(sentence.lines().count(), 1, "{sentence}");
    assert!(!sentence.contains("panicked"), "{sentence}");
}

pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = vec![];
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// What the other side of the conversation read, line by line.
pub(crate) fn heard(stdout: &str) -> Vec<String> {
    let said = stdout.lines().filter_map(|line| line.split_once("  ··  ")).map(|(_, said)| said.to_owned());
    said.filter(|said| said.starts_with("seeker: ") || said.starts_with("counsellor: ")).collect()
}

/// What nobody may find: the lines that were said, and what was shown once.
pub(crate) fn secrets(stdout: &str) -> Vec<String> {
    let lines = heard(stdout).into_iter().map(|line| line.split_once(": ").unwrap().1.to_owned());
    let mut secrets: Vec<_> = lines.filter(|line| line.len() >= 8).collect();
    let passphrases = shown(stdout, "passphrase:");
    let codes = shown(stdout, "secret=");
    assert!(secrets.len() >= 8 && passphrases.len() >= 2 && codes.len() >= 2, "{stdout}");
    secrets.extend(passphrases);
    secrets.extend(codes.iter().map(|rest| rest.split('&').next().unwrap().to_owned()));
    secrets
}

/// None of the files under `folder`, but for the root key, holds one of these.
pub(crate) fn assert_nowhere(folder: &Path, secrets: &[String]) {
    for file in files(folder).iter().filter(|file| !file.ends_with("root.key")) {
        let bytes = fs::read(file).unwrap();
        for secret in secrets {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{} holds `{secret}`", file.display());
        }
    }
}

/// What was shown once: the words after these labels.
fn shown(stdout: &str, label: &str) -> Vec<String> {
    let values =
        stdout.lines().filter_map(|line| line.split_once(label)).map(|(_, value)| value.trim().to_owned());
    values.collect()
}
