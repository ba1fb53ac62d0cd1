use super::{Delivery, rows};
use crate::{Error, record::Holds};
use jiff::Timestamp;
use leeward_event::{Action, Actor, ConversationId, CorrelationId, Event};
use leeward_store::Tx;

/// A duty to keep what a conversation's log holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hold {
    /// The procedure that asks for it.
    pub id: CorrelationId,
    /// Why it was placed.
    pub why: HoldReason,
    /// Who placed it.
    pub by: Actor,
    /// When, to the second.
    pub since: Timestamp,
}

/// Why a conversation is under hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum HoldReason {
    /// An order, or a procedure that is foreseen.
    Legal = 1,
    /// A member reported what was said.
    AbuseReport = 2,
}

impl HoldReason {
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Legal => 1,
            Self::AbuseReport => 2,
        }
    }

    pub(crate) const fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Legal),
            2 => Some(Self::AbuseReport),
            _ => None,
        }
    }
}

/// The most holds that a conversation can be under at once.
const MAX_HOLDS: usize = 64;

impl Delivery {
    /// Suspends every deletion in a conversation's log, and every time to live, until each hold is lifted. A
    /// conversation can be under several, each named by the procedure that asks for it. Placing one twice changes
    /// nothing. What was deleted before stays deleted.
    ///
    /// # Errors
    /// [`Error::NotAMember`] when there is no such conversation; [`Error::TooManyHolds`];
    /// [`Error::Store`], [`Error::Event`], [`Error::Corrupt`].
    pub async fn place_hold(
        &self,
        conversation: ConversationId,
        id: CorrelationId,
        why: HoldReason,
        by: Actor,
        now: Timestamp,
    ) -> Result<(), Error> {
        let since = Timestamp::from_second(now.as_second()).unwrap_or(now);
        let place = |holds: &mut Holds| {
            if holds.0.iter().any(|hold| hold.id == id) {
                return Ok(false);
            }
            if holds.0.len() >= MAX_HOLDS {
                return Err(Error::TooManyHolds);
            }
            holds.0.push(Hold { id, why, by, since });
            Ok(true)
        };
        let event = Event::new(Action::LegalHoldPlaced, by, now).about(conversation.into()).correlation(id);
        self.change_holds(conversation, &event, place).await
    }

    /// Lifts one hold. Lifting one that is not there changes nothing. Once the last is lifted, times to live count
    /// as if there had been none: the next [`prune`](Self::prune) deletes what is over.
    ///
    /// # Errors
    /// As [`place_hold`](Self::place_hold).
    pub async fn lift_hold(
        &self,
        conversation: ConversationId,
        id: CorrelationId,
        by: Actor,
        now: Timestamp,
    ) -> Result<(), Error> {
        let lift = |holds: &mut Holds| {
            let before = holds.0.len();
            holds.0.retain(|hold| hold.id != id);
            Ok(holds.0.len() < before)
        };
        let event = Event::new(Action::LegalHoldLifted, by, now).about(conversation.into()).correlation(id);
        self.change_holds(conversation, &event, lift).await
    }

    /// The holds that a conversation is under.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Corrupt`].
    pub async fn holds(&self, conversation: ConversationId) -> Result<Vec<Hold>, Error> {
        let entry = self.store.get(&rows::hold_key(conversation)?).await?;
        let holds = entry.map(|entry| Holds::decode(entry.value.as_bytes())).transpose()?;
        Ok(holds.unwrap_or_default().0)
    }

    /// Changes the holds, with an event, when `change` says that it changed something.
    async fn change_holds(
        &self,
        conversation: ConversationId,
        event: &Event,
        change: impl Fn(&mut Holds) -> Result<bool, Error> + Send + Sync,
    ) -> Result<(), Error> {
        let (head, key, change) = (&rows::head_key(conversation)?, &rows::hold_key(conversation)?, &change);
        self.store
            .transact(|tx| async move {
                self.store.get(head).await?.ok_or(Error::NotAMember)?;
                let mut holds = holds_in(&tx, conversation).await?;
                if !change(&mut holds)? {
                    return Ok(());
                }
                if holds.0.is_empty() {
                    tx.delete(key)?;
                } else {
                    tx.put(key, holds.encode()?)?;
                }
                self.tell(&tx, event)
            })
            .await
    }
}

/// Whether a conversation is under hold. What the transaction deletes, it deletes on condition that this stays so.
pub(crate) async fn held_in(tx: &Tx, conversation: ConversationId) -> Result<bool, Error> {
    Ok(!holds_in(tx, conversation).await?.0.is_empty())
}

async fn holds_in(tx: &Tx, conversation: ConversationId) -> Result<Holds, Error> {
    let entry = tx.get(&rows::hold_key(conversation)?).await?;
    Ok(entry.map(|entry| Holds::decode(entry.value.as_bytes())).transpose()?.unwrap_or_default())
}
