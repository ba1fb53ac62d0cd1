use leeward_store::StoreError;
use rusqlite::{Error, ErrorCode};
use std::sync::Arc;

/// Why the database could not be opened, or did not do what was asked.
///
/// What comes out of a [`Store`](leeward_store::Store) is a [`StoreError`], with this as its source.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SqliteError {
    /// Another process, or a caller's own transaction, held the write lock longer than the busy
    /// timeout. Nothing was changed.
    #[error("another process holds the database and did not let go in time: try again when it has finished")]
    Locked(#[source] Arc<Error>),
    /// An SQLite database that some other program made. It was left as it was.
    #[error("the file is the database of another program: choose another path")]
    Foreign,
    /// A file that is no SQLite database at all. It was left as it was.
    #[error("the file is not a database: choose another path")]
    NotADatabase(#[source] Arc<Error>),
    /// A later version of this crate wrote it. It was left as it was.
    #[error("the database has schema {found} and this program knows only {known}: use a newer program")]
    NewerSchema {
        /// What the file says.
        found: i32,
        /// The newest schema this code knows.
        known: i32,
    },
    /// There is no such directory, it is no file, or the permissions forbid it.
    #[error(
        "the database file cannot be opened: check that its directory exists and its permissions allow it"
    )]
    CannotOpen(#[source] Arc<dyn std::error::Error + Send + Sync>),
    /// The file may be read but not written.
    #[error("the database cannot be written: check the permissions of the file and its directory")]
    ReadOnly,
    /// The file system has no shared memory for the index of a write-ahead log, as on most network
    /// shares. Nothing was written.
    #[error("the file system cannot keep a write-ahead log: put the database on a local disk")]
    NoLog,
    /// The disk, or the size set by [`Options::max_size`](crate::Options::max_size), is full. Nothing
    /// of the batch was written.
    #[error("there is no room left for the database: free some space, and what is there is intact")]
    Full(#[source] Arc<Error>),
    /// The file does not hold what SQLite wrote.
    #[error("the database file is damaged: restore a backup")]
    Damaged(#[source] Arc<Error>),
    /// The writer is gone; the store must be opened again.
    #[error("the database was closed: open it again")]
    Closed,
    /// A transaction handed to [`commit_in`](crate::commit_in) is not fit for it. Nothing was changed.
    #[error("the transaction cannot take part: {what}")]
    UnfitTransaction {
        /// What is wrong, and what to do.
        what: &'static str,
    },
    /// The disk or the engine failed in some other way.
    #[error("the database engine failed")]
    Engine(#[source] Arc<Error>),
}

impl SqliteError {
    /// Whether a commit that failed may have left the whole transaction in the log, for a recovery to
    /// find: a flush failed, or what comes after it, which needs memory too.
    pub(crate) fn is_uncertain_commit(error: &Error) -> bool {
        // A lock is asked for before the first frame is written, and a disk is full before the last.
        let before = [ErrorCode::DatabaseBusy, ErrorCode::DatabaseLocked, ErrorCode::DiskFull];
        error.sqlite_error_code().is_none_or(|code| !before.contains(&code))
    }
}

impl From<Error> for SqliteError {
    fn from(error: Error) -> Self {
        let code = error.sqlite_error_code();
        let cause = Arc::new(error);
        match code {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked(cause),
            Some(ErrorCode::NotADatabase) => Self::NotADatabase(cause),
            Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => Self::CannotOpen(cause),
            Some(ErrorCode::ReadOnly) => Self::ReadOnly,
            Some(ErrorCode::DiskFull) => Self::Full(cause),
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged(cause),
            _ => Self::Engine(cause),
        }
    }
}

impl From<SqliteError> for StoreError {
    fn from(error: SqliteError) -> Self {
        Self::backend(error)
    }
}
