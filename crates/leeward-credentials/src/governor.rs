use crate::{
    CredentialError, ForeignHash, GovernorConfig, GovernorStats, HashParams, HashedPassphrase, Passphrase,
    Salt,
    arena::Arena,
    hashed::{Recipe, Tag},
    pool::{Answer, Limits, Pool},
    recipe::Input,
};
use leeward_throttle::Lane;
use std::{fmt, sync::Arc};

/// Computes hashes under a fixed budget of memory and threads, whatever arrives.
///
/// Each of a few threads keeps the memory of one hash, which it takes when it first hashes: that one
/// takes longer. Who asks waits in the bounded queue of a [lane](Self::in_lane): known devices first, then
/// staff on duty, then clients that nobody knows, but of nine jobs at least one from each lane that waits.
/// Without a chance to be begun in time a job is refused with [`CredentialError::Busy`], and costs nothing.
/// A job in work keeps its place and its memory until it is done, though the future that asked for it was
/// dropped. The futures work on any executor.
///
/// Cheap to clone; the threads end when the last clone is dropped and the queues are empty.
///
/// ```
/// # pollster::block_on(async {
/// use leeward_credentials::{Governor, GovernorConfig, Lane, Passphrase, Salt};
/// let governor = Governor::start(GovernorConfig::default())?;
/// assert_eq!(governor.memory_budget_kib(), 2 * 19_456);
///
/// let salt = Salt::generate(&ring::rand::SystemRandom::new())?;
/// let hashed = governor.hash(&Passphrase::new("seven lamps above the quay")?, salt).await?;
///
/// let known = governor.in_lane(Lane::KnownDevice);
/// assert!(known.check(&Passphrase::new("seven lamps above the quay")?, &hashed).await?);
/// assert!(!known.check(&Passphrase::new("seven lamps above the quai")?, &hashed).await?);
/// # Ok::<(), leeward_credentials::CredentialError>(()) }).unwrap();
/// ```
#[derive(Clone)]
pub struct Governor {
    pool: Arc<Pool>,
    config: Arc<GovernorConfig>,
    limits: Limits,
    lane: Lane,
}

impl Governor {
    /// Starts the threads.
    ///
    /// # Errors
    /// [`CredentialError::Governor`] for more workers, a longer queue or more patience than the maxima of
    /// [`GovernorConfig`], or none of them, or a memory budget in which not one hash has room;
    /// [`CredentialError::CostlyParams`] when the scheme that is migrated costs more than the ceiling;
    /// [`CredentialError::MissingPepper`] when it has Devise's pepper, and that is not at hand;
    /// [`CredentialError::Thread`].
    pub fn start(config: GovernorConfig) -> Result<Self, CredentialError> {
        let limits = config.limits()?;
        let pool = Arc::new(Pool::start(limits, config.assumed())?);
        Ok(Self { pool, config: Arc::new(config), limits, lane: Lane::Unknown })
    }

    /// The same governor, for those who wait in this lane. Without it one waits in [`Lane::Unknown`].
    #[must_use]
    pub fn in_lane(&self, lane: Lane) -> Self {
        Self { lane, ..self.clone() }
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
        let recipe = Recipe::current(&self.config, &salt);
        self.make(Input::new(passphrase, recipe, &self.config)).await
    }

    /// Hashes the hash that another service made, so that neither is what is stored. It is checked like any
    /// other, and [outdated](Self::is_outdated) from the start.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub async fn import(
        &self,
        foreign: &ForeignHash,
        salt: Salt,
    ) -> Result<HashedPassphrase, CredentialError> {
        let recipe = Recipe::current(&self.config, &salt);
        self.make(Input::import(foreign, recipe, &self.config)).await
    }

    /// Whether a passphrase is the one that was hashed.
    ///
    /// A hash that cost less than today's takes as much work as one of today.
    ///
    /// # Errors
    /// [`CredentialError::CostlyParams`] when the hash says it cost more than the ceiling: it is not
    /// computed, and no memory is taken; [`CredentialError::MissingPepper`]; [`CredentialError::Busy`];
    /// [`CredentialError::NotComputed`].
    pub async fn check(
        &self,
        passphrase: &Passphrase,
        hashed: &HashedPassphrase,
    ) -> Result<bool, CredentialError> {
        let tag = self.compute(Input::check(passphrase, hashed.recipe.clone(), &self.config)).await?;
        Ok(tag.is(&hashed.tag))
    }

    /// Does the work of [`check`](Self::check) when there is nothing to check against, so that an
    /// account that does not exist takes as long as one that does.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub async fn check_nothing(&self, passphrase: &Passphrase) -> Result<(), CredentialError> {
        let recipe = Recipe::current(&self.config, &Salt([0; 16]));
        self.compute(Input::check(passphrase, recipe, &self.config)).await.map(drop)
    }

    /// Does other work in the same queues and threads, such as an estimate of how strong a passphrase is,
    /// which a hostile one makes slow. Its memory is not counted, and it should bound its own time.
    ///
    /// # Errors
    /// [`CredentialError::Busy`]; [`CredentialError::NotComputed`] when it panicked.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, CredentialError> {
        let waiting = self.pool.submit(self.lane, false, move |_: &mut Arena| Ok(work()))?;
        waiting.await.map_err(|_| CredentialError::NotComputed)?
    }

    /// Whether a hash was made otherwise than new ones are: with other parameters, another pepper, another
    /// normalisation, or by another service. It should be made anew when the passphrase is next at hand.
    #[must_use]
    pub fn is_outdated(&self, hashed: &HashedPassphrase) -> bool {
        hashed.recipe.is_outdated(&self.config)
    }

    /// What a new hash costs.
    #[must_use]
    pub fn params(&self) -> HashParams {
        self.config.params
    }

    /// The most memory all hashes together ever take, in KiB.
    #[must_use]
    pub const fn memory_budget_kib(&self) -> usize {
        self.limits.arena_kib.saturating_mul(self.limits.workers)
    }

    /// What it is doing and has done.
    #[must_use]
    pub fn stats(&self) -> GovernorStats {
        self.pool.stats()
    }

    async fn make(&self, input: Input) -> Result<HashedPassphrase, CredentialError> {
        let recipe = input.recipe().clone();
        let tag = self.compute(input).await?;
        Ok(HashedPassphrase { recipe, tag })
    }

    async fn compute(&self, input: Input) -> Answer<Tag> {
        input.admissible(self.config.ceiling)?;
        let waiting = self.pool.submit(self.lane, true, move |arena: &mut Arena| input.compute(arena))?;
        waiting.await.map_err(|_| CredentialError::NotComputed)?
    }
}

impl fmt::Debug for Governor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Governor").field("config", &self.config).finish_non_exhaustive()
    }
}
