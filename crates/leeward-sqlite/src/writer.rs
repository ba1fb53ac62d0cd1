use crate::{
    Options, SqliteError, group,
    job::{Done, Work},
    queue::{Call, Queue, Ticket},
};
use leeward_store::{StoreError, yield_once};
use rusqlite::Connection;
use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, TryLockError,
        atomic::{AtomicI32, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

/// How many pages the log may hold before its content moves to the database file.
const CHECKPOINT_PAGES: i32 = 1_000;

/// How long nothing must have been written before the log is emptied.
const QUIET: Duration = Duration::from_secs(1);

/// How often the writer lets others run without any of them coming, before it commits.
const PATIENCE: u32 = 50;

/// After how many lone commits in a row a writer no longer lets others run before each.
const LONELY: usize = 8;

/// Which of the lone commits after that still do. On a threaded executor a task that steps aside can be
/// taken up by another thread, which costs a fifth of a fast disk's flush.
const LOOK_EVERY: usize = 8;

/// The one connection that writes, and the thread that commits for many at once.
pub(crate) struct Writer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    queue: Queue,
    conn: Mutex<Connection>,
    callers: AtomicUsize,
    /// How many commits in a row had nobody beside them.
    alone: AtomicUsize,
    log_pages: Arc<AtomicI32>,
    busy_timeout: Duration,
    inline_commits: bool,
}

