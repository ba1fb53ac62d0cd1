use super::{
    Conversations,
    ready::Ready,
    rows::{self, Rows},
};
use crate::{
    Delivered, DeliveryService, EntryKind, Error, HoldNotice, MAX_PAGE, MemberId, Refusal,
    device::{self, Reading},
    record::Inbox,
};
use jiff::Timestamp;
use leeward_event::ConversationId;
use leeward_store::{Batch, Expect, Item, Scan};

impl<D: DeliveryService> Conversations<D> {
    /// The hold that a conversation is under, as far as this member has [received](Self::receive): show it to the
    /// person, and delete nothing of the conversation meanwhile, whatever
    /// [`expires_at`](crate::Received::expires_at) says. The delivery service signed it. A member who joins later
    /// is told too.
    ///
    /// # Errors
    /// [`Error::NotAMember`] of who never joined; [`Error::Store`], [`Error::Corrupt`].
    pub async fn held(
        &self,
        conversation: ConversationId,
        member: MemberId,
    ) -> Result<Option<HoldNotice>, Error> {
        Ok(Rows::of(conversation, member)?.peek(&self.store).await?.held)
    }

    /// Whether a hold stands of which the member reads only further on. Asked only when it matters to what it
    /// reads now.
    pub(super) async fn held_ahead(
        &self,
        rows: &Rows,
        ready: &Ready,
        entries: &[Delivered],
        now: Timestamp,
    ) -> Result<bool, Error> {
        let over = |entry: &Delivered| {
            entry.kind == EntryKind::Mls && entry.expires_at.is_some_and(|end| end <= now)
        };
        if ready.state.held.is_some() || !entries.iter().any(over) {
            return Ok(false);
        }
        let seat = rows.seat;
        let notice = self.delivery.hold_notice(seat.conversation, seat.member).await?;
        let Some(entry) = notice.filter(|entry| entry.place >= ready.state.cursor) else { return Ok(false) };
        let (place, message) = (entry.place, &entry.message);
        let notice = match self.agents.get().check_notice(seat.conversation, place, message) {
            Err(Refusal::UnknownFrankingKey) => {
                let agents = self.agents.set(self.delivery.agents().await?);
                agents.check_notice(seat.conversation, place, message)
            }
            checked => checked,
        };
        Ok(notice.is_ok_and(|notice| notice.stands()))
    }

    /// Suspends the ends of what waits in the inbox, or lets them count again, when the page that was read says
    /// so. Done before the state says it: if it is cut short, the page is read again.
    pub(super) async fn follow_hold(
        &self,
        rows: &Rows,
        ready: &Ready,
        reading: &Reading,
    ) -> Result<(), Error> {
        let held = reading.state.held.is_some();
        if ready.state.held.is_some() == held {
            return Ok(());
        }
        let mut next =
            Some(Scan::all(rows::inboxes(rows.seat.conversation, rows.seat.member)?).limit(MAX_PAGE));
        while let Some(scan) = next {
            let page = self.store.scan(&scan).await?;
            let mut batch = Batch::new();
            for item in page.items {
                retime(rows, item, held, &mut batch)?;
            }
            if !batch.is_empty() {
                self.store.commit(batch).await?;
            }
            next = page.next;
        }
        Ok(())
    }
}

fn retime(rows: &Rows, item: Item, held: bool, batch: &mut Batch) -> Result<(), Error> {
    let Item { key, entry } = item;
    let seq = rows::inbox_seq(&key).ok_or(Error::Corrupt { what: "a misplaced message" })?;
    let inbox = Inbox::decode(entry.value.as_bytes())?;
    let message =
        device::read(rows.seat.conversation, seq, &inbox).map_err(|why| Error::Refused { seq, why })?;
    let until = message.expires_at.filter(|_| !held);
    if entry.expires_at.is_some() != until.is_some() {
        let (value, unchanged) = (rows::value(inbox.encode()?), Expect::Exactly(entry.version));
        match until {
            Some(end) => batch.put_until(key, unchanged, value, end),
            None => batch.put(key, unchanged, value),
        };
    }
    Ok(())
}
