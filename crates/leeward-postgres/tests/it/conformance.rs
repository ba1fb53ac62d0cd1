//! The suite of the port. Without PostgreSQL each check passes over a store in memory, and says so.

use crate::common::options;
use leeward_postgres::Options;
use leeward_store::{BoxError, Store, conformance::Harness};
use leeward_test_postgres::{Database, shared};
use pollster::block_on;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A database of its own, and in it a schema for each store.
struct Schemas {
    database: Option<Database>,
    count: AtomicUsize,
    options: Options,
}

impl Schemas {
    fn new() -> Self {
        Self::with(options())
    }

    fn with(options: Options) -> Self {
        let database = shared().map(leeward_test_postgres::Shared::database);
        Self { database, count: AtomicUsize::new(0), options }
    }

    fn open_schema(&self, number: usize) -> Result<Store, BoxError> {
        let Some(database) = &self.database else { return Ok(Store::memory()) };
        let options = self.options.clone().schema(&format!("store_{number}"));
        Ok(block_on(options.open(&database.url()))?)
    }
}

impl Harness for Schemas {
    fn open(&self) -> Result<Store, BoxError> {
        self.open_schema(self.count.fetch_add(1, Ordering::Relaxed))
    }

    /// What the check opened last is what it opens again, from another handle that knows nothing of the
    /// first.
    fn reopen(&self, old: Store) -> Option<Result<Store, BoxError>> {
        self.database.as_ref()?;
        let number = self.count.load(Ordering::Relaxed);
        let reopened = self.open_schema(number - 1);
        drop(old);
        Some(reopened)
    }
}

leeward_store::conformance_tests!(Schemas::new());
