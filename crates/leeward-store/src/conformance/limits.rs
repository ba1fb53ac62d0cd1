//! The largest that is allowed works, and what is larger is refused.

use super::{Finding, Harness, Outcome, order::longest_key, probe::Probe};
use crate::{Action, Batch, Expect, LimitError, Scan, StoreError, Value, limits};

/// The longest key, the largest value, the most operations and the heaviest batch that a caller may
/// use are stored and come back.
///
/// # Errors
/// What was seen instead.
pub fn the_largest_is_taken(harness: &dyn Harness) -> Outcome {
    let probe = Probe::open(harness)?;
    let key = longest_key(&probe, b'z')?;
    probe.put(&key, &vec![0xA5; limits::MAX_VALUE])?;
    let value = probe.value(&key)?;
    let len = value.as_ref().map(Vec::len);
    ensure!(value == Some(vec![0xA5; limits::MAX_VALUE]), "the largest value came back with {len:?} bytes");
    let found = probe.scan(&Scan::all(probe.prefix(&[])?))?.items;
    ensure!(found.iter().any(|item| item.key == key), "the longest key was not found by a scan");

    let most = (0..).take(limits::MAX_OPS).map(|row| probe.numbered("row", row));
    let mut batch = Batch::new();
    for key in most.collect::<Outcome<Vec<_>>>()? {
        batch.put(key, Expect::Absent, b"");
    }
    probe.commit(batch)?;
    let rows = probe.walk(Scan::all(probe.named("row")?).limit(limits::MAX_PAGE))?.len();
    ensure!(rows == limits::MAX_OPS, "{} entries were put and {rows} are there", limits::MAX_OPS);

    probe.commit(heaviest(&probe, 0)?)?;
    let rows = probe.walk(Scan::all(probe.named("heavy")?))?.len();
    ensure!(rows == 8, "the heaviest batch wrote {rows} entries of 8");
    Ok(())
}

/// Eight entries, and `extra` bytes more than a batch may have.
fn heaviest(probe: &Probe, extra: usize) -> Outcome<Batch> {
    let mut batch = Batch::new();
    for row in 0..8 {
        let key = probe.numbered("heavy", row)?;
        let len = limits::MAX_BATCH / 8 - key.as_bytes().len();
        batch.put(key, Expect::Any, vec![7; if row == 0 { len + extra } else { len }]);
    }
    Ok(batch)
}

/// A key, a value, a count of operations and a batch that are one over the limit are refused, each
/// by its own error, and change nothing.
///
/// # Errors
/// What was seen instead.
pub fn what_is_larger_is_refused(harness: &dyn Harness) -> Outcome {
    let probe = Probe::open(harness)?;
    let overhead = probe.key(&[b""])?.as_bytes().len();
    let long = probe.key(&[&vec![b'k'; limits::MAX_KEY - overhead + 1]]);
    let refused = matches!(long, Err(Finding::Unexpected(StoreError::Limit(LimitError::Key { len: 1025 }))));
    ensure!(refused, "a key of 1025 bytes came to {long:?}");

    let mut value = Batch::new();
    value.put(probe.numbered("heavy", 0)?, Expect::Any, vec![0; limits::MAX_VALUE + 1]);
    let mut operations = Batch::new();
    for row in (0..=limits::MAX_OPS).zip(0..).map(|(_, row)| row) {
        operations.put(probe.numbered("heavy", row)?, Expect::Any, b"");
    }
    let cases = [
        (value, LimitError::Value { len: limits::MAX_VALUE + 1 }),
        (operations, LimitError::Operations { count: limits::MAX_OPS + 1 }),
        (heaviest(&probe, 1)?, LimitError::Batch { len: limits::MAX_BATCH + 1 }),
    ];
    for (batch, wanted) in cases {
        let answer = probe.commit(batch);
        let refused = matches!(&answer, Err(StoreError::Limit(limit)) if *limit == wanted);
        ensure!(refused, "{wanted:?} was called for and the answer was {answer:?}");
    }
    let written = probe.walk(Scan::all(probe.prefix(&[])?))?.len();
    ensure!(written == 0, "refused batches wrote {written} entries");
    Ok(())
}

/// An engine takes values, batches and counts with the headroom that decorators need. A decorator
/// that uses it up is not asked.
///
/// # Errors
/// What was seen instead.
pub fn an_engine_takes_the_headroom(harness: &dyn Harness) -> Outcome {
    if !harness.is_engine() {
        return Err(Finding::NotApplicable("it is a decorator that uses the headroom itself"));
    }
    let probe = Probe::open(harness)?;
    let largest = vec![3; limits::MAX_VALUE + limits::VALUE_HEADROOM];
    let key = probe.key(&[b"large"])?;
    let mut batch = Batch::new();
    batch.put(key.clone(), Expect::Absent, largest.clone());
    pollster::block_on(probe.store.inner().commit(batch))?;
    let value = probe.value(&key)?;
    let len = value.as_ref().map(Vec::len);
    ensure!(value == Some(largest), "a value with the headroom came back with {len:?} bytes");

    let ops = limits::MAX_OPS + limits::OPS_HEADROOM;
    let share = (limits::MAX_BATCH + limits::BATCH_HEADROOM) / ops;
    let mut batch = Batch::new();
    for row in (0..ops).zip(0..).map(|(_, row)| row) {
        let key = probe.numbered("row", row)?;
        let len = share - key.as_bytes().len();
        batch.put(key, Expect::Absent, vec![4; len]);
    }
    pollster::block_on(probe.store.inner().commit(batch))?;
    let rows = probe.walk(Scan::all(probe.named("row")?).limit(limits::MAX_PAGE))?.len();
    ensure!(rows == ops, "a batch of {ops} operations wrote {rows} entries");
    Ok(())
}

/// A batch that names a key twice is refused and changes nothing, whatever the two operations are.
///
/// # Errors
/// What was seen instead.
pub fn a_key_twice_in_a_batch_is_refused(harness: &dyn Harness) -> Outcome {
    let probe = Probe::open(harness)?;
    let (key, other) = (probe.key(&[b"row"])?, probe.key(&[b"other"])?);
    let put = || Action::Put { value: Value::from(b"x"), expires_at: None };
    for [one, two] in [[put(), put()], [put(), Action::Delete], [Action::Check, put()]] {
        let mut batch = Batch::new();
        batch.push(key.clone(), Expect::Any, one).put(other.clone(), Expect::Any, b"x");
        batch.push(key.clone(), Expect::Any, two);
        let answer = probe.commit(batch);
        let named = matches!(&answer, Err(StoreError::DuplicateKey { key: twice }) if *twice == key);
        ensure!(named, "a key twice in a batch came to {answer:?}");
        ensure!(probe.get(&other)?.is_none(), "a batch that names a key twice was applied in part");
    }
    Ok(())
}
