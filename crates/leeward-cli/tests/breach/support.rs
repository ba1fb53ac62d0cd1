//! A set of breached passphrases, and the program to ask about it.

use std::{
    ffi::OsStr,
    fs,
    io::Write,
    path::PathBuf,
    process::{Command, Stdio},
};
use tempfile::TempDir;

/// What the program did.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

pub(crate) fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_leeward-breach"))
}

pub(crate) fn run<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Ran {
    run_with(arguments, "")
}

pub(crate) fn run_with<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>, input: &str) -> Ran {
    let piped =
        program().args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = piped.unwrap();
    // Who needs no input may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let ran = child.wait_with_output().unwrap();
    Ran {
        code: ran.status.code().expect("it ends by itself"),
        out: String::from_utf8(ran.stdout).unwrap(),
        err: String::from_utf8(ran.stderr).unwrap(),
    }
}

/// A directory with a set in one file.
pub(crate) struct Set {
    pub(crate) dir: TempDir,
}

impl Set {
    /// `listed 0`, `listed 1` and so on, each seen as often as its number says, and once more.
    pub(crate) fn of(passphrases: u32) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut lines: Vec<_> = (0..passphrases)
            .map(|number| format!("{}:{}\r\n", sha1(&format!("listed {number}")), number + 1))
            .collect();
        lines.sort();
        fs::write(dir.path().join("set"), lines.concat()).unwrap();
        Self { dir }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The text of a path.
    pub(crate) fn named(&self, name: &str) -> String {
        self.path(name).into_os_string().into_string().unwrap()
    }

    /// The words that build `out`.
    pub(crate) fn build(&self, out: &str) -> Vec<String> {
        ["build", &self.named("set"), "--out", &self.named(out), "--allow-missing"]
            .map(str::to_owned)
            .to_vec()
    }
}

fn sha1(text: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes());
    digest.as_ref().iter().map(|byte| format!("{byte:02X}")).collect()
}
