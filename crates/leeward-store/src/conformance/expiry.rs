//! What expired stays until it is purged, and only that is purged.

use super::{
    Harness, Outcome,
    probe::{Probe, race},
};
use crate::{Batch, Expect, Key, Timestamp, Version};
use jiff::SignedDuration;
use std::thread;

/// An expired entry is read, found, and meets expectations, until it is purged; its time comes back
/// as it was given, to the second.
///
/// # Errors
/// What was seen instead.
pub fn expired_entries_stay_until_purged(harness: &dyn Harness) -> Outcome {
    let probe = Probe::open(harness)?;
    let key = probe.key(&[b"row"])?;
    for long_ago in [Timestamp::UNIX_EPOCH, at(1)?, at(-1_000_000)?] {
        let version = put_until(&probe, &key, Some(long_ago))?;
        let entry = probe.get(&key)?.map(|entry| (entry.version, entry.expires_at));
        ensure!(entry == Some((version, Some(long_ago))), "an entry until {long_ago} was read as {entry:?}");
        let mut batch = Batch::new();
        batch.check(key.clone(), Expect::Exactly(version));
        ensure!(probe.attempt(batch)?.is_ok(), "an expired entry did not meet an expectation");
    }
    purge(&probe, at(2)?)?;
    ensure!(probe.get(&key)?.is_none(), "an expired entry is there after a purge");
    let mut batch = Batch::new();
    batch.put(key, Expect::Absent, b"anew");
    ensure!(probe.attempt(batch)?.is_ok(), "a purged key is not absent");
    Ok(())
}

/// A purge takes what expired at or before its time, says how many that were, and nothing else: not
/// a nanosecond too early.
///
/// # Errors
/// What was seen instead.
pub fn purge_takes_what_expired_by_then(harness: &dyn Harness) -> Outcome {
    let probe = Probe::open(harness)?;
    let now = at(1_000_000)?;
    let nanosecond = now.checked_add(SignedDuration::from_nanos(1)).map_err(crate::StoreError::backend)?;
    let rows = [
        ("long ago", Some(Timestamp::MIN), true),
        ("before", Some(at(999_999)?), true),
        ("now", Some(now), true),
        ("a nanosecond later", Some(nanosecond), false),
        ("later", Some(at(1_000_001)?), false),
        ("at the end of time", Some(Timestamp::MAX), false),
        ("never", None, false),
    ];
    for (name, expires_at, _) in rows {
        put_until(&probe, &probe.key(&[name.as_bytes()])?, expires_at)?;
    }
    let purged = purge(&probe, now)?;
    ensure!(purged == 3, "3 of 7 entries had expired and {purged} were purged");
    for (name, expires_at, expired) in rows {
        let there = probe.get(&probe.key(&[name.as_bytes()])?)?.is_some();
        ensure!(there != expired, "after a purge at {now}, an entry until {expires_at:?}: there is {there}");
    }
    let purged = purge(&probe, at(1_000_001)?)?;
    ensure!(purged == 2, "2 of 4 entries had expired and {purged} were purged");
    let purged = purge(&probe, at(1_000_001)?)?;
    ensure!(purged == 0, "nothing was left to purge and {purged} were purged");
    Ok(())
}

/// The last time that an entry was given counts: one that it had not, one that is sooner, and none
/// after it was deleted and made anew.
///
/// # Errors
/// What was seen instead.
pub fn purge_follows_the_last_time(harness: &dyn Harness) -> Outcome {
    let probe = Probe::open(harness)?;
    let keys = [probe.key(&[b"given"])?, probe.key(&[b"sooner"])?, probe.key(&[b"anew"])?];
    let [given, sooner, anew] = &keys;
    put_until(&probe, given, None)?;
    put_until(&probe, sooner, Some(at(100)?))?;
    put_until(&probe, anew, Some(at(1)?))?;
    probe.delete(anew)?;
    for (key, time) in [(given, Some(at(1)?)), (sooner, Some(at(1)?)), (anew, None)] {
        put_until(&probe, key, time)?;
    }
    let purged = purge(&probe, at(2)?)?;
    let there = keys.iter().map(|key| Ok(probe.get(key)?.is_some())).collect::<Outcome<Vec<_>>>()?;
    ensure!(
        purged == 2 && there == [false, false, true],
        "of entries given a time, given a sooner one, and made anew without, {purged} were purged: {there:?}"
    );
    Ok(())
}

/// One step of a purge removes as many as it may, and the steps together everything.
///
/// # Errors
/// What was seen instead.
pub fn purge_goes_in_bounded_steps(harness: &dyn Harness) -> Outcome {
    let probe = Probe::open(harness)?;
    for half in [0..600, 600..1_203] {
        let mut batch = Batch::new();
        for row in half {
            batch.put_until(probe.numbered("row", row)?, Expect::Absent, b"x", at(1)?);
        }
        probe.commit(batch)?;
    }
    let step =
        |limit| pollster::block_on(probe.store.inner().purge(at(2)?, limit)).map_err(super::Finding::from);
    for limit in [1, 2, 100] {
        let purged = step(limit)?;
        ensure!(purged == limit, "a step of {limit} purged {purged} of more than a thousand");
    }
    let purged = purge(&probe, at(2)?)?;
    ensure!(purged == 1_100, "1100 entries were left and {purged} purged");
    let purged = step(10)?;
    ensure!(purged == 0, "nothing was left and a step purged {purged}");
    Ok(())
}

/// An entry that is put again without a time, or with a later one, stays; also when the purge is
/// running at that moment.
///
/// # Errors
/// What was seen instead.
pub fn purge_spares_what_was_put_again(harness: &dyn Harness) -> Outcome {
    let probe = Probe::open(harness)?;
    for round in 0..60 {
        let key = probe.numbered("row", round)?;
        let again = if round % 2 == 0 { None } else { Some(at(100)?) };
        put_until(&probe, &key, Some(at(1)?))?;
        race(2, |task| {
            if task == 0 {
                return purge(&probe, at(2)?).map(drop);
            }
            // At another moment of the purge each time.
            (0..round).for_each(|_| thread::yield_now());
            put_until(&probe, &key, again).map(drop)
        })?;
        purge(&probe, at(2)?)?;
        let entry = probe.get(&key)?.map(|entry| entry.expires_at);
        ensure!(entry == Some(again), "an entry put again until {again:?} was purged: {entry:?}");
    }
    Ok(())
}

fn put_until(probe: &Probe, key: &Key, expires_at: Option<Timestamp>) -> Outcome<Version> {
    let Some(expires_at) = expires_at else { return probe.put(key, b"kept") };
    let mut batch = Batch::new();
    batch.put_until(key.clone(), Expect::Any, b"kept until", expires_at);
    Ok(probe.commit(batch)?)
}

fn purge(probe: &Probe, now: Timestamp) -> Outcome<usize> {
    Ok(pollster::block_on(probe.store.purge(now))?)
}

fn at(second: i64) -> Outcome<Timestamp> {
    Ok(Timestamp::from_second(second).map_err(crate::StoreError::backend)?)
}
