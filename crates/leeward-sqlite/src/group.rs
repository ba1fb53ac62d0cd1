use crate::{
    SqliteError,
    job::{Done, Job, Outcome, Work},
    table,
};
use leeward_store::{Batch, Conflict, StoreError, Version};
use rusqlite::Connection;

/// Why nothing of a transaction can be acknowledged.
enum Failure {
    /// It was rolled back.
    Undone(SqliteError),
    /// The commit itself failed, at a point after which a recovery may still find it.
    Unknown(SqliteError),
}

/// Jobs that could not start because another process holds the file.
pub(crate) struct Locked {
    pub(crate) jobs: Vec<Job>,
    error: SqliteError,
}

/// Runs the jobs in one transaction and answers each after the commit.
///
/// A batch whose expectations are not met changes nothing, so that it needs no savepoint. When the
/// engine fails in the middle, all is undone and each job is run alone, so that only those fail that
/// fail by themselves. When the commit itself fails, none is run again: a recovery may yet find the first
/// try, whatever the second came to.
///
/// # Errors
/// The jobs, unanswered, when the file is locked.
pub(crate) fn run(conn: &Connection, jobs: Vec<Job>) -> Result<(), Locked> {
    match attempt(conn, jobs.iter().map(|job| &job.work)) {
        Ok(outcomes) => {
            for (job, outcome) in jobs.into_iter().zip(outcomes) {
                job.answer(outcome.map_err(StoreError::from));
            }
        }
        Err(Failure::Undone(error @ SqliteError::Locked(_))) => return Err(Locked { jobs, error }),
        Err(Failure::Undone(_)) if jobs.len() > 1 => return run_each(conn, jobs),
        Err(failure) => jobs.into_iter().for_each(|job| job.answer(Err(failure.to_error()))),
    }
    Ok(())
}

impl Locked {
    /// Answers all of them with the reason.
    pub(crate) fn refuse(self) {
        for job in self.jobs {
            job.answer(Err(self.error.clone().into()));
        }
    }
}

fn run_each(conn: &Connection, jobs: Vec<Job>) -> Result<(), Locked> {
    let mut jobs = jobs.into_iter();
    while let Some(job) = jobs.next() {
        if let Err(mut locked) = run(conn, vec![job]) {
            // Each of the others would wait as long again.
            locked.jobs.extend(jobs);
            return Err(locked);
        }
    }
    Ok(())
}

fn attempt<'a>(conn: &Connection, work: impl Iterator<Item = &'a Work>) -> Result<Vec<Outcome>, Failure> {
    let tx = Immediate::begin(conn)?;
    let before = table::last_version(conn)?;
    let mut last = before;
    let outcomes = work.map(|work| perform(conn, work, &mut last)).collect::<Result<_, _>>()?;
    if last != before {
        table::set_last_version(conn, last)?;
    }
    tx.commit().map_err(Failure::of_commit)?;
    Ok(outcomes)
}

fn perform(conn: &Connection, work: &Work, last: &mut Version) -> rusqlite::Result<Outcome> {
    match work {
        Work::Batch(batch) => apply(conn, batch, last),
        Work::Purge { now, limit } => {
            let removed = table::purge(conn, *now, *limit)?;
            Ok(Ok(Done { version: *last, removed }))
        }
    }
}

/// Applies the batch under a new version, or changes nothing.
pub(crate) fn apply(conn: &Connection, batch: &Batch, last: &mut Version) -> rusqlite::Result<Outcome> {
    // The statement of a single operation looks and writes at once.
    if batch.len() > 1 {
        let unmet = table::unmet(conn, batch)?;
        if !unmet.is_empty() {
            return Ok(Err(Conflict::new(unmet)));
        }
    }
    let version = if batch.writes() { after(*last)? } else { *last };
    for op in batch.ops() {
        if !table::apply(conn, op, version)? {
            return Ok(Err(Conflict::new(vec![op.key.clone()])));
        }
    }
    *last = version;
    Ok(Ok(Done { version, removed: 0 }))
}

fn after(last: Version) -> rusqlite::Result<Version> {
    let next = last.get().checked_add(1).filter(|next| i64::try_from(*next).is_ok());
    let exhausted = || rusqlite::Error::IntegralValueOutOfRange(0, i64::MAX);
    next.and_then(Version::from_u64).ok_or_else(exhausted)
}

/// A transaction that holds the write lock from its start, whose statements are compiled once.
struct Immediate<'a>(&'a Connection);

impl<'a> Immediate<'a> {
    fn begin(conn: &'a Connection) -> rusqlite::Result<Self> {
        conn.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        Ok(Self(conn))
    }

    fn commit(self) -> rusqlite::Result<()> {
        self.0.prepare_cached("COMMIT")?.execute([]).map(drop)
    }
}

impl Drop for Immediate<'_> {
    /// Undoes what was not committed, unless the engine has done so by itself.
    fn drop(&mut self) {
        if !self.0.is_autocommit() {
            // If even this fails, the next transaction cannot begin and says so.
            let _ = self.0.execute_batch("ROLLBACK");
        }
    }
}

impl Failure {
    fn of_commit(error: rusqlite::Error) -> Self {
        let uncertain = SqliteError::is_uncertain_commit(&error);
        let error = SqliteError::from(error);
        if uncertain { Self::Unknown(error) } else { Self::Undone(error) }
    }

    fn to_error(&self) -> StoreError {
        match self {
            Self::Undone(error) => error.clone().into(),
            Self::Unknown(error) => StoreError::OutcomeUnknown(error.clone().into()),
        }
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Undone(error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, connection};
    use leeward_store::{Expect, Space};
    use std::sync::atomic::{AtomicU32, Ordering};

    const ROW: Space = Space::public("row");
    static WAITS: AtomicU32 = AtomicU32::new(0);

    fn job(number: u64, bytes: usize) -> Job {
        let mut batch = Batch::new();
        batch.put(ROW.key(&[&number.to_be_bytes()]).unwrap(), Expect::Any, vec![0; bytes]);
        Job::new(number, Work::Batch(batch)).0
    }

    #[test]
    fn a_file_that_is_taken_when_a_group_falls_apart_is_waited_for_once() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("leeward.db");
        let mut conn = connection::writer(&path, &Options::new().max_size(100_000)).unwrap();
        let rival = connection::writer(&path, &Options::new()).unwrap();
        let take = move || rival.execute_batch("BEGIN IMMEDIATE").unwrap();
        conn.rollback_hook(Some(take)).unwrap();
        let count = |_| {
            WAITS.fetch_add(1, Ordering::SeqCst);
            false
        };
        conn.busy_handler(Some(count)).unwrap();
        let jobs = vec![job(0, 10), job(1, 200_000), job(2, 10)];
        let Err(locked) = run(&conn, jobs) else { panic!("the file was locked") };
        assert_eq!((locked.jobs.len(), WAITS.load(Ordering::SeqCst)), (3, 1));
    }
}
