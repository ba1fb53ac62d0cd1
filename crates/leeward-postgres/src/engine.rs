use crate::{
    PostgresError,
    fault::{Fault, READS_ONLY},
    gets::Gets,
    home::Home,
    opening::to_connect,
    options::Settings,
    param::Param,
    queue::Queue,
    slot::Slot,
    sql::Sql,
};
use deadpool_postgres::{
    ClientWrapper, Hook, HookError, Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime,
};
use leeward_store::StoreError;
use std::{
    future::Future,
    hash::{BuildHasher, Hasher, RandomState},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep, timeout},
};
use tokio_postgres::{Row, SimpleQueryMessage};
use tokio_postgres_rustls::MakeRustlsConnect;

/// How much later than the server we give a statement up, so that it can say so itself.
const GRACE: Duration = Duration::from_secs(2);

/// How long a transaction of ours waits for a key that another process holds, before it lets others of
/// ours go ahead.
const PATIENCE: Duration = Duration::from_secs(1);

const FIRST_PAUSE: Duration = Duration::from_millis(10);
/// Short enough that somebody who is hit by one fault after the other gets in between two of them.
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// What all calls share.
pub(crate) struct Engine {
    pub(crate) home: Home,
    pub(crate) sql: Sql,
    pub(crate) settings: Settings,
    pub(crate) commits: Queue,
    pub(crate) gets: Gets,
    pool: Pool,
    slots: Mutex<Vec<Slot>>,
    /// What begins each transaction where no setting of a session lasts.
    begin: Option<String>,
}

impl Engine {
    pub(crate) fn new(
        home: Home,
        sql: Sql,
        settings: Settings,
        config: tokio_postgres::Config,
        tls: MakeRustlsConnect,
    ) -> Result<Self, PostgresError> {
        let limits = limits(&settings, if settings.behind_pooler { "LOCAL " } else { "" });
        let begin = format!("BEGIN ISOLATION LEVEL READ COMMITTED; {limits}");
        let session = if settings.behind_pooler { String::new() } else { limits };
        Ok(Self {
            pool: pool(&settings, config, tls, &session)?,
            home,
            commits: Queue::new(settings.pool.div_ceil(2)),
            gets: Gets::new(settings.pool),
            slots: Mutex::default(),
            begin: settings.behind_pooler.then_some(begin),
            sql,
            settings,
        })
    }

    /// Runs it in the runtime the store was opened in, until the future is dropped.
    pub(crate) async fn at_home<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, StoreError>> + Send + 'static,
    {
        let mut task = Ended(self.home.spawn(work));
        (&mut task.0).await.unwrap_or_else(|_| Err(PostgresError::Closed.into()))
    }

