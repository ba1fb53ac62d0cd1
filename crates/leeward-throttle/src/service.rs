use crate::{
    Class, Client, Decision, DeviceCookie, DeviceKeys, Gate, Guess, Lane, Profile, Refusal, Step, Tally,
    ThrottleError, decide,
    gate::Counted,
    reader::Reader,
    record::{self, CountRecord, Whose},
};
use jiff::Timestamp;
use leeward_event::{Action, Actor, Event, Outcome, Reason, StaffId, Subject};
use leeward_store::{Store, Tx};
use ring::rand::SystemRandom;
use std::{fmt, sync::Arc, time::Duration};

/// Counts attempts, and lets those through that come slowly enough.
///
/// Cheap to clone.
#[derive(Clone)]
pub struct Throttle {
    pub(crate) store: Store,
    pub(crate) profile: Profile,
    pub(crate) keys: Arc<DeviceKeys>,
    pub(crate) rng: SystemRandom,
}

/// One attempt: whose, at what, from where, and when.
#[derive(Clone, Copy)]
struct Attempt<'a> {
    subject: Subject,
    guess: Guess,
    client: &'a Client,
    now: Timestamp,
}

/// What was decided about an attempt, and from what.
struct Decided {
    class: Class,
    read: Tally,
    decision: Decision,
    clearing: u32,
}

impl Throttle {
    /// Keeps its counts in `store`, whose handle seals, and signs device cookies by `keys`.
    #[must_use]
    pub fn new(store: &Store, profile: Profile, keys: DeviceKeys) -> Self {
        Self { store: store.clone(), profile, keys: Arc::new(keys), rng: SystemRandom::new() }
    }

    /// How it slows attempts down.
    #[must_use]
    pub const fn profile(&self) -> &Profile {
        &self.profile
    }

    /// The client that presents this device cookie, or none, on its way to `account`.
    ///
    /// A cookie that is malformed, expired, of another account or not signed here is no error: the client
    /// is an unknown one.
    #[must_use]
    pub fn client(&self, account: StaffId, cookie: Option<&str>) -> Client {
        let cookie = cookie.and_then(|text| DeviceCookie::parse(text).ok());
        let claim = cookie.and_then(|cookie| self.keys.verify(account, &cookie));
        claim.map_or(Client::unknown(), |claim| Client::with_device(account, claim))
    }

    /// Asks whether one attempt may be judged, and counts it: before it is judged, so that of a thousand
    /// attempts at one moment no more are judged than of a thousand one after the other.
    ///
    /// Whether the subject exists is never looked up: one that does not is slowed down in the same way, by
    /// the same work. What is refused changes nothing, but for a note at most once for each longer wait.
    ///
    /// # Errors
    /// [`ThrottleError::Wait`]; [`ThrottleError::Disabled`]; [`ThrottleError::Corrupt`]; those of the store
    /// and the random source, after which the attempt may have been counted.
    pub async fn knock(
        &self,
        subject: impl Into<Subject>,
        guess: Guess,
        client: &Client,
        now: Timestamp,
    ) -> Result<Gate, ThrottleError> {
        let attempt = Attempt { subject: subject.into(), guess, client, now };
        if !guess.is_guessable() {
            return self.open(attempt).await;
        }
        // Most of a flood is refused here: it writes nothing, and waits for no writer.
        let look = self.decide(&Reader::Store(&self.store), attempt).await?;
        if let Decision::Refuse { refusal, write: None, .. } = look.decision {
            return Err(refusal.into());
        }
        let decided = self.store.transact(|tx| async move {
            let decided = self.decide(&Reader::Tx(&tx), attempt).await?.numbered(&self.rng)?;
            self.write(&tx, attempt, &decided)?;
            Ok::<_, ThrottleError>(decided)
        });
        self.gate(attempt, &decided.await?)
    }

    /// A gate for what nobody can guess, which is not counted.
    async fn open(&self, attempt: Attempt<'_>) -> Result<Gate, ThrottleError> {
        let Attempt { subject, guess, client, now } = attempt;
        let reader = Reader::Store(&self.store);
        let standing = reader.standing(subject).await?;
        let mut lane = Lane::Unknown;
        for class in client.classes(subject, &standing, now) {
            if !matches!(class, Class::Device(device) if reader.is_abused(subject, device).await?) {
                lane = lane.min(class.lane());
            }
        }
        Ok(Gate { subject, guess, lane, at: now, counted: None })
    }

