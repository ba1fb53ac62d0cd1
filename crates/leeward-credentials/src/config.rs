use crate::{CredentialError, ForeignHash, HashParams, Peppers, foreign::Scheme, pool::Limits};
use std::{num::NonZeroUsize, sync::Arc, time::Duration};

/// How large a [`Governor`](crate::Governor) is, and how it hashes. The defaults suit a small service.
#[derive(Clone, Debug)]
pub struct GovernorConfig {
    pub(crate) workers: NonZeroUsize,
    pub(crate) budget_kib: Option<usize>,
    pub(crate) queue: usize,
    pub(crate) patience: Duration,
    pub(crate) params: HashParams,
    pub(crate) ceiling: HashParams,
    pub(crate) peppers: Arc<Peppers>,
    pub(crate) migrating: Option<Scheme>,
}

impl GovernorConfig {
    /// The most threads.
    pub const MAX_WORKERS: usize = 64;
    /// The longest queue.
    pub const MAX_QUEUE: usize = 10_000;
    /// The longest patience.
    pub const MAX_PATIENCE: Duration = Duration::from_secs(60);

    /// How many threads hash, each with memory of its own. Two by default; more than the machine has
    /// cores gains nothing.
    #[must_use]
    pub fn workers(mut self, workers: NonZeroUsize) -> Self {
        self.workers = workers;
        self
    }

    /// The most memory of all threads together, in KiB: there are no more threads than this has room for,
    /// each with the memory of [the ceiling](Self::ceiling).
    #[must_use]
    pub fn memory_budget_kib(mut self, kib: usize) -> Self {
        self.budget_kib = Some(kib);
        self
    }

    /// How many jobs may wait in each lane. 64 by default: with two threads, about a second.
    #[must_use]
    pub fn queue(mut self, jobs: usize) -> Self {
        self.queue = jobs;
        self
    }

    /// The longest that a job waits. 5 seconds by default. One that would wait longer, as jobs are done
    /// now, is refused at once; one that did is given up before it costs anything.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// What a new hash costs: [`HashParams::OWASP`] by default. Older ones are made anew when their
    /// owner next signs in. The ceiling is raised where it is lower.
    #[must_use]
    pub fn params(mut self, params: HashParams) -> Self {
        self.params = params;
        self.ceiling = self.ceiling.max(params);
        self
    }

    /// The most that a stored hash may cost: [`HashParams::OWASP`] by default, and never less than
    /// [`params`](Self::params). Who lowers the parameters keeps the ceiling where they were until
    /// everyone has signed in. Its memory times the workers is the budget.
    ///
    /// Imported hashes are bounded by it too: Django's Argon2 takes 100 MiB and 8 lanes, and its scrypt
    /// 16 MiB.
    #[must_use]
    pub fn ceiling(mut self, ceiling: HashParams) -> Self {
        self.ceiling = ceiling.max(self.params);
        self
    }

    /// The keys of hashes: [none](Peppers::none) by default.
    #[must_use]
    pub fn peppers(mut self, peppers: Peppers) -> Self {
        self.peppers = Arc::new(peppers);
        self
    }

    /// While hashes like this one wait in the store for their owners to sign in, every check does the work
    /// of one of them besides its own. Without it, a check of an imported account takes longer than others,
    /// and so tells that it was imported, and exists.
    #[must_use]
    pub fn migrating(mut self, sample: &ForeignHash) -> Self {
        self.migrating = Some(sample.scheme.clone());
        self
    }

    /// What the pool is told, if it can work.
    pub(crate) fn limits(&self) -> Result<Limits, CredentialError> {
        let refused = |what| Err(CredentialError::Governor { what });
        let arena_kib = usize::try_from(self.ceiling.memory_kib()).unwrap_or(usize::MAX);
        let room = self.budget_kib.map_or(usize::MAX, |kib| kib.checked_div(arena_kib).unwrap_or(0));
        if self.workers.get() > Self::MAX_WORKERS {
            return refused("more than 64 workers");
        }
        if room == 0 {
            return refused("a memory budget that has no room for one hash");
        }
        if self.queue == 0 || self.queue > Self::MAX_QUEUE {
            return refused("a queue that is not from 1 to 10000 long");
        }
        if self.patience.is_zero() || self.patience > Self::MAX_PATIENCE {
            return refused("a patience that is not from 1 ns to 60 s");
        }
        if self.migrating.as_ref().is_some_and(|scheme| !scheme.within(self.ceiling)) {
            return Err(CredentialError::CostlyParams);
        }
        // Every check would fail, whosoever's it is.
        if self.migrating.as_ref().is_some_and(Scheme::has_devise_pepper) {
            self.peppers.devise()?;
        }
        let workers = self.workers.get().min(room);
        Ok(Limits { workers, queue: self.queue, patience: self.patience, arena_kib })
    }

    /// How long a job takes, before one was measured: a millisecond for each MiB and pass.
    pub(crate) fn assumed(&self) -> Duration {
        let each = u64::from(self.params.memory_kib() / 1024).saturating_mul(self.params.passes().into());
        Duration::from_millis(each)
    }
}

impl Default for GovernorConfig {
    fn default() -> Self {
        Self {
            workers: NonZeroUsize::MIN.saturating_add(1),
            budget_kib: None,
            queue: 64,
            patience: Duration::from_secs(5),
            params: HashParams::OWASP,
            ceiling: HashParams::OWASP,
            peppers: Arc::default(),
            migrating: None,
        }
    }
}
