use crate::{
    engine::{Engine, Tries},
    fault::Sort,
    group::{Group, Verdict, bit},
    job::Job,
    rows,
    slot::{Came, Failure, Record},
};
use leeward_store::StoreError;
use std::sync::Arc;
use tokio::time::Instant;

/// A task that commits what waits, group after group, until nothing does.
struct Committer {
    engine: Arc<Engine>,
    /// Lengthened while the server cannot be reached.
    tries: Tries,
    finished: bool,
}

/// What a transaction has come to, for each of its batches; `None` for one to be done again.
type Verdicts = Vec<Option<Verdict>>;

/// Calls a committer if one is wanted.
pub(crate) fn hire(engine: &Arc<Engine>) {
    if engine.commits.hire() {
        // Made here, so that it is missed even if the runtime never runs it.
        let tries = engine.tries();
        let committer = Committer { engine: Arc::clone(engine), tries, finished: false };
        drop(engine.home.spawn(committer.serve()));
    }
}

impl Committer {
    async fn serve(mut self) {
        while let Some(jobs) = self.engine.commits.take() {
            hire(&self.engine);
            self.commit(jobs).await;
        }
        self.finished = true;
    }

    async fn commit(&mut self, jobs: Vec<Job>) {
        let result = attempt(&self.engine, &jobs).await;
        self.engine.commits.release(&jobs);
        match result {
            Ok(verdicts) => {
                self.tries = self.engine.tries();
                self.settle_all(jobs, verdicts);
            }
            Err(failure) => self.recover(jobs, failure).await,
        }
    }

    fn settle_all(&self, jobs: Vec<Job>, verdicts: Verdicts) {
        for (job, verdict) in jobs.into_iter().zip(verdicts) {
            match verdict {
                Some(verdict) => job.answer(verdict),
                None => self.engine.commits.put_back(job),
            }
        }
    }

    /// Tells those who cannot be helped, and has the others tried again: by themselves if it is not the
    /// connection that failed, so that exactly those fail that fail by themselves.
    async fn recover(&mut self, jobs: Vec<Job>, failure: Failure) {
        let Failure::Undone(fault) = &failure else {
            return jobs.into_iter().for_each(|job| job.answer(Err(failure.to_error())));
        };
        let (now, shared, sort) = (Instant::now(), jobs.len() > 1, fault.sort);
        for mut job in jobs {
            let again = if sort == Sort::Final { shared } else { now < job.until };
            if again {
                job.alone |= sort != Sort::Broken;
                self.engine.commits.put_back(job);
            } else {
                job.answer(Err(failure.to_error()));
            }
        }
        if sort != Sort::Final && !self.tries.again().await {
            self.tries = self.engine.tries();
        }
    }
}

impl Drop for Committer {
    /// If its runtime has ended, nobody will serve who waits.
    fn drop(&mut self) {
        if !self.finished {
            self.engine.commits.close();
        }
    }
}

async fn attempt(engine: &Engine, jobs: &[Job]) -> Result<Verdicts, Failure> {
    let group = Group::of(jobs.iter().map(|job| (&job.batch, &job.locks)));
    let came = match group.one() {
        Some(one) => engine.in_slot(&engine.sql.commit_one, &one.params()).await?,
        None => engine.in_slot(&engine.sql.commit, &group.params()).await?,
    };
    match came {
        Came::Answer(row) => match group.verdicts(&row) {
            Ok(verdicts) => Ok(verdicts.into_iter().map(Some).collect()),
            Err(_) => Err(Failure::torn()),
        },
        Came::Record(record) => Ok((0..jobs.len()).map(|place| recorded(&record, place)).collect()),
    }
}

/// The record does not say which keys were in the way, so that a batch which met a conflict asks again.
fn recorded(record: &Record, place: usize) -> Option<Result<leeward_store::Version, StoreError>> {
    let refused = record.refused & bit(place) != 0;
    (!refused).then(|| rows::version_after(record.base, place))
}
