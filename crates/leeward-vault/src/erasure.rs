use crate::{
    MAX_HOLDS, Step, Vault, VaultError,
    owner::Owner,
    record::{KeyRow, Live},
};
use leeward_event::{Action, Actor, CorrelationId, Event, Outcome, Reason, Subject};
use leeward_store::{Batch, Expect, Item, Key, Scan, Timestamp, Tx};

/// What [`Vault::erase`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Erasure {
    /// The subject's data keys were destroyed by this call.
    Done,
    /// They had been destroyed before.
    AlreadyDone,
}

impl Vault {
    /// Destroys the data keys of a subject, so that nothing of it opens any more: crypto-shredding. The
    /// wrapped keys are overwritten in place by a tombstone, and the event is in the same batch. What
    /// belongs to the subject is every entry whose key names it by the 16 bytes of its id. The keys
    /// themselves stay until they are swept, and so do entries that only lead to the subject: delete
    /// the tags of [blind indexes](Self::blind_index) with what they point to.
    ///
    /// From when this returns, reads and writes of the subject's entries say
    /// [`StoreError::Erased`](leeward_store::StoreError::Erased) on every handle of every process. [`sweep`](Self::sweep) removes what is
    /// left of the entries. Calling it again changes nothing.
    ///
    /// A backup older than the erasure still holds the wrapped data keys, and the wrapped keys that
    /// open them. It stays readable to whoever has the root key until that is gone too: rotate the
    /// key-encryption keys, [rotate the root key](Self::rotate_root), and destroy the old root key; or
    /// let the backups expire.
    ///
    /// # Errors
    /// [`VaultError::LegalHold`] while the subject is under one: nothing is erased, and the attempt is
    /// an event of its own; [`VaultError::Corrupt`] and [`VaultError::UnknownVersion`] when the row of
    /// its keys cannot be read, for then nobody knows of holds; [`VaultError::Store`].
    pub async fn erase(
        &self,
        subject: Subject,
        by: Actor,
        reason: Reason,
        now: Timestamp,
    ) -> Result<Erasure, VaultError> {
        let owner = Owner::of_subject(&subject)?;
        let event = Event::new(Action::SubjectErased, by, now).about(subject).reason(reason);
        let row = owner.row();
        let erased = self
            .own
            .transact(|tx| async move {
                let before = read(&tx, row).await?;
                match before {
                    KeyRow::Erased { .. } => Ok::<_, VaultError>(Ok(Erasure::AlreadyDone)),
                    KeyRow::Live(live) if !live.holds.is_empty() => {
                        self.stage(&tx, event.outcome(Outcome::Failure))?;
                        Ok(Err(VaultError::LegalHold))
                    }
                    KeyRow::Live(_) => {
                        tx.put(row, KeyRow::Erased { at: now.as_second() }.encode()?)?;
                        self.stage(&tx, event)?;
                        Ok(Ok(Erasure::Done))
                    }
                }
            })
            .await?;
        self.core.cache.remove(row);
        erased
    }

    /// Removes what is left of erased subjects from one page of a sealed space. Nobody could read it
    /// any more; this gives the room back.
    ///
    /// # Errors
    /// [`VaultError::Corrupt`], [`VaultError::UnknownVersion`], [`VaultError::Store`].
    pub async fn sweep(&self, scan: &Scan) -> Result<Step, VaultError> {
        let page = self.rows.scan(scan).await?;
        let mut batch = Batch::new();
        for Item { key, .. } in page.items.into_iter().filter(|item| item.key.subject().is_some()) {
            let keys = self.core.fresh_keys(&self.rows, &Owner::of(&key)?).await?;
            if keys.is_some_and(|keys| keys.is_erased()) {
                // Nothing can be written there any more, so that whatever is there may go.
                batch.delete(key, Expect::Any);
            }
        }
        let entries = batch.len();
        if entries > 0 {
            self.rows.commit(batch).await?;
        }
        Ok(Step { entries, next: page.next })
    }

    /// Forbids the erasure of a subject until the hold is lifted. A subject can be under several, each
    /// named by the procedure that asked for it. Placing one twice changes nothing. It keeps the keys:
    /// that nobody deletes or overwrites single entries meanwhile is up to who writes them.
    ///
    /// # Errors
    /// [`VaultError::Erased`] when it is too late; [`VaultError::TooManyHolds`];
    /// [`VaultError::Corrupt`], [`VaultError::UnknownVersion`], [`VaultError::Store`].
    pub async fn place_hold(
        &self,
        subject: Subject,
        hold: CorrelationId,
        by: Actor,
        now: Timestamp,
    ) -> Result<(), VaultError> {
        let event = Event::new(Action::LegalHoldPlaced, by, now).about(subject).correlation(hold);
        let place = |live: &mut Live| {
            if live.holds.contains(&hold) {
                return Ok(false);
            }
            if live.holds.len() >= MAX_HOLDS {
                return Err(VaultError::TooManyHolds);
            }
            live.holds.push(hold);
            Ok(true)
        };
        self.change(&Owner::of_subject(&subject)?, event, place).await
    }

    /// Lifts one hold. Lifting one that is not there changes nothing.
    ///
    /// # Errors
    /// [`VaultError::Erased`], [`VaultError::Corrupt`], [`VaultError::UnknownVersion`],
    /// [`VaultError::Store`].
    pub async fn lift_hold(
        &self,
        subject: Subject,
        hold: CorrelationId,
        by: Actor,
        now: Timestamp,
    ) -> Result<(), VaultError> {
        let event = Event::new(Action::LegalHoldLifted, by, now).about(subject).correlation(hold);
        let lift = |live: &mut Live| {
            let before = live.holds.len();
            live.holds.retain(|held| *held != hold);
            Ok(live.holds.len() < before)
        };
        self.change(&Owner::of_subject(&subject)?, event, lift).await
    }

    /// The holds that a subject is under.
    ///
    /// # Errors
    /// [`VaultError::Corrupt`], [`VaultError::UnknownVersion`], [`VaultError::Store`].
    pub async fn holds(&self, subject: Subject) -> Result<Vec<CorrelationId>, VaultError> {
        let entry = self.rows.get(Owner::of_subject(&subject)?.row()).await?;
        let row = entry.map(|entry| KeyRow::decode(entry.value.as_bytes())).transpose()?;
        Ok(row.as_ref().and_then(KeyRow::live).map(|live| live.holds.clone()).unwrap_or_default())
    }

    /// Changes the row of a subject, with an event, when `change` says that it changed something.
    pub(crate) async fn change(
        &self,
        owner: &Owner,
        event: Event,
        change: impl Fn(&mut Live) -> Result<bool, VaultError> + Send + Sync,
    ) -> Result<(), VaultError> {
        let (row, change) = (owner.row(), &change);
        self.own
            .transact(|tx| async move {
                let KeyRow::Live(mut live) = read(&tx, row).await? else { return Err(VaultError::Erased) };
                if change(&mut live)? {
                    tx.put(row, KeyRow::Live(live).encode()?)?;
                    self.stage(&tx, event)?;
                }
                Ok(())
            })
            .await
    }

    pub(crate) fn stage(&self, tx: &Tx, event: Event) -> Result<(), VaultError> {
        tx.stage(|batch| event.stage(batch, &self.core.rng).map_err(VaultError::from))
    }
}

/// The row; one without keys when there is none yet.
async fn read(tx: &Tx, row: &Key) -> Result<KeyRow, VaultError> {
    match tx.get(row).await? {
        Some(entry) => KeyRow::decode(entry.value.as_bytes()),
        None => Ok(KeyRow::Live(Live::default())),
    }
}
