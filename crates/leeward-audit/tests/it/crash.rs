//! Ten thousand runs, each from its own seed, in which two processes with clocks that differ append, drain
//! and publish while the store fails in every way and the processes die. Whatever happens: what was
//! acknowledged is logged once, no two trees of one size are signed, the directory holds or is plainly
//! unfinished, and the seals have no hole.

use crate::support::{ORIGIN, check_seals, entries, event, now, number, reader};
use leeward_audit::{
    AuditError, AuditLog, Checkpoint, Proved, SealKey, VerifyError, merkle::Hash, verify_dir,
};
use leeward_event::{Action, CoarseTime};
use leeward_store::{
    Store, Timestamp,
    testing::{Call, Fault, Gate, Plan, run_until_stuck},
};
use pollster::block_on;
use ring::rand::SystemRandom;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    future::Future,
    path::{Path, PathBuf},
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
};
use tempfile::TempDir;

const RUNS: u64 = 10_000;
const THREADS: u64 = 2;

/// Numbers that follow from a seed (SplitMix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }
}

struct Unparks(Thread);

impl Wake for Unparks {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Runs a future to its end, or until the store hangs under it: `None`, and the caller is gone. When it
/// stands before the gate, `meanwhile` happens.
fn run<F: Future>(future: F, hang: &Plan, gate: &Gate, mut meanwhile: impl FnMut()) -> Option<F::Output> {
    let (waits, mut is_closed) = (hang.is_pending(), true);
    let waker = Waker::from(Arc::new(Unparks(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return Some(output);
        }
        if waits && !hang.is_pending() {
            return None;
        }
        if is_closed && run_until_stuck(gate.reached()).is_some() {
            is_closed = false;
            meanwhile();
            gate.open();
            continue;
        }
        thread::park();
    }
}

/// One run: a store, two processes over it, and what they were told.
struct Run<'a> {
    dice: Dice,
    clean: Store,
    faulty: Store,
    hang: Plan,
    hold: Plan,
    dirs: [PathBuf; 2],
    key: &'a SealKey,
    logs: [Option<AuditLog>; 2],
    second: i64,
    staged: u64,
    acknowledged: BTreeSet<u64>,
    proved: Vec<(u64, Proved)>,
    signed: BTreeMap<u64, Hash>,
}

/// What a run came to.
#[derive(Default)]
struct Seen {
    acknowledged: usize,
    unacknowledged: usize,
    deaths: usize,
    errors: usize,
    meetings: usize,
    roots: usize,
}

impl<'a> Run<'a> {
    fn new(seed: u64, scratch: &Path, key: &'a SealKey) -> Self {
        let mut dice = Dice(seed);
        let clean = Store::memory().assume_sealed();
        let dirs = ["left", "right"].map(|name| scratch.join(name));
        let (faults, hang) = (Plan::new(), Plan::new());
        for _ in 0..=dice.roll(3) {
            let call = [Call::Any, Call::Any, Call::Commit][dice.roll(3) as usize];
            let polls = dice.roll(3) as u32;
            let kinds =
                [Fault::Refuse, Fault::Conflict, Fault::LoseRequest, Fault::LoseAnswer, Fault::Delay(polls)];
            let fault = kinds[dice.roll(5) as usize].clone();
            faults.add(1 + dice.roll(90) as usize, call, fault);
        }
        let fault = [Fault::HangBefore, Fault::HangAfter][dice.roll(2) as usize].clone();
        hang.add(1 + dice.roll(120) as usize, Call::Any, fault);
        let hold = Plan::new();
        let faulty = hold.over(&hang.over(&faults.over(&clean)));
        Self {
            dice,
            clean,
            faulty,
            hang,
            hold,
            dirs,
            key,
            logs: [None, None],
            second: 0,
            staged: 0,
            acknowledged: BTreeSet::new(),
            proved: Vec::new(),
            signed: BTreeMap::new(),
        }
    }

    /// What a process takes the time to be: one is two minutes ahead.
    fn clock(&self, process: usize) -> Timestamp {
        let skew = [0, 120][process];
        Timestamp::from_second(now().as_second() + self.second + skew).unwrap()
    }

