use crate::{
    Argon2Cost, Vault, VaultError,
    budget::Amount,
    data_key::DataKey,
    keyring::Keyring,
    owner::Owner,
    record::{KeyRow, Live, keyring_key},
};
use leeward_seal::{Index, IndexKey, IndexRoot, IndexTag};
use leeward_store::{Batch, Expect, StoreError};
use std::{fmt, sync::Arc};

/// How one sealed field is found by its value: keyed tags, cut short, that go into keys of the store.
///
/// Equal values have equal tags: that much an index shows to who reads the store. Index what is hard to
/// guess and looked up by equality; never a free text, and never a field of a few values, such as a
/// level of risk.
pub struct BlindIndex {
    key: IndexKey,
    stretch: Option<Stretch>,
    previous: Option<Box<Self>>,
}

struct Stretch {
    cost: Argon2Cost,
    salt: IndexTag,
}

impl Vault {
    /// The blind index of one field. Its key is derived from a root that this vault makes on first use
    /// and keeps wrapped among its keys; `index` names the field, the version, and how many bits a tag
    /// keeps.
    ///
    /// # Errors
    /// [`VaultError::Seal`] unless a tag keeps 8 to 256 bits; [`VaultError::Corrupt`],
    /// [`VaultError::UnknownVersion`], [`VaultError::Store`].
    pub async fn blind_index(&self, index: &Index<'_>) -> Result<BlindIndex, VaultError> {
        let root = self.index_root().await?;
        let key = IndexKey::derive(&root, index)?;
        Ok(BlindIndex { key, stretch: None, previous: None })
    }

    /// A blind index whose tags each cost one run of Argon2id: for small domains, such as telephone
    /// numbers, where somebody who stole the keys too would otherwise try them all in a minute. Another
    /// cost makes other tags: raise the version of the index with it.
    ///
    /// # Errors
    /// As [`blind_index`](Self::blind_index).
    pub async fn slow_blind_index(
        &self,
        index: &Index<'_>,
        cost: Argon2Cost,
    ) -> Result<BlindIndex, VaultError> {
        let root = self.index_root().await?;
        let key = IndexKey::derive(&root, index)?;
        let salt = IndexKey::derive(&root, &Index { bits: SALT_BITS, ..*index })?.tag(SALT_LABEL);
        Ok(BlindIndex { key, stretch: Some(Stretch { cost, salt }), previous: None })
    }

    async fn index_root(&self) -> Result<IndexRoot, VaultError> {
        let owner = Owner::indexes()?;
        for _ in 0..MAX_ATTEMPTS {
            if let Some(keys) = self.core.keys(&self.rows, &owner).await? {
                let key = keys.active().ok_or(VaultError::Corrupt { what: "a root of blind indexes" })?;
                return Ok(IndexRoot::from_bytes(key.key.expose_key_bytes()));
            }
            let keyring = self.core.refresh_keyring(&self.rows).await?;
            match self.create_index_root(&owner, &keyring).await {
                Ok(key) => return Ok(IndexRoot::from_bytes(key.key.expose_key_bytes())),
                Err(VaultError::Store(StoreError::Conflict(_))) => {}
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Contended { attempts: MAX_ATTEMPTS }.into())
    }

    async fn create_index_root(&self, owner: &Owner, keyring: &Arc<Keyring>) -> Result<DataKey, VaultError> {
        let mut live = Live::default();
        let key = self.core.add_key(owner, keyring, &mut live, Amount::default())?;
        let mut batch = Batch::new();
        batch.put(owner.row().clone(), Expect::Absent, KeyRow::Live(live).encode()?);
        batch.check(keyring_key()?, Expect::Exactly(keyring.version));
        self.rows.commit(batch).await?;
        Ok(key)
    }
}

impl BlindIndex {
    /// Looks up under the tags of `previous` too: for the time in which records move from one version
    /// of an index to the next.
    #[must_use]
    pub fn migrating_from(mut self, previous: Self) -> Self {
        self.previous = Some(Box::new(previous));
        self
    }

    /// The tag to store for a value in its normal form, the one that equal values share. A slow index
    /// takes its time: call it where blocking is allowed.
    ///
    /// # Errors
    /// [`VaultError::Argon2Cost`] when a slow index has not the memory it needs.
    pub fn tag(&self, normalised: &[u8]) -> Result<IndexTag, VaultError> {
        match &self.stretch {
            None => Ok(self.key.tag(normalised)),
            Some(Stretch { cost, salt }) => {
                let stretched = cost.stretch(normalised, salt.as_bytes())?;
                Ok(self.key.tag(stretched.as_slice()))
            }
        }
    }

    /// The tags to look a value up under, the current one first. Entries found may hold another value
    /// with the same tag: compare after opening.
    ///
    /// # Errors
    /// As [`tag`](Self::tag).
    pub fn lookup(&self, normalised: &[u8]) -> Result<Vec<IndexTag>, VaultError> {
        let mut tags = vec![self.tag(normalised)?];
        if let Some(previous) = &self.previous {
            tags.extend(previous.lookup(normalised)?);
        }
        Ok(tags)
    }
}

impl fmt::Debug for BlindIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlindIndex")
            .field("slow", &self.stretch.is_some())
            .field("migrating", &self.previous.is_some())
            .finish_non_exhaustive()
    }
}

const MAX_ATTEMPTS: u32 = 100;
const SALT_BITS: u16 = 128;
const SALT_LABEL: &[u8] = b"leeward-vault slow index salt";
