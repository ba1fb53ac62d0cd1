//! What each expectation lets through, and what a conflict says.

use super::{Harness, Outcome, probe::Probe};
use crate::{Action, Batch, Expect, Key, Value, Version};

/// Any, absent and exactly, for keys that are absent, as expected, or newer: a put, a delete and a
/// check each go through or conflict as stated.
///
/// # Errors
/// What was seen instead.
pub fn expectations_hold_as_stated(harness: &dyn Harness) -> Outcome {
    let probe = Probe::open(harness)?;
    let key = probe.key(&[b"row"])?;
    for action in [put(b"new"), Action::Delete, Action::Check] {
        for present in [false, true] {
            for case in 0..4 {
                let old = probe.put(&key, b"old")?;
                let now = if present { probe.put(&key, b"now")? } else { probe.delete(&key)? };
                let (expect, passes) = match case {
                    0 => (Expect::Any, true),
                    1 => (Expect::Absent, !present),
                    2 => (Expect::Exactly(old), false),
                    _ => (Expect::Exactly(now), present),
                };
                one_case(&probe, &key, expect, &action, passes)?;
            }
        }
    }
    Ok(())
}

fn one_case(probe: &Probe, key: &Key, expect: Expect, action: &Action, passes: bool) -> Outcome {
    let before = state(probe, key)?;
    let mut batch = Batch::new();
    batch.push(key.clone(), expect, action.clone());
    let answer = probe.attempt(batch)?;
    let after = state(probe, key)?;
    let what = format!("{action:?} with {expect:?} over {before:?}");
    ensure!(answer.is_ok() == passes, "{what} came to {answer:?}");
    let wanted = match (answer, action) {
        (Ok(version), Action::Put { value, .. }) => Some((version, value.as_bytes().to_vec())),
        (Ok(_), Action::Delete) => None,
        _ => before,
    };
    ensure!(after == wanted, "{what} left {after:?}");
    Ok(())
}

fn state(probe: &Probe, key: &Key) -> Outcome<Option<(Version, Vec<u8>)>> {
    Ok(probe.get(key)?.map(|entry| (entry.version, entry.value.as_bytes().to_vec())))
}

fn put(value: &[u8]) -> Action {
    Action::Put { value: Value::from(value), expires_at: None }
}

/// A conflict names each key that failed, and no other, in the order of the batch.
///
/// # Errors
/// What was seen instead.
pub fn conflicts_name_the_failing_keys_in_order(harness: &dyn Harness) -> Outcome {
    let probe = Probe::open(harness)?;
    let keys = (0..6).map(|n| probe.numbered("row", 5 - n)).collect::<Outcome<Vec<_>>>()?;
    let [a, b, c, d, e, f] = keys.as_slice() else { return Ok(()) };
    let old = probe.put(d, b"old")?;
    probe.put(d, b"new")?;
    probe.put(e, b"there")?;

    let mut batch = Batch::new();
    batch.put(a.clone(), Expect::Exactly(old), b"x").put(b.clone(), Expect::Absent, b"x");
    batch.delete(d.clone(), Expect::Exactly(old)).put(c.clone(), Expect::Any, b"x");
    batch.check(e.clone(), Expect::Absent).check(f.clone(), Expect::Absent);
    let failing = [a.clone(), d.clone(), e.clone()];
    match probe.attempt(batch)? {
        Ok(_) => ensure!(false, "a batch with three failing expectations was applied"),
        Err(conflict) => {
            ensure!(conflict.keys() == failing, "{failing:?} failed and the conflict named {conflict:?}");
        }
    }
    for key in [a, b, c, f] {
        ensure!(probe.get(key)?.is_none(), "a refused batch wrote {key:?}");
    }
    ensure!(probe.value(d)?.as_deref() == Some(b"new"), "a refused batch changed {d:?}");
    Ok(())
}

/// A batch of checks answers and changes nothing, on an empty store too; so does an empty batch.
///
/// # Errors
/// What was seen instead.
pub fn checks_alone_change_nothing(harness: &dyn Harness) -> Outcome {
    let probe = Probe::open(harness)?;
    let (there, absent) = (probe.key(&[b"there"])?, probe.key(&[b"absent"])?);
    probe.commit(Batch::new())?;
    let mut batch = Batch::new();
    batch.check(absent.clone(), Expect::Absent).check(there.clone(), Expect::Absent);
    probe.commit(batch.clone())?;

    let version = probe.put(&there, b"value")?;
    let refused = probe.attempt(batch)?;
    ensure!(refused.is_err(), "checks for absence passed over a key that is there");
    let mut batch = Batch::new();
    batch.check(absent.clone(), Expect::Absent).check(there.clone(), Expect::Exactly(version));
    probe.commit(batch)?;
    let now = state(&probe, &there)?;
    ensure!(now == Some((version, b"value".to_vec())), "checks alone left {now:?}");
    ensure!(probe.get(&absent)?.is_none(), "checks alone made an entry");
    Ok(())
}
