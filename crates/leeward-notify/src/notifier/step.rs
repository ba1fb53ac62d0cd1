use super::{codes::delivery_key, later, read_book, told};
use crate::{
    Address, Contact, Language, Message, Notifier, NotifyError,
    budget::Spent,
    catalogue::Content,
    record::{DeliveryRecord, Errand, Target},
};
use jiff::{SignedDuration, Timestamp};
use leeward_event::{Action, Reason};
use leeward_store::{Key, Tx};
use std::time::Duration;

/// Minutes until the next try, after each. A channel has less than the first to answer.
const BACK_OFF: [i64; 8] = [1, 5, 15, 60, 180, 360, 720, 1_440];
/// How often a message may be put off, for hours or a budget, before it is given up.
const MAX_DELAYS: u8 = 100;

/// What is to be done with a message that is due.
pub(super) enum Step {
    /// Hand it on. Its row has been moved to `key`, the time of the next try.
    Send { key: Key, message: Message },
    /// Nothing now: it was put off.
    PutOff,
    /// Nothing: another has taken it.
    Gone,
    /// Nothing ever: an event says why.
    GivenUp,
}

impl Notifier {
    /// Claims a message: its next try is set before this one is made, so that no two deliverers send it
    /// at once and one that dies leaves it to the next.
    pub(super) async fn claim(&self, key: &Key, now: Timestamp) -> Result<Step, NotifyError> {
        self.store
            .transact(|tx| async move {
                let Some(entry) = tx.get(key).await? else { return Ok(Step::Gone) };
                let record = DeliveryRecord::decode(entry.value.as_bytes())?;
                tx.delete(key)?;
                let (address, language) = match self.destination(&tx, &record, now).await? {
                    Ok(found) => found,
                    Err(Obstacle::Wait(wait)) => return self.put_off(&tx, record, wait, now),
                    Err(Obstacle::Stop(action, reason)) => {
                        return self.give_up(&tx, &record, action, reason, now);
                    }
                };
                let Some(minutes) = BACK_OFF.get(usize::from(record.tries)) else {
                    return self.give_up(&tx, &record, Action::NoticeFailed, Reason::Undelivered, now);
                };
                let message = self.message(&record, address, &language);
                let tries = record.tries.saturating_add(1);
                let next = later(now, SignedDuration::from_mins(*minutes));
                let key = delivery_key(next, 0, record.id)?;
                tx.put(&key, DeliveryRecord { tries, ..record }.encode())?;
                Ok(Step::Send { key, message })
            })
            .await
    }

    /// Where it goes, as things are now.
    async fn destination(
        &self,
        tx: &Tx,
        record: &DeliveryRecord,
        now: Timestamp,
    ) -> Result<Result<(Address, Language), Obstacle>, NotifyError> {
        const FAILED: Action = Action::NoticeFailed;
        if let Errand::Code { valid_until, .. } = &record.errand
            && now >= *valid_until
        {
            return Ok(Err(Obstacle::Stop(FAILED, Reason::Expired)));
        }
        let (address, language) = match &record.to {
            Target::New(address, language) => (address.clone(), language.clone()),
            Target::Known(id) => {
                let book = read_book(tx, record.account).await?;
                let Some(contact) = book.get(*id).filter(|contact| may_go(contact, record, now)) else {
                    return Ok(Err(Obstacle::Stop(Action::NoticeWithheld, Reason::UnsafeToContact)));
                };
                if let Some(wait) = contact.wait(now) {
                    return Ok(Err(Obstacle::Wait(wait)));
                }
                (contact.address.clone(), contact.language.clone())
            }
        };
        if self.channel(&address).is_none() || self.country(&address).is_err() {
            return Ok(Err(Obstacle::Stop(FAILED, Reason::Undelivered)));
        }
        // A code was counted when it was asked for, and a try again is no second message.
        if matches!(record.errand, Errand::Notice { .. })
            && record.tries == 0
            && let Err(Spent(wait)) = self.inner.budgets.take_notice(tx, &address, now).await?
        {
            return Ok(Err(Obstacle::Wait(wait)));
        }
        Ok(Ok((address, language)))
    }

    fn put_off(
        &self,
        tx: &Tx,
        record: DeliveryRecord,
        wait: Duration,
        now: Timestamp,
    ) -> Result<Step, NotifyError> {
        if record.delays >= MAX_DELAYS {
            return self.give_up(tx, &record, Action::NoticeWithheld, Reason::BudgetSpent, now);
        }
        // At least a second, so that no one run meets it twice.
        let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
        let due = later(now, wait.max(SignedDuration::from_secs(1)));
        let delays = record.delays.saturating_add(1);
        tx.put(&delivery_key(due, 0, record.id)?, DeliveryRecord { delays, ..record }.encode())?;
        Ok(Step::PutOff)
    }

    fn give_up(
        &self,
        tx: &Tx,
        record: &DeliveryRecord,
        action: Action,
        reason: Reason,
        now: Timestamp,
    ) -> Result<Step, NotifyError> {
        self.tell(tx, &told(action, record.account, *record.id.as_bytes(), Some(reason), now))?;
        Ok(Step::GivenUp)
    }

    fn message(&self, record: &DeliveryRecord, to: Address, language: &Language) -> Message {
        let content = match &record.errand {
            Errand::Notice { kind, stop_code } => {
                Content::Notice { kind: *kind, stop_code: stop_code.as_ref() }
            }
            Errand::Code { purpose, valid_for, code, .. } => {
                let valid_for = Duration::from_secs(u64::from(*valid_for));
                Content::Code { purpose: *purpose, code, valid_for }
            }
        };
        let wording = self.inner.options.catalogue.wording(language);
        Message::new(record.id, to, wording.subject.clone(), wording.body(&content))
    }
}

/// Why a message does not leave.
enum Obstacle {
    Wait(Duration),
    Stop(Action, Reason),
}

/// What is true of the address now, not when the message was made.
fn may_go(contact: &Contact, record: &DeliveryRecord, now: Timestamp) -> bool {
    match record.errand {
        Errand::Notice { .. } => contact.takes_notices(now),
        Errand::Code { .. } => contact.takes_codes(),
    }
}
