//! They grow, and none comes back.

use super::{
    Harness, Outcome,
    probe::{NEIGHBOUR, Probe},
};
use crate::{Batch, Expect, Timestamp};

/// A later commit has a greater version, whatever its keys and their spaces, and a read shows the one
/// that was returned.
///
/// # Errors
/// What was seen instead.
pub fn versions_grow(harness: &dyn Harness) -> Outcome {
    let probe = Probe::open(harness)?;
    let (key, others) = (probe.key(&[b"row"])?, [probe.key(&[b"other"])?, NEIGHBOUR.key(&[b"other"])?]);
    let mut last = None;
    for other in others.iter().cycle().take(6) {
        let version = probe.put(&key, b"same")?;
        ensure!(last < Some(version), "{version:?} came after {last:?}");
        let read = probe.get(&key)?.map(|entry| entry.version);
        ensure!(read == Some(version), "the commit returned {version:?} and {read:?} was read");
        let elsewhere = probe.put(other, b"same")?;
        ensure!(version < elsewhere, "a write elsewhere got {elsewhere:?} after {version:?}");
        let read = probe.get(&key)?.map(|entry| entry.version);
        ensure!(read == Some(version), "a write elsewhere turned {version:?} into {read:?}");
        last = Some(elsewhere);
    }
    Ok(())
}

/// A key that was deleted or purged and made anew has a version it never had.
///
/// # Errors
/// What was seen instead.
pub fn versions_are_never_used_again(harness: &dyn Harness) -> Outcome {
    let probe = Probe::open(harness)?;
    let key = probe.key(&[b"row"])?;
    let mut last = None;
    for round in 0..6 {
        let mut batch = Batch::new();
        batch.put_until(key.clone(), Expect::Absent, b"anew", Timestamp::UNIX_EPOCH);
        let version = probe.commit(batch)?;
        ensure!(last < Some(version), "{last:?} was removed and {version:?} came after it");
        if round % 2 == 0 {
            probe.delete(&key)?;
        } else {
            pollster::block_on(probe.store.purge(Timestamp::UNIX_EPOCH))?;
        }
        last = Some(version);
    }
    Ok(())
}

/// All entries that one batch writes have the version that its commit returned.
///
/// # Errors
/// What was seen instead.
pub fn one_batch_has_one_version(harness: &dyn Harness) -> Outcome {
    let probe = Probe::open(harness)?;
    let keys = (0..3).map(|n| probe.numbered("row", n)).collect::<Outcome<Vec<_>>>()?;
    if let Some(key) = keys.first() {
        probe.put(key, b"ahead of the others")?;
    }
    let mut batch = Batch::new();
    for key in &keys {
        batch.put(key.clone(), Expect::Any, b"together");
    }
    let version = probe.commit(batch)?;
    for key in &keys {
        let read = probe.get(key)?.map(|entry| entry.version);
        ensure!(read == Some(version), "the commit returned {version:?} and {key:?} has {read:?}");
    }
    Ok(())
}
