use crate::{AuditError, AuditLog, backlog::Walk};
use leeward_event::{Action, Actor, Component, Event, EventError, Outcome, Reason};
use leeward_store::{Batch, Timestamp};
use std::{
    num::NonZeroU32,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

/// Into how many parts the room for waiting events is cut. Each time one is used up, what waits is
/// counted again: others append too.
const PARTS: u32 = 16;

/// What became of an event of [`AuditLog::append_or_count`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Appended {
    /// It is durable, and will be logged.
    Durable,
    /// It is lost, and was counted.
    Lost,
}

impl AuditLog {
    /// Takes an event that belongs to no change in the store. When it returns, the event is durable: it
    /// survives the death of the process, and the next [`drain`](Self::drain) logs it. Those of many
    /// callers at once are committed together, as far as the store does so.
    ///
    /// An event that tells of a change is [staged](Event::stage) into the batch of that change instead.
    /// It is taken however many wait.
    ///
    /// # Errors
    /// [`AuditError::Busy`] when too many events wait: drain, or find out why nobody does;
    /// [`AuditError::Store`]; [`AuditError::Random`].
    pub async fn append(&self, event: &Event, now: Timestamp) -> Result<(), AuditError> {
        self.admit(now).await?;
        self.tell_lost(now).await?;
        self.submit(event).await
    }

    /// As [`append`](Self::append), for who would rather lose an event than not go on: when too many
    /// wait, it is counted, and as soon as there is room a [`LogGap`](Action::LogGap) says how many were
    /// lost. The count lies in memory; a process that dies takes what it had not told yet with it.
    ///
    /// # Errors
    /// [`AuditError::Store`]; [`AuditError::Random`].
    pub async fn append_or_count(&self, event: &Event, now: Timestamp) -> Result<Appended, AuditError> {
        match self.append(event, now).await {
            Ok(()) => Ok(Appended::Durable),
            Err(AuditError::Busy) => {
                self.shared.lost.add(1);
                Ok(Appended::Lost)
            }
            Err(error) => Err(error),
        }
    }

    /// Stages the event that says how many were lost, if any were.
    pub(crate) async fn tell_lost(&self, now: Timestamp) -> Result<(), AuditError> {
        let Some(telling) = self.shared.lost.tell() else { return Ok(()) };
        let gap = Event::new(Action::LogGap, Actor::Component(Component::Audit), now)
            .outcome(Outcome::Failure)
            .reason(Reason::Busy)
            .times(telling.count);
        self.submit(&gap).await?;
        telling.told();
        Ok(())
    }

    /// Puts an event into the outbox.
    pub(crate) async fn submit(&self, event: &Event) -> Result<(), AuditError> {
        let mut batch = Batch::new();
        self.stage(event, &mut batch)?;
        self.store.commit(batch).await?;
        Ok(())
    }

    /// Adds an event to a batch.
    pub(crate) fn stage(&self, event: &Event, batch: &mut Batch) -> Result<(), AuditError> {
        event.stage(batch, &self.rng).map_err(|error| match error {
            EventError::Store(error) => error.into(),
            _ => AuditError::Random,
        })
    }

    /// Refuses when as many events wait as may.
    pub(crate) async fn admit(&self, now: Timestamp) -> Result<(), AuditError> {
        let pressure = &self.shared.pressure;
        if pressure.use_room() {
            return Ok(());
        }
        if pressure.was_full_at(now) {
            return Err(AuditError::Busy);
        }
        let waiting = self.count_waiting(pressure.max).await?;
        if pressure.make_room(waiting, now) { Ok(()) } else { Err(AuditError::Busy) }
    }

    /// How many events wait, counted no further than `most`.
    async fn count_waiting(&self, most: u32) -> Result<u32, AuditError> {
        let mut walk = Walk::new(&self.store)?;
        let mut count = 0_u32;
        while let Some(items) = walk.page().await? {
            count = count.saturating_add(u32::try_from(items.len()).unwrap_or(u32::MAX));
            if count >= most {
                break;
            }
        }
        Ok(count)
    }
}

/// How many more events this process lets in before it counts again what waits.
#[derive(Debug)]
pub(crate) struct Pressure {
    max: u32,
    room: AtomicU32,
    /// The second in which there was no room: who asks again in it is refused without a look.
    full: Mutex<Option<i64>>,
}

impl Pressure {
    pub(crate) fn new(max: u32) -> Self {
        Self { max, room: AtomicU32::new(0), full: Mutex::default() }
    }

    fn use_room(&self) -> bool {
        let take = |room: u32| room.checked_sub(1);
        self.room.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }

    fn was_full_at(&self, now: Timestamp) -> bool {
        *self.full.lock().unwrap_or_else(PoisonError::into_inner) == Some(now.as_second())
    }

    /// Notes how many wait, takes the place of one more, and says whether there was one.
    fn make_room(&self, waiting: u32, now: Timestamp) -> bool {
        let left = self.max.saturating_sub(waiting).min(self.max / PARTS + 1);
        let full = (left == 0).then(|| now.as_second());
        *self.full.lock().unwrap_or_else(PoisonError::into_inner) = full;
        self.room.store(left.saturating_sub(1), Ordering::Relaxed);
        left > 0
    }

    /// Counts again at the next event, for some were drained.
    pub(crate) fn look_again(&self) {
        *self.full.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// How many events were lost and not told of.
#[derive(Debug, Default)]
pub(crate) struct Lost(AtomicU32);

/// A count that is being told: put back unless that succeeds.
struct Telling<'a> {
    lost: &'a Lost,
    count: NonZeroU32,
    told: bool,
}

impl Lost {
    fn add(&self, count: u32) {
        let add = |lost: u32| Some(lost.saturating_add(count));
        let _always = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }

    fn tell(&self) -> Option<Telling<'_>> {
        // Nearly always nothing, and then nothing is written.
        if self.0.load(Ordering::Relaxed) == 0 {
            return None;
        }
        let count = NonZeroU32::new(self.0.swap(0, Ordering::Relaxed))?;
        Some(Telling { lost: self, count, told: false })
    }
}

impl Telling<'_> {
    fn told(mut self) {
        self.told = true;
    }
}

impl Drop for Telling<'_> {
    fn drop(&mut self) {
        // Rather told twice, when nobody knows whether it was, than not at all.
        if !self.told {
            self.lost.add(self.count.get());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_used_up_and_made() {
        let (pressure, now) = (Pressure::new(32), Timestamp::UNIX_EPOCH);
        assert!(!pressure.use_room() && !pressure.was_full_at(now));
        assert!(pressure.make_room(30, now));
        assert!(pressure.use_room() && !pressure.use_room());
        assert!(!pressure.make_room(32, now));
        assert!(pressure.was_full_at(now) && !pressure.use_room());
        pressure.look_again();
        assert!(!pressure.was_full_at(now));
        assert!(pressure.make_room(0, now));
        assert_eq!((0..).take_while(|_| pressure.use_room()).count(), 2, "a part, less the one taken");
    }

    #[test]
    fn what_could_not_be_told_is_counted_again() {
        let lost = Lost::default();
        assert!(lost.tell().is_none());
        lost.add(2);
        drop(lost.tell().unwrap());
        lost.add(1);
        let telling = lost.tell().unwrap();
        assert_eq!(telling.count.get(), 3);
        telling.told();
        assert!(lost.tell().is_none());
    }
}
