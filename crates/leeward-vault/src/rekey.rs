use crate::{
    Vault, VaultError,
    budget::Amount,
    data_key::DataKey,
    owner::Owner,
    owner_keys::OwnerKeys,
    record::{Header, KeyRow, KeyState, Live, keyring_key},
    sealed_store::Role,
    sealing::{self, Kind},
    vault::decorate,
};
use leeward_event::{Action, Actor, Event, Subject};
use leeward_store::{Batch, Entry, Expect, Item, Key, Scan, StoreError, Timestamp, Value};
use std::sync::Arc;

/// One step of [`Vault::reseal`] or [`Vault::sweep`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Step {
    /// How many entries were written or removed.
    pub entries: usize,
    /// Where to go on; `None` at the end.
    pub next: Option<Scan>,
}

impl Vault {
    /// Makes a new data key for a subject, or for the service itself. What is written from now on is
    /// sealed with it; what lies there opens as before, and moves over when it is written again, or by
    /// [`reseal`](Self::reseal). A subject without a data key gets its first one when it is written to.
    ///
    /// # Errors
    /// [`VaultError::Erased`]; [`VaultError::TooManyKeys`] when 8 keys are kept already;
    /// [`VaultError::Corrupt`], [`VaultError::UnknownVersion`], [`VaultError::Store`].
    pub async fn rekey(&self, subject: Option<Subject>, by: Actor, now: Timestamp) -> Result<(), VaultError> {
        let owner = &owner_of(subject)?;
        let mut event = Event::new(Action::KeyRotated, by, now);
        if let Some(subject) = subject {
            event = event.about(subject);
        }
        self.own
            .transact(|tx| async move {
                let keyring = self.core.refresh_keyring(&self.rows).await?;
                let before = tx.get(owner.row()).await?;
                let row = before.map(|entry| KeyRow::decode(entry.value.as_bytes())).transpose()?;
                let mut live = match row {
                    Some(KeyRow::Erased { .. }) => return Err(VaultError::Erased),
                    Some(KeyRow::Live(live)) if !live.keys.is_empty() => live,
                    _ => return Ok(()),
                };
                self.core.add_key(owner, &keyring, &mut live, Amount::default())?;
                tx.put(owner.row(), KeyRow::Live(live).encode()?)?;
                tx.check(&keyring_key()?, Expect::Exactly(keyring.version))?;
                self.stage(&tx, event)
            })
            .await
    }

    /// Seals one page of a sealed space anew, where an old data key sealed it. Their versions change, as
    /// by any write; values and `expires_at` do not. What others write meanwhile is left to them.
    ///
    /// # Errors
    /// [`StoreError::CannotOpen`] names an entry that does not open; [`StoreError::Misuse`] for a public
    /// space; [`VaultError::Store`].
    pub async fn reseal(&self, scan: &Scan) -> Result<Step, VaultError> {
        if !scan.prefix().space().is_sealed() {
            return Err(StoreError::Misuse { what: "a public space has nothing to seal anew" }.into());
        }
        let page = self.rows.scan(scan).await?;
        let mut entries = 0_usize;
        for Item { key, entry } in page.items {
            entries = entries.saturating_add(usize::from(self.reseal_entry(&key, &entry).await?));
        }
        Ok(Step { entries, next: page.next })
    }

    /// Destroys the data keys of a subject, or of the service, that only open what is old. **Whatever
    /// is still sealed with them is lost, and nothing here checks**: once [`rekey`](Self::rekey) has
    /// returned, [`reseal`](Self::reseal) every space that holds entries of the subject to the end. Of
    /// the service these are all the sealed spaces that name no subject, of every crate: the outbox of
    /// events, sessions and the audit log among them. Others may write meanwhile; a read that began
    /// before this may say [`StoreError::CannotOpen`] of an entry that was sealed anew, and finds it
    /// when repeated.
    ///
    /// # Errors
    /// [`VaultError::Erased`], [`VaultError::LegalHold`], [`VaultError::Corrupt`],
    /// [`VaultError::UnknownVersion`], [`VaultError::Store`].
    pub async fn danger_destroy_old_data_keys(
        &self,
        subject: Option<Subject>,
        by: Actor,
        now: Timestamp,
    ) -> Result<(), VaultError> {
        let owner = owner_of(subject)?;
        let mut event = Event::new(Action::OldKeysDestroyed, by, now);
        if let Some(subject) = subject {
            event = event.about(subject);
        }
        let destroy = |live: &mut Live| {
            if !live.holds.is_empty() {
                return Err(VaultError::LegalHold);
            }
            let before = live.keys.len();
            live.keys.retain(|key| key.state == KeyState::Active);
            Ok(live.keys.len() < before)
        };
        self.change(&owner, event, destroy).await?;
        self.core.cache.remove(owner.row());
        Ok(())
    }

    async fn reseal_entry(&self, key: &Key, entry: &Entry) -> Result<bool, VaultError> {
        let cannot = |reason| StoreError::CannotOpen { key: key.clone(), reason };
        let (header, body) = Header::split(entry.value.as_bytes()).map_err(cannot)?;
        let keys = self.core.fresh_keys(&self.rows, &Owner::of(key)?).await?;
        let Some(keys) = keys.filter(|keys| is_outdated(keys, header)) else { return Ok(false) };
        let data_key = keys.key(header.key).ok_or_else(|| cannot("the key that sealed it is not there"))?;
        let (value, role) =
            open_either(data_key, key, body).ok_or_else(|| cannot("it is not what was sealed there"))?;
        let mut batch = Batch::new();
        match entry.expires_at {
            Some(at) => batch.put_until(key.clone(), Expect::Exactly(entry.version), value, at),
            None => batch.put(key.clone(), Expect::Exactly(entry.version), value),
        };
        match decorate(&self.core, &self.rows, role).commit(batch).await {
            Ok(_) => Ok(true),
            Err(StoreError::Conflict(_) | StoreError::Erased { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

fn owner_of(subject: Option<Subject>) -> Result<Owner, StoreError> {
    subject.map_or_else(Owner::service, |subject| Owner::of_subject(&subject))
}

fn is_outdated(keys: &Arc<OwnerKeys>, header: Header) -> bool {
    !keys.is_erased() && keys.active_id() != Some(header.key)
}

/// Opens a record or a canary, without an alarm.
fn open_either(data_key: &DataKey, key: &Key, body: &[u8]) -> Option<(Value, Role)> {
    let open = |kind| sealing::open(data_key, key, kind, body).ok();
    let record = open(Kind::Record).map(|value| (value, Role::Vault));
    record.or_else(|| open(Kind::Canary).map(|value| (value, Role::Canary)))
}
