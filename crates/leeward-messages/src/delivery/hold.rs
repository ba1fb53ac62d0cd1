use super::{Delivery, rows};
use crate::{
    Delivered, EntryKind, Error, HoldNotice, MemberId,
    record::{Entry, Head, Holds},
};
use jiff::Timestamp;
use leeward_event::{Action, Actor, ConversationId, CorrelationId, Event};
use leeward_store::{Expect, StoreError, Tx};

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
    /// nothing. What was deleted before stays deleted. Its members are told, in the log, that it is under hold and
    /// why: see [`HoldNotice`].
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
            if holds.standing.iter().any(|hold| hold.id == id) {
                return Ok(false);
            }
            if holds.standing.len() >= MAX_HOLDS {
                return Err(Error::TooManyHolds);
            }
            holds.standing.push(Hold { id, why, by, since });
            Ok(true)
        };
        let event = Event::new(Action::LegalHoldPlaced, by, now).about(conversation.into()).correlation(id);
        self.change_holds(conversation, &event, place, now).await
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
            let before = holds.standing.len();
            holds.standing.retain(|hold| hold.id != id);
            Ok(holds.standing.len() < before)
        };
        let event = Event::new(Action::LegalHoldLifted, by, now).about(conversation.into()).correlation(id);
        self.change_holds(conversation, &event, lift, now).await
    }

    /// The holds that a conversation is under.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Corrupt`].
    pub async fn holds(&self, conversation: ConversationId) -> Result<Vec<Hold>, Error> {
        let entry = self.store.get(&rows::hold_key(conversation)?).await?;
        let holds = entry.map(|entry| Holds::decode(entry.value.as_bytes())).transpose()?;
        Ok(holds.unwrap_or_default().standing)
    }

    pub(super) async fn notice_for(
        &self,
        conversation: ConversationId,
        member: MemberId,
    ) -> Result<Option<Delivered>, Error> {
        let until = self.queue(conversation, member).await?.until;
        let Some(entry) = self.store.get(&rows::hold_key(conversation)?).await? else { return Ok(None) };
        let place = Holds::decode(entry.value.as_bytes())?.notice;
        if until.is_some_and(|until| place > until) {
            return Ok(None);
        }
        let entry = self.store.get(&rows::log_key(conversation, place)?).await?;
        let entry = entry.map(|entry| Entry::decode(entry.value.as_bytes())).transpose()?;
        Ok(entry.map(|entry| Delivered::of(place, entry)))
    }

    /// Changes the holds, with an event, when `change` says that it changed something.
    async fn change_holds(
        &self,
        conversation: ConversationId,
        event: &Event,
        change: impl Fn(&mut Holds) -> Result<bool, Error> + Send + Sync,
        now: Timestamp,
    ) -> Result<(), Error> {
        let (head_key, key, change) =
            (&rows::head_key(conversation)?, &rows::hold_key(conversation)?, &change);
        self.store
            .transact(|tx| async move {
                let head = tx.get(head_key).await?.ok_or(Error::NotAMember)?;
                let head = Head::decode(head.value.as_bytes())?;
                let mut holds = holds_in(&tx, conversation).await?;
                let told = HoldNotice::of(&holds.standing, now).reasons();
                if !change(&mut holds)? {
                    return Ok(());
                }
                let notice = HoldNotice::of(&holds.standing, now);
                if notice.reasons() != told {
                    holds.notice = head.next;
                    tx.put(
                        head_key,
                        self.append_notice(&tx, conversation, head, notice, now).await?.encode(),
                    )?;
                }
                if holds.standing.is_empty() {
                    tx.delete(key)?;
                } else {
                    tx.put(key, holds.encode()?)?;
                }
                self.tell(&tx, event)
            })
            .await
    }

    /// Tells those whom a commit added of the hold that they come into.
    pub(super) async fn tell_newcomers(
        &self,
        tx: &Tx,
        conversation: ConversationId,
        head: Head,
        now: Timestamp,
    ) -> Result<Head, Error> {
        let notice = HoldNotice::of(&holds_in(tx, conversation).await?.standing, now);
        if notice.stands() { self.append_notice(tx, conversation, head, notice, now).await } else { Ok(head) }
    }

    /// Appends a notice, and gives the head after it.
    async fn append_notice(
        &self,
        tx: &Tx,
        conversation: ConversationId,
        head: Head,
        notice: HoldNotice,
        now: Timestamp,
    ) -> Result<Head, Error> {
        let message = self.hub.keys_in(tx).await?.sign_notice(conversation, head.next, &notice)?;
        let (kind, stamp) = (EntryKind::Notice, Vec::new());
        let entry = Entry { kind, accepted_at: now, expires_at: None, stamp, message }.encode()?;
        let key = rows::log_key(conversation, head.next)?;
        tx.stage(|batch| {
            batch.put(key, Expect::Absent, entry);
            Ok::<_, StoreError>(())
        })?;
        head.after_message()
    }
}

/// Whether a conversation is under hold. What the transaction deletes, it deletes on condition that this stays so.
pub(crate) async fn held_in(tx: &Tx, conversation: ConversationId) -> Result<bool, Error> {
    Ok(!holds_in(tx, conversation).await?.standing.is_empty())
}

async fn holds_in(tx: &Tx, conversation: ConversationId) -> Result<Holds, Error> {
    let entry = tx.get(&rows::hold_key(conversation)?).await?;
    Ok(entry.map(|entry| Holds::decode(entry.value.as_bytes())).transpose()?.unwrap_or_default())
}
