use crate::{
    AuditError,
    append::{Lost, Pressure},
    clock::Clock,
    directory::Directory,
    note::{Ed25519Signer, Signer, VerifierKey},
    pseudonym::Pseudonyms,
    record::{HEAD, Head, KEY, Secret},
    rounds::Rounds,
    turn::Sighting,
    witnessing::Witnessing,
};
use leeward_event::CoarseTime;
use leeward_store::{Store, StoreError, Timestamp};
use ring::rand::{SecureRandom, SystemRandom};
use std::{fmt, path::Path, sync::Arc};
use zeroize::Zeroizing;

/// The log of one service: it takes events from the outbox, and publishes signed trees.
///
/// Everything lies in the store; the directory is written from it. Any number of processes may hold
/// the log of one store. Cheap to clone.
#[derive(Clone)]
pub struct AuditLog {
    pub(crate) store: Store,
    pub(crate) directory: Directory,
    pub(crate) signer: Arc<dyn Signer>,
    pub(crate) further: Vec<Arc<dyn Signer>>,
    pub(crate) pseudonyms: Pseudonyms,
    pub(crate) rng: SystemRandom,
    pub(crate) clock: Clock,
    pub(crate) witnessing: Option<Witnessing>,
    pub(crate) shared: Arc<Shared>,
}

/// What the clones of one opened log have in common.
#[derive(Debug)]
pub(crate) struct Shared {
    /// Names this log among those that append to the same one.
    pub(crate) id: [u8; 16],
    pub(crate) sighting: Sighting,
    pub(crate) pressure: Pressure,
    pub(crate) lost: Lost,
    pub(crate) rounds: Rounds,
}

/// The number of the key that makes pseudonyms.
const PSEUDONYM_KEY: u16 = 1;

/// How many events may wait before no more are taken, unless told otherwise.
const DEFAULT_MAX_WAITING: u32 = 16_384;

impl AuditLog {
    /// Opens the log of this store, or begins it. `origin` names it for ever: a URL without a scheme,
    /// such as `example.org/audit`. What is published goes to `dir`, which
    /// [`publish`](Self::publish) creates.
    ///
    /// The signing key and the pseudonym key are made the first time, and kept in the store, sealed.
    ///
    /// # Errors
    /// [`AuditError::Contradiction`] when what is stored is not what was signed last;
    /// [`AuditError::OtherKey`] when it was signed by another key;
    /// [`AuditError::Origin`] when the store holds a log of another name; [`AuditError::Note`] when
    /// `origin` is no name; [`AuditError::Store`], with [`StoreError::Unsealed`] for a store that
    /// nobody sealed; [`AuditError::Random`]; [`AuditError::Corrupt`].
    pub async fn open(store: &Store, dir: &Path, origin: &str) -> Result<Self, AuditError> {
        crate::note::check_name(origin)?;
        let seed = secret(store, &[b"signer"]).await?;
        let signer = Ed25519Signer::from_seed(origin, seed.expose())?;
        Self::open_with_signer(store, dir, Arc::new(signer)).await
    }

    /// As [`open`](Self::open), with a signing key that lies elsewhere; its name is the origin.
    ///
    /// # Errors
    /// As [`open`](Self::open); [`AuditError::OtherKey`] when this key has not signed the last checkpoint:
    /// a new key signs [beside](Self::also_signed_by) the old one first.
    pub async fn open_with_signer(
        store: &Store,
        dir: &Path,
        signer: Arc<dyn Signer>,
    ) -> Result<Self, AuditError> {
        begin(store, signer.vkey().name()).await?;
        let key = secret(store, &[b"pseudonym", &PSEUDONYM_KEY.to_be_bytes()]).await?;
        let log = Self {
            store: store.clone(),
            directory: Directory::new(dir),
            signer,
            further: Vec::new(),
            pseudonyms: Pseudonyms::new(PSEUDONYM_KEY, key.expose()),
            rng: SystemRandom::new(),
            clock: Clock::default(),
            witnessing: None,
            shared: Arc::new(Shared::new(DEFAULT_MAX_WAITING)?),
        };
        log.last_signed().await?;
        Ok(log)
    }

    /// The key with which others verify what is published. It also lies in the directory, as
    /// `log.vkey`; but who verifies should have it from elsewhere.
    #[must_use]
    pub fn vkey(&self) -> &VerifierKey {
        self.signer.vkey()
    }

