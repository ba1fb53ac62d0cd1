use super::{Delivery, held_in, rows};
use crate::{
    EntryKind, Error,
    record::{Entry, Queue},
};
use jiff::Timestamp;
use leeward_event::ConversationId;
use leeward_store::{Batch, Expect, Item, Scan};

/// How many entries one batch of [`Delivery::prune`] looks at.
const AT_ONCE: usize = 100;

impl Delivery {
    /// Deletes what every member has acknowledged, and turns what has passed its time into tombstones.
    /// Returns how many entries were changed. Meant to be called now and then for each conversation that somebody reads;
    /// [`prune_due`](Self::prune_due) ends what has passed its time in all of them. Of one under
    /// hold it changes nothing: see [`place_hold`](Self::place_hold).
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Corrupt`].
    pub async fn prune(&self, conversation: ConversationId, now: Timestamp) -> Result<usize, Error> {
        let read_by_all = self.read_by_all(conversation).await?;
        let mut changed = 0_usize;
        let mut next = Some(Scan::all(rows::log_prefix(conversation)?).limit(AT_ONCE));
        while let Some(scan) = &next {
            let tidied = self
                .store
                .transact(|tx| async move {
                    if held_in(&tx, conversation).await? {
                        return Ok(None);
                    }
                    let page = self.store.scan(scan).await?;
                    let tidied = tx.stage(|batch| tidy_all(page.items, read_by_all, now, batch))?;
                    Ok::<_, Error>(Some((tidied, page.next)))
                })
                .await?;
            let Some((tidied, after)) = tidied else { break };
            changed = changed.saturating_add(tidied);
            next = after;
        }
        Ok(changed)
    }

    /// The first place that some member has not acknowledged.
    async fn read_by_all(&self, conversation: ConversationId) -> Result<u64, Error> {
        let mut least = u64::MAX;
        let mut next = Some(Scan::all(rows::queues(conversation)?));
        while let Some(scan) = next {
            let page = self.store.scan(&scan).await?;
            for item in page.items {
                let queue = Queue::decode(item.entry.value.as_bytes())?;
                let done = queue.until.is_some_and(|until| queue.acknowledged > until);
                least = if done { least } else { least.min(queue.acknowledged) };
            }
            next = page.next;
        }
        Ok(least)
    }
}

/// How many entries it changes.
fn tidy_all(items: Vec<Item>, read_by_all: u64, now: Timestamp, batch: &mut Batch) -> Result<usize, Error> {
    let mut changed = 0_usize;
    for item in items {
        changed = changed.saturating_add(usize::from(tidy(item, read_by_all, now, batch)?));
    }
    Ok(changed)
}

fn tidy(item: Item, read_by_all: u64, now: Timestamp, batch: &mut Batch) -> Result<bool, Error> {
    let place = rows::log_place(&item.key).ok_or(Error::Corrupt { what: "a misplaced log entry" })?;
    let unchanged = Expect::Exactly(item.entry.version);
    if place < read_by_all {
        batch.delete(item.key, unchanged);
        return Ok(true);
    }
    let Ok(entry) = Entry::decode(item.entry.value.as_bytes()) else { return Ok(false) };
    let over = entry.kind == EntryKind::Mls && entry.expires_at.is_some_and(|end| end <= now);
    if over {
        batch.put(item.key, unchanged, entry.to_tombstone().encode()?);
    }
    Ok(over)
}
