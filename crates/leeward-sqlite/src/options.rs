use crate::{SqliteBackend, SqliteError};
use leeward_store::Store;
use std::{num::NonZeroUsize, path::Path, thread, time::Duration};

/// How a database is opened. The defaults are meant to be kept.
///
/// ```
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("leeward.db");
/// use std::time::Duration;
/// let store = leeward_sqlite::Options::new().busy_timeout(Duration::from_secs(1)).open(&path)?;
/// # drop(store);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Options {
    pub(crate) busy_timeout: Duration,
    pub(crate) readers: NonZeroUsize,
    pub(crate) queue: NonZeroUsize,
    pub(crate) inline_commits: bool,
    pub(crate) max_size: Option<u64>,
}

impl Options {
    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How long to wait for another process that holds the file, before
    /// [`SqliteError::Locked`]: 24 days at the most. Default: 5 seconds.
    #[must_use]
    pub const fn busy_timeout(mut self, wait: Duration) -> Self {
        self.busy_timeout = if wait.as_secs() < LONGEST_WAIT.as_secs() { wait } else { LONGEST_WAIT };
        self
    }

    /// How many reads may run at the same time; further ones wait. Each costs a file handle and up to
    /// 2 MiB of cache. Default: as many as there are processors, 16 at the most.
    #[must_use]
    pub const fn readers(mut self, count: NonZeroUsize) -> Self {
        self.readers = count;
        self
    }

    /// How many batches may wait for the writer. A further `commit` waits, without blocking its
    /// thread, until there is room. Default: 1,024.
    #[must_use]
    pub const fn queue(mut self, batches: NonZeroUsize) -> Self {
        self.queue = batches;
        self
    }

    /// Whether a batch that waits alone is committed on the thread that polls it, which blocks that
    /// thread for one flush of the disk and saves two changes of thread. Set it to `false` where one
    /// thread runs the whole service and the disk is slow. Default: `true`.
    #[must_use]
    pub const fn inline_commits(mut self, inline: bool) -> Self {
        self.inline_commits = inline;
        self
    }

    /// The most bytes that the database file may grow to, so that it cannot fill the disk that others
    /// need. A batch that needs more is refused as on a full disk. Default: none.
    #[must_use]
    pub const fn max_size(mut self, bytes: u64) -> Self {
        self.max_size = Some(bytes);
        self
    }

    /// Opens the database at `path`, making it (readable by its owner alone) if there is none.
    ///
    /// # Errors
    /// As [`open`](crate::open).
    pub fn open(&self, path: impl AsRef<Path>) -> Result<Store, SqliteError> {
        Ok(Store::new(SqliteBackend::open(path.as_ref(), self)?))
    }
}

impl Default for Options {
    fn default() -> Self {
        let processors = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        Self {
            busy_timeout: Duration::from_secs(5),
            readers: processors.min(READERS),
            queue: QUEUE,
            inline_commits: true,
            max_size: None,
        }
    }
}

/// SQLite counts the milliseconds in 31 bits.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 24 * 60 * 60);
const READERS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(15);
const QUEUE: NonZeroUsize = NonZeroUsize::MIN.saturating_add(1_023);
