use super::{LedgerRow, Noted, Transcripts, purge::let_go, rows};
use crate::{
    Error, Refusal,
    delivery::held_in,
    transcript::{Head, Transcript, refused},
};
use jiff::Timestamp;
use leeward_event::{Action, Actor, ConversationId, Event, Subject};
use leeward_store::{Scan, Tx};

/// The most bytes of records in one export.
const MAX_BYTES: usize = 256 * 1024 * 1024;

impl Transcripts {
    /// The transcript of a conversation as it may be shown now, all that is there when it is under
    /// [hold](crate::Delivery::place_hold), and the head up to which it is complete. An
    /// event says who took it, and holds the head's [`note`](Head::note): whoever has the audit log can tell
    /// the transcript that was exported from every other.
    ///
    /// # Errors
    /// [`Error::Transcript`] with [`Refusal::TooLarge`] of more than
    /// [`MAX_ENTRIES`](crate::transcript::MAX_ENTRIES) or 256 MiB; [`Error::Corrupt`] also of one that is not
    /// complete; [`Error::Store`], [`Error::Event`].
    pub async fn export(
        &self,
        conversation: ConversationId,
        by: Actor,
        now: Timestamp,
    ) -> Result<(Transcript, Head), Error> {
        let key = &rows::ledger_key(conversation)?;
        self.store
            .transact(|tx| async move {
                let row = rows::ledger(&tx, key, conversation).await?;
                let (transcript, head) = (self.read(&tx, conversation, row, now).await?, row.ledger.head());
                let event = Event::new(Action::TranscriptExported, by, now)
                    .about(Subject::Conversation(conversation))
                    .correlation(head.note());
                self.tell(&tx, &event)?;
                match transcript.check(&head) {
                    Ok(()) => Ok((transcript, head)),
                    Err(_) => Err(Error::Corrupt { what: "a transcript that is not complete" }),
                }
            })
            .await
    }

    /// Of one moment: whatever moves the ledger meanwhile makes the transaction start again.
    async fn read(
        &self,
        tx: &Tx,
        conversation: ConversationId,
        mut row: LedgerRow,
        now: Timestamp,
    ) -> Result<Transcript, Error> {
        let held = held_in(tx, conversation).await?;
        let (mut lines, mut size, mut front) = (Vec::new(), 0_usize, !held);
        let mut next = Some(Scan::all(rows::noted(conversation)?));
        while let Some(scan) = next {
            let page = self.store.scan(&scan).await?;
            for item in page.items {
                let noted = rows::read(&item)?;
                front = front && let_go(&mut row, &noted, now)?;
                if !front {
                    size = size.saturating_add(item.entry.value.as_bytes().len());
                    lines.push(if noted.is_over(now) && !held { noted.to_ended() } else { noted });
                }
                if size > MAX_BYTES {
                    return Err(refused(Refusal::TooLarge));
                }
            }
            next = page.next;
        }
        let mut transcript = Transcript::from_start(conversation, row.start);
        lines.into_iter().map(Noted::into_line).try_for_each(|line| transcript.push(line))?;
        Ok(transcript)
    }
}
