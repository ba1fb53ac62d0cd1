//! The service's side of transcripts: it keeps what it cannot read, for as long as the policy says.

mod export;
mod ledger;
mod noted;
mod purge;
mod rows;
mod take;

pub(crate) use take::{Accepted, accept, keep};

use super::{Head, Retention};
use crate::Error;
use jiff::Timestamp;
use ledger::LedgerRow;
use leeward_event::{Action, Actor, ConversationId, CorrelationId, Event, Subject};
use leeward_store::{Store, Tx};
use noted::Noted;
use ring::rand::SystemRandom;
use std::fmt;

/// The transcripts that the service keeps, beside the delivery log: one ledger and one policy for each
/// conversation, and of each message what was accepted and the record that a member of staff brought. Cheap to
/// clone.
///
/// Whether somebody may change a policy or export is decided before: by `leeward-policy`, or whatever the
/// application has.
#[derive(Clone)]
pub struct Transcripts {
    store: Store,
    rng: SystemRandom,
}

impl Transcripts {
    /// The transcripts in this store: the delivery service's own.
    #[must_use]
    pub fn new(store: &Store) -> Self {
        Self { store: store.clone(), rng: SystemRandom::new() }
    }

    /// How long the transcript of a conversation is kept.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Corrupt`].
    pub async fn retention(&self, conversation: ConversationId) -> Result<Retention, Error> {
        Ok(self.ledger(conversation).await?.retention)
    }

    /// Keeps the transcript of a conversation for as long as this says from now on, also what is there already.
    /// What is over by it goes with the next [`purge`](Self::purge). A change is an event.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Event`], [`Error::Corrupt`].
    pub async fn set_retention(
        &self,
        conversation: ConversationId,
        retention: Retention,
        by: Actor,
        now: Timestamp,
    ) -> Result<(), Error> {
        let key = &rows::ledger_key(conversation)?;
        let event = Event::new(Action::TranscriptPolicyChanged, by, now)
            .about(Subject::Conversation(conversation))
            .correlation(CorrelationId::from_bytes(*conversation.as_bytes()));
        self.store
            .transact(|tx| async move {
                let row = rows::ledger(&tx, key, conversation).await?;
                if row.retention == retention {
                    return Ok(());
                }
                tx.put(key, LedgerRow { retention, ..row }.encode()?)?;
                self.tell(&tx, &event)
            })
            .await
    }

    /// Where the ledger of a conversation ends now. Note it where the service cannot reach: whatever is
    /// exported later is [checked](super::Transcript::check) against it.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Corrupt`].
    pub async fn head(&self, conversation: ConversationId) -> Result<Head, Error> {
        Ok(self.ledger(conversation).await?.ledger.head())
    }

    async fn ledger(&self, conversation: ConversationId) -> Result<LedgerRow, Error> {
        match self.store.get(&rows::ledger_key(conversation)?).await? {
            Some(entry) => LedgerRow::decode(entry.value.as_bytes()),
            None => Ok(LedgerRow::new(conversation)),
        }
    }

    fn tell(&self, tx: &Tx, event: &Event) -> Result<(), Error> {
        tx.stage(|batch| event.stage(batch, &self.rng).map_err(Error::from))
    }
}

impl fmt::Debug for Transcripts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transcripts").finish_non_exhaustive()
    }
}
