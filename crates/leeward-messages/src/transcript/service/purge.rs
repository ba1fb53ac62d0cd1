use super::{LedgerRow, Noted, Transcripts, rows};
use crate::{Error, delivery::held_in};
use jiff::Timestamp;
use leeward_event::ConversationId;
use leeward_store::{Expect, Item, Key, Scan, StoreError, Tx};

/// How many lines one batch of [`Transcripts::purge`] looks at.
const AT_ONCE: usize = 100;

/// What a batch did, and where the next one goes on; nowhere when all was looked at.
struct Step {
    changed: usize,
    next: Option<Next>,
}

#[derive(Clone)]
enum Next {
    Front,
    After(Key),
}

impl Transcripts {
    /// Lets go of what the policy keeps no longer, and of what has passed its time to live, in every
    /// conversation that is not under [hold](crate::Delivery::place_hold). Returns how many lines were changed. Meant to be called now and then.
    ///
    /// The front of a ledger is folded into its start: of what is left it can still be shown that it is
    /// complete.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Corrupt`] about the first conversation that cannot be purged: all others are.
    pub async fn purge(&self, now: Timestamp) -> Result<usize, Error> {
        let (mut changed, mut failed) = (0_usize, None);
        let mut next = Some(Scan::all(rows::ledgers()?));
        while let Some(scan) = next {
            let page = self.store.scan(&scan).await?;
            for item in page.items {
                match self.purge_one(rows::conversation_of(&item.key)?, now).await {
                    Ok(of_one) => changed = changed.saturating_add(of_one),
                    // Erased meanwhile: nothing is left to let go of.
                    Err(Error::Store(StoreError::Erased { .. })) => {}
                    Err(error) => failed = failed.or(Some(error)),
                }
            }
            next = page.next;
        }
        failed.map_or(Ok(changed), Err)
    }

    async fn purge_one(&self, conversation: ConversationId, now: Timestamp) -> Result<usize, Error> {
        let (mut changed, mut next) = (0_usize, Some(Next::Front));
        while let Some(from) = next {
            let from = &from;
            let step = self
                .store
                .transact(|tx| async move { self.step(&tx, conversation, from, now).await })
                .await?;
            changed = changed.saturating_add(step.changed);
            next = step.next;
        }
        Ok(changed)
    }

    async fn step(
        &self,
        tx: &Tx,
        conversation: ConversationId,
        from: &Next,
        now: Timestamp,
    ) -> Result<Step, Error> {
        if held_in(tx, conversation).await? {
            return Ok(Step { changed: 0, next: None });
        }
        let key = rows::ledger_key(conversation)?;
        let mut row = rows::ledger(tx, &key, conversation).await?;
        let mut scan = Scan::all(rows::noted(conversation)?).limit(AT_ONCE);
        if let Next::After(last) = from {
            scan = scan.after(last.clone());
        }
        let page = self.store.scan(&scan).await?;
        let more = page.next.is_some();
        let (mut changed, mut last, mut front) = (0_usize, None, matches!(from, Next::Front));
        for item in page.items {
            let noted = rows::read(&item)?;
            front = front && let_go(&mut row, &noted, now)?;
            let left = if front {
                delete(tx, item)?;
                true
            } else {
                last = Some(item.key.clone());
                end(tx, item, &noted, now)?
            };
            changed = changed.saturating_add(usize::from(left));
        }
        if matches!(from, Next::Front) && changed > 0 {
            tx.put(&key, row.encode()?)?;
        }
        let next = last.map_or(Next::Front, Next::After);
        Ok(Step { changed, next: more.then_some(next) })
    }
}

/// Folds a line at the front of a ledger into its start, unless the policy keeps it.
pub(super) fn let_go(row: &mut LedgerRow, noted: &Noted, now: Timestamp) -> Result<bool, Error> {
    let over = !row.retention.keeps(noted.accepted_at()?, now);
    if over {
        row.start = row.start.after(&noted.leaf())?;
    }
    Ok(over)
}

fn delete(tx: &Tx, item: Item) -> Result<(), StoreError> {
    tx.stage(|batch| {
        batch.delete(item.key, Expect::Exactly(item.entry.version));
        Ok(())
    })
}

fn end(tx: &Tx, item: Item, noted: &Noted, now: Timestamp) -> Result<bool, Error> {
    if !noted.is_over(now) {
        return Ok(false);
    }
    let ended = noted.to_ended().encode()?;
    tx.stage(|batch| {
        batch.put(item.key, Expect::Exactly(item.entry.version), ended);
        Ok::<_, StoreError>(())
    })?;
    Ok(true)
}
