//! Values come back byte for byte, at once, on every handle.

use super::{
    Harness, Outcome,
    probe::{Probe, poll_and_drop, race},
};
use crate::Scan;

/// An empty value, each byte there is, and lengths around the sizes of pages and frames.
///
/// # Errors
/// What was seen instead.
pub fn values_come_back_exactly(harness: &dyn Harness) -> Outcome {
    let probe = Probe::open(harness)?;
    let key = probe.key(&[b"row"])?;
    ensure!(probe.get(&key)?.is_none(), "a fresh store holds {key:?}");
    let every_byte: Vec<u8> = (0..=255).collect();
    let mut values = vec![vec![], vec![0], vec![0; 3], every_byte.clone(), b"NULL".to_vec()];
    for len in [4_095, 4_096, 4_097, 16_383, 16_384, 16_385, 65_535, 65_536, 65_537] {
        values.push(every_byte.iter().copied().cycle().take(len).collect());
    }
    for value in values {
        let version = probe.put(&key, &value)?;
        let entry = probe.get(&key)?;
        let read = entry.map(|entry| (entry.version, entry.expires_at, entry.value.as_bytes() == value));
        ensure!(read == Some((version, None, true)), "{} bytes came back as {read:?}", value.len());
        let page = probe.scan(&Scan::all(probe.named("row")?))?;
        let same = page.items.iter().all(|item| item.key == key && item.entry.value.as_bytes() == value);
        ensure!(page.items.len() == 1 && same, "{} bytes were scanned as {page:?}", value.len());
    }
    Ok(())
}

/// What one handle committed, every clone reads from then on, by `get` and by `scan`, on any thread.
///
/// # Errors
/// What was seen instead.
pub fn every_handle_reads_the_last_commit(harness: &dyn Harness) -> Outcome {
    let probe = Probe::open(harness)?;
    race(3, |task| {
        let (writer, reader) = (probe.clone(), probe.clone());
        let name = format!("row-{task}");
        let key = probe.key(&[name.as_bytes()])?;
        for round in 0..20_u8 {
            let written = writer.put(&key, &[round])?;
            let read = reader.get(&key)?.map(|entry| entry.version);
            ensure!(read == Some(written), "{written:?} was committed and {read:?} read");
            let found = reader.scan(&Scan::all(probe.named(&name)?))?.items;
            let found = found.first().map(|item| item.entry.version);
            ensure!(found == Some(written), "{written:?} was committed and {found:?} scanned");
            if round % 4 == 3 {
                writer.delete(&key)?;
                ensure!(reader.get(&key)?.is_none(), "a key was read after it was deleted");
            }
        }
        Ok(())
    })?;
    Ok(())
}

/// Reads that are dropped before they answer leave nothing locked.
///
/// # Errors
/// What was seen instead.
pub fn dropped_reads_harm_nobody(harness: &dyn Harness) -> Outcome {
    let probe = Probe::open(harness)?;
    let key = probe.key(&[b"row"])?;
    let scan = Scan::all(probe.named("row")?);
    for round in 0..32_u8 {
        poll_and_drop(probe.store.get(&key), u64::from(round % 3));
        poll_and_drop(probe.store.scan(&scan), u64::from(round % 3));
        probe.put(&key, &[round])?;
        let read = probe.value(&key)?;
        ensure!(read == Some(vec![round]), "{round} was written and {read:?} read");
    }
    Ok(())
}
