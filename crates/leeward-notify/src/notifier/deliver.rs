use super::{DELIVERY, set_aside::Unreadable, step::Step, told};
use crate::{
    ChannelError, Message, Notifier, NotifyError,
    record::{DeliveryRecord, Errand},
};
use jiff::{SignedDuration, Timestamp};
use leeward_event::{Action, Reason};
use leeward_store::{Key, Scan, limits};

/// No message is put off for longer than this: the longest wait between two tries, and a day for hours
/// or a budget. What seems due later was written by a clock that has gone back since.
const FARTHEST: SignedDuration = SignedDuration::from_hours(50);

/// What one [`Notifier::deliver_due`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivered {
    /// Messages that a channel took.
    pub sent: usize,
    /// Messages that a channel did not take, and that are tried again later.
    pub to_retry: usize,
    /// Notices and messages that were given up: each has its event.
    pub given_up: usize,
    /// Messages that wait for the hours of their reader, or for a budget.
    pub waiting: usize,
    /// Records that could not be read, or whose account's addresses could not, for the first time: each has
    /// its event. Alert somebody.
    pub set_aside: usize,
}

impl Notifier {
    /// Sends what is due: first it finds the addresses of every notice that waits, then it hands each
    /// message on, the earliest first.
    ///
    /// At least once: after a crash or a lost answer the same message, with the same id, comes to the
    /// channel again. Any number of deliverers may run at once. A message that a channel does not take is
    /// tried 8 times in about two days, then given up with an event; one that it refuses for good is
    /// given up at once. Nothing is lost without an event.
    ///
    /// A record that cannot be read is told of once, by an event, and set aside: for 50 hours, in which it
    /// leaves if it can be read after all, and then it is removed. It holds up nobody else's messages.
    ///
    /// # Errors
    /// [`NotifyError::Random`] and [`NotifyError::Store`]. What was not sent by then is still due.
    pub async fn deliver_due(&self, now: Timestamp) -> Result<Delivered, NotifyError> {
        let mut unreadable = Unreadable::default();
        let given_up = self.expand(now, &mut unreadable).await?;
        let mut done = Delivered { given_up, ..Delivered::default() };
        for key in self.due(now, &mut unreadable).await? {
            match unreadable.pass(&key, self.claim(&key, now).await)? {
                Some(Step::Send { key, message }) => self.hand_on(&key, &message, now, &mut done).await?,
                Some(Step::PutOff) => done.waiting = done.waiting.saturating_add(1),
                Some(Step::GivenUp) => done.given_up = done.given_up.saturating_add(1),
                Some(Step::Gone) | None => {}
            }
        }
        done.set_aside = self.set_aside(unreadable, now).await?;
        Ok(done)
    }

    /// The messages that are due, the earliest first.
    async fn due(&self, now: Timestamp, unreadable: &mut Unreadable) -> Result<Vec<Key>, NotifyError> {
        let due_at = |key: &Key| {
            let due = key.segments().into_iter().next().and_then(|due| due.try_into().ok());
            due.map_or(0, |due| i64::try_from(u64::from_be_bytes(due)).unwrap_or(i64::MAX))
        };
        let now_ms = now.as_millisecond();
        let farthest = super::later(now, FARTHEST).as_millisecond();
        let forward = Scan::all(DELIVERY.prefix(&[])?);
        let mut due = self.keys(forward.clone(), |key| due_at(key) <= now_ms, unreadable).await?;
        due.extend(self.keys(forward.backward(), |key| due_at(key) > farthest, unreadable).await?);
        Ok(due)
    }

    /// The keys from the beginning of a scan on, for as long as they are wanted.
    async fn keys(
        &self,
        scan: Scan,
        wanted: impl Fn(&Key) -> bool,
        unreadable: &mut Unreadable,
    ) -> Result<Vec<Key>, NotifyError> {
        let mut keys = Vec::new();
        let mut next = Some(scan.limit(limits::MAX_PAGE));
        while let Some(scan) = next {
            let page = unreadable.page(&self.store, scan).await?;
            next = page.next;
            for item in page.items {
                if !wanted(&item.key) {
                    return Ok(keys);
                }
                keys.push(item.key);
            }
        }
        Ok(keys)
    }

    async fn hand_on(
        &self,
        key: &Key,
        message: &Message,
        now: Timestamp,
        done: &mut Delivered,
    ) -> Result<(), NotifyError> {
        let Some(channel) = self.channel(message.to()) else { return Err(NotifyError::NoChannel) };
        let taken = channel.deliver(message).await;
        match taken.as_ref().map_err(ChannelError::is_for_good) {
            Ok(()) => {
                self.close(key, None, now).await?;
                done.sent = done.sent.saturating_add(1);
            }
            Err(true) => {
                self.close(key, Some(Reason::Undelivered), now).await?;
                done.given_up = done.given_up.saturating_add(1);
            }
            Err(false) => done.to_retry = done.to_retry.saturating_add(1),
        }
        Ok(())
    }

    /// Ends a message, with its event, unless another has taken it over meanwhile.
    async fn close(&self, key: &Key, failed: Option<Reason>, now: Timestamp) -> Result<(), NotifyError> {
        self.store
            .transact(|tx| async move {
                let Some(entry) = tx.get(key).await? else { return Ok(()) };
                let record = DeliveryRecord::decode(entry.value.as_bytes())?;
                tx.delete(key)?;
                let (account, id) = (record.account, *record.id.as_bytes());
                match (failed, &record.errand) {
                    (Some(reason), _) => {
                        self.tell(&tx, &told(Action::NoticeFailed, account, id, Some(reason), now))
                    }
                    (None, Errand::Notice { .. }) => {
                        self.tell(&tx, &told(Action::NoticeSent, account, id, None, now))
                    }
                    // That a code was sent is told by whoever asked for it.
                    (None, Errand::Code { .. }) => Ok(()),
                }
            })
            .await
    }
}
