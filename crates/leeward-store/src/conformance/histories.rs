//! Small random histories are strictly serialisable.

use super::{
    Finding, Harness, Outcome,
    linearize::{Answer, Call, Effect, Event, Row, Slot, is_strictly_serialisable},
    probe::{Probe, race},
    random::Random,
};
use crate::{Batch, Entry, Expect, Key, Scan, Version};
use std::{
    sync::{
        Barrier, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

const HISTORIES: u64 = 300;
/// How many histories are made at a time.
const LANES: u8 = 8;
const TASKS: u8 = 3;
const CALLS: u64 = 6;
const KEYS: usize = 3;

/// Three hundred histories, eight at a time, each of three tasks that read, scan and commit on three keys
/// of its own: each has an order that agrees with real time and with a store that does one thing after the
/// other. A failure prints the history.
///
/// # Errors
/// The history.
pub fn histories_are_strictly_serialisable(harness: &dyn Harness) -> Outcome {
    let probe = Probe::open(harness)?;
    let rounds = (0..HISTORIES).map(|number| Round::new(&probe, number)).collect::<Outcome<Vec<_>>>()?;
    let failed = race(LANES * TASKS, |thread| {
        let (task, lane) = (thread % TASKS, thread / TASKS);
        let mut first = Ok(());
        for (number, round) in (0..).zip(&rounds).skip(lane.into()).step_by(LANES.into()) {
            round.start.wait();
            // A task that fails still meets the others at the barrier.
            let done = round.run(task, number);
            first = first.and(done);
        }
        Ok(first)
    })?;
    failed.into_iter().collect::<Outcome>()?;
    for (number, round) in rounds.into_iter().enumerate() {
        let mut history = round.calls.into_inner().unwrap_or_else(PoisonError::into_inner);
        history.sort_by_key(|call| call.began);
        ensure!(is_strictly_serialisable(&history), "history {number} has no serial order: {history:#?}");
    }
    Ok(())
}

/// One history in the making, on keys of its own.
struct Round<'a> {
    probe: &'a Probe,
    keys: Vec<Key>,
    scan: Scan,
    start: Barrier,
    clock: AtomicU64,
    calls: Mutex<Vec<Call>>,
}

impl<'a> Round<'a> {
    fn new(probe: &'a Probe, number: u64) -> Outcome<Self> {
        let number = number.to_be_bytes();
        let keys = (0..KEYS).map(|slot| probe.key(&[b"history", &number, &slot.to_be_bytes()]));
        let keys = keys.collect::<Outcome<Vec<_>>>()?;
        let scan = Scan::all(probe.prefix(&[b"history", &number])?);
        let start = Barrier::new(TASKS.into());
        Ok(Self { probe, keys, scan, start, clock: AtomicU64::new(0), calls: Mutex::default() })
    }

    fn run(&self, task: u8, number: u64) -> Outcome {
        let mut random = Random::new(number.wrapping_mul(256).wrapping_add(u64::from(task)));
        let mut seen = [None; KEYS];
        for call in 0..CALLS {
            if random.below(2) == 0 {
                thread::yield_now();
            }
            let unique = u64::from(task) * CALLS + call;
            let plan = Plan::choose(&mut random, &seen, unique);
            let began = self.tick();
            let event = self.perform(plan)?;
            let ended = self.tick();
            learn(&event, &mut seen);
            let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
            calls.push(Call { task, began, ended, event });
        }
        Ok(())
    }

    fn tick(&self) -> u64 {
        self.clock.fetch_add(1, Ordering::SeqCst)
    }

    fn perform(&self, plan: Plan) -> Outcome<Event> {
        match plan {
            Plan::Get(slot) => {
                let found = self.probe.get(self.key(slot)?)?.as_ref().map(row).transpose()?;
                Ok(Event::Get { slot, found })
            }
            Plan::Scan { backward } => self.walk(backward),
            Plan::Commit(ops) => self.commit(ops),
        }
    }

    fn walk(&self, backward: bool) -> Outcome<Event> {
        let scan = self.scan.clone();
        let mut items = self.probe.scan(&if backward { scan.backward() } else { scan })?.items;
        if backward {
            items.reverse();
        }
        let found = items.iter().map(|item| Ok((self.slot(&item.key)?, row(&item.entry)?)));
        Ok(Event::Scan { found: found.collect::<Outcome<_>>()? })
    }

    fn commit(&self, ops: Vec<(Slot, Expect, Effect)>) -> Outcome<Event> {
        let mut batch = Batch::new();
        for (slot, expect, effect) in &ops {
            let key = self.key(*slot)?.clone();
            match effect {
                Effect::Put(value) => batch.put(key, *expect, &value.to_be_bytes()),
                Effect::Delete => batch.delete(key, *expect),
                Effect::Check => batch.check(key, *expect),
            };
        }
        let answer = match self.probe.attempt(batch)? {
            Ok(version) => Answer::Applied(version.get()),
            Err(conflict) => {
                Answer::Refused(conflict.keys().iter().map(|key| self.slot(key)).collect::<Outcome<_>>()?)
            }
        };
        Ok(Event::Commit { ops, answer })
    }

    fn key(&self, slot: Slot) -> Outcome<&Key> {
        self.keys.get(slot).ok_or_else(|| Finding::Violation(format!("no key {slot}")))
    }

    fn slot(&self, key: &Key) -> Outcome<Slot> {
        let slot = self.keys.iter().position(|known| known == key);
        slot.ok_or_else(|| Finding::Violation(format!("{key:?} is no key of this history")))
    }
}

fn row(entry: &Entry) -> Outcome<Row> {
    let value = entry.value.as_bytes().try_into().map(u64::from_be_bytes);
    let value = value.map_err(|_| Finding::Violation(format!("{entry:?} was never written")))?;
    Ok(Row { version: entry.version.get(), value })
}

/// Remembers the versions that a task has seen, to expect them later.
fn learn(event: &Event, seen: &mut [Option<u64>; KEYS]) {
    let mut note = |slot: Slot, version| {
        if let Some(seen) = seen.get_mut(slot) {
            *seen = version;
        }
    };
    match event {
        Event::Get { slot, found } => note(*slot, found.map(|row| row.version)),
        Event::Scan { found } => found.iter().for_each(|(slot, row)| note(*slot, Some(row.version))),
        Event::Commit { ops, answer: Answer::Applied(version) } => {
            for (slot, _, effect) in ops {
                match effect {
                    Effect::Put(_) => note(*slot, Some(*version)),
                    Effect::Delete => note(*slot, None),
                    Effect::Check => {}
                }
            }
        }
        Event::Commit { .. } => {}
    }
}

enum Plan {
    Get(Slot),
    Scan { backward: bool },
    Commit(Vec<(Slot, Expect, Effect)>),
}

impl Plan {
    fn choose(random: &mut Random, seen: &[Option<u64>; KEYS], unique: u64) -> Self {
        match random.below(8) {
            0 => Self::Get(usize::try_from(random.below(3)).unwrap_or(0)),
            1 => Self::Scan { backward: false },
            2 => Self::Scan { backward: true },
            _ => Self::Commit(choose_ops(random, seen, unique)),
        }
    }
}

/// One to three operations on different keys, mostly expecting what the task saw last.
fn choose_ops(random: &mut Random, seen: &[Option<u64>; KEYS], unique: u64) -> Vec<(Slot, Expect, Effect)> {
    let chosen = 1 + random.below(7);
    let mut ops = Vec::new();
    for (slot, version) in seen.iter().enumerate() {
        if chosen >> slot & 1 == 0 {
            continue;
        }
        let expect = match (random.below(5), version.and_then(Version::from_u64)) {
            (0, _) => Expect::Any,
            (_, Some(version)) => Expect::Exactly(version),
            (_, None) => Expect::Absent,
        };
        let effect = match random.below(6) {
            0 => Effect::Delete,
            1 | 2 => Effect::Check,
            _ => Effect::Put(unique),
        };
        ops.push((slot, expect, effect));
    }
    ops
}