    async fn decide(&self, reader: &Reader<'_>, attempt: Attempt<'_>) -> Result<Decided, ThrottleError> {
        let Attempt { subject, guess, client, now } = attempt;
        let standing = reader.standing(subject).await?;
        let (clearing, classes) = (standing.clearing(guess), client.classes(subject, &standing, now));
        let mut tallies = Vec::new();
        loop {
            match decide(&self.profile, &classes, &tallies, now) {
                Step::Read(class) => tallies.push(self.tally(reader, attempt, class, clearing).await?),
                Step::Decided(class, read, decision) => {
                    return Ok(Decided { class, read, decision, clearing });
                }
            }
        }
    }

    async fn tally(
        &self,
        reader: &Reader<'_>,
        attempt: Attempt<'_>,
        class: Class,
        clearing: u32,
    ) -> Result<Tally, ThrottleError> {
        let Attempt { subject, guess, .. } = attempt;
        let count = async |whose| reader.count(&record::count_key(subject, guess, whose)?, clearing).await;
        let mut tally = Tally { own: count(Whose::Class(class)).await?, ..Tally::NONE };
        if let Class::Device(device) = class {
            tally.abused = reader.is_abused(subject, device).await?;
            if self.profile.shares().is_some() {
                tally.together = count(Whose::AllDevices).await?;
            }
        }
        Ok(tally)
    }

    fn write(&self, tx: &Tx, attempt: Attempt<'_>, decided: &Decided) -> Result<(), ThrottleError> {
        let Decided { class, read, decision, clearing } = decided;
        let Some(after) = decision.written() else { return Ok(()) };
        let rows =
            [(Whose::Class(*class), read.own, after.own), (Whose::AllDevices, read.together, after.together)];
        for (whose, before, after) in rows {
            if before != after {
                let key = record::count_key(attempt.subject, attempt.guess, whose)?;
                let bytes = CountRecord { count: after, clearing: *clearing }.encode();
                match self.profile.forgets_at(*class, &after) {
                    Some(at) => tx.put_until(&key, bytes, at)?,
                    None => tx.put(&key, bytes)?,
                }
            }
        }
        if let (Class::Device(device), true) = (class, after.abused && !read.abused) {
            let until = attempt.client.device_expires().unwrap_or(Timestamp::MAX);
            tx.put_until(&record::abused_key(attempt.subject, *device)?, &record::encode_abused(), until)?;
        }
        decision.event(attempt).map_or(Ok(()), |event| self.tell(tx, &event))
    }

    fn gate(&self, attempt: Attempt<'_>, decided: &Decided) -> Result<Gate, ThrottleError> {
        let Attempt { subject, guess, now, .. } = attempt;
        let Decided { class, read, clearing, .. } = *decided;
        let after = match decided.decision {
            Decision::Admit(after) => after,
            Decision::Refuse { refusal, .. } => return Err(refusal.into()),
        };
        let store = self.store.clone();
        let profile = self.profile;
        let counted = Counted { store, profile, subject, guess, class, clearing, before: read, after };
        Ok(Gate { subject, guess, lane: class.lane(), at: now, counted: Some(counted) })
    }

    pub(crate) fn tell(&self, tx: &Tx, event: &Event) -> Result<(), ThrottleError> {
        tx.stage(|batch| event.stage(batch, &self.rng).map_err(ThrottleError::from))
    }
}

impl Decided {
    /// Runs of attempts that begin here get their numbers.
    fn numbered(mut self, rng: &SystemRandom) -> Result<Self, ThrottleError> {
        if let Decision::Admit(after) = &mut self.decision {
            (after.own, after.together) = (after.own.numbered(rng)?, after.together.numbered(rng)?);
        }
        Ok(self)
    }
}

impl Decision {
    const fn written(&self) -> Option<&Tally> {
        match self {
            Self::Admit(after) => Some(after),
            Self::Refuse { write, .. } => write.as_ref(),
        }
    }

    fn event(&self, Attempt { subject, guess, now, .. }: Attempt<'_>) -> Option<Event> {
        let Self::Refuse { refusal, tell: true, .. } = self else { return None };
        let action = match refusal {
            Refusal::Wait(_) => Action::AttemptThrottled,
            Refusal::Disabled => Action::AuthenticatorDisabled,
        };
        let event = Event::new(action, Actor::Unknown, now).about(subject).detail(guess.detail());
        Some(event.outcome(Outcome::Failure).reason(Reason::Throttled))
    }
}

impl From<Refusal> for ThrottleError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Wait(left) => Self::Wait { retry_after: whole_seconds(left) },
            Refusal::Disabled => Self::Disabled,
        }
    }
}

/// Rounded up, so that whoever waits that long does not come too early.
fn whole_seconds(left: jiff::SignedDuration) -> Duration {
    let seconds = left.as_secs().saturating_add(i64::from(left.subsec_nanos() > 0));
    Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
}

impl fmt::Debug for Throttle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Throttle").field("profile", &self.profile).finish_non_exhaustive()
    }
}
