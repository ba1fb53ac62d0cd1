//! Sets of breached passphrases that never were.

use leeward_credentials::{
    Passphrase,
    breach::{BreachHash, FilterBuilder, FilterHeader, RangeFiles, RangePrefix},
};
use std::{
    collections::BTreeMap,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// Hashes of passphrases, each with how often it was seen.
pub(super) struct Set {
    pub(super) dir: TempDir,
    pub(super) counts: BTreeMap<[u8; 20], u64>,
}

impl Set {
    /// `listed("0")`, `listed("1")` and so on: the first was seen once, the tenth ten times, the eleventh once.
    pub(super) fn of(passphrases: u32) -> Self {
        let seen = |number: u32| (sha1(&listed(number)), u64::from(number % 10 + 1));
        Self { dir: tempfile::tempdir().unwrap(), counts: (0..passphrases).map(seen).collect() }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// One file, ordered by hash.
    pub(super) fn sorted(&self) -> RangeFiles {
        let path = self.path("sorted.txt");
        fs::write(&path, self.lines("\n")).unwrap();
        RangeFiles::open(path).unwrap()
    }

    /// The file that [`sorted`](Self::sorted) wrote.
    pub(super) fn sorted_as_it_is(&self) -> RangeFiles {
        RangeFiles::open(self.path("sorted.txt")).unwrap()
    }

    pub(super) fn lines(&self, end: &str) -> String {
        let line = |(hash, count): (&[u8; 20], &u64)| format!("{}:{count}{end}", hex(hash));
        self.counts.iter().map(line).collect()
    }

    /// A file for each range that has a hash.
    pub(super) fn directory(&self) -> RangeFiles {
        let dir = self.path("ranges");
        fs::create_dir(&dir).unwrap();
        let mut ranges = BTreeMap::<String, String>::new();
        for (hash, count) in &self.counts {
            let digits = hex(hash);
            let (prefix, suffix) = digits.split_at(5);
            let lines = ranges.entry(prefix.to_owned()).or_default();
            if !lines.is_empty() {
                lines.push_str("\r\n");
            }
            write!(lines, "{suffix}:{count}").unwrap();
        }
        for (number, (prefix, lines)) in ranges.into_iter().enumerate() {
            let name = if number % 2 == 0 { prefix } else { format!("{prefix}.txt") };
            fs::write(dir.join(name), lines).unwrap();
        }
        RangeFiles::open(dir).unwrap()
    }

    /// A filter of all.
    pub(super) fn filter(&self, name: &str) -> (PathBuf, FilterHeader) {
        let path = self.path(name);
        let header = builder(&path).build(&self.sorted(), |_, _| {}).unwrap();
        (path, header)
    }
}

pub(super) fn builder(path: &Path) -> FilterBuilder {
    FilterBuilder::new(path).allow_missing_ranges()
}

pub(super) fn listed(number: u32) -> String {
    format!("listed passphrase number {number}")
}

pub(super) fn unlisted(number: u32) -> String {
    format!("passphrase that nobody listed {number}")
}

pub(super) fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text).unwrap()
}

pub(super) fn hash(text: &str) -> BreachHash {
    BreachHash::from_bytes(sha1(text))
}

pub(super) fn sha1(text: &str) -> [u8; 20] {
    ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes())
        .as_ref()
        .try_into()
        .unwrap()
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

pub(super) fn prefix(number: u32) -> RangePrefix {
    RangePrefix::new(number).unwrap()
}
