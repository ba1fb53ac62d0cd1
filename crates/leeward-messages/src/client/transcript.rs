//! Records of what a counsellor sends and receives, made in the batch that lets go of the keys, and brought to the
//! service after it.

use super::{Conversations, rows, rows::Rows};
use crate::{
    DeliveryService, Error, MAX_PAGE, MemberId,
    content::Aad,
    device::{Message, Reading, Seat},
    record,
    transcript::TranscriptKey,
};
use jiff::Timestamp;
use leeward_event::{ConversationId, StaffId};
use leeward_store::{Batch, Expect, Scan, Tx};

/// How many entries are taken at once where each leaves a record: records and messages fit into one batch.
const RECORDED_PAGE: usize = MAX_PAGE / 2;

/// How many entries are taken at once.
pub(super) const fn page(key: Option<&TranscriptKey>) -> usize {
    if key.is_some() { RECORDED_PAGE } else { MAX_PAGE }
}

impl<D: DeliveryService> Conversations<D> {
    /// Keeps the [transcript](crate::transcript) of a conversation from now on: of each message that this member
    /// of staff sends or receives, a record under this key is stored with it, and brought to the delivery
    /// service. Another key takes the place of the one before.
    ///
    /// The key is kept in the member's store until the member is removed or readmitted: say it again after joining. Draw one for each counsellor, and bring
    /// in whoever takes over before the first one leaves: of what a removed member had not read, it makes no record.
    ///
    /// # Errors
    /// [`Error::NotAMember`], [`Error::Store`], [`Error::Corrupt`].
    pub async fn keep_transcript(
        &self,
        conversation: ConversationId,
        staff: StaffId,
        key: &TranscriptKey,
    ) -> Result<(), Error> {
        let rows = &Rows::of(conversation, staff.into())?;
        self.store
            .transact(|tx| async move {
                if rows.state(&tx).await?.values.is_none() {
                    return Err(Error::NotAMember);
                }
                Ok(tx.put(&rows.transcript_key()?, rows::value(record::wrap_transcript_key(key)))?)
            })
            .await
    }

    /// Brings the records that wait in the store to the delivery service. Sending and receiving do so by
    /// themselves, and go on when it fails; this tells.
    ///
    /// # Errors
    /// Those of [`DeliveryService::keep_record`] but for refusals, of which the record is dropped;
    /// [`Error::Store`], [`Error::Corrupt`].
    pub async fn bring_records(
        &self,
        conversation: ConversationId,
        staff: StaffId,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.bring(&Rows::of(conversation, staff.into())?, now).await
    }

    /// The key under which this member keeps the transcript. A seeker has none.
    pub(super) async fn transcript_key(&self, tx: &Tx, rows: &Rows) -> Result<Option<TranscriptKey>, Error> {
        let MemberId::Staff(_) = rows.seat.member else { return Ok(None) };
        let entry = tx.get(&rows.transcript_key()?).await?;
        entry.map(|entry| record::unwrap_transcript_key(entry.value.as_bytes())).transpose()
    }

    /// Stages a record of each message that was read. Who was removed keeps no key, and nothing more is taken
    /// from them.
    pub(super) fn record(
        &self,
        tx: &Tx,
        rows: &Rows,
        key: Option<&TranscriptKey>,
        reading: &Reading,
    ) -> Result<(), Error> {
        let Some(key) = key else { return Ok(()) };
        if reading.state.values.is_none() {
            return Ok(tx.delete(&rows.transcript_key()?)?);
        }
        let held = reading.held;
        reading.messages.iter().try_for_each(|message| self.record_one(tx, rows.seat, key, message, held))
    }

    fn record_one(
        &self,
        tx: &Tx,
        seat: Seat,
        key: &TranscriptKey,
        message: &Message,
        held: bool,
    ) -> Result<(), Error> {
        let Message { received, inbox } = message;
        let aad = Aad::decode(&inbox.aad).map_err(|why| Error::Refused { seq: received.seq, why })?;
        let record = key.seal(seat.conversation, inbox.from, &aad.tag, &inbox.plaintext, &self.rng)?;
        let row = rows::record_key(seat.conversation, seat.member, received.seq)?;
        match received.expires_at.filter(|_| !held) {
            Some(end) => tx.put_until(&row, record, end)?,
            None => tx.put(&row, record)?,
        }
        Ok(())
    }

    /// If it fails now, the next time makes up for it.
    pub(super) async fn bring_if(&self, keeps: bool, rows: &Rows, now: Timestamp) {
        if keeps {
            drop(self.bring(rows, now).await);
        }
    }

    async fn bring(&self, rows: &Rows, now: Timestamp) -> Result<(), Error> {
        loop {
            let (brought, done) = self.bring_page(rows, now).await?;
            if !brought.is_empty() {
                self.store.commit(brought).await?;
            }
            match done {
                Ok(more) if more => {}
                done => return done.map(drop),
            }
        }
    }

    /// What is to be deleted since the service has it, and whether there is more.
    async fn bring_page(&self, rows: &Rows, now: Timestamp) -> Result<(Batch, Result<bool, Error>), Error> {
        let Seat { conversation, member } = rows.seat;
        let page = self.store.scan(&Scan::all(rows::records(conversation, member)?).limit(MAX_PAGE)).await?;
        let (mut brought, more) = (Batch::new(), page.next.is_some());
        for item in page.items {
            let place = rows::inbox_seq(&item.key).ok_or(Error::Corrupt { what: "a misplaced record" })?;
            let record = item.entry.value.as_bytes();
            match self.delivery.keep_record(conversation, member, place, record, now).await {
                Ok(()) | Err(Error::NotAMember | Error::SubmissionRefused { .. }) => {}
                Err(error) => return Ok((brought, Err(error))),
            }
            brought.delete(item.key, Expect::Any);
        }
        Ok((brought, Ok(more)))
    }
}
