use crate::{
    RootKey, VaultError, VaultOptions,
    budget::Amount,
    cache::Cache,
    data_key::DataKey,
    keyring::Keyring,
    owner::Owner,
    owner_keys::OwnerKeys,
    record::{KeyRow, KeyState, KeyringRecord, Live, WrappedKey, keyring_key},
};
use leeward_store::{Entry, Inner, Key, Store, StoreError};
use ring::rand::SystemRandom;
use std::{
    future::Future,
    sync::{Arc, PoisonError, RwLock},
};

/// What the handles of one vault share: the unwrapped keys, and how to get more.
pub(crate) struct Core {
    pub(crate) options: VaultOptions,
    pub(crate) rng: SystemRandom,
    pub(crate) cache: Cache,
    root: RwLock<RootKey>,
    keyring: RwLock<Arc<Keyring>>,
}

/// Where rows are read: a store, or the backend below a decorator.
pub(crate) trait Rows: Sync {
    fn row(&self, key: &Key) -> impl Future<Output = Result<Option<Entry>, StoreError>> + Send;
}

impl Rows for Store {
    async fn row(&self, key: &Key) -> Result<Option<Entry>, StoreError> {
        self.get(key).await
    }
}

impl Rows for Inner {
    async fn row(&self, key: &Key) -> Result<Option<Entry>, StoreError> {
        self.get(key).await
    }
}

impl Core {
    pub(crate) fn new(root: RootKey, keyring: Keyring, options: VaultOptions) -> Self {
        Self {
            cache: Cache::new(options.cached_subjects),
            options,
            rng: SystemRandom::new(),
            root: RwLock::new(root),
            keyring: RwLock::new(Arc::new(keyring)),
        }
    }

    pub(crate) fn keyring(&self) -> Arc<Keyring> {
        Arc::clone(&self.keyring.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn root(&self) -> RootKey {
        self.root.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_root(&self, root: RootKey) {
        *self.root.write().unwrap_or_else(PoisonError::into_inner) = root;
    }

    /// Reads the keyring again, for another process may have changed it.
    pub(crate) async fn refresh_keyring(&self, rows: &impl Rows) -> Result<Arc<Keyring>, VaultError> {
        let known = self.keyring();
        let entry = rows.row(&keyring_key()?).await?.ok_or(VaultError::OtherStore)?;
        if entry.version == known.version {
            return Ok(known);
        }
        let fresh = Keyring::open(&entry, &self.root(), Some(&known)).await?;
        if fresh.record.store_id != known.record.store_id {
            return Err(VaultError::OtherStore);
        }
        Ok(self.adopt(fresh))
    }

    /// Whether the rows are those of the store that the vault was opened on.
    pub(crate) async fn verify(&self, rows: &impl Rows) -> Result<(), VaultError> {
        let entry = rows.row(&keyring_key()?).await?.ok_or(VaultError::OtherStore)?;
        let record = KeyringRecord::decode(entry.value.as_bytes())?;
        let known = self.keyring();
        if record.store_id == known.record.store_id { Ok(()) } else { Err(VaultError::OtherStore) }
    }

    /// Takes `fresh` unless what is there is newer.
    fn adopt(&self, fresh: Keyring) -> Arc<Keyring> {
        let mut held = self.keyring.write().unwrap_or_else(PoisonError::into_inner);
        if fresh.version > held.version {
            *held = Arc::new(fresh);
        }
        Arc::clone(&held)
    }

    /// The keys as the cache has them, else as the row has them.
    pub(crate) async fn keys(
        &self,
        rows: &impl Rows,
        owner: &Owner,
    ) -> Result<Option<Arc<OwnerKeys>>, VaultError> {
        match self.cache.get(owner.row()).filter(|keys| !keys.is_stale()) {
            Some(keys) => Ok(Some(keys)),
            None => self.fresh_keys(rows, owner).await,
        }
    }

    /// The keys as the row has them now: one read, and unwrapping only of what is new.
    pub(crate) async fn fresh_keys(
        &self,
        rows: &impl Rows,
        owner: &Owner,
    ) -> Result<Option<Arc<OwnerKeys>>, VaultError> {
        let mut found = rows.row(owner.row()).await?;
        while let Some(entry) = found {
            let keys = self.open_row(rows, owner, &entry).await?;
            if keys.is_whole() {
                return Ok(Some(keys));
            }
            // A rotation may have ended since the row was read, and taken the key that wrapped it.
            found = rows.row(owner.row()).await?;
            if found.as_ref().is_some_and(|again| again.version == entry.version) {
                return Ok(Some(keys));
            }
        }
        Ok(None)
    }

    async fn open_row(
        &self,
        rows: &impl Rows,
        owner: &Owner,
        entry: &Entry,
    ) -> Result<Arc<OwnerKeys>, VaultError> {
        let known = self.cache.get(owner.row());
        if let Some(known) = known.as_ref().filter(|known| known.version == entry.version) {
            known.set_stale(false);
            return Ok(Arc::clone(known));
        }
        let row = KeyRow::decode(entry.value.as_bytes())?;
        let keyring = self.keyring_for(rows, owner, &row).await?;
        let keys = OwnerKeys::open(owner, entry.version, row, &keyring, known.as_deref());
        Ok(if keys.is_whole() { self.cache.keep(owner.row(), keys) } else { Arc::new(keys) })
    }

    /// Makes a data key and puts it into the row as the active one.
    pub(crate) fn add_key(
        &self,
        owner: &Owner,
        keyring: &Keyring,
        live: &mut Live,
        reserved: Amount,
    ) -> Result<DataKey, VaultError> {
        let (kek_version, kek) = keyring.active(owner.purpose())?;
        let key = DataKey::generate(&self.rng)?;
        live.succeed(WrappedKey {
            id: key.id,
            state: KeyState::Active,
            kek_version,
            created: self.options.now().as_second(),
            messages: reserved.messages,
            bytes: reserved.bytes,
            wrapped: key.wrap(owner, kek, &self.rng)?,
        })?;
        Ok(key)
    }

    /// A keyring that has the keys of the row, if there is one.
    async fn keyring_for(
        &self,
        rows: &impl Rows,
        owner: &Owner,
        row: &KeyRow,
    ) -> Result<Arc<Keyring>, VaultError> {
        let keyring = self.keyring();
        let wrapped = row.live().map_or(&[][..], |live| &live.keys);
        if wrapped.iter().all(|key| keyring.kek(owner.purpose(), key.kek_version).is_some()) {
            return Ok(keyring);
        }
        self.refresh_keyring(rows).await
    }
}
