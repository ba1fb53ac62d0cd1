//! A log to look at, and the program to look at it.

use leeward_audit::AuditLog;
use leeward_event::{Action, Actor, ConversationId, Event, StaffId, Subject};
use leeward_store::{Batch, Store, Timestamp};
use leeward_vault::{KeyFile, Vault};
use pollster::block_on;
use ring::rand::SystemRandom;
use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
};
use tempfile::TempDir;

pub(crate) const STAFF: &str = "11111111111111111111111111111111";

/// What the program did.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// The one sentence on standard error, without the program's name.
    pub(crate) fn sentence(&self) -> &str {
        let sentence = self.err.strip_prefix("leeward-audit: ").and_then(|said| said.strip_suffix('\n'));
        let sentence = sentence.unwrap_or_else(|| panic!("{self:?}"));
        assert!(!sentence.contains('\n') && !sentence.contains("panicked"), "{self:?}");
        sentence
    }
}

pub(crate) fn run<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Ran {
    let ran = Command::new(env!("CARGO_BIN_EXE_leeward-audit")).args(arguments).output().unwrap();
    Ran {
        code: ran.status.code().expect("it ends by itself"),
        out: String::from_utf8(ran.stdout).unwrap(),
        err: String::from_utf8(ran.stderr).unwrap(),
    }
}

/// A service's store, and its log.
pub(crate) struct Service {
    pub(crate) dir: TempDir,
    pub(crate) log: AuditLog,
    store: Store,
}

impl Service {
    /// One with 300 entries when it kept its checkpoint, and 600 now.
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let plain = leeward_sqlite::open(dir.path().join("store.sqlite")).unwrap();
        Self::over(&plain, dir)
    }

    /// The same over another store.
    pub(crate) fn over(plain: &Store, dir: TempDir) -> Self {
        let rng = SystemRandom::new();
        let key = KeyFile::create(dir.path().join("root.key"), &rng).unwrap();
        let store = block_on(Vault::open(plain, key)).unwrap().seal(plain);
        let log = block_on(AuditLog::open(&store, &dir.path().join("log"), "example.org/audit")).unwrap();
        let service = Self { dir, log, store };
        service.grow(300);
        fs::copy(service.path("log/checkpoint"), service.path("kept")).unwrap();
        service.grow(300);
        fs::copy(service.path("log/log.vkey"), service.path("vkey")).unwrap();
        service
    }

    pub(crate) fn grow(&self, events: usize) {
        let now = Timestamp::from_second(1_794_000_000).unwrap();
        let rng = SystemRandom::new();
        let mut batch = Batch::new();
        for _ in 0..events {
            Event::new(Action::RecordRead, Actor::Staff(staff()), now)
                .about(conversation())
                .stage(&mut batch, &rng)
                .unwrap();
        }
        block_on(self.store.commit(batch)).unwrap();
        block_on(self.log.drain(now)).unwrap();
        block_on(self.log.publish(now)).unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Runs a command; what begins with `@` is a path of the service.
    pub(crate) fn run(&self, line: &str) -> Ran {
        run(line.split_whitespace().map(|word| match word.strip_prefix('@') {
            Some(name) => self.path(name).into_os_string(),
            None => word.into(),
        }))
    }

    pub(crate) fn flip(&self, file: &str, at: usize) {
        flip(&self.path(file), at);
    }
}

pub(crate) fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 1;
    fs::write(path, bytes).unwrap();
}

pub(crate) fn staff() -> StaffId {
    STAFF.parse().unwrap()
}

pub(crate) fn conversation() -> Subject {
    Subject::Conversation(ConversationId::from_bytes([0x22; 16]))
}
