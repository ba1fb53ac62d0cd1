//! Big batches, refused batches, dropped futures.

use super::{
    Harness, Outcome,
    probe::{Contest, NEIGHBOUR, Probe, poll_and_drop, race},
};
use crate::{Batch, Expect, Item, Scan, limits};
use std::collections::BTreeMap;

/// One failing expectation among a thousand operations, wherever it stands, changes nothing.
///
/// # Errors
/// What was seen instead.
pub fn a_refused_batch_changes_nothing(harness: &dyn Harness) -> Outcome {
    let probe = Probe::open(harness)?;
    let taken = probe.key(&[b"taken"])?;
    let victim = probe.key(&[b"victim"])?;
    probe.put(&taken, b"first")?;
    probe.put(&victim, b"alive")?;
    for position in [0, OPS / 2, OPS] {
        let mut batch = Batch::new();
        batch.delete(victim.clone(), Expect::Any);
        for row in 0..=OPS {
            if row == position {
                batch.put(taken.clone(), Expect::Absent, b"second");
            } else {
                batch.put(probe.numbered("row", row)?, Expect::Any, b"new");
            }
        }
        ensure!(probe.attempt(batch)?.is_err(), "a batch that expects a taken key absent was applied");
        let written = probe.walk(Scan::all(probe.named("row")?).limit(limits::MAX_PAGE))?.len();
        ensure!(written == 0, "a batch refused at operation {position} wrote {written} entries");
        let kept = (probe.value(&taken)?, probe.value(&victim)?);
        ensure!(
            kept == (Some(b"first".to_vec()), Some(b"alive".to_vec())),
            "a batch refused at operation {position} changed {kept:?}"
        );
    }
    Ok(())
}

const OPS: u64 = 998;

/// A batch over two spaces is applied in both, or, when the expectation of either fails, in none.
///
/// # Errors
/// What was seen instead.
pub fn one_batch_spans_spaces(harness: &dyn Harness) -> Outcome {
    let probe = Probe::open(harness)?;
    let keys = [probe.key(&[b"state"])?, NEIGHBOUR.key(&[b"outbox"])?];
    let put = |expects: [Expect; 2]| {
        let mut batch = Batch::new();
        for (key, expect) in keys.iter().zip(expects) {
            batch.put(key.clone(), expect, b"together");
        }
        batch
    };
    let version = probe.commit(put([Expect::Absent; 2]))?;
    for expects in [[Expect::Any, Expect::Absent], [Expect::Absent, Expect::Any]] {
        let answer = probe.attempt(put(expects))?;
        ensure!(answer.is_err(), "a batch over two spaces was applied when {expects:?} fails in one");
    }
    for key in &keys {
        let read = probe.get(key)?.map(|entry| entry.version);
        ensure!(read == Some(version), "{version:?} was put in two spaces, and {key:?} has {read:?}");
    }
    Ok(())
}

/// A batch close to the limit of bytes is refused whole, and then applied whole.
///
/// # Errors
/// What was seen instead.
pub fn eight_mebibytes_are_all_or_nothing(harness: &dyn Harness) -> Outcome {
    let probe = Probe::open(harness)?;
    let absent = probe.key(&[b"absent"])?;
    let version = probe.put(&absent, b"x")?;
    probe.delete(&absent)?;
    let mut batch = Batch::new();
    for row in 0..7 {
        batch.put(probe.numbered("row", row)?, Expect::Absent, vec![0x5A; limits::MAX_VALUE]);
    }
    let mut refused = batch.clone();
    refused.check(absent, Expect::Exactly(version));
    ensure!(probe.attempt(refused)?.is_err(), "a batch was applied over a check that fails");
    let scan = Scan::all(probe.named("row")?);
    let written = probe.walk(scan.clone())?.len();
    ensure!(written == 0, "a refused batch of 7 MiB wrote {written} entries");

    probe.commit(batch)?;
    let rows = probe.walk(scan)?;
    let whole = rows.iter().filter(|row| row.entry.value.as_bytes() == vec![0x5A; limits::MAX_VALUE]);
    ensure!(whole.count() == 7 && rows.len() == 7, "7 MiB were written and {} entries read", rows.len());
    Ok(())
}

