//! Where events wait between the change they tell of and the log.
//!
//! A rules crate stages; the audit log drains. Both go through batches of the store, so an event is never
//! lost and never taken twice.

use crate::{Event, EventError};
use leeward_store::{Batch, Expect, Key, Scan, Space, Store, StoreError, Version};
use ring::rand::SecureRandom;

/// The waiting events. Their keys begin with the minute that the event tells, and go on with the place in
/// the batch and random bits: the order of the keys is not that of the commits, the versions are.
pub const OUTBOX: Space = Space::sealed("event.outbox");

/// An event that waits in the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Staged {
    /// Where it lies: delete it there, expecting exactly this version, in the batch that logs it.
    pub key: Key,
    /// When it was written, in the order of commits.
    pub version: Version,
    /// What happened.
    pub event: Event,
}

/// A page of the waiting events, at most `limit` and at most [`leeward_store::limits::MAX_PAGE`], sorted
/// by the commits that staged them.
///
/// When more are waiting, the page holds those with the least keys: those of the earliest minutes, and of
/// the last of these minutes any. A log that must keep the order of the commits reads every page of
/// [`OUTBOX`] before it takes an event, as `leeward-audit` does.
///
/// # Errors
/// Those of the store; [`EventError::Malformed`] and [`EventError::UnknownVersion`] for what is no
/// event.
pub async fn pending(store: &Store, limit: usize) -> Result<Vec<Staged>, EventError> {
    let page = store.scan(&Scan::all(OUTBOX.prefix(&[])?).limit(limit)).await?;
    let mut staged = page
        .items
        .into_iter()
        .map(|item| {
            let event = Event::decode(item.entry.value.as_bytes())?;
            Ok(Staged { key: item.key, version: item.entry.version, event })
        })
        .collect::<Result<Vec<_>, EventError>>()?;
    // Stable, so that events of one commit keep the order of their keys: their places in the batch.
    staged.sort_by_key(|staged| staged.version);
    Ok(staged)
}

pub(crate) fn stage(event: &Event, batch: &mut Batch, rng: &dyn SecureRandom) -> Result<(), EventError> {
    let mut random = [0; 8];
    rng.fill(&mut random).map_err(|_| EventError::Random)?;
    let key = key(event, batch.next_place(), &random)?;
    batch.put(key, Expect::Absent, event.encode());
    Ok(())
}

fn key(event: &Event, place: usize, random: &[u8; 8]) -> Result<Key, StoreError> {
    // More operations than this do not fit into a batch, so that the cap is never reached.
    let place = u16::try_from(place).unwrap_or(u16::MAX);
    let minute = event.when().minutes().to_be_bytes();
    OUTBOX.key(&[&minute, &place.to_be_bytes(), random])
}
