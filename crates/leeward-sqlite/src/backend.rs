use crate::{Options, SqliteError, connection, job::Work, readers::Readers, table, writer::Writer};
use leeward_store::{Backend, Batch, Conflict, Entry, Key, Page, Scan, StoreError, Timestamp, Version};
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::{fmt, path::Path};

/// The engine below the [`Store`](leeward_store::Store) that [`open`](crate::open) returns.
///
/// When it is dropped it waits for the commit in progress and closes the file; nothing is pending
/// then, for each waiting commit borrows it.
pub struct SqliteBackend {
    // Closed before the writer, whose connection empties the log as it closes last.
    readers: Readers,
    writer: Writer,
}

impl SqliteBackend {
    /// Opens the database at `path`, making it if there is none.
    ///
    /// # Errors
    /// As [`open`](crate::open).
    pub fn open(path: &Path, options: &Options) -> Result<Self, SqliteError> {
        let path = connection::absolute(path)?;
        let conn = connection::writer(&path, options)?;
        Ok(Self { readers: Readers::open(&path, options)?, writer: Writer::start(conn, options)? })
    }
}

impl Backend for SqliteBackend {
    async fn get(&self, key: &Key) -> Result<Option<Entry>, StoreError> {
        self.readers.read(|conn| table::get(conn, key))
    }

    async fn scan(&self, scan: &Scan) -> Result<Page, StoreError> {
        self.readers.read(|conn| table::scan(conn, scan))
    }

    async fn commit(&self, batch: Batch) -> Result<Version, StoreError> {
        if !batch.writes() {
            return self.readers.read(|conn| check(conn, &batch));
        }
        Ok(self.writer.submit(Work::Batch(batch)).await?.version)
    }

    async fn purge(&self, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
        Ok(self.writer.submit(Work::Purge { now, limit }).await?.removed)
    }

    async fn prepare(&self, batch: Batch) -> Result<Batch, StoreError> {
        Ok(batch)
    }
}

/// A batch that changes nothing is a question about one snapshot.
fn check(conn: &Connection, batch: &Batch) -> Result<Version, StoreError> {
    let ask = || -> rusqlite::Result<_> {
        let snapshot = Transaction::new_unchecked(conn, TransactionBehavior::Deferred)?;
        Ok((table::unmet(&snapshot, batch)?, table::last_version(&snapshot)?))
    };
    let (unmet, last) = ask().map_err(SqliteError::from)?;
    if unmet.is_empty() { Ok(last) } else { Err(Conflict::new(unmet).into()) }
}

impl fmt::Debug for SqliteBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteBackend").finish_non_exhaustive()
    }
}