    /// Asks something that changes nothing, and goes on asking while the server cannot be reached.
    pub(crate) async fn read(&self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, PostgresError> {
        let mut tries = self.tries();
        loop {
            match self.ask(sql, params).await {
                Ok(rows) => return Ok(rows),
                Err(fault) if fault.is_last() || !tries.again().await => return Err(fault.error),
                Err(_) => {}
            }
        }
    }

    /// One statement, in a transaction of its own.
    pub(crate) async fn ask(&self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, Fault> {
        self.run(self.connection().await?, sql, params).await
    }

    pub(crate) async fn connection(&self) -> Result<Object, Fault> {
        self.pool.get().await.map_err(Fault::of_pool)
    }

    /// As [`ask`](Self::ask), on this connection, which is thrown away if it turns out to be lost.
    pub(crate) async fn run(&self, conn: Object, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, Fault> {
        let (began, limit) = (Instant::now(), self.settings.statement_timeout.saturating_add(GRACE));
        let answer = timeout(limit, self.exchange(&conn, sql, params)).await;
        let answer = answer.unwrap_or_else(|_| Err(Fault::silent()));
        if answer.as_ref().is_err_and(Fault::is_broken) {
            drop(Object::take(conn));
            self.forget_those_before(began);
        }
        answer
    }

    /// Throws away what lies idle since before that. A server that went away without a word has left all
    /// of its connections to hang, and each would be found out only by a statement's whole timeout.
    fn forget_those_before(&self, moment: Instant) {
        drop(self.pool.retain(|_, metrics| metrics.created >= moment.into_std()));
    }

    /// In one trip: behind a pooler, three requests are on their way at once.
    async fn exchange(
        &self,
        conn: &ClientWrapper,
        sql: &str,
        params: &[Param<'_>],
    ) -> Result<Vec<Row>, Fault> {
        let Some(begin) = &self.begin else {
            return prepared(conn, sql, params).await.map_err(Fault::of_statement);
        };
        let (begun, rows, ended) = tokio::join!(
            biased;
            conn.batch_execute(begin),
            conn.query_typed(sql, params),
            conn.batch_execute("COMMIT"),
        );
        // Without its beginning, the statement may have been committed by itself.
        begun.map_err(|error| Fault::broken(error.into()))?;
        let rows = rows.map_err(Fault::of_statement)?;
        ended.map(|()| rows).map_err(Fault::of_statement)
    }

    pub(crate) fn tries(&self) -> Tries {
        Tries::within(self.settings.settle_timeout)
    }

    pub(crate) fn spare_slot(&self) -> Option<Slot> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    pub(crate) fn keep(&self, slot: Slot) {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner).push(slot);
    }
}

/// A task that ends when nobody waits for it.
pub(crate) struct Ended<T>(pub(crate) JoinHandle<T>);

impl<T> Drop for Ended<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// How often, and until when, something is tried again.
pub(crate) struct Tries {
    pub(crate) until: Instant,
    pause: Duration,
}

impl Tries {
    pub(crate) fn within(limit: Duration) -> Self {
        Self { until: Instant::now() + limit, pause: FIRST_PAUSE }
    }

    pub(crate) fn is_open(&self) -> bool {
        Instant::now() < self.until
    }

    /// Waits a moment, longer each time; `false` when the time is up.
    pub(crate) async fn again(&mut self) -> bool {
        if !self.is_open() {
            return false;
        }
        sleep(jittered(self.pause)).await;
        self.pause = self.pause.saturating_mul(2).min(LONGEST_PAUSE);
        true
    }
}

/// Half of it to all of it, so that those who failed together do not come back together.
fn jittered(pause: Duration) -> Duration {
    let most = u64::try_from(pause.as_micros() / 2).unwrap_or(u64::MAX).max(1);
    // It is seeded by the system, and that is all it is used for.
    let chance = RandomState::new().build_hasher().finish() % most;
    (pause / 2).saturating_add(Duration::from_micros(chance))
}

async fn prepared(
    conn: &ClientWrapper,
    sql: &str,
    params: &[Param<'_>],
) -> Result<Vec<Row>, tokio_postgres::Error> {
    let (values, types): (Vec<_>, Vec<_>) = params.iter().cloned().unzip();
    let statement = conn.prepare_typed_cached(sql, &types).await?;
    conn.query(&statement, &values).await
}

fn pool(
    settings: &Settings,
    config: tokio_postgres::Config,
    tls: MakeRustlsConnect,
    session: &str,
) -> Result<Pool, PostgresError> {
    let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let connect = to_connect(&config, settings.connect_timeout);
    let session: Arc<str> = format!(
        "{session} SELECT pg_catalog.pg_is_in_recovery() OR \
         pg_catalog.current_setting('default_transaction_read_only')::boolean"
    )
    .into();
    let begin = Hook::async_fn(move |conn: &mut ClientWrapper, _| {
        let session = Arc::clone(&session);
        Box::pin(async move { begin_session(conn, &session, connect).await })
    });
    Pool::builder(Manager::from_config(config, tls, recycling))
        .max_size(settings.pool)
        .create_timeout(Some(connect))
        .wait_timeout(Some(settings.statement_timeout.saturating_add(GRACE)))
        .runtime(Runtime::Tokio1)
        .post_create(begin)
        .build()
        .map_err(|_| PostgresError::NoRuntime)
}

async fn begin_session(conn: &ClientWrapper, session: &str, limit: Duration) -> Result<(), HookError> {
    let told = timeout(limit, conn.simple_query(session)).await;
    let told = told.map_err(|_| HookError::message("the server is silent"))?.map_err(HookError::Backend)?;
    let reads_only = told.iter().any(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0) == Some("t"),
        _ => false,
    });
    if reads_only { Err(HookError::message(READS_ONLY)) } else { Ok(()) }
}

/// What is set for a session, or with `LOCAL` for a transaction. A plan that reads a whole table, or sorts
/// what it found, may be right while the table is small, and is kept while it grows. What has no other way
/// than one that is off seems so costly that it would be compiled, for a third of a second, each time.
fn limits(settings: &Settings, local: &str) -> String {
    let statement = settings.statement_timeout.as_millis();
    let lock = PATIENCE.min(settings.statement_timeout).as_millis();
    let isolation =
        if local.is_empty() { "SET default_transaction_isolation = 'read committed';" } else { "" };
    format!(
        "{isolation} SET {local}synchronous_commit = on; SET {local}statement_timeout = {statement}; \
         SET {local}lock_timeout = {lock}; SET {local}plan_cache_mode = force_generic_plan; \
         SET {local}enable_seqscan = off; SET {local}enable_bitmapscan = off; SET {local}enable_sort = off; \
         SET {local}jit = off; SET {local}search_path = pg_catalog, pg_temp;"
    )
}
