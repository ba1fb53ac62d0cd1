//! What somebody tries who took over the machine in some epoch, with every key that was there: of the
//! seals' keys only that epoch's and those that follow from it.

use super::{EpochKey, EpochSeal, SealBody, SealChecker, SealError, SealKey, Sealed};
use crate::{
    EventEntry, LogEntry,
    merkle::{Frontier, leaf_hash},
    pseudonym::Pseudonyms,
};
use leeward_event::{Action, Actor, CoarseTime, Event};

mod gone;

const MINUTES: u16 = 15;
const START: u32 = 1_000;

/// A log as it is written by the book, or against it.
#[derive(Clone)]
struct Log {
    entries: Vec<Vec<u8>>,
    key: EpochKey,
    epoch: u32,
    start: u32,
}

impl Clone for EpochKey {
    fn clone(&self) -> Self {
        Self::new(*self.expose())
    }
}

fn key(byte: u8) -> SealKey {
    let key = crate::merkle::Hash::new([byte; 32]).to_base64();
    format!("leeward-seal+a.b/c+{MINUTES}+{key}").parse().unwrap()
}

fn event(minute: u32, n: u8) -> Vec<u8> {
    let at = CoarseTime::from_minutes(minute);
    let event = Event::new(Action::RecordRead, Actor::Unknown, at.start());
    LogEntry::Event(EventEntry::new(at, &event, &[n; 32], &Pseudonyms::new(1, &[4; 32]))).encode()
}

fn tree(entries: &[Vec<u8>]) -> Frontier {
    entries.iter().map(|entry| leaf_hash(entry)).collect()
}

impl Log {
    /// One that began to seal when it had two entries.
    fn begin() -> Self {
        let entries = vec![event(900, 1), event(START, 2)];
        let mut log = Self { entries, key: key(7).first(), epoch: 0, start: 0 };
        log.seal_until(START);
        log
    }

    /// Six epochs, of which the third and the fifth are empty.
    fn of_six_epochs() -> Self {
        let mut log = Self::begin();
        for epoch in 1..=6_u32 {
            if ![3, 5].contains(&epoch) {
                log.log(log.start, 10);
                log.log(log.start + 14, 11);
            }
            log.seal();
        }
        log
    }

    fn log(&mut self, minute: u32, n: u8) {
        self.entries.push(event(minute, n));
    }

    fn seal(&mut self) {
        self.seal_until(self.start + u32::from(MINUTES));
    }

    fn seal_until(&mut self, end: u32) {
        let tree = tree(&self.entries);
        let minute = CoarseTime::from_minutes;
        let (size, root) = (tree.size(), tree.root());
        let body = SealBody { epoch: self.epoch, start: minute(self.start), end: minute(end), size, root };
        self.entries.push(LogEntry::Seal(EpochSeal::new(body, &self.key)).encode());
        (self.key, self.epoch, self.start) = (self.key.next(), self.epoch + 1, end);
    }

    /// Where the seal of an epoch stands.
    fn seal_of(&self, epoch: u32) -> usize {
        let is_it = |entry: &Vec<u8>| {
            LogEntry::decode(entry).unwrap().seal().is_some_and(|seal| seal.epoch() == epoch)
        };
        self.entries.iter().position(is_it).unwrap()
    }

    /// What is there when somebody takes over at the beginning of `epoch`, after its predecessor was
    /// sealed: no key of an epoch before.
    fn taken_over_in(epoch: u32) -> Self {
        let mut log = Self::of_six_epochs();
        log.entries.truncate(log.seal_of(epoch - 1) + 1);
        log.key = (0..epoch).fold(key(7).first(), |key, _| key.next());
        (log.epoch, log.start) = (epoch, START + (epoch - 1) * u32::from(MINUTES));
        log
    }

    fn check(&self) -> Result<Sealed, SealError> {
        self.check_with(&key(7), None)
    }

    fn check_with(&self, key: &SealKey, until: Option<u32>) -> Result<Sealed, SealError> {
        let (mut checker, mut tree) = (SealChecker::new(key), Frontier::new());
        for entry in &self.entries {
            checker.entry(entry, || tree.root())?;
            tree.append(leaf_hash(entry));
        }
        checker.finish(until.map(CoarseTime::from_minutes))
    }

    /// As [`check`](Self::check), when these entries are said to be kept no more.
    fn check_without(&self, gone: std::ops::Range<usize>) -> Result<Sealed, SealError> {
        let (mut checker, mut tree) = (SealChecker::new(&key(7)), Frontier::new());
        for (index, entry) in self.entries.iter().enumerate() {
            match gone.contains(&index) {
                true => checker.skip(1),
                false => checker.entry(entry, || tree.root())?,
            }
            tree.append(leaf_hash(entry));
        }
        checker.finish(None)
    }
}

#[test]
fn a_log_by_the_book_holds() {
    let log = Log::of_six_epochs();
    let until = CoarseTime::from_minutes(START + 90);
    let began = CoarseTime::from_minutes(START);
    assert_eq!(log.check(), Ok(Sealed { epochs: 7, from: 0, entries: 16, began, until }));
    assert!(log.check_with(&key(7), Some(START + 90)).is_ok());
    // Entries after the last seal are not sealed yet.
    let mut open = log;
    open.log(START + 95, 1);
    assert_eq!(open.check().unwrap().entries, 16);
}