/// While batches of a thousand replace each other, every page shows one of them.
///
/// # Errors
/// What was seen instead.
pub fn readers_never_see_half_a_batch(harness: &dyn Harness) -> Outcome {
    let probe = Probe::open(harness)?;
    write_generation(&probe, 0)?;
    let contest = Contest::new(20, 5);
    race(2, |task| {
        if task == 0 {
            return contest.read(|| one_generation(&probe));
        }
        let mut generations = (1..=u8::MAX).cycle();
        contest.write(|| write_generation(&probe, generations.next().unwrap_or_default()))
    })?;
    one_generation(&probe)
}

/// Even generations hold every row, odd ones every other row.
fn write_generation(probe: &Probe, generation: u8) -> Outcome {
    let mut batch = Batch::new();
    for row in 0..1_000 {
        let key = probe.numbered("row", row)?;
        if generation % 2 == 1 && row % 2 == 1 {
            batch.delete(key, Expect::Any);
        } else {
            batch.put(key, Expect::Any, &[generation]);
        }
    }
    probe.commit(batch)?;
    Ok(())
}

fn one_generation(probe: &Probe) -> Outcome {
    let page = probe.scan(&Scan::all(probe.named("row")?).limit(limits::MAX_PAGE))?;
    let mut seen: BTreeMap<&[u8], usize> = BTreeMap::new();
    for item in &page.items {
        *seen.entry(item.entry.value.as_bytes()).or_default() += 1;
    }
    let whole = seen.iter().all(|(generation, rows)| {
        let odd = generation.first().is_some_and(|generation| generation % 2 == 1);
        *rows == if odd { 500 } else { 1_000 }
    });
    ensure!(seen.len() == 1 && whole, "one page shows rows of these generations: {seen:?}");
    Ok(())
}

/// A commit whose future is dropped, before or after it was polled, is applied wholly or not at all,
/// and harms no other.
///
/// # Errors
/// What was seen instead.
pub fn dropped_commits_are_whole_or_nothing(harness: &dyn Harness) -> Outcome {
    let probe = Probe::open(harness)?;
    for round in 0..DROPPED {
        drop_a_commit(&probe, round)?;
        whole_or_nothing(&probe, round)?;
    }
    for round in 0..DROPPED {
        whole_or_nothing(&probe, round)?;
    }
    // Behind all of them in whatever queue there is.
    probe.put(&probe.key(&[b"after"])?, b"alive")?;
    (0..DROPPED).try_for_each(|round| whole_or_nothing(&probe, round).map(drop))
}

pub(super) const DROPPED: u64 = 24;
const PARTS: u64 = 5;

/// Begins the commit of one group of rows, and drops it after 0, 1, 2 or 3 polls.
pub(super) fn drop_a_commit(probe: &Probe, round: u64) -> Outcome {
    let mut batch = Batch::new();
    for part in 0..PARTS {
        batch.put(group_key(probe, round, part)?, Expect::Absent, &round.to_be_bytes());
    }
    poll_and_drop(probe.store.commit(batch), round % 4);
    Ok(())
}

fn group_key(probe: &Probe, round: u64, part: u64) -> Outcome<crate::Key> {
    probe.key(&[b"group", &round.to_be_bytes(), &part.to_be_bytes()])
}

pub(super) fn whole_or_nothing(probe: &Probe, round: u64) -> Outcome<Vec<Item>> {
    let group = probe.prefix(&[b"group", &round.to_be_bytes()])?;
    let items = probe.scan(&Scan::all(group))?.items;
    let parts = u64::try_from(items.len()).unwrap_or(u64::MAX);
    ensure!(
        parts == 0 || parts == PARTS,
        "a commit dropped after {} polls wrote {parts} of {PARTS} entries",
        round % 4
    );
    Ok(items)
}