    fn go(mut self, seen: &mut Seen) {
        for _ in 0..6 + self.dice.roll(8) {
            self.second += [0, 1, 12, 600, 1_500][self.dice.roll(5) as usize];
            let process = self.dice.roll(2) as usize;
            let Some(log) = self.log(process, seen) else { continue };
            // Sometimes the other process does something while this one stands before or after a commit.
            let gate = Gate::new();
            if self.dice.roll(2) == 0 {
                let hold = [Fault::HoldBefore(gate.clone()), Fault::HoldAfter(gate.clone())];
                self.hold.add(
                    1 + self.dice.roll(3) as usize,
                    Call::Commit,
                    hold[self.dice.roll(2) as usize].clone(),
                );
            }
            self.go_on(&log, process, &gate, seen);
            gate.open();
            self.look();
        }
        self.recover(seen);
    }

    fn go_on(&mut self, log: &AuditLog, process: usize, gate: &Gate, seen: &mut Seen) {
        match self.step(log, process, gate, seen) {
            None => {
                self.logs[process] = None;
                seen.deaths += 1;
            }
            // Whoever was overtaken finds the end or the lease replaced, and not entries where it writes its own:
            // the checks of their versions are the first line, and entries that are there already the second.
            Some(Err(AuditError::Contradiction { what })) => panic!("{what}"),
            Some(Err(_)) => seen.errors += 1,
            Some(Ok(())) => {}
        }
    }

    /// What the other process does while this one is held.
    fn meanwhile(&mut self, process: usize, seen: &mut Seen) {
        seen.meetings += 1;
        for _ in 0..2 {
            if let Some(log) = self.log(1 - process, seen) {
                self.go_on(&log, 1 - process, &Gate::new(), seen);
            }
        }
    }

    /// The log of a process, which is opened when it has died before.
    fn log(&mut self, process: usize, seen: &mut Seen) -> Option<AuditLog> {
        if self.logs[process].is_none() {
            let at = self.clock(process);
            let opening = async {
                let log = AuditLog::open(&self.faulty, &self.dirs[process], ORIGIN).await?;
                log.begin_seals(self.key, at).await?;
                Ok::<_, AuditError>(log)
            };
            match run(opening, &self.hang, &Gate::new(), || ()) {
                Some(Ok(log)) => self.logs[process] = Some(log),
                Some(Err(_)) => seen.errors += 1,
                None => seen.deaths += 1,
            }
        }
        self.logs[process].clone()
    }

    /// One thing that a process does; `None` when it dies of it.
    fn step(
        &mut self,
        log: &AuditLog,
        process: usize,
        gate: &Gate,
        seen: &mut Seen,
    ) -> Option<Result<(), AuditError>> {
        let (at, hang) = (self.clock(process), self.hang.clone());
        match self.dice.roll(8) {
            0..=2 => {
                let n = self.next();
                let done = run(log.append(&event(n), at), &hang, gate, || self.meanwhile(process, seen))?;
                if done.is_ok() {
                    self.acknowledged.insert(n);
                }
                Some(done)
            }
            3 => {
                let n = self.next();
                let done =
                    run(log.append_and_prove(&event(n), at), &hang, gate, || self.meanwhile(process, seen))?;
                if let Ok(proved) = &done {
                    self.acknowledged.insert(n);
                    self.proved.push((n, proved.clone()));
                }
                Some(done.map(drop))
            }
            4 | 5 => Some(run(log.drain(at), &hang, gate, || self.meanwhile(process, seen))?.map(drop)),
            _ => {
                let done = run(log.publish(at), &hang, gate, || self.meanwhile(process, seen))?;
                let signed = done.as_ref().map(|published| (published.size, published.root));
                if let Ok((size, root)) = signed {
                    self.note(size, root);
                }
                Some(done.map(drop))
            }
        }
    }

    fn next(&mut self) -> u64 {
        self.staged += 1;
        self.staged
    }

    fn note(&mut self, size: u64, root: Hash) {
        let before = *self.signed.entry(size).or_insert(root);
        assert_eq!(before, root, "two signed roots for size {size}");
    }

    /// What the directories show at this moment holds, or is plainly unfinished.
    fn look(&mut self) {
        for dir in self.dirs.clone() {
            let Ok(note) = fs::read(dir.join("checkpoint")) else { continue };
            let log = self.logs.iter().flatten().next().cloned();
            let log = log.unwrap_or_else(|| block_on(AuditLog::open(&self.clean, &dir, ORIGIN)).unwrap());
            let checkpoint = Checkpoint::open(&note, log.vkey()).unwrap();
            self.note(checkpoint.size(), *checkpoint.root());
            match verify_dir(&dir, log.vkey()) {
                // What a process that died had handed to a thread may go on for a moment.
                Ok(verified) => {
                    assert!(verified.size >= checkpoint.size());
                    self.note(verified.size, verified.root);
                }
                Err(VerifyError::Foreign { .. } | VerifyError::Missing { .. }) => {}
                Err(other) => panic!("{other}"),
            }
        }
    }

