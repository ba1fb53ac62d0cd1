use crate::{
    CredentialError, GovernorStats, HashParams, HashedPassphrase, Normalisation, Passphrase, Salt,
    arena::Input, hashed::Tag, pool::Pool,
};
use std::{fmt, num::NonZeroUsize, sync::Arc, time::Duration};

/// Computes Argon2id hashes under a fixed budget of memory and threads, whatever arrives.
///
/// Each of a few threads keeps the memory of one hash, which it takes when it first hashes: that one
/// takes longer. A hash waits in a bounded queue, and when that
/// is full it is refused with [`CredentialError::Busy`]. A hash in work keeps its place until it is
/// done, though the future that asked for it was dropped. The futures work on any executor.
///
/// Cheap to clone; the threads end when the last clone is dropped and the queue is empty.
///
/// ```
/// # pollster::block_on(async {
/// use leeward_credentials::{Governor, GovernorConfig, Passphrase, Salt};
/// let governor = Governor::start(GovernorConfig::default())?;
/// assert_eq!(governor.memory_budget_kib(), 2 * 19_456);
///
/// let salt = Salt::generate(&ring::rand::SystemRandom::new())?;
/// let hashed = governor.hash(&Passphrase::new("seven lamps above the quay")?, salt).await?;
/// assert!(governor.check(&Passphrase::new("seven lamps above the quay")?, &hashed).await?);
/// assert!(!governor.check(&Passphrase::new("seven lamps above the quai")?, &hashed).await?);
/// # Ok::<(), leeward_credentials::CredentialError>(()) }).unwrap();
/// ```
#[derive(Clone)]
pub struct Governor {
    pool: Arc<Pool>,
    config: GovernorConfig,
}

/// How large a [`Governor`] is. The defaults suit a small service.
#[derive(Clone, Copy, Debug)]
pub struct GovernorConfig {
    workers: NonZeroUsize,
    queue: usize,
    params: HashParams,
    ceiling: HashParams,
}

impl GovernorConfig {
    /// The most threads.
    pub const MAX_WORKERS: usize = 64;
    /// The longest queue.
    pub const MAX_QUEUE: usize = 10_000;

    /// How many threads hash, each with memory of its own. Two by default; more than the machine has
    /// cores gains nothing.
    #[must_use]
    pub const fn workers(mut self, workers: NonZeroUsize) -> Self {
        self.workers = workers;
        self
    }

    /// How many hashes may wait. 64 by default: with two threads, a wait of about a second.
    #[must_use]
    pub const fn queue(mut self, hashes: usize) -> Self {
        self.queue = hashes;
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
    #[must_use]
    pub fn ceiling(mut self, ceiling: HashParams) -> Self {
        self.ceiling = ceiling.max(self.params);
        self
    }
}

impl Governor {
    /// Starts the threads.
    ///
    /// # Errors
    /// [`CredentialError::Governor`] for more workers or a longer queue than the maxima of
    /// [`GovernorConfig`], or a queue of none; [`CredentialError::Thread`].
    pub fn start(config: GovernorConfig) -> Result<Self, CredentialError> {
        let workers = config.workers.get();
        if workers > GovernorConfig::MAX_WORKERS {
            return Err(CredentialError::Governor { what: "more than 64 workers" });
        }
        if config.queue == 0 || config.queue > GovernorConfig::MAX_QUEUE {
            return Err(CredentialError::Governor { what: "a queue that is not from 1 to 10000 long" });
        }
        Ok(Self { pool: Arc::new(Pool::start(workers, config.queue)?), config })
    }

    /// Hashes a passphrase as new ones are hashed.
    ///
    /// # Errors
    /// [`CredentialError::Busy`]; [`CredentialError::NotComputed`].
    pub async fn hash(
        &self,
        passphrase: &Passphrase,
        salt: Salt,
    ) -> Result<HashedPassphrase, CredentialError> {
        let (normalisation, params) = (Normalisation::CURRENT, self.config.params);
        let tag = self.compute(Input::new(passphrase, normalisation, &salt, params)).await?;
        Ok(HashedPassphrase { normalisation, params, salt, tag })
    }

    /// Whether a passphrase is the one that was hashed.
    ///
    /// # Errors
    /// [`CredentialError::CostlyParams`] when the hash says it cost more than the ceiling: it is not
    /// computed, and no memory is taken; [`CredentialError::Busy`]; [`CredentialError::NotComputed`].
    pub async fn check(
        &self,
        passphrase: &Passphrase,
        hashed: &HashedPassphrase,
    ) -> Result<bool, CredentialError> {
        let tag =
            self.compute(Input::new(passphrase, hashed.normalisation, &hashed.salt, hashed.params)).await?;
        Ok(hashed.matches(&tag))
    }

    /// Does the work of [`check`](Self::check) when there is nothing to check against, so that an
    /// account that does not exist takes as long as one that does.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub async fn check_nothing(&self, passphrase: &Passphrase) -> Result<(), CredentialError> {
        let input = Input::new(passphrase, Normalisation::CURRENT, &Salt([0; 16]), self.config.params);
        self.compute(input).await.map(drop)
    }

    /// What a new hash costs.
    #[must_use]
    pub const fn params(&self) -> HashParams {
        self.config.params
    }

    /// The most memory all hashes together ever take, in KiB.
    #[must_use]
    pub fn memory_budget_kib(&self) -> usize {
        let each = usize::try_from(self.config.ceiling.memory_kib()).unwrap_or(usize::MAX);
        each.saturating_mul(self.config.workers.get())
    }

    /// What it is doing and has done.
    #[must_use]
    pub fn stats(&self) -> GovernorStats {
        self.pool.stats()
    }

    async fn compute(&self, input: Input) -> Result<Tag, CredentialError> {
        if !input.params().within(self.config.ceiling) {
            return Err(CredentialError::CostlyParams);
        }
        let waiting = self.pool.submit(input).ok_or_else(|| self.busy())?;
        waiting.await.map_err(|_| CredentialError::NotComputed)?
    }

    /// An estimate from the length of the queue: a millisecond for each MiB and pass.
    fn busy(&self) -> CredentialError {
        let params = self.config.params;
        let each = u64::from(params.memory_kib() / 1024).saturating_mul(u64::from(params.passes()));
        let queue = u64::try_from(self.config.queue).unwrap_or(u64::MAX);
        let workers = u64::try_from(self.config.workers.get()).unwrap_or(1);
        let wait = each.saturating_mul(queue).checked_div(workers).unwrap_or(0);
        CredentialError::Busy { retry_after: Duration::from_secs(wait.div_ceil(1000).max(1)) }
    }
}

impl Default for GovernorConfig {
    fn default() -> Self {
        let two = NonZeroUsize::MIN.saturating_add(1);
        Self { workers: two, queue: 64, params: HashParams::OWASP, ceiling: HashParams::OWASP }
    }
}

impl fmt::Debug for Governor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Governor").field("config", &self.config).finish_non_exhaustive()
    }
}
