use crate::{Key, limits};
use std::fmt;

/// The cause of an error, from whatever library lies below.
pub type BoxError = Box<dyn std::error::Error + Send + Sync + 'static>;

/// Why a [`Store`](crate::Store) did not do what was asked.
///
/// After every variant but [`OutcomeUnknown`](Self::OutcomeUnknown), nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Some keys did not hold what was expected. Read again and decide again.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// Something is larger than the port allows.
    #[error(transparent)]
    Limit(#[from] LimitError),
    /// One batch named a key twice.
    #[error("a batch names {key:?} twice: join the operations into one")]
    DuplicateKey {
        /// The key.
        key: Key,
    },
    /// A key of a space that belongs to subjects does not name one.
    #[error("a key in the space `{space}` must name the subject that its data belongs to")]
    NoSubject {
        /// The space.
        space: &'static str,
    },
    /// A value that must be sealed was about to be written in the clear.
    #[error(
        "the space `{space}` holds secrets and this handle seals nothing: write through \
         `vault.seal(store)`, or through `Store::assume_sealed` if the engine encrypts by itself"
    )]
    Unsealed {
        /// The space.
        space: &'static str,
    },
    /// An entry is there, but it cannot be opened: it was changed, moved, or its key is not at hand.
    /// It is not absent, and nothing was written over it.
    #[error("the entry at {key:?} is there but cannot be opened: {reason}")]
    CannotOpen {
        /// Where it lies.
        key: Key,
        /// What failed.
        reason: &'static str,
    },
    /// The subject this record belonged to was erased on purpose.
    #[error("the data of the subject of {key:?} was erased")]
    Erased {
        /// Where the record lay.
        key: Key,
    },
    /// What was stored is not what this code writes.
    #[error("the store holds {what}")]
    Corrupt {
        /// What was found.
        what: &'static str,
    },
    /// [`transact`](crate::Store::transact) lost against other writers too often.
    #[error("{attempts} attempts met other writers each time: try again later")]
    Contended {
        /// How many attempts were made.
        attempts: u32,
    },
    /// A [`Tx`](crate::Tx) was used in a way that could lose an update.
    #[error("a transaction was misused: {what}")]
    Misuse {
        /// What was done.
        what: &'static str,
    },
    /// The backend did not do it: it is full, closed, unreachable, or failed.
    #[error("the storage backend failed")]
    Backend(#[source] BoxError),
    /// The backend was lost during a commit, and whether it was applied is not known.
    ///
    /// It was applied wholly or not at all, and may yet be applied a little later, while the backend
    /// finishes what it had begun. Nothing tries it again by itself, for that could apply it twice. Read
    /// what is there and decide again; or make it safe to ask twice, by a key that names the request:
    ///
    /// ```
    /// # pollster::block_on(async {
    /// use leeward_store::{Space, Store, StoreError};
    /// const PAID: Space = Space::public("app.paid");
    /// const TOTAL: Space = Space::public("app.total");
    ///
    /// /// May be called again with the same `request` until it returns `Ok`: it counts once.
    /// async fn pay(store: &Store, request: &[u8; 16], amount: u64) -> Result<(), StoreError> {
    ///     let (paid, total) = (&PAID.key(&[request])?, &TOTAL.key(&[])?);
    ///     store
    ///         .transact(|tx| async move {
    ///             if tx.get(paid).await?.is_some() {
    ///                 return Ok(());
    ///             }
    ///             let sum = tx.get(total).await?.and_then(|sum| sum.value.as_bytes().try_into().ok());
    ///             let sum = sum.map_or(0, u64::from_be_bytes) + amount;
    ///             tx.put(total, sum.to_be_bytes().to_vec())?;
    ///             tx.put(paid, b"")
    ///         })
    ///         .await
    /// }
    /// # let store = Store::memory();
    /// # for _ in 0..2 { pay(&store, &[7; 16], 5).await?; }
    /// # let total = store.get(&TOTAL.key(&[])?).await?.unwrap();
    /// # assert_eq!(total.value.as_bytes(), 5_u64.to_be_bytes());
    /// # Ok::<(), StoreError>(()) }).unwrap();
    /// ```
    #[error("the storage backend was lost during a commit: whether it was applied is not known")]
    OutcomeUnknown(#[source] BoxError),
}

impl StoreError {
    /// Wraps an error of whatever lies below.
    pub fn backend(source: impl Into<BoxError>) -> Self {
        Self::Backend(source.into())
    }

    /// Whether reading again and deciding again may succeed.
    #[must_use]
    pub const fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict(_))
    }
}

/// The keys that did not hold what a batch expected. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    keys: Vec<Key>,
}

impl Conflict {
    /// A conflict over these keys.
    #[must_use]
    pub const fn new(keys: Vec<Key>) -> Self {
        Self { keys }
    }

    /// The keys, in the order of the batch.
    #[must_use]
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("another writer was first at")?;
        for key in &self.keys {
            write!(f, " {key:?}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Conflict {}

/// What was too large, and how large. See [`limits`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LimitError {
    /// A key.
    #[error("a key of {len} bytes is over {max}", max = limits::MAX_KEY)]
    Key {
        /// Bytes, encoded.
        len: usize,
    },
    /// A value.
    #[error("a value of {len} bytes is over {max}", max = limits::MAX_VALUE)]
    Value {
        /// Bytes.
        len: usize,
    },
    /// The number of operations.
    #[error("a batch of {count} operations is over {max}", max = limits::MAX_OPS)]
    Operations {
        /// Operations.
        count: usize,
    },
    /// A batch in bytes.
    #[error("a batch of {len} bytes is over {max}", max = limits::MAX_BATCH)]
    Batch {
        /// Bytes, keys and values together.
        len: usize,
    },
}
