use crate::{PostgresBackend, PostgresError, commit_in, sql::Sql};
use leeward_store::{Prepared, Store, StoreError, Version};
use std::{num::NonZeroUsize, path::PathBuf, time::Duration};
use tokio_postgres::Transaction;

/// How a database is opened. The defaults are meant to be kept.
///
/// ```
/// # async fn open(url: &str) -> Result<(), leeward_postgres::PostgresError> {
/// use std::time::Duration;
/// let options = leeward_postgres::Options::new().schema("support").connect_timeout(Duration::from_secs(2));
/// let store = options.open(url).await?;
/// # drop(store);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Options {
    pub(crate) schema: String,
    pub(crate) roots: Option<PathBuf>,
    pub(crate) own_thread: bool,
    pub(crate) settings: Settings,
}

/// What the engine goes on needing.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) pool: usize,
    pub(crate) connect_timeout: Duration,
    pub(crate) statement_timeout: Duration,
    pub(crate) settle_timeout: Duration,
    pub(crate) behind_pooler: bool,
}

impl Options {
    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The schema that leeward's tables lie in, made if it is not there. Stores in different schemas of
    /// one database have nothing in common. 1 to 63 of `A-Z a-z 0-9 _ -`. Default: `leeward`.
    #[must_use]
    pub fn schema(mut self, name: &str) -> Self {
        name.clone_into(&mut self.schema);
        self
    }

    /// The most connections to the server; callers wait for one without blocking their thread. Half of
    /// them commit at the same time, for what waits together goes together. Default: 8.
    #[must_use]
    pub const fn pool(mut self, connections: NonZeroUsize) -> Self {
        self.settings.pool = connections.get();
        self
    }

    /// How long an attempt to connect to one host may take, and how long `open` waits for a server that is not
    /// there yet. Default: 5 seconds.
    #[must_use]
    pub const fn connect_timeout(mut self, wait: Duration) -> Self {
        self.settings.connect_timeout = bounded(wait);
        self
    }

    /// How long the server may work on one statement, the wait for locks included, before it gives up
    /// and undoes it; 24 days at the most. Default: 30 seconds.
    #[must_use]
    pub const fn statement_timeout(mut self, wait: Duration) -> Self {
        self.settings.statement_timeout = bounded(wait);
        self
    }

    /// How long a call goes on trying while the server cannot be reached: to read again, to commit what
    /// was certainly not committed, and to ask what became of a commit whose answer was lost. After
    /// that time a commit of which nobody knows ends in
    /// [`OutcomeUnknown`](leeward_store::StoreError::OutcomeUnknown). Default: 30 seconds.
    #[must_use]
    pub const fn settle_timeout(mut self, wait: Duration) -> Self {
        self.settings.settle_timeout = bounded(wait);
        self
    }

    /// For a pooler such as `PgBouncer` that gives each transaction another connection: no statement is
    /// prepared ahead, and nothing is set for a session. It costs the server some work. Default:
    /// `false`.
    #[must_use]
    pub const fn behind_pooler(mut self, behind: bool) -> Self {
        self.settings.behind_pooler = behind;
        self
    }

    /// A PEM file of the root certificates that the server's is checked by, as `sslrootcert` in the URL.
    /// Default: those of the platform.
    #[must_use]
    pub fn root_certificates(mut self, file: impl Into<PathBuf>) -> Self {
        self.roots = Some(file.into());
        self
    }

    /// Whether the store brings a tokio runtime with a thread of its own, for a program that runs
    /// another executor or none. Each call then goes to that thread and back. Default: `false`, the
    /// runtime in which `open` is called.
    #[must_use]
    pub const fn own_thread(mut self, own: bool) -> Self {
        self.own_thread = own;
        self
    }

    /// Opens the database that the URL names, making leeward's schema in it if there is none.
    ///
    /// # Errors
    /// As [`open`](crate::open).
    pub async fn open(&self, url: &str) -> Result<Store, PostgresError> {
        Ok(Store::new(PostgresBackend::open(url, self).await?))
    }

    /// As [`commit_in`](crate::commit_in()), in the schema that these options name.
    ///
    /// # Errors
    /// As [`commit_in`](crate::commit_in()), and [`PostgresError::BadSchemaName`].
    pub async fn commit_in(
        &self,
        tx: &mut Transaction<'_>,
        prepared: Prepared,
    ) -> Result<Version, StoreError> {
        commit_in::apply(&Sql::new(&self.schema)?, tx, prepared).await
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            schema: "leeward".to_owned(),
            roots: None,
            own_thread: false,
            settings: Settings {
                pool: 8,
                connect_timeout: Duration::from_secs(5),
                statement_timeout: Duration::from_secs(30),
                settle_timeout: Duration::from_secs(30),
                behind_pooler: false,
            },
        }
    }
}

/// PostgreSQL counts milliseconds in 31 bits, and takes none at all for no limit.
const fn bounded(wait: Duration) -> Duration {
    const LONGEST: Duration = Duration::from_secs(24 * 24 * 60 * 60);
    const SHORTEST: Duration = Duration::from_millis(1);
    match wait.as_millis() {
        0 => SHORTEST,
        millis if millis > LONGEST.as_millis() => LONGEST,
        _ => wait,
    }
}
