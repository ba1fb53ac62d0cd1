//! What was acknowledged is there after the death of the process.
//!
//! The checks go through [`Harness::reopen`]. For a death in the middle of writing, start a child
//! process that calls [`write_until_killed`], kill it, and call [`verify_after_kill`].

use super::{
    Finding, Harness, Outcome,
    atomicity::{DROPPED, drop_a_commit, whole_or_nothing},
    probe::{Probe, race},
};
use crate::{Batch, Expect, Item, Scan, Store, Timestamp, limits};

/// Every acknowledged put and delete, by several tasks, is there after the store is opened again, and
/// nothing else: keys, values, versions and times of expiry.
///
/// # Errors
/// What was seen instead.
pub fn acknowledged_commits_survive(harness: &dyn Harness) -> Outcome {
    let probe = Probe::open(harness)?;
    race(4, |task| {
        for row in 0..10 {
            let key = probe.key(&[b"row", &[task, row]])?;
            probe.put(&key, &[row; 100])?;
            if row % 3 == 0 {
                probe.delete(&key)?;
            }
        }
        Ok(())
    })?;
    let mut batch = Batch::new();
    batch.put_until(probe.key(&[b"row", b"last"])?, Expect::Absent, b"", Timestamp::UNIX_EPOCH);
    probe.commit(batch)?;
    let before = everything(&probe)?;
    let after = everything(&reopened(harness, probe)?)?;
    ensure!(before == after, "{} entries were acknowledged and {} survived", before.len(), after.len());
    Ok(())
}

type Row = (Vec<u8>, u64, Vec<u8>, Option<Timestamp>);

fn everything(probe: &Probe) -> Outcome<Vec<Row>> {
    let row = |Item { key, entry }: Item| {
        let value = entry.value.as_bytes().to_vec();
        (key.as_bytes().to_vec(), entry.version.get(), value, entry.expires_at)
    };
    let items = probe.walk(Scan::all(probe.prefix(&[])?).limit(limits::MAX_PAGE))?;
    Ok(items.into_iter().map(row).collect())
}

/// A key that was deleted, and is made anew after the store was opened again, has a new version.
///
/// # Errors
/// What was seen instead.
pub fn versions_grow_across_reopening(harness: &dyn Harness) -> Outcome {
    let mut probe = Probe::open(harness)?;
    let key = probe.key(&[b"row"])?;
    let mut last = None;
    for _ in 0..3 {
        let version = probe.put(&key, b"anew")?;
        ensure!(last < Some(version), "{last:?} was deleted and {version:?} came after it");
        last = Some(version);
        probe.delete(&key)?;
        probe = reopened(harness, probe)?;
    }
    Ok(())
}

/// A commit whose future was dropped is there wholly or not at all after the store is opened again.
///
/// # Errors
/// What was seen instead.
pub fn dropped_commits_survive_whole_or_not_at_all(harness: &dyn Harness) -> Outcome {
    let probe = Probe::open(harness)?;
    (0..DROPPED).try_for_each(|round| drop_a_commit(&probe, round))?;
    // Behind all of them in whatever queue there is.
    probe.put(&probe.key(&[b"after"])?, b"acknowledged")?;
    let probe = reopened(harness, probe)?;
    let after = probe.value(&probe.key(&[b"after"])?)?;
    ensure!(after.is_some(), "an acknowledged commit behind dropped ones was lost");
    (0..DROPPED).try_for_each(|round| whole_or_nothing(&probe, round).map(drop))
}

fn reopened(harness: &dyn Harness, probe: Probe) -> Outcome<Probe> {
    let reopened = harness.reopen(probe.store);
    let store = reopened.ok_or(Finding::NotApplicable("nothing survives"))?;
    store.map(Probe::over).map_err(Finding::Harness)
}

/// For a child process that is about to be killed: commits group after group of entries and says the
/// number of each once it is acknowledged, for the parent to note. Several tasks may do so at once,
/// each under its own `writer` number.
///
/// # Errors
/// What a commit failed with: it ends no other way.
pub fn write_until_killed(store: &Store, writer: u64, mut acknowledged: impl FnMut(u64)) -> Outcome {
    let probe = Probe::over(store.clone());
    for number in 0.. {
        let batch = group(&probe, writer, number)?;
        probe.commit(batch)?;
        acknowledged(number);
    }
    Ok(())
}

const PARTS: u64 = 4;

fn group(probe: &Probe, writer: u64, number: u64) -> Outcome<Batch> {
    let mut batch = Batch::new();
    for part in 0..PARTS {
        let [writer, number, part] = [writer, number, part].map(u64::to_be_bytes);
        let key = probe.key(&[b"killed", &writer, &number, &part])?;
        batch.put(key, Expect::Absent, vec![0x11; 200]);
    }
    Ok(batch)
}

/// For the parent, after it killed the child and opened the store again: whether all groups up to
/// `acknowledged`, the last number that `writer` said, are there, and whether each is whole. `None`
/// when it said none. Returns how many groups there are.
///
/// # Errors
/// What was seen instead.
pub fn verify_after_kill(store: &Store, writer: u64, acknowledged: Option<u64>) -> Outcome<u64> {
    let probe = Probe::over(store.clone());
    let written = probe.prefix(&[b"killed", &writer.to_be_bytes()])?;
    let items = probe.walk(Scan::all(written).limit(limits::MAX_PAGE))?;
    let rows = u64::try_from(items.len()).unwrap_or(u64::MAX);
    ensure!(rows % PARTS == 0, "{rows} entries were written by groups of {PARTS}");
    let groups = rows / PARTS;
    for number in 0..groups {
        let number = number.to_be_bytes();
        let group = probe.prefix(&[b"killed", &writer.to_be_bytes(), &number])?;
        let parts = probe.scan(&Scan::all(group))?.items.len();
        ensure!(u64::try_from(parts) == Ok(PARTS), "group {number:?} has {parts} of {PARTS} entries");
    }
    let needed = acknowledged.map_or(0, |last| last.saturating_add(1));
    ensure!(groups >= needed, "{needed} groups were acknowledged and {groups} survived");
    Ok(groups)
}
