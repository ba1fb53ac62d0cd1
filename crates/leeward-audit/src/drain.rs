use crate::{
    AuditError, AuditLog, EventEntry, LogEntry,
    appending::Addition,
    backlog::{Backlog, Content, Waiting},
    record::{
        DETAIL, Detail, ENTRY, EntryRow, HEAD, Place, SERVICE_DETAIL, SetAside, set_aside_key, ticket_of,
    },
    turn::{Next, Turn},
};
use leeward_event::{Action, Actor, CoarseTime, Component, Event, Outcome, Reason, Subject};
use leeward_store::{Conflict, Expect, Key, Space, StoreError, Timestamp};
use ring::rand::SecureRandom;
use std::collections::HashSet;

/// The most events of one batch: each takes four operations at most, and sealing may add one.
const MAX_GROUP: usize = 240;

/// How often a drain begins again when other sequencers are first.
const MAX_ATTEMPTS: u32 = 100;

/// What [`AuditLog::drain`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drained {
    /// How many events were moved into the log by this call, with those that stand for what could not
    /// be read.
    pub logged: u64,
    /// How many epochs were sealed by this call.
    pub sealed: u64,
    /// How many entries the log has, with those of other sequencers.
    pub size: u64,
    /// Whether another sequencer is at work, to which the rest was left.
    pub held: bool,
}

/// What is done while another sequencer holds the lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manners {
    /// The rest is left to it.
    Polite,
    /// The lease is taken over. Whoever held it finds that its batches fail.
    Insistent,
}

impl AuditLog {
    /// Moves the events that wait in the outbox into the log, in the order in which they were
    /// committed, and seals the epochs that are over. When more than 65,536 wait, those of the earliest
    /// minutes come first, as many as that.
    ///
    /// Each batch takes events out of the outbox, appends their entries, and replaces the row that
    /// says where the log ends, all or nothing: an event is logged once, and of two sequencers one is
    /// first and the other looks again, or leaves the rest to it while it has more to do. It may be
    /// dropped at any point, and called from anywhere.
    ///
    /// Call it at least once an epoch, also when nothing waits: then it appends the seal alone, so that
    /// the next checkpoint shows that the log is alive and has not been cut off.
    ///
    /// What waits and cannot be read stops nothing: a [`LogGap`](Action::LogGap) stands in its place,
    /// and [`take_back`](Self::take_back) tries it again.
    ///
    /// # Errors
    /// [`AuditError::Store`], with [`StoreError::Contended`] when other sequencers were always first;
    /// [`AuditError::ClockBehind`] and [`AuditError::ClockAhead`]; [`AuditError::Contradiction`] when the
    /// stored end of the log has gone back; [`AuditError::Random`]; [`AuditError::Corrupt`]. What was
    /// logged before stays logged; the rest waits.
    pub async fn drain(&self, now: Timestamp) -> Result<Drained, AuditError> {
        self.drain_with(now, Manners::Polite).await
    }

    pub(crate) async fn drain_with(&self, now: Timestamp, manners: Manners) -> Result<Drained, AuditError> {
        self.tell_lost(now).await?;
        let mut drained = Drained::default();
        for _ in 0..MAX_ATTEMPTS {
            loop {
                let backlog = Backlog::read(&self.store).await?;
                let turn = self.turn().await?;
                if manners == Manners::Polite && self.is_held(&turn, now) {
                    return Ok(Drained { held: true, size: turn.head.tree.size(), ..drained });
                }
                match self.append_backlog(&backlog, turn, &mut drained, now).await? {
                    Some(turn) if !backlog.more => {
                        return Ok(Drained { size: turn.head.tree.size(), ..drained });
                    }
                    Some(_) => {}
                    None => break,
                }
            }
        }
        Err(StoreError::Contended { attempts: MAX_ATTEMPTS }.into())
    }

    /// Seals what is over and appends group by group; `None` when another sequencer was first.
    async fn append_backlog(
        &self,
        backlog: &Backlog,
        mut turn: Turn,
        drained: &mut Drained,
        now: Timestamp,
    ) -> Result<Option<Turn>, AuditError> {
        let seals = self.due_seals(now).await?;
        if backlog.waiting.is_empty() && seals.is_none() {
            return Ok(Some(turn));
        }
        let at = self.clock.minute(now, turn.head.at)?;
        if let Some(seals) = seals {
            let last = if backlog.waiting.is_empty() { Next::Anybody } else { Next::More };
            match unless_lost(self.seal_epochs(turn, seals, (at, now, last), &mut drained.sealed).await)? {
                Some(next) => turn = next,
                None => return Ok(None),
            }
        }
        let mut erased = HashSet::new();
        let mut groups = backlog.waiting.chunks(MAX_GROUP).peekable();
        while let Some(group) = groups.next() {
            let next = if groups.peek().is_some() || backlog.more { Next::More } else { Next::Anybody };
            match unless_lost(self.append_group(group, &turn, &mut erased, (at, now, next)).await)? {
                Some(next) => turn = next,
                None => return Ok(None),
            }
            self.shared.pressure.look_again();
            let logged = u64::try_from(group.len()).unwrap_or(u64::MAX);
            drained.logged = drained.logged.saturating_add(logged);
        }
        Ok(Some(turn))
    }

