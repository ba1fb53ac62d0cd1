use super::{Delivered, Delivery, Position, rows};
use crate::{
    Error, MAX_PAGE, MemberId,
    record::{Entry, Head, Queue},
};
use jiff::Timestamp;
use leeward_event::ConversationId;
use leeward_store::{Item, Scan};

impl Delivery {
    pub(super) async fn position_of(
        &self,
        conversation: ConversationId,
        member: MemberId,
    ) -> Result<Position, Error> {
        let queue = self.queue(conversation, member).await?;
        let digest = queue.last.map_or([0; 32], |last| last.digest);
        Ok(Position { acknowledged: queue.acknowledged, last: queue.last.map(|last| last.place), digest })
    }

    pub(super) async fn page(
        &self,
        conversation: ConversationId,
        member: MemberId,
        from: u64,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<Delivered>, Error> {
        let queue = self.queue(conversation, member).await?;
        if from < queue.acknowledged {
            return Err(Error::RolledBack);
        }
        // Before the scan: what it says was there then is there now.
        let head = self.store.get(&rows::head_key(conversation)?).await?.ok_or(Error::NotAMember)?;
        let next = Head::decode(head.value.as_bytes())?.next;
        let end = queue.until.map_or(next, |until| next.min(until.saturating_add(1)));
        let wanted = usize::try_from(end.saturating_sub(from)).unwrap_or(MAX_PAGE);
        let limit = wanted.min(limit).min(MAX_PAGE);
        if limit == 0 {
            return Ok(Vec::new());
        }
        let mut scan = Scan::all(rows::log_prefix(conversation)?).limit(limit);
        if let Some(before) = from.checked_sub(1) {
            scan = scan.after(rows::log_key(conversation, before)?);
        }
        let page = without_gap(self.store.scan(&scan).await?.items, from)?;
        let over = |entry: &Entry| entry.expires_at.is_some_and(|end| end <= now);
        let ends = page.iter().any(over) && self.holds(conversation).await?.is_empty();
        let told = |(place, entry): (u64, Entry)| {
            let over = ends && over(&entry);
            Delivered::of(place, if over { entry.to_tombstone() } else { entry })
        };
        Ok((from..).zip(page).map(told).collect())
    }

    pub(super) async fn advance(
        &self,
        conversation: ConversationId,
        member: MemberId,
        next: u64,
    ) -> Result<(), Error> {
        let key = &rows::queue_key(conversation, member)?;
        let head = &rows::head_key(conversation)?;
        self.store
            .transact(|tx| async move {
                let queue = tx.get(key).await?.ok_or(Error::NotAMember)?;
                let queue = Queue::decode(queue.value.as_bytes())?;
                let end = self.store.get(head).await?.ok_or(Error::NotAMember)?;
                let end = Head::decode(end.value.as_bytes())?.next;
                let acknowledged = next.min(end).max(queue.acknowledged);
                if acknowledged == queue.acknowledged {
                    return Ok(());
                }
                Ok(tx.put(key, Queue { acknowledged, ..queue }.encode()?)?)
            })
            .await
    }

    pub(super) async fn queue(&self, conversation: ConversationId, member: MemberId) -> Result<Queue, Error> {
        let entry =
            self.store.get(&rows::queue_key(conversation, member)?).await?.ok_or(Error::NotAMember)?;
        Queue::decode(entry.value.as_bytes())
    }
}

/// What comes in a row from a place on; nothing at that place is an error.
fn without_gap(items: Vec<Item>, from: u64) -> Result<Vec<Entry>, Error> {
    let mut page = Vec::with_capacity(items.len());
    for (place, item) in (from..).zip(items) {
        let found = rows::log_place(&item.key).ok_or(Error::Corrupt { what: "a misplaced log entry" })?;
        if found != place {
            break;
        }
        match Entry::decode(item.entry.value.as_bytes()) {
            Ok(entry) => page.push(entry),
            Err(error) if page.is_empty() => return Err(error),
            Err(_) => break,
        }
    }
    if page.is_empty() { Err(Error::Missing { seq: from }) } else { Ok(page) }
}

impl Delivered {
    pub(super) fn of(place: u64, entry: Entry) -> Self {
        let Entry { kind, accepted_at, expires_at, stamp, message } = entry;
        Self { place, kind, accepted_at, expires_at, stamp, message }
    }
}
