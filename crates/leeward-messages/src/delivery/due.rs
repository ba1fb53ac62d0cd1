use super::{Delivery, held_in, rows};
use crate::{EntryKind, Error, record::Entry};
use jiff::Timestamp;
use leeward_event::ConversationId;
use leeward_store::{Expect, Item, Scan, StoreError, Tx};

/// How many entries one batch of [`Delivery::prune_due`] looks at.
const AT_ONCE: usize = 100;

/// How many hours pass until what is held is looked at again.
const POSTPONED: u64 = 24;

/// Where an entry stands in the list of what ends.
pub(super) struct Due {
    /// The hour in which it ends, counted from 1970: the key of a row is in clear.
    pub(super) hour: u64,
    pub(super) conversation: ConversationId,
    pub(super) place: u64,
}

impl Delivery {
    /// Turns what has passed its time into tombstones, in every conversation that is not under hold, as
    /// [`prune`](Self::prune) does in one: within two hours of its end, when called each hour. Returns how many entries
    /// it has done with, `limit` at most: fewer mean that nothing more is due. What is held comes up again in a day.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Corrupt`].
    pub async fn prune_due(&self, now: Timestamp, limit: usize) -> Result<usize, Error> {
        let mut done = 0_usize;
        while done < limit {
            let scan = &Scan::all(rows::dues()?).limit(limit.saturating_sub(done).min(AT_ONCE));
            let gone = self
                .store
                .transact(|tx| async move {
                    let mut gone = 0_usize;
                    for item in self.store.scan(scan).await?.items {
                        let due = rows::due_of(&item.key).ok_or(MISPLACED)?;
                        if due.hour >= hour_of(now) {
                            break;
                        }
                        end(&tx, item, due, now).await?;
                        gone = gone.saturating_add(1);
                    }
                    Ok::<_, Error>(gone)
                })
                .await?;
            if gone == 0 {
                break;
            }
            done = done.saturating_add(gone);
        }
        Ok(done)
    }
}

/// Notes when an entry ends.
pub(super) fn note(
    tx: &Tx,
    conversation: ConversationId,
    place: u64,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    tx.put(&rows::due_key(&Due { hour: hour_of(expires_at), conversation, place })?, Vec::new())
}

fn hour_of(time: Timestamp) -> u64 {
    u64::try_from(time.as_second()).unwrap_or_default() / (60 * 60)
}

async fn end(tx: &Tx, item: Item, due: Due, now: Timestamp) -> Result<(), Error> {
    match end_entry(tx, &due, now).await {
        // Nothing of an erased conversation can be read, or has to be deleted.
        Err(Error::Store(StoreError::Erased { .. })) => {}
        // One that cannot be opened now keeps no other from ending.
        Err(Error::Store(StoreError::CannotOpen { .. }) | Error::Corrupt { .. }) => postpone(tx, &due, now)?,
        ended => ended?,
    }
    tx.stage(|batch| {
        batch.delete(item.key, Expect::Exactly(item.entry.version));
        Ok(())
    })
}

async fn end_entry(tx: &Tx, due: &Due, now: Timestamp) -> Result<(), Error> {
    let Due { conversation, place, .. } = *due;
    if held_in(tx, conversation).await? {
        return Ok(postpone(tx, due, now)?);
    }
    let key = rows::log_key(conversation, place)?;
    let Some(entry) = tx.get(&key).await? else { return Ok(()) };
    let Ok(entry) = Entry::decode(entry.value.as_bytes()) else { return Ok(()) };
    if entry.kind == EntryKind::Mls && entry.expires_at.is_some_and(|end| end <= now) {
        tx.put(&key, entry.to_tombstone().encode()?)?;
    }
    Ok(())
}

fn postpone(tx: &Tx, due: &Due, now: Timestamp) -> Result<(), StoreError> {
    let hour = hour_of(now).saturating_add(POSTPONED);
    tx.put(&rows::due_key(&Due { hour, ..*due })?, Vec::new())
}

const MISPLACED: Error = Error::Corrupt { what: "a misplaced row of what ends" };