/// systemd issue 11524: a wrong key passed where nothing contradicted it.
#[test]
fn a_wrong_key_always_fails() {
    for log in [Log::begin(), Log::of_six_epochs(), Log::taken_over_in(2)] {
        assert!(log.check().is_ok());
        for byte in (0..=255).filter(|byte| *byte != 7) {
            assert_eq!(log.check_with(&key(byte), None), Err(SealError::Broken { index: 2 }));
        }
    }
    // Without any seal there is nothing to be wrong, and so it fails by itself.
    let mut unsealed = Log::begin();
    unsealed.entries.truncate(2);
    assert_eq!(unsealed.check(), Err(SealError::Never));
    unsealed.entries.clear();
    assert_eq!(unsealed.check(), Err(SealError::Never));
}

/// CVE-2023-31437: entries that were sealed are changed, and sealed again with what was found.
#[test]
fn what_was_sealed_cannot_be_changed_and_sealed_again() {
    let takeover = Log::taken_over_in(5);
    let sealed = takeover.entries.len() - 1;
    let rewrite = |change: &dyn Fn(&mut Vec<Vec<u8>>)| {
        let mut log = takeover.clone();
        change(&mut log.entries);
        // On with the true key of the epoch and those after it.
        log.log(log.start, 1);
        log.seal();
        log.seal();
        log.check().unwrap_err()
    };
    for index in 0..sealed {
        for at in 0..takeover.entries[index].len() {
            rewrite(&|entries| entries[index][at] ^= 1);
        }
        rewrite(&|entries| drop(entries.remove(index)));
        rewrite(&|entries| entries.swap(index, index + 1));
        rewrite(&|entries| entries.insert(index, event(START + 1, 9)));
        let repeat = |entries: &mut Vec<Vec<u8>>| entries.insert(index, entries[index].clone());
        rewrite(&repeat);
    }
    // A seal of a past epoch, made with the key of the present one.
    let forged = rewrite(&|entries| {
        let at = takeover.seal_of(1);
        entries[at - 1] = event(START + 3, 9);
        let tree = tree(&entries[..at]);
        let (start, end) = (CoarseTime::from_minutes(START), CoarseTime::from_minutes(START + 15));
        let body = SealBody { epoch: 1, start, end, size: tree.size(), root: tree.root() };
        entries[at] = LogEntry::Seal(EpochSeal::new(body, &takeover.key)).encode();
    });
    assert_eq!(forged, SealError::Broken { index: takeover.seal_of(1) as u64 });
}

/// CVE-2023-31438: the end is cut off, and sealing goes on as if nothing had been there.
#[test]
fn a_log_that_was_cut_off_is_found() {
    for epoch in 1..5 {
        let mut log = Log::taken_over_in(5);
        let at = log.seal_of(epoch);
        // After a seal, or within an epoch.
        for keep in [at, at + 1] {
            let mut cut = log.clone();
            cut.entries.truncate(keep);
            if epoch < 4 || keep == at {
                cut.seal();
                assert!(matches!(cut.check(), Err(SealError::Discontinuous { .. })), "{epoch}");
            }
        }
        // Left alone, it is sealed no further than that.
        log.entries.truncate(at + 1);
        assert!(log.check().is_ok());
        let until = CoarseTime::from_minutes(START + epoch * 15);
        assert_eq!(log.check_with(&key(7), Some(START + 75)), Err(SealError::Stale { until }));
    }
}

/// CVE-2023-31438 again: an epoch in which nothing happened needs its seal too.
#[test]
fn an_epoch_that_is_missing_is_found_even_an_empty_one() {
    for epoch in 0..6 {
        let mut log = Log::of_six_epochs();
        let at = log.seal_of(epoch);
        log.entries.remove(at);
        assert!(log.check().is_err(), "{epoch}");
        // With the entries of the epoch.
        let mut log = Log::of_six_epochs();
        let from = epoch.checked_sub(1).map_or(0, |before| log.seal_of(before) + 1);
        log.entries.drain(from..=at);
        assert!(log.check().is_err(), "{epoch}");
    }
    // By who holds the key: an empty epoch is left out, or two are made one.
    let mut log = Log::taken_over_in(5);
    let index = log.entries.len() as u64;
    log.start += 15;
    log.seal();
    assert_eq!(log.check(), Err(SealError::Discontinuous { index, expected: 5 }));
    let mut log = Log::taken_over_in(5);
    log.seal_until(log.start + 30);
    assert_eq!(log.check(), Err(SealError::Discontinuous { index, expected: 5 }));
    // Two seals for one epoch.
    let mut log = Log::of_six_epochs();
    let (at, seal) = (log.seal_of(4), log.entries[log.seal_of(4)].clone());
    log.entries.insert(at + 1, seal);
    assert_eq!(log.check(), Err(SealError::Discontinuous { index: at as u64 + 1, expected: 5 }));
}

/// CVE-2023-31439: entries are given a time outside of the epoch whose key seals them.
#[test]
fn an_entry_with_the_time_of_another_epoch_is_found() {
    for minute in [900, START, START + 14, START + 59, START + 75, START + 1_000] {
        let mut log = Log::taken_over_in(5);
        let index = log.entries.len() as u64;
        log.log(minute, 1);
        log.seal();
        assert_eq!(log.check(), Err(SealError::Outside { index, epoch: 5 }), "{minute}");
    }
    // Within the epoch minutes do not go back either.
    let mut log = Log::taken_over_in(5);
    log.log(log.start + 10, 1);
    let index = log.entries.len() as u64;
    log.log(log.start + 9, 1);
    assert_eq!(log.check(), Err(SealError::Outside { index, epoch: 5 }));
}

#[test]
fn an_entry_of_an_unknown_form_is_not_passed_over() {
    let mut log = Log::of_six_epochs();
    log.entries.push(vec![9; 74]);
    assert_eq!(log.check(), Err(SealError::Unreadable { index: 17 }));
}
