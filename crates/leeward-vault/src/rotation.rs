use crate::{
    KeyPurpose, KeyWrapper, RootKey, Vault, VaultError,
    data_key::DataKey,
    keyring::{Keyring, make_kek},
    owner::Owner,
    record::{KEYS, KeyRow, KeyState, KeyringRecord, keyring_key},
};
use leeward_event::{Action, Actor, Event};
use leeward_store::{Batch, Entry, Expect, Item, Key, Scan, StoreError, Timestamp};
use std::sync::Arc;

/// One step of [`Vault::rewrap`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Rewrapped {
    /// How many rows were wrapped anew.
    pub rows: usize,
    /// Where to go on; `None` at the end.
    pub next: Option<RewrapCursor>,
}

/// How far a pass of [`Vault::rewrap`] has come. It need not be kept: a new pass goes over what is done
/// with a look.
#[derive(Clone, Debug)]
pub struct RewrapCursor(Scan);

impl Vault {
    /// Replaces a key-encryption key, from beginning to end: [`begin_rotation`](Self::begin_rotation)
    /// unless one is under way, [`rewrap`](Self::rewrap) to the end, and
    /// [`finish_rotation`](Self::finish_rotation). Records stay as they are; others read and write
    /// meanwhile.
    ///
    /// When it is interrupted, by an error or by the death of the process, everything opens as before,
    /// and calling it again goes on from there: the rows themselves say what is left to do.
    ///
    /// # Errors
    /// Those of the three.
    pub async fn rotate(&self, purpose: KeyPurpose, by: Actor, now: Timestamp) -> Result<(), VaultError> {
        self.begin_rotation(purpose, by, now).await?;
        let mut step = self.rewrap(purpose, None).await?;
        while let Some(next) = step.next {
            step = self.rewrap(purpose, Some(next)).await?;
        }
        self.finish_rotation(purpose, by, now).await
    }

    /// Makes a new key-encryption key, which wraps every data key from now on. Says whether it did:
    /// when a rotation is under way, that one should be finished first.
    ///
    /// # Errors
    /// [`VaultError::RootKey`], [`VaultError::WrongRootKey`] when the root key was replaced meanwhile,
    /// [`VaultError::Store`].
    pub async fn begin_rotation(
        &self,
        purpose: KeyPurpose,
        by: Actor,
        now: Timestamp,
    ) -> Result<bool, VaultError> {
        let key = &keyring_key()?;
        let begun = self
            .own
            .transact(|tx| async move {
                let keyring = self.core.refresh_keyring(&self.rows).await?;
                let mut record = keyring.record.clone();
                if record.of(purpose).any(|kek| kek.state == KeyState::Retiring) {
                    return Ok(false);
                }
                self.add_kek(&mut record, purpose, now).await?;
                let bytes = record.encode()?;
                tx.stage(|batch| {
                    batch.put(key.clone(), Expect::Exactly(keyring.version), bytes);
                    Ok::<_, StoreError>(())
                })?;
                self.stage(&tx, Event::new(Action::KeyRotated, by, now))?;
                Ok::<_, VaultError>(true)
            })
            .await?;
        self.core.refresh_keyring(&self.rows).await?;
        Ok(begun)
    }

