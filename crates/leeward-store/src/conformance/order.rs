//! Adversarial keys, forward and backward, and none mistaken for another.

use super::{
    Harness, Outcome,
    probe::{NEIGHBOUR, PUBLIC, Probe},
};
use crate::{Batch, Expect, Item, Key, Prefix, Scan, Space, limits};

/// Segments that a careless encoding or collation would confuse or sort otherwise.
const SEGMENTS: &[&[u8]] = &[
    b"",
    b"\0",
    b"\0\0",
    b"\0\x01",
    b"\0\xFF",
    b"\x01",
    b"\x01\0",
    b"\x02",
    b"\x7F",
    b"\x80",
    b"\xFE",
    b"\xFF",
    b"\xFF\0",
    b"\xFF\xFF",
    b"a",
    b"a\0",
    b"a\0b",
    b"a\x01",
    b"a\xFF",
    b"ab",
    b"A",
    b"B",
    b"10",
    b"9",
    b"%",
    b"_",
    b"\xC3\xA9",
    b"e\xCC\x81",
    b"a ",
];

/// Some hundred keys of one and two such segments are walked in byte order, forward and backward,
/// under every prefix, at any page size.
///
/// # Errors
/// What was seen instead.
pub fn adversarial_keys_are_in_order(harness: &dyn Harness) -> Outcome {
    let probe = Probe::open(harness)?;
    let keys = write_adversarial(&probe)?;
    for limit in [7, limits::MAX_PAGE] {
        same_walk(&probe, &keys, &probe.prefix(&[])?, limit)?;
    }
    for first in SEGMENTS {
        same_walk(&probe, &keys, &probe.prefix(&[first])?, 5)?;
    }
    same_walk(&probe, &keys, &probe.prefix(&[b"nothing here"])?, 5)?;
    same_walk(&probe, &keys, &probe.prefix(&[b"a", b"\0"])?, 5)
}

fn write_adversarial(probe: &Probe) -> Outcome<Vec<Key>> {
    let mut keys = Vec::new();
    for first in SEGMENTS {
        keys.push(probe.key(&[first])?);
        for second in SEGMENTS {
            keys.push(probe.key(&[first, second])?);
        }
    }
    let mut batch = Batch::new();
    for key in &keys {
        batch.put(key.clone(), Expect::Absent, key.as_bytes());
    }
    probe.commit(batch)?;
    keys.sort();
    Ok(keys)
}

fn same_walk(probe: &Probe, keys: &[Key], prefix: &Prefix, limit: usize) -> Outcome {
    let mut wanted: Vec<_> = keys.iter().filter(|key| prefix.contains(key)).collect();
    let scan = Scan::all(prefix.clone()).limit(limit);
    compare(&probe.walk(scan.clone())?, &wanted, "forward")?;
    wanted.reverse();
    compare(&probe.walk(scan.backward())?, &wanted, "backward")
}

fn compare(items: &[Item], wanted: &[&Key], direction: &str) -> Outcome {
    let mut found = items.iter();
    for wanted in wanted {
        let found = found.next();
        let key = found.map(|item| &item.key);
        ensure!(key == Some(*wanted), "{direction}, {key:?} stands where {wanted:?} should");
        let value = found.map(|item| item.entry.value.as_bytes());
        ensure!(value == Some(wanted.as_bytes()), "{wanted:?} was scanned with another key's value");
    }
    let more = found.next().map(|item| &item.key);
    ensure!(more.is_none(), "{direction}, {more:?} was found outside the prefix");
    Ok(())
}

/// A walk that starts after a key leaves that key out and starts with the next, whether the key is
/// there, absent, or outside the prefix.
///
/// # Errors
/// What was seen instead.
pub fn cursors_start_where_they_say(harness: &dyn Harness) -> Outcome {
    let probe = Probe::open(harness)?;
    let keys = write_adversarial(&probe)?;
    let everything = probe.prefix(&[])?;
    let inside = probe.prefix(&[b"a"])?;
    let absent = probe.key(&[b"a", b"absent"])?;
    for cursor in keys.iter().step_by(61).chain([&absent]) {
        for prefix in [&everything, &inside] {
            let scan = Scan::all(prefix.clone()).limit(3).after(cursor.clone());
            let within = |key: &&Key| prefix.contains(key);
            let after: Vec<_> = keys.iter().filter(within).filter(|key| *key > cursor).take(3).collect();
            compare(&probe.scan(&scan)?.items, &after, "after a cursor forward")?;
            let before: Vec<_> =
                keys.iter().rev().filter(within).filter(|key| *key < cursor).take(3).collect();
            compare(&probe.scan(&scan.backward())?.items, &before, "after a cursor backward")?;
        }
    }
    Ok(())
}

/// Keys that differ only in the last of 1,024 bytes, in case, in Unicode form, in a trailing zero or
/// in the space are different keys.
///
/// # Errors
/// What was seen instead.
pub fn no_key_is_mistaken_for_another(harness: &dyn Harness) -> Outcome {
    const CAPITAL: Space = Space::public("leeward.conformance.PUBLIC");
    let probe = Probe::open(harness)?;
    let mut keys = vec![longest_key(&probe, b'a')?, longest_key(&probe, b'b')?];
    for segment in SEGMENTS {
        keys.push(probe.key(&[b"twin", segment])?);
    }
    for space in [PUBLIC, NEIGHBOUR, CAPITAL] {
        keys.push(space.key(&[b"b", b"row"])?);
    }
    for key in &keys {
        probe.put(key, key.as_bytes())?;
    }
    for key in &keys {
        let value = probe.value(key)?;
        ensure!(value.as_deref() == Some(key.as_bytes()), "{key:?} holds what was written elsewhere");
    }
    for (deleted, key) in keys.iter().enumerate() {
        probe.delete(key)?;
        for (number, key) in keys.iter().enumerate() {
            let there = probe.get(key)?.is_some();
            ensure!(there == (number > deleted), "{key:?} went with another key, or stayed");
        }
    }
    Ok(())
}

/// A key of exactly [`limits::MAX_KEY`] bytes.
pub(super) fn longest_key(probe: &Probe, last: u8) -> Outcome<Key> {
    let overhead = probe.key(&[b""])?.as_bytes().len();
    let mut segment = vec![b'k'; limits::MAX_KEY.saturating_sub(overhead)];
    if let Some(end) = segment.last_mut() {
        *end = last;
    }
    probe.key(&[&segment])
}