    /// Has another key of the log sign too, whatever is signed from now on: a log that changes its key
    /// is signed by both, until every verifier and witness has the new one. The next
    /// [`publish`](Self::publish) has what was signed last signed by it as well; after that the new key may
    /// open the log.
    ///
    /// Every process that publishes this log does so with the same keys.
    ///
    /// # Errors
    /// [`AuditError::FurtherSigner`] when its name is not the log's, or its key signs already.
    pub fn also_signed_by(mut self, signer: Arc<dyn Signer>) -> Result<Self, AuditError> {
        let new = signer.vkey();
        if new.name() != self.vkey().name() || self.keys().any(|key| key.id() == new.id()) {
            return Err(AuditError::FurtherSigner);
        }
        self.further.push(signer);
        Ok(self)
    }

    /// The keys that sign, the main one first.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &VerifierKey> {
        std::iter::once(&self.signer).chain(&self.further).map(|signer| signer.vkey())
    }

    /// Where the log is published.
    #[must_use]
    pub fn dir(&self) -> &Path {
        self.directory.path()
    }

    /// Lets at most this many events wait before [`append`](Self::append) refuses more: 16,384 unless
    /// told otherwise. Clones made before keep the bound they had.
    ///
    /// # Errors
    /// [`AuditError::Random`].
    pub fn max_waiting(mut self, events: u32) -> Result<Self, AuditError> {
        self.shared = Arc::new(Shared::new(events)?);
        Ok(self)
    }

    /// Logs and signs also while the clock is behind the log, with the minute of the last entry. It gives
    /// up that an entry's minute is about right: for as long, it says only that it was not before that.
    #[must_use]
    pub const fn despite_clock_behind(mut self) -> Self {
        self.clock.hold = true;
        self
    }

    /// Believes a clock that is more than 400 days ahead of the last entry: after so long a pause.
    #[must_use]
    pub const fn after_long_pause(mut self) -> Self {
        self.clock.resume = true;
        self
    }

    /// How many entries the log has, published or not.
    ///
    /// # Errors
    /// [`AuditError::Store`]; [`AuditError::Corrupt`].
    pub async fn size(&self) -> Result<u64, AuditError> {
        Ok(self.end().await?.0.tree.size())
    }
}

impl Shared {
    fn new(max_waiting: u32) -> Result<Self, AuditError> {
        let mut id = [0; 16];
        SystemRandom::new().fill(&mut id).map_err(|_| AuditError::Random)?;
        Ok(Self {
            id,
            sighting: Sighting::default(),
            pressure: Pressure::new(max_waiting),
            lost: Lost::default(),
            rounds: Rounds::default(),
        })
    }
}

/// Writes the row that says where the log ends, unless it is there.
async fn begin(store: &Store, origin: &str) -> Result<(), AuditError> {
    let key = &HEAD.key(&[])?;
    let head =
        &Head { origin: origin.to_owned(), at: CoarseTime::of(Timestamp::MIN), tree: Default::default() };
    store
        .transact(|tx| async move {
            if tx.get(key).await?.is_none() {
                tx.put(key, head.encode())?;
            }
            Ok::<_, StoreError>(())
        })
        .await?;
    Ok(())
}

/// Reads a key of the log's own, or makes it.
async fn secret(store: &Store, name: &[&[u8]]) -> Result<Secret, AuditError> {
    let key = &KEY.key(name)?;
    let fresh = &fresh_secret()?;
    let stored = store
        .transact(|tx| async move {
            match tx.get(key).await? {
                Some(row) => Ok(Secret::decode(row.value.as_bytes())),
                None => {
                    tx.put(key, fresh.encode())?;
                    Ok::<_, StoreError>(Secret::decode(&Zeroizing::new(fresh.encode())))
                }
            }
        })
        .await?;
    stored.ok_or(AuditError::Corrupt { what: "what is no key" })
}

fn fresh_secret() -> Result<Secret, AuditError> {
    let mut bytes = Zeroizing::new([0; 32]);
    SystemRandom::new().fill(&mut *bytes).map_err(|_| AuditError::Random)?;
    Ok(Secret::new(bytes))
}

impl fmt::Debug for AuditLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuditLog")
            .field("vkey", self.vkey())
            .field("dir", &self.dir())
            .finish_non_exhaustive()
    }
}
