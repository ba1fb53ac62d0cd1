//! Every byte of every file of a log of 2,000 entries is changed, one after the other. What no change
//! concerns is not read again, since each bundle is verified by itself.

use super::*;
use crate::{
    AuditLog, DirSource, Source, SourceError, Verifier, VerifyError,
    note::VerifierKey,
    tiles::CHECKPOINT_FILE,
    verify::{listing, source::Listed},
};
use leeward_event::{Action, Actor, Event};
use leeward_store::{Batch, Store, Timestamp};
use pollster::block_on;
use std::{fs, path::Path, thread};

const SIZE: u64 = 2_000;
const THREADS: usize = 4;

type Log = BTreeMap<String, Vec<u8>>;

/// A log of which one file has other bytes.
struct Changed<'a> {
    good: &'a Log,
    file: &'a str,
    bytes: &'a [u8],
}

impl Source for Changed<'_> {
    fn read(&self, file: &str, limit: usize) -> Result<Vec<u8>, SourceError> {
        if file == self.file { Ok(self.bytes.to_vec()) } else { self.good.read(file, limit) }
    }

    fn list(&self, dir: &str, limit: usize) -> Result<Option<Vec<Listed>>, SourceError> {
        self.good.list(dir, limit)
    }
}

#[test]
fn every_changed_byte_of_every_file_of_2000_entries_is_found() {
    let (log, vkey) = made();
    let checkpoint = Checkpoint::open(&log[CHECKPOINT_FILE], &vkey).unwrap();
    let full: Vec<Full> =
        (0..SIZE / WIDTH).map(|index| Full::read(Files(&log), index, 0, false).ok().unwrap()).collect();
    let found: usize = thread::scope(|scope| {
        let (log, vkey, checkpoint, full) = (&log, &vkey, &checkpoint, &full);
        let start = |turn| scope.spawn(move || change_bytes(log, vkey, checkpoint, full, turn));
        let threads: Vec<_> = (0..THREADS).map(start).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(found, log.values().map(Vec::len).sum::<usize>());
    assert!(found > 220_000, "{found}");
}

/// Changes each byte whose turn it is, sees each change found, and says how many there were.
fn change_bytes(log: &Log, vkey: &VerifierKey, checkpoint: &Checkpoint, full: &[Full], turn: usize) -> usize {
    let mut found = 0;
    for (file, good) in log {
        let mut bytes = good.clone();
        for at in (turn..good.len()).step_by(THREADS) {
            bytes[at] ^= 1 << (at / THREADS % 8);
            let changed = Changed { good: log, file, bytes: &bytes };
            let refusal = match TilePath::parse(file) {
                None => Verifier::new(vkey).verify(&changed).map(drop),
                Some(path) => verify(&changed, path, checkpoint, full),
            };
            assert!(refusal.unwrap_err().is_refusal(), "{file} at {at}");
            bytes[at] = good[at];
            found += 1;
        }
    }
    found
}

/// As the verifier does, but that bundles other than this one are those that were read before.
fn verify(
    changed: &Changed<'_>,
    path: TilePath,
    checkpoint: &Checkpoint,
    full: &[Full],
) -> Result<(), VerifyError> {
    let files = Files(changed);
    let concerns = |index| path.is_full() && path.kind().level() == 0 && path.index() == index;
    let read = |index| match full.get(usize::try_from(index).unwrap()) {
        Some(good) if !concerns(index) => Ok(good.clone()),
        _ => Full::read(files, index, 0, false),
    };
    let shown = Content::new(files, 0, None).verify_from(checkpoint, NonZeroUsize::MIN, |_| {}, read)?;
    listing::verify(files, checkpoint.size(), &shown).map(drop)
}

/// A log that was published with fewer entries before.
fn made() -> (Log, VerifierKey) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::memory().assume_sealed();
    let now = Timestamp::UNIX_EPOCH;
    let log = block_on(AuditLog::open(&store, dir.path(), "example.org/audit")).unwrap();
    for events in [190_u64; 10].into_iter().chain([100]) {
        let mut batch = Batch::new();
        for _ in 0..events {
            Event::new(Action::LogRead, Actor::Unknown, now).stage(&mut batch, &log.rng).unwrap();
        }
        block_on(store.commit(batch)).unwrap();
        block_on(log.drain(now)).unwrap();
        block_on(log.publish(now)).unwrap();
    }
    assert_eq!(Verifier::new(log.vkey()).verify(&DirSource::new(dir.path())).unwrap().size, SIZE);
    let mut files = Log::new();
    collect(dir.path(), "", &mut files);
    (files, log.vkey().clone())
}

fn collect(dir: &Path, name: &str, files: &mut Log) {
    for entry in fs::read_dir(dir.join(name)).unwrap() {
        let entry = entry.unwrap();
        let name = Path::new(name).join(entry.file_name()).to_str().unwrap().to_owned();
        if entry.path().is_dir() {
            collect(dir, &name, files)
        } else {
            files.extend([(name, fs::read(entry.path()).unwrap())])
        }
    }
}