impl Writer {
    pub(crate) fn start(conn: Connection, options: &Options) -> Result<Self, SqliteError> {
        let shared = Arc::new(Shared::new(conn, options)?);
        let theirs = Arc::clone(&shared);
        let thread = thread::Builder::new().name("leeward-sqlite".into()).spawn(move || theirs.serve());
        let thread = thread.map_err(|error| SqliteError::CannotOpen(Arc::new(error)))?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Does the work, durably. Dropped before the writer took it, it is not done; after, it is done
    /// wholly or not at all.
    pub(crate) async fn submit(&self, work: Work) -> Result<Done, StoreError> {
        let shared = &self.shared;
        let _counted = Caller::count(&shared.callers);
        let ticket = shared.queue.join(work).await?;
        // Whoever else is about to commit comes first, so that a single-threaded executor forms
        // groups too.
        if shared.may_have_company() {
            yield_once().await;
        }
        let alone = shared.commit_alone(&ticket);
        shared.note_company(alone);
        if !alone && ticket.is_waiting() {
            shared.queue.call();
        }
        let lost = || StoreError::OutcomeUnknown(SqliteError::Closed.into());
        ticket.answer().await.unwrap_or_else(|| Err(lost()))
    }
}

impl Shared {
    fn new(mut conn: Connection, options: &Options) -> Result<Self, SqliteError> {
        let log_pages = Arc::new(AtomicI32::new(0));
        let seen = Arc::clone(&log_pages);
        // In place of SQLite's own checkpoint, which would delay the answer to a commit.
        conn.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, pages| {
            seen.store(pages, Ordering::Relaxed);
            Ok(())
        }))?;
        Ok(Self {
            queue: Queue::new(options.queue),
            conn: Mutex::new(conn),
            callers: AtomicUsize::new(0),
            alone: AtomicUsize::new(0),
            log_pages,
            busy_timeout: options.busy_timeout,
            inline_commits: options.inline_commits,
        })
    }

    /// Whether it is worth letting others run first. Where a writer has been alone for a while, one
    /// commit in a few still looks, so that a single-threaded executor gets out of lone commits.
    fn may_have_company(&self) -> bool {
        let alone = self.alone.load(Ordering::Relaxed);
        alone < LONELY || alone.is_multiple_of(LOOK_EVERY)
    }

    fn note_company(&self, alone: bool) {
        if alone {
            self.alone.fetch_add(1, Ordering::Relaxed);
        } else {
            self.alone.store(0, Ordering::Relaxed);
        }
    }

    /// Commits on this thread if nobody else waits or writes, and the log needs no work.
    fn commit_alone(&self, ticket: &Ticket<'_>) -> bool {
        if !self.inline_commits || self.callers.load(Ordering::Relaxed) > 1 || self.log_is_long() {
            return false;
        }
        let Some(conn) = self.try_conn() else { return false };
        let Some(job) = ticket.take_if_alone() else { return false };
        // An executor's thread must not wait for another process.
        if let Err(locked) = run_within(&conn, Duration::ZERO, vec![job]) {
            self.queue.give_back(locked.jobs);
            return false;
        }
        self.queue.note_written();
        true
    }

    /// What the writer's thread does.
    fn serve(&self) {
        let _closed_even_by_a_panic = CloseOnDrop(&self.queue);
        loop {
            match self.queue.wait_for_call(QUIET) {
                Call::Work => self.commit_groups(),
                Call::Quiet => self.empty_log(),
                Call::Closed => return,
            }
        }
    }

    fn commit_groups(&self) {
        let conn = self.conn();
        loop {
            self.gather();
            let jobs = self.queue.take();
            if jobs.is_empty() {
                break;
            }
            if let Err(locked) = run_within(&conn, self.busy_timeout, jobs) {
                locked.refuse();
            }
            self.queue.note_written();
            if self.log_is_long() {
                checkpoint(&conn, "PRAGMA wal_checkpoint(PASSIVE)");
                // The next commit says how much of it is left.
                self.log_pages.store(0, Ordering::Relaxed);
            }
        }
    }

    /// Lets those who were just answered come back with their next batch, as long as some of them do.
    fn gather(&self) {
        let mut before = (0, 0);
        let mut patience = PATIENCE;
        while patience > 0 {
            let now = (self.queue.len(), self.callers.load(Ordering::Relaxed));
            if now.0 >= now.1 {
                return;
            }
            patience = if now == before { patience.saturating_sub(1) } else { PATIENCE };
            before = now;
            thread::yield_now();
        }
    }

    /// So that what was deleted does not stay readable in old pages of the log.
    fn empty_log(&self) {
        let conn = self.conn();
        // Whoever still reads old pages is not waited for; the next pause is soon enough.
        let _ = conn.busy_timeout(Duration::ZERO);
        if !checkpoint(&conn, "PRAGMA wal_checkpoint(TRUNCATE)") {
            self.queue.note_written();
        }
    }

    fn log_is_long(&self) -> bool {
        self.log_pages.load(Ordering::Relaxed) >= CHECKPOINT_PAGES
    }

    fn conn(&self) -> MutexGuard<'_, Connection> {
        // A transaction that a panic cut off was rolled back as it unwound.
        self.conn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn try_conn(&self) -> Option<MutexGuard<'_, Connection>> {
        match self.conn.try_lock() {
            Ok(conn) => Some(conn),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

fn run_within(conn: &Connection, wait: Duration, jobs: Vec<crate::job::Job>) -> Result<(), group::Locked> {
    // Without it SQLite waits as long as it was last told to, which is no failure.
    let _ = conn.busy_timeout(wait);
    group::run(conn, jobs)
}

/// Moves the log into the database file, and says whether all of it went. What is committed is
/// durable without it, and a failure leaves the log as it is, for the next time.
fn checkpoint(conn: &Connection, sql: &str) -> bool {
    conn.query_row(sql, [], |row| row.get(0)).is_ok_and(|busy: i64| busy == 0)
}

/// One more who is in `submit`, for as long as it lives.
struct Caller<'a>(&'a AtomicUsize);

impl<'a> Caller<'a> {
    fn count(callers: &'a AtomicUsize) -> Self {
        callers.fetch_add(1, Ordering::Relaxed);
        Self(callers)
    }
}

impl Drop for Caller<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

struct CloseOnDrop<'a>(&'a Queue);

impl Drop for CloseOnDrop<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl Drop for Writer {
    /// Waits for the commit in progress, so that the file is closed when the last handle is gone.
    fn drop(&mut self) {
        self.shared.queue.close();
        if let Some(thread) = self.thread.take() {
            // A waker that the writer's own thread dropped may have held the last handle.
            if thread.thread().id() != thread::current().id() {
                drop(thread.join());
            }
        }
    }
}
