use crate::{
    Class, Count, Guess, Lane, Profile, Tally, ThrottleError,
    count::CLOCK_SKEW,
    record,
    record::{CountRecord, Whose},
};
use jiff::{SignedDuration, Timestamp};
use leeward_event::Subject;
use leeward_store::{Batch, Entry, Expect, Key, Store, StoreError, Tx};
use std::fmt;

/// How long after it was made a gate lets its attempt through.
pub(crate) const GATE_KEEPS: SignedDuration = SignedDuration::from_mins(1);

/// One attempt that the throttle has counted and lets through. What checks a passphrase, a code or a step
/// of recovery takes one by value, so that no path can forget the throttle.
///
/// Only [`Throttle::knock`](crate::Throttle::knock) makes one:
/// ```compile_fail,E0451
/// use leeward_throttle::{Gate, Guess, Lane};
/// fn forged(subject: leeward_event::Subject, now: leeward_store::Timestamp) -> Gate {
///     Gate { subject, guess: Guess::Passphrase, lane: Lane::Unknown, at: now, counted: None }
/// }
/// ```
/// and it lets one attempt through:
/// ```compile_fail,E0599
/// fn twice(gate: leeward_throttle::Gate) -> [leeward_throttle::Gate; 2] {
///     [gate.clone(), gate]
/// }
/// ```
/// ```compile_fail,E0382
/// # use leeward_throttle::{Gate, Guess};
/// # fn twice(gate: Gate, who: leeward_event::StaffId, now: leeward_store::Timestamp) {
/// let first = gate.admit(who, Guess::Passphrase, now);
/// let second = gate.admit(who, Guess::Passphrase, now);
/// # }
/// ```
///
/// A gate that is dropped leaves its attempt counted, as a wrong one: whoever breaks off has had the
/// time to learn something.
#[must_use = "the attempt was counted: let it be judged, or give it back"]
pub struct Gate {
    pub(crate) subject: Subject,
    pub(crate) guess: Guess,
    pub(crate) lane: Lane,
    pub(crate) at: Timestamp,
    pub(crate) counted: Option<Counted>,
}

/// An attempt that may be judged now.
///
/// Dropped, it was a wrong one.
#[must_use = "say whether it succeeded, or was not judged"]
pub struct Admitted {
    lane: Lane,
    counted: Option<Counted>,
}

/// What counting an attempt has written, so that it can be taken back.
pub(crate) struct Counted {
    pub(crate) store: Store,
    pub(crate) profile: Profile,
    pub(crate) subject: Subject,
    pub(crate) guess: Guess,
    pub(crate) class: Class,
    pub(crate) clearing: u32,
    pub(crate) before: Tally,
    pub(crate) after: Tally,
}

impl Gate {
    /// Lets the attempt through, if it is the one that was counted.
    ///
    /// # Errors
    /// [`ThrottleError::OtherGate`] for another account or kind of guess; [`ThrottleError::StaleGate`] for
    /// a gate that is over a minute old; [`ThrottleError::ClockWentBack`] for one of the future.
    pub fn admit(
        self,
        subject: impl Into<Subject>,
        guess: Guess,
        now: Timestamp,
    ) -> Result<Admitted, ThrottleError> {
        if (self.subject, self.guess) != (subject.into(), guess) {
            return Err(ThrottleError::OtherGate);
        }
        check_age(self.at, now)?;
        Ok(Admitted { lane: self.lane, counted: self.counted })
    }

    /// In which queue work for this attempt waits.
    #[must_use]
    pub const fn lane(&self) -> Lane {
        self.lane
    }
}

impl Admitted {
    /// In which queue work for this attempt waits.
    #[must_use]
    pub const fn lane(&self) -> Lane {
        self.lane
    }

    /// It was right: what was counted of its class of clients is cleared, by the batch that writes down that
    /// it was right: `tx.stage(|batch| admitted.succeeded(batch))`, for one.
    ///
    /// # Errors
    /// Those of making a key, which do not occur.
    pub fn succeeded(&self, batch: &mut Batch) -> Result<(), StoreError> {
        self.counted.as_ref().map_or(Ok(()), |counted| counted.clear(batch))
    }

    /// It was not judged, because there was no room for the work or the store failed: it counts for
    /// nothing. **Never** for an attempt of which anybody has learnt whether it was right.
    ///
    /// # Errors
    /// Those of the store; the attempt then stays counted.
    pub async fn refund(self) -> Result<(), ThrottleError> {
        match &self.counted {
            Some(counted) => counted.give_back().await,
            None => Ok(()),
        }
    }
}

impl Counted {
    fn clear(&self, batch: &mut Batch) -> Result<(), StoreError> {
        batch.delete(self.key(Whose::Class(self.class))?, Expect::Any);
        if self.after.together != self.before.together {
            batch.delete(self.key(Whose::AllDevices)?, Expect::Any);
        }
        if let (Class::Device(device), true) = (self.class, self.after.abused) {
            batch.delete(record::abused_key(self.subject, device)?, Expect::Any);
        }
        Ok(())
    }

    async fn give_back(&self) -> Result<(), ThrottleError> {
        let (own, together) = (&self.key(Whose::Class(self.class))?, &self.key(Whose::AllDevices)?);
        let (before, after) = (self.before, self.after);
        self.store
            .transact(|tx| async move {
                self.restore(&tx, own, before.own, after.own).await?;
                if after.together != before.together {
                    self.restore(&tx, together, before.together, after.together).await?;
                }
                if let (Class::Device(device), true) = (self.class, after.abused) {
                    tx.delete(&record::abused_key(self.subject, device)?)?;
                }
                Ok(())
            })
            .await
    }

    /// Takes one attempt off the run that it was counted in, and off no later one: what was cleared meanwhile
    /// holds it no more. If it is the last that was counted, all is as before it, so that no wait begins
    /// anew for work that was not done.
    async fn restore(&self, tx: &Tx, key: &Key, before: Count, after: Count) -> Result<(), ThrottleError> {
        let Some(Entry { value, .. }) = tx.get(key).await? else { return Ok(()) };
        let record = CountRecord::decode(value.as_bytes())?;
        if record.clearing != self.clearing || record.count.run != after.run {
            return Ok(());
        }
        let attempts = record.count.attempts.saturating_sub(1);
        let last = if record.count.last == after.last { before.last } else { record.count.last };
        let mut count = Count { attempts, last, ..record.count };
        let forgotten = self.profile.forgets_at(self.class, &count);
        if forgotten.is_some() && count.told == Count::TOLD_DISABLED {
            count.told = before.told;
        }
        let bytes = CountRecord { count, ..record }.encode();
        match forgotten {
            _ if attempts == 0 => tx.delete(key)?,
            Some(at) => tx.put_until(key, bytes, at)?,
            None => tx.put(key, bytes)?,
        }
        Ok(())
    }

    fn key(&self, whose: Whose) -> Result<Key, StoreError> {
        record::count_key(self.subject, self.guess, whose)
    }
}

/// Whether what was made at `at` still counts at `now`.
pub(crate) fn check_age(at: Timestamp, now: Timestamp) -> Result<(), ThrottleError> {
    let age = now.duration_since(at);
    if age < -CLOCK_SKEW {
        Err(ThrottleError::ClockWentBack)
    } else if age > GATE_KEEPS {
        Err(ThrottleError::StaleGate)
    } else {
        Ok(())
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate").field("guess", &self.guess).field("lane", &self.lane).finish_non_exhaustive()
    }
}

impl fmt::Debug for Admitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Admitted").field("lane", &self.lane).finish_non_exhaustive()
    }
}