    /// Appends one batch of events; those about erased subjects without their details, but for who read the
    /// log about them.
    async fn append_group(
        &self,
        group: &[Waiting],
        turn: &Turn,
        erased: &mut HashSet<Vec<u8>>,
        (at, now, next): (CoarseTime, Timestamp, Next),
    ) -> Result<Turn, AuditError> {
        loop {
            let mut addition = Addition::new(turn, at);
            for waiting in group {
                self.log_one(&mut addition, waiting, erased, now)?;
            }
            match self.add(turn, addition, now, next).await {
                Err(AuditError::Store(StoreError::Erased { key })) => note_erased(erased, key)?,
                done => return done,
            }
        }
    }

    /// Puts one event's removal from the outbox, its entry and its detail into the batch.
    fn log_one(
        &self,
        addition: &mut Addition,
        waiting: &Waiting,
        erased: &HashSet<Vec<u8>>,
        now: Timestamp,
    ) -> Result<(), AuditError> {
        let aside =
            |content: &SetAside| Ok::<_, StoreError>((set_aside_key(&waiting.key)?, content.encode()));
        let batch = &mut addition.batch;
        let event = match &waiting.content {
            Content::Event(event) => *event,
            Content::Unknown(bytes) => {
                let (key, record) = aside(&SetAside::Bytes(bytes.clone()))?;
                batch.put(key, Expect::Any, record);
                unreadable(now)
            }
            Content::Closed => {
                let (key, record) = aside(&SetAside::Closed)?;
                batch.put(key, Expect::Absent, record);
                unreadable(now)
            }
        };
        if let Some(version) = waiting.version {
            batch.delete(waiting.key.clone(), Expect::Exactly(version));
        }
        let mut salt = [0; 32];
        self.rng.fill(&mut salt).map_err(|_| AuditError::Random)?;
        let place = place_of(&event, erased);
        if let Some(key) = detail_key(place, addition.size())? {
            addition.batch.put(key, Expect::Absent, Detail { salt, event }.encode());
        }
        let entry = EventEntry::new(addition.at(), &event, &salt, &self.pseudonyms);
        let procedure = event.belongs_with().filter(|_| place != Place::Erased);
        let procedure = procedure.map(|id| self.pseudonyms.of_correlation(id));
        let (ticket, entry) = (ticket_of(&waiting.key), LogEntry::Event(entry).encode());
        addition.push(&EntryRow { place, ticket, procedure, entry })
    }
}

/// What stands in the place of something that cannot be read.
fn unreadable(now: Timestamp) -> Event {
    Event::new(Action::LogGap, Actor::Component(Component::Audit), now)
        .outcome(Outcome::Failure)
        .reason(Reason::Unreadable)
}

fn place_of(event: &Event, erased: &HashSet<Vec<u8>>) -> Place {
    match event.whom().as_ref().map(Subject::id_bytes) {
        // The subject's key is gone, and who destroyed it must stay on record.
        _ if event.what() == Action::SubjectErased => Place::Service,
        // Who asks about somebody who is gone tells of themselves, and asked by that very identifier.
        Some(id) if erased.contains(&id[..]) && event.what() == Action::LogRead => Place::Service,
        Some(id) if erased.contains(&id[..]) => Place::Erased,
        Some(id) => Place::Subject(id),
        None => Place::Service,
    }
}

/// Where the detail of an entry lies, if anywhere.
pub(crate) fn detail_key(place: Place, index: u64) -> Result<Option<Key>, StoreError> {
    let index = index.to_be_bytes();
    match place {
        Place::Service => SERVICE_DETAIL.key(&[&index]).map(Some),
        Place::Subject(id) => DETAIL.key(&[&id, &index]).map(Some),
        Place::Erased | Place::Nowhere => Ok(None),
    }
}

/// `None` when another sequencer was first.
pub(crate) fn unless_lost<T>(appended: Result<T, AuditError>) -> Result<Option<T>, AuditError> {
    match appended {
        Err(AuditError::Store(StoreError::Conflict(conflict))) => check_lost(&conflict).map(|()| None),
        appended => appended.map(Some),
    }
}

/// Who loses against another sequencer finds the end of the log replaced, not only entries behind it.
fn check_lost(conflict: &Conflict) -> Result<(), AuditError> {
    let among = |space: Space| conflict.keys().iter().any(|key| key.space() == space);
    if among(ENTRY) && !among(HEAD) {
        return Err(AuditError::Contradiction { what: "there are entries behind its end" });
    }
    Ok(())
}

/// Notes whose detail the store refused because that subject was erased.
fn note_erased(erased: &mut HashSet<Vec<u8>>, key: Key) -> Result<(), AuditError> {
    match key.subject().filter(|_| key.space() == DETAIL) {
        Some(subject) if erased.insert(subject.clone()) => Ok(()),
        _ => Err(StoreError::Erased { key }.into()),
    }
}
