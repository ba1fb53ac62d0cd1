//! Bounds, cursors, and walks while others write.

use super::{
    Harness, Outcome,
    probe::{Contest, Probe, race},
    random::Random,
};
use crate::{Batch, Expect, Item, Key, Scan, limits};

/// A page holds no more entries than the scan's limit, and never more than
/// [`limits::MAX_PAGE`]; the walk ends and misses none.
///
/// # Errors
/// What was seen instead.
pub fn pages_are_bounded(harness: &dyn Harness) -> Outcome {
    const ROWS: u64 = 1_500;
    let probe = Probe::open(harness)?;
    for half in [0..ROWS / 2, ROWS / 2..ROWS] {
        let mut batch = Batch::new();
        for row in half {
            batch.put(probe.numbered("row", row)?, Expect::Absent, b"value");
        }
        probe.commit(batch)?;
    }
    let all = Scan::all(probe.named("row")?);
    for (limit, most) in [(0, 1), (1, 1), (7, 7), (usize::MAX, limits::MAX_PAGE)] {
        let scan = all.clone().limit(limit);
        for scan in [scan.clone(), scan.backward()] {
            let page = probe.scan(&scan)?;
            let found = page.items.len();
            ensure!(found >= 1 && found <= most, "a page of at most {most} holds {found}");
            ensure!(page.next.is_some(), "a page of {found} out of {ROWS} says that it is the last");
        }
    }
    let walked = probe.walk(all.limit(limits::MAX_PAGE))?.len();
    ensure!(u64::try_from(walked) == Ok(ROWS), "{ROWS} entries are there and {walked} were walked over");
    Ok(())
}

/// A page of large values stops before [`limits::MAX_PAGE_BYTES`], and the walk goes on.
///
/// # Errors
/// What was seen instead.
pub fn page_bytes_are_bounded(harness: &dyn Harness) -> Outcome {
    let probe = Probe::open(harness)?;
    for half in [0..5, 5..10] {
        let mut batch = Batch::new();
        for row in half {
            batch.put(probe.numbered("row", row)?, Expect::Absent, vec![1; limits::MAX_VALUE]);
        }
        probe.commit(batch)?;
    }
    let mut next = Some(Scan::all(probe.named("row")?).limit(limits::MAX_PAGE));
    let mut walked = 0;
    while let Some(scan) = next {
        let page = probe.scan(&scan)?;
        let bytes: usize = page.items.iter().map(|item| item.entry.value.len()).sum();
        ensure!(bytes <= limits::MAX_PAGE_BYTES, "one page holds {bytes} bytes of values");
        ensure!(!page.items.is_empty(), "a page of large values is empty");
        walked += page.items.len();
        next = page.next;
    }
    ensure!(walked == 10, "10 large values are there and {walked} were walked over");
    Ok(())
}

/// A walk goes on in its place when the entry it stopped at, and its neighbour, are deleted.
///
/// # Errors
/// What was seen instead.
pub fn cursors_outlive_their_keys(harness: &dyn Harness) -> Outcome {
    let probe = Probe::open(harness)?;
    for (name, backward) in [("up", false), ("down", true)] {
        let mut keys = (0..9).map(|row| probe.numbered(name, row)).collect::<Outcome<Vec<_>>>()?;
        keys.iter().try_for_each(|key| probe.put(key, b"value").map(drop))?;
        let mut scan = Scan::all(probe.named(name)?).limit(3);
        if backward {
            keys.reverse();
            scan = scan.backward();
        }
        let page = probe.scan(&scan)?;
        keys.iter().skip(2).take(2).try_for_each(|key| probe.delete(key).map(drop))?;
        let next = page.next.map(|next| probe.scan(&next)).transpose()?.unwrap_or_default();
        let found: Vec<_> = next.items.iter().map(|item| &item.key).collect();
        let wanted: Vec<_> = keys.iter().skip(4).take(3).collect();
        ensure!(found == wanted, "after its key was deleted a cursor found {found:?}, not {wanted:?}");
    }
    Ok(())
}

/// Keys that are there throughout a walk appear in it exactly once, in order, whatever others write,
/// create and delete meanwhile.
///
/// # Errors
/// What was seen instead.
pub fn walks_under_writes_miss_nothing(harness: &dyn Harness) -> Outcome {
    let probe = Probe::open(harness)?;
    let mut batch = Batch::new();
    let stable = (0..ROWS).step_by(2).map(|row| probe.numbered("row", row)).collect::<Outcome<Vec<_>>>()?;
    for key in &stable {
        batch.put(key.clone(), Expect::Absent, b"stable");
    }
    probe.commit(batch)?;
    let contest = Contest::new(6, 60);
    race(3, |task| {
        let mut random = Random::new(u64::from(task));
        if task > 0 {
            return contest.write(|| scribble(&probe, &mut random));
        }
        contest.read(|| one_walk(&probe, &stable, random.below(2) == 0))
    })?;
    Ok(())
}

const ROWS: u64 = 200;

/// Creates and deletes odd rows, and writes even ones again.
fn scribble(probe: &Probe, random: &mut Random) -> Outcome {
    let row = random.below(ROWS);
    let key = probe.numbered("row", row)?;
    if row % 2 == 1 && random.below(2) == 0 {
        probe.delete(&key)?
    } else {
        probe.put(&key, b"again")?
    };
    Ok(())
}

fn one_walk(probe: &Probe, stable: &[Key], backward: bool) -> Outcome {
    let scan = Scan::all(probe.named("row")?).limit(7);
    let mut items = probe.walk(if backward { scan.backward() } else { scan })?;
    if backward {
        items.reverse();
    }
    let unordered = items.iter().zip(items.iter().skip(1)).find(|(one, next)| one.key >= next.key);
    ensure!(unordered.is_none(), "a walk under writes met {:?} out of order", unordered.map(keys_of));
    let missed = stable.iter().find(|key| items.binary_search_by(|item| item.key.cmp(key)).is_err());
    ensure!(missed.is_none(), "a walk under writes missed {missed:?}, which was there throughout");
    Ok(())
}

const fn keys_of<'a>((one, next): (&'a Item, &'a Item)) -> (&'a Key, &'a Key) {
    (&one.key, &next.key)
}