    /// Wraps one page of data keys anew, from `from` or from the beginning. Rows that are wrapped by the
    /// newest key already cost a look.
    ///
    /// # Errors
    /// [`StoreError::CannotOpen`] names a row whose keys do not unwrap: it is left as it is, and the
    /// old key cannot go before it is dealt with; [`VaultError::Corrupt`],
    /// [`VaultError::UnknownVersion`], [`VaultError::WrongRootKey`], [`VaultError::Store`].
    pub async fn rewrap(
        &self,
        purpose: KeyPurpose,
        from: Option<RewrapCursor>,
    ) -> Result<Rewrapped, VaultError> {
        let scan = match from {
            Some(RewrapCursor(scan)) => scan,
            None => Scan::all(KEYS.prefix(&[])?),
        };
        let page = self.rows.scan(&scan).await?;
        let keyring = self.core.refresh_keyring(&self.rows).await?;
        let mut batch = Batch::new();
        for Item { key, entry } in &page.items {
            if let Some(row) = self.rewrapped(key, entry, purpose, &keyring)? {
                batch.put(key.clone(), Expect::Exactly(entry.version), row.encode()?);
            }
        }
        let stale: Vec<Key> = batch.ops().iter().map(|op| op.key.clone()).collect();
        if !stale.is_empty() {
            batch.check(keyring_key()?, Expect::Exactly(keyring.version));
            match self.rows.commit(batch).await {
                Ok(_) => {}
                Err(StoreError::Conflict(_)) => self.rewrap_each(&stale, purpose).await?,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Rewrapped { rows: stale.len(), next: page.next.map(RewrapCursor) })
    }

    /// Removes the old key-encryption keys, once no row is wrapped by them. Backups taken before are
    /// then readable only with what they hold themselves and the root key of their time.
    ///
    /// # Errors
    /// [`VaultError::StillInUse`] when rows are: [`rewrap`](Self::rewrap) them first;
    /// [`VaultError::Corrupt`], [`VaultError::UnknownVersion`], [`VaultError::Store`].
    pub async fn finish_rotation(
        &self,
        purpose: KeyPurpose,
        by: Actor,
        now: Timestamp,
    ) -> Result<(), VaultError> {
        let key = &keyring_key()?;
        self.own
            .transact(|tx| async move {
                let keyring = self.core.refresh_keyring(&self.rows).await?;
                let mut record = keyring.record.clone();
                record.keks.retain(|kek| kek.purpose != purpose || kek.state == KeyState::Active);
                if record == keyring.record {
                    return Ok(());
                }
                // New data keys check the keyring's version, so that none can appear under an old key
                // between this count and the commit.
                let rows = self.count_outdated(purpose, keyring.active(purpose)?.0).await?;
                if rows > 0 {
                    return Err(VaultError::StillInUse { rows });
                }
                let bytes = record.encode()?;
                tx.stage(|batch| {
                    batch.put(key.clone(), Expect::Exactly(keyring.version), bytes);
                    Ok::<_, StoreError>(())
                })?;
                self.stage(&tx, Event::new(Action::KeyRotated, by, now))
            })
            .await?;
        self.core.refresh_keyring(&self.rows).await?;
        Ok(())
    }

    /// Wraps the key-encryption keys by another root key, in one batch. From then on the old root key
    /// opens this store no more; other processes go on with the keys that they have unwrapped, and need
    /// the new root key after the next rotation or restart.
    ///
    /// # Errors
    /// [`VaultError::RootKey`] when one of the root keys cannot be reached, or the new one does not unwrap
    /// what it wrapped: then the old one stays; [`VaultError::WrappedTooLong`]; [`VaultError::Store`].
    pub async fn rotate_root(
        &self,
        new: impl KeyWrapper,
        by: Actor,
        now: Timestamp,
    ) -> Result<(), VaultError> {
        let (key, new) = (&keyring_key()?, &RootKey::new(new));
        self.own
            .transact(|tx| async move {
                let keyring = self.core.refresh_keyring(&self.rows).await?;
                let bytes = keyring.wrapped_by(new).await?.encode()?;
                tx.stage(|batch| {
                    batch.put(key.clone(), Expect::Exactly(keyring.version), bytes);
                    Ok::<_, StoreError>(())
                })?;
                self.stage(&tx, Event::new(Action::KeyRotated, by, now))
            })
            .await?;
        self.core.set_root(new.clone());
        self.core.refresh_keyring(&self.rows).await?;
        Ok(())
    }

    async fn add_kek(
        &self,
        record: &mut KeyringRecord,
        purpose: KeyPurpose,
        now: Timestamp,
    ) -> Result<(), VaultError> {
        let newest = record.of(purpose).map(|kek| kek.version).max().unwrap_or_default();
        let version = newest.checked_add(1).ok_or(VaultError::Corrupt { what: "a keyring" })?;
        let root = self.core.root();
        // What the new key wraps must be readable to who opens the rest.
        if record.root != root.key_id() {
            return Err(VaultError::WrongRootKey);
        }
        let kek = make_kek(&root, &record.store_id, purpose, version, &self.core.rng, now).await?;
        for old in record.keks.iter_mut().filter(|kek| kek.purpose == purpose) {
            old.state = KeyState::Retiring;
        }
        record.keks.push(kek);
        Ok(())
    }

    /// The row wrapped anew; `None` when there is nothing to do.
    fn rewrapped(
        &self,
        row: &Key,
        entry: &Entry,
        purpose: KeyPurpose,
        keyring: &Arc<Keyring>,
    ) -> Result<Option<KeyRow>, VaultError> {
        let owner = Owner::from_row(row.clone());
        let KeyRow::Live(mut live) = KeyRow::decode(entry.value.as_bytes())? else { return Ok(None) };
        let (version, kek) = keyring.active(purpose)?;
        if owner.purpose() != purpose || live.keys.iter().all(|key| key.kek_version == version) {
            return Ok(None);
        }
        let shut = || StoreError::CannotOpen { key: row.clone(), reason: "a data key there does not unwrap" };
        for key in live.keys.iter_mut().filter(|key| key.kek_version != version) {
            let old = keyring.kek(purpose, key.kek_version).ok_or_else(shut)?;
            let data_key = DataKey::unwrap(key.id, &owner, old, &key.wrapped).map_err(|_| shut())?;
            key.wrapped = data_key.wrap(&owner, kek, &self.core.rng)?;
            key.kek_version = version;
        }
        Ok(Some(KeyRow::Live(live)))
    }

    /// One by one, as often as others write to them meanwhile.
    async fn rewrap_each(&self, rows: &[Key], purpose: KeyPurpose) -> Result<(), VaultError> {
        for row in rows {
            self.rows
                .transact(|tx| async move {
                    let keyring = self.core.refresh_keyring(&self.rows).await?;
                    let Some(entry) = tx.get(row).await? else { return Ok(()) };
                    if let Some(anew) = self.rewrapped(row, &entry, purpose, &keyring)? {
                        tx.put(row, anew.encode()?)?;
                        tx.check(&keyring_key()?, Expect::Exactly(keyring.version))?;
                    }
                    Ok::<_, VaultError>(())
                })
                .await?;
        }
        Ok(())
    }

    async fn count_outdated(&self, purpose: KeyPurpose, version: u32) -> Result<usize, VaultError> {
        let mut rows = 0_usize;
        let mut next = Some(Scan::all(KEYS.prefix(&[])?).limit(1000));
        while let Some(scan) = next {
            let page = self.rows.scan(&scan).await?;
            for Item { key, entry } in page.items {
                let row = KeyRow::decode(entry.value.as_bytes())?;
                let keys = row.live().map_or(&[][..], |live| &live.keys);
                let outdated = keys.iter().any(|key| key.kek_version != version);
                rows =
                    rows.saturating_add(usize::from(outdated && Owner::from_row(key).purpose() == purpose));
            }
            next = page.next;
        }
        Ok(rows)
    }
}