    /// Two processes that do not fail go on.
    fn recover(mut self, seen: &mut Seen) {
        self.second += 3_600;
        let at = self.clock(1);
        let log = block_on(AuditLog::open(&self.clean, &self.dirs[0], ORIGIN)).unwrap();
        block_on(log.begin_seals(self.key, at)).unwrap();
        let drained = block_on(log.drain(at)).unwrap();
        assert!(!drained.held);
        let published = block_on(log.publish(at)).unwrap();
        self.note(published.size, published.root);
        let other = block_on(AuditLog::open(&self.clean, &self.dirs[1], ORIGIN)).unwrap();
        assert_eq!(block_on(other.publish(at)).unwrap().root, published.root);
        for dir in &self.dirs {
            assert_eq!(verify_dir(dir, log.vkey()).unwrap().root, published.root);
        }
        self.check_events(&log, published.size, seen);
        self.check_tree(&log, published.size);
        seen.roots += self.signed.len();
    }

    fn check_events(&self, log: &AuditLog, size: u64, seen: &mut Seen) {
        let mut logged = BTreeSet::new();
        for index in 0..size {
            let read = block_on(log.read(index, &reader(), self.clock(1))).unwrap();
            if let Some(event) = read.event.filter(|event| event.what() == Action::RecordRead) {
                let n = number(&event);
                assert!(logged.insert(n), "{n} is logged twice");
                assert!((1..=self.staged).contains(&n));
            }
        }
        assert!(self.acknowledged.is_subset(&logged), "an acknowledged event is lost");
        seen.acknowledged += self.acknowledged.len();
        seen.unacknowledged += logged.len() - self.acknowledged.len();
    }

    fn check_tree(&self, log: &AuditLog, size: u64) {
        let entries = entries(log.dir(), size);
        for (size, root) in &self.signed {
            let tree = entries[..*size as usize].iter().map(|entry| leeward_audit::merkle::leaf_hash(entry));
            assert_eq!(tree.collect::<leeward_audit::merkle::Frontier>().root(), *root);
        }
        for (n, Proved { index, entry, proof, .. }) in &self.proved {
            proof.verify(&entry.encode(), log.vkey()).unwrap();
            assert_eq!(entries[*index as usize], entry.encode());
            let event = block_on(log.read(*index, &reader(), self.clock(1))).unwrap().event.unwrap();
            assert_eq!(number(&event), *n);
        }
        let until = CoarseTime::from_minutes(CoarseTime::of(self.clock(1)).minutes() - 15);
        check_seals(&entries, self.key, Some(until)).unwrap();
    }
}

/// Where files cost the least: nothing here is about the disk.
fn scratch() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory).unwrap() } else { tempfile::tempdir().unwrap() }
}

#[test]
fn ten_thousand_runs_lose_nothing_fork_nothing_and_leave_no_hole() {
    let key = &SealKey::generate(ORIGIN, 15, &SystemRandom::new()).unwrap();
    let seen = thread::scope(|scope| {
        let part = |part: u64| {
            let scratch = scratch();
            let mut seen = Seen::default();
            for seed in (part..RUNS).step_by(THREADS as usize) {
                // Each has a place of its own: a thread of a run before may still be at work.
                let place = scratch.path().join(seed.to_string());
                let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                    Run::new(seed, &place, key).go(&mut seen);
                }));
                let _ = fs::remove_dir_all(place);
                assert!(done.is_ok(), "the run of seed {seed} failed");
            }
            seen
        };
        let parts: Vec<_> = (0..THREADS).map(|thread| scope.spawn(move || part(thread))).collect();
        parts.into_iter().map(|part| part.join().unwrap()).collect::<Vec<_>>()
    });
    let sum = |of: fn(&Seen) -> usize| seen.iter().map(of).sum::<usize>();
    // That the runs are worth their time.
    assert!(sum(|seen| seen.acknowledged) > 20_000 && sum(|seen| seen.unacknowledged) > 500);
    assert!(sum(|seen| seen.deaths) > 2_000 && sum(|seen| seen.errors) > 5_000);
    assert!(sum(|seen| seen.roots) > 10_000 && sum(|seen| seen.meetings) > 5_000);
}
