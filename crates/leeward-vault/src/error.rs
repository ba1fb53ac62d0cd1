use crate::{KeyFileError, RootKeyError};
use leeward_event::EventError;
use leeward_seal::SealError;
use leeward_store::StoreError;

/// Why the vault did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// The key at hand is not the one that the store was sealed with.
    #[error("this root key does not belong to this store: open it with the key it was sealed with")]
    WrongRootKey,
    /// The root key could not be used: where it is kept cannot be reached.
    #[error("the root key could not be used")]
    RootKey(#[source] RootKeyError),
    /// A [`KeyWrapper`](crate::KeyWrapper) put out more than fits.
    #[error("the root key wrapped a key in {len} bytes: at most {max} fit", max = crate::MAX_WRAPPED)]
    WrappedTooLong {
        /// Bytes it put out.
        len: usize,
    },
    /// The key file was refused.
    #[error(transparent)]
    KeyFile(#[from] KeyFileError),
    /// A cost of Argon2id is out of bounds.
    #[error(
        "the cost of Argon2id must be 19 MiB to 1 GiB of memory, which must be there, and 1 to 16 passes"
    )]
    Argon2Cost,
    /// The bytes are not the header of a passphrase key.
    #[error("the header of the passphrase key is damaged: restore it from a backup")]
    PassphraseHeader,
    /// A key's limits are out of bounds.
    #[error("a key must be allowed one whole batch at least, and no more than it can count")]
    KeyLimits,
    /// The subject is under a legal hold.
    #[error("the subject is under a legal hold: lift every hold before erasing it")]
    LegalHold,
    /// The subject has as many legal holds as it can have.
    #[error("the subject has {max} legal holds already: lift one first", max = crate::MAX_HOLDS)]
    TooManyHolds,
    /// The subject was erased.
    #[error("the subject was erased")]
    Erased,
    /// No more keys fit beside those that still open old records.
    #[error("too many old keys are kept: re-key the records under them, then forget those keys")]
    TooManyKeys,
    /// A key-encryption key is still in use.
    #[error("{rows} rows are still wrapped under an old key: re-wrap them first")]
    StillInUse {
        /// Rows that a pass over the keys found.
        rows: usize,
    },
    /// The vault was opened on another store than the one at hand.
    #[error("the store holds no keys of this vault: seal the store that the vault was opened on")]
    OtherStore,
    /// There are data keys, and the row that unwraps them is gone.
    #[error("the store holds data keys and no keyring that unwraps them: restore the keyring from a backup")]
    KeyringMissing,
    /// A persisted form is of a later release.
    #[error("the store holds {what} of form {version}, which this release does not know: update it")]
    UnknownVersion {
        /// What it is.
        what: &'static str,
        /// Its version byte.
        version: u8,
    },
    /// A persisted form does not parse.
    #[error("the store holds {what} that was damaged: restore it from a backup")]
    Corrupt {
        /// What it is.
        what: &'static str,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An event could not be made.
    #[error(transparent)]
    Event(#[from] EventError),
    /// Sealing failed.
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl From<VaultError> for StoreError {
    /// For what happens below a [`Store`](leeward_store::Store): the cause stays reachable by `source()`.
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Store(error) => error,
            other => Self::backend(other),
        }
    }
}
