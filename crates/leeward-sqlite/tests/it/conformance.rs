//! The suite of the port, with a reopening that copies the files under a live store, as a sudden
//! death would leave them.

use leeward_store::{BoxError, Store, conformance::Harness};
use std::{
    fs,
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
};
use tempfile::TempDir;

struct Files {
    dir: TempDir,
    count: AtomicUsize,
}

impl Files {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), count: AtomicUsize::new(0) }
    }

    fn path(&self, number: usize) -> PathBuf {
        self.dir.path().join(format!("{number}.db"))
    }
}

impl Harness for Files {
    fn open(&self) -> Result<Store, BoxError> {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        Ok(leeward_sqlite::open(self.path(number))?)
    }

    /// What the check opened last is what it opens again.
    fn reopen(&self, old: Store) -> Option<Result<Store, BoxError>> {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let (from, to) = (self.path(number - 1), self.path(number));
        // The log first: should the pause empty it now, the file that is copied next has what it held.
        for suffix in ["-wal", ""] {
            let with = |path: &PathBuf| format!("{}{suffix}", path.display());
            fs::copy(with(&from), with(&to)).unwrap();
        }
        drop(old);
        Some(leeward_sqlite::open(to).map_err(BoxError::from))
    }
}

leeward_store::conformance_tests!(Files::new());

mod assumed_sealed {
    use super::*;

    struct Sealed(Files);

    impl Harness for Sealed {
        fn open(&self) -> Result<Store, BoxError> {
            self.0.open().map(Store::assume_sealed)
        }
    }

    leeward_store::conformance_tests!(Sealed(Files::new()));
}
