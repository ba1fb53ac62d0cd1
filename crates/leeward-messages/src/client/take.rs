use super::{
    Conversations,
    ready::{Ready, unless_changed},
    rows::{self, Rows},
    transcript,
};
use crate::{
    Delivered, DeliveryService, Error, MAX_PAGE, Received, Refusal,
    device::{self, Reading, With},
    record::Inbox,
};
use jiff::Timestamp;
use leeward_store::{Expect, Item, StoreError, Tx};

impl<D: DeliveryService> Conversations<D> {
    /// Takes a page of the log, in memory.
    pub(super) async fn read_page(
        &self,
        tx: &Tx,
        rows: &Rows,
        ready: &Ready,
        limit: usize,
        now: Timestamp,
    ) -> Result<Reading, Error> {
        match self.fetch_page(rows, ready, limit, now).await {
            // Another process may have sent meanwhile, whose message this state does not know for its own.
            Err(error @ (Error::RolledBack | Error::Refused { .. } | Error::Missing { .. })) => {
                Err(unless_changed(tx, rows, error).await)
            }
            read => read,
        }
    }

    async fn fetch_page(
        &self,
        rows: &Rows,
        ready: &Ready,
        limit: usize,
        now: Timestamp,
    ) -> Result<Reading, Error> {
        let (seat, from) = (rows.seat, ready.state.cursor);
        let entries = self.delivery.fetch(seat.conversation, seat.member, from, limit, now).await?;
        if entries.len() > limit || (from..).zip(&entries).any(|(place, entry)| place != entry.place) {
            return Err(Error::Missing { seq: from });
        }
        let held = self.held_ahead(rows, ready, &entries, now).await?;
        let taken = {
            let (agents, judge) = (&self.agents.get(), self.judge(now));
            take_page(rows, ready, &entries, With { judge, agents, held })
        };
        let reading = match taken {
            Err(Error::Refused { why: Refusal::UnknownFrankingKey, .. }) => {
                let agents = self.agents.set(self.delivery.agents().await?);
                take_page(rows, ready, &entries, With { judge: self.judge(now), agents: &agents, held })
            }
            taken => taken,
        }?;
        let full = entries.len() >= limit && reading.state.values.is_some();
        Ok(Reading { more: reading.more || full, ..reading })
    }

    /// Takes all that the log holds, and keeps what was said in the inbox. Commits end epochs, so that nothing
    /// of an epoch could be read later.
    pub(super) async fn catch_up(&self, rows: &Rows, now: Timestamp) -> Result<(), Error> {
        loop {
            let (next, acknowledged, more, keeps) = self
                .store
                .transact(|tx| async move {
                    let ready = self.ready(&tx, rows, now).await?;
                    let key = self.transcript_key(&tx, rows).await?;
                    let limit = transcript::page(key.as_ref());
                    let reading = self.read_page(&tx, rows, &ready, limit, now).await?;
                    let moved = reading.state.cursor != ready.state.cursor;
                    if moved || ready.settled {
                        rows.put_state(&tx, &reading.state)?;
                    }
                    for message in &reading.messages {
                        rows.put_inbox(&tx, message, reading.held)?;
                    }
                    self.follow_hold(rows, &ready, &reading).await?;
                    self.record(&tx, rows, key.as_ref(), &reading)?;
                    Ok::<_, Error>((reading.state.cursor, ready.acknowledged, reading.more, key.is_some()))
                })
                .await?;
            self.bring_if(keeps, rows, now).await;
            self.acknowledge(rows, next, acknowledged).await;
            if !more {
                return Ok(());
            }
        }
    }

    /// Tells the delivery service what was processed for good. If that is lost, the next time makes up for it.
    pub(super) async fn acknowledge(&self, rows: &Rows, next: u64, acknowledged: u64) {
        if next > acknowledged {
            let told = self.delivery.acknowledge(rows.seat.conversation, rows.seat.member, next).await;
            drop(told);
        }
    }

    /// What waits in the inbox, taken out of it.
    pub(super) async fn take_inbox(
        &self,
        tx: &Tx,
        rows: &Rows,
        now: Timestamp,
    ) -> Result<Vec<Received>, Error> {
        let mut received = Vec::new();
        for item in rows.inbox(&self.store, MAX_PAGE).await? {
            let Item { key, entry } = item;
            let seq = rows::inbox_seq(&key).ok_or(Error::Corrupt { what: "a misplaced message" })?;
            let inbox = Inbox::decode(entry.value.as_bytes())?;
            let message = device::read(rows.seat.conversation, seq, &inbox)
                .map_err(|why| Error::Refused { seq, why })?;
            if !message.is_over(now) || rows.state(tx).await?.held.is_some() {
                received.push(message);
            }
            tx.stage(|batch| {
                batch.delete(key, Expect::Exactly(entry.version));
                Ok::<_, StoreError>(())
            })?;
        }
        Ok(received)
    }
}

fn take_page(rows: &Rows, ready: &Ready, entries: &[Delivered], with: With<'_>) -> Result<Reading, Error> {
    device::receive(rows.seat, &ready.state, entries, ready.own_commit, with)
}
