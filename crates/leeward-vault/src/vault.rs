use crate::{
    KeyWrapper, RootKey, VaultError, VaultOptions,
    core::Core,
    keyring::Keyring,
    record::{KEYS, keyring_key},
    sealed_store::{Role, SealedStore},
};
use leeward_store::{Batch, Entry, Expect, Scan, Store, StoreError};
use ring::rand::SystemRandom;
use std::{fmt, sync::Arc};

/// The keys of one store, opened: what seals it, rotates its keys, and erases subjects.
///
/// Cheap to clone. Several processes may have a vault open on one store.
#[derive(Clone)]
pub struct Vault {
    pub(crate) core: Arc<Core>,
    /// As it lies there.
    pub(crate) rows: Store,
    /// Sealed, and allowed to write the vault's own rows.
    pub(crate) own: Store,
}

impl Vault {
    /// Opens the keys of `store` with the root key, and makes them on first use: when several processes
    /// do so at once, one of them wins and the others open what it made.
    ///
    /// # Errors
    /// [`VaultError::WrongRootKey`] when the store was sealed with another root key;
    /// [`VaultError::RootKey`] when the root key cannot be reached; [`VaultError::KeyringMissing`] when
    /// there are data keys and nothing that unwraps them; [`VaultError::Corrupt`],
    /// [`VaultError::UnknownVersion`], [`VaultError::Store`].
    pub async fn open(store: &Store, root: impl KeyWrapper) -> Result<Self, VaultError> {
        Self::open_with(store, root, VaultOptions::default()).await
    }

    /// [`open`](Self::open), with other options than the defaults.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub async fn open_with(
        store: &Store,
        root: impl KeyWrapper,
        options: VaultOptions,
    ) -> Result<Self, VaultError> {
        let root = RootKey::new(root);
        let entry = match store.get(&keyring_key()?).await? {
            Some(entry) => entry,
            None => create(store, &root, &options).await?,
        };
        let keyring = Keyring::open(&entry, &root, None).await?;
        let core = Arc::new(Core::new(root, keyring, options));
        let own = decorate(&core, store, Role::Vault);
        Ok(Self { core, rows: store.clone(), own })
    }

    /// A handle on `store` that seals what passes: puts into sealed spaces are encrypted under their
    /// subject's data key and bound to their place, and opened when read. Public spaces pass through.
    ///
    /// `store` is the one that the vault was opened on, or a decorator over it.
    ///
    /// Beside what [`Store`] promises:
    /// - [`StoreError::CannotOpen`] is what a read says of an entry that was changed, or moved to
    ///   another key, subject or store, or whose key is not at hand. A scan that meets one fails and
    ///   names it. A put that expects nothing ([`Expect::Any`]) is refused over one, too.
    /// - [`StoreError::Erased`] is what reads say of the entries of an erased subject, and what writes say
    ///   of all its keys; scans leave them out. Once an erasure has returned, no handle in any process
    ///   opens anything of it.
    /// - The engine sees one check more for each subject that a batch writes to, and now and then a
    ///   write; a put that expects nothing becomes one that expects what it found. Conflicts over those
    ///   are resolved here. Only an engine that applies a [prepared](Store::prepare) batch itself may
    ///   meet one, over a row of the vault's or over a key that the caller expected nothing of: prepare
    ///   the batch again. One transaction of the engine's takes one prepared batch, for a second one
    ///   would not know what the first did to the rows of keys.
    #[must_use]
    pub fn seal(&self, store: &Store) -> Store {
        decorate(&self.core, store, Role::Caller)
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").finish_non_exhaustive()
    }
}

pub(crate) fn decorate(core: &Arc<Core>, store: &Store, role: Role) -> Store {
    store.decorate(|inner| SealedStore::new(Arc::clone(core), inner, role)).assume_sealed()
}

/// Makes the keyring, unless somebody else was first: then theirs it is.
async fn create(store: &Store, root: &RootKey, options: &VaultOptions) -> Result<Entry, VaultError> {
    if !store.scan(&Scan::all(KEYS.prefix(&[])?).limit(1)).await?.items.is_empty() {
        // Another process may have made the keyring, and keys, since it was looked for.
        return store.get(&keyring_key()?).await?.ok_or(VaultError::KeyringMissing);
    }
    let record = Keyring::create(root, &SystemRandom::new(), options.now()).await?;
    let mut batch = Batch::new();
    batch.put(keyring_key()?, Expect::Absent, record.encode()?);
    match store.commit(batch).await {
        Ok(_) | Err(StoreError::Conflict(_)) => {}
        Err(error) => return Err(error.into()),
    }
    store.get(&keyring_key()?).await?.ok_or(VaultError::OtherStore)
}
