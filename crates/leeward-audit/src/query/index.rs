use super::Attribute;
use crate::{
    AuditError, AuditLog, LogEntry,
    record::{
        EntryRow, INDEX, Places, RETENTION, Retention, decode_end, decode_procedures, encode_end,
        encode_procedures,
    },
    tiles::TILE_WIDTH,
};
use leeward_store::{Batch, Expect, Key, StoreError, Version, limits};
use std::collections::BTreeMap;

const WIDTH: u64 = TILE_WIDTH as u64;

/// How often indexing begins again when others are first.
const MAX_ATTEMPTS: u32 = 100;

/// Where the index ends, and what procedures a bundle has: the first segments of their keys.
const END: u8 = 0;
const PROCEDURES: u8 = 6;

/// What the index has of one bundle.
pub(crate) type BundleIndex = BTreeMap<Attribute, Places>;

/// How far the index goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Indexed {
    /// Entries below this one are in the index; a query looks at those after it one by one.
    pub entries: u64,
    /// How many entries the log has.
    pub size: u64,
}

/// What the index is made from. The row says what it needs of the event, so that no detail is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    AtRows,
    /// At the details too: what they say counts as well.
    AtEvents,
}

/// What a step of indexing relies on.
struct Ground {
    /// Bundles below this one are indexed, and what says so.
    done: u64,
    end: Option<Version>,
    retention: Option<Version>,
    size: u64,
}

impl AuditLog {
    /// Brings the index of the queries up to date, for every bundle of 256 entries that is full. Call it
    /// after [`drain`](Self::drain), or now and then; without it queries find the same, and slowly.
    ///
    /// Each batch adds the rows of some bundles and moves the end of the index, all or nothing: it may be
    /// dropped at any point, and any number of processes may call it.
    ///
    /// # Errors
    /// [`AuditError::Contradiction`] when an entry is missing; [`AuditError::Corrupt`];
    /// [`AuditError::Store`], with [`StoreError::Contended`] when others were always first.
    pub async fn index(&self) -> Result<Indexed, AuditError> {
        let mut attempts = 0;
        loop {
            let ground = self.ground().await?;
            let (batch, done) = match self.next_rows(&ground).await {
                // Entries were removed meanwhile, since they were too old.
                Err(AuditError::Removed { .. }) if attempts < MAX_ATTEMPTS => {
                    attempts += 1;
                    continue;
                }
                rows => rows?,
            };
            if done == ground.done {
                return Ok(Indexed { entries: done.saturating_mul(WIDTH), size: ground.size });
            }
            match self.store.commit(batch).await {
                Ok(_) => attempts = 0,
                Err(StoreError::Conflict(_)) if attempts < MAX_ATTEMPTS => attempts += 1,
                Err(StoreError::Conflict(_)) => return Err(StoreError::Contended { attempts }.into()),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Makes the whole index anew. Until it is done, queries look at entries one by one.
    ///
    /// # Errors
    /// As [`index`](Self::index).
    pub async fn rebuild_index(&self) -> Result<Indexed, AuditError> {
        let mut batch = Batch::new();
        batch.delete(end_key()?, Expect::Any);
        self.store.commit(batch).await?;
        self.index().await
    }

    /// Entries below this one are indexed, as the store says.
    pub(crate) async fn indexed(&self) -> Result<u64, AuditError> {
        let ground = self.ground().await?;
        Ok(ground.done.min(ground.size / WIDTH).saturating_mul(WIDTH))
    }

    /// The index of one full bundle, from its entries; from their events as well, to check it.
    pub(crate) async fn index_of(&self, bundle: u64, look: Look) -> Result<BundleIndex, AuditError> {
        let start = bundle.saturating_mul(WIDTH);
        let rows = self.rows(start..start.saturating_add(WIDTH)).await?;
        let mut index = BundleIndex::new();
        for (place, row) in (0..).zip(&rows) {
            for attribute in self.attributes(row, start.saturating_add(place), look).await? {
                index.entry(attribute).or_default().insert(place);
            }
        }
        Ok(index)
    }

    /// What the index has of one entry.
    async fn attributes(&self, row: &EntryRow, index: u64, look: Look) -> Result<Vec<Attribute>, AuditError> {
        let Some(entry) = LogEntry::decode(&row.entry) else { return Ok(Vec::new()) };
        let mut attributes = Attribute::of_row(row, &entry);
        attributes.retain(Attribute::is_indexed);
        if look == Look::AtRows {
            return Ok(attributes);
        }
        let event = match self.event_of(row, &entry, index).await {
            Ok(event) => event,
            // A reader who meets it is told; the index goes on.
            Err(AuditError::Contradiction { .. } | AuditError::Corrupt { .. }) => None,
            Err(AuditError::Store(StoreError::CannotOpen { .. })) => None,
            Err(error) => return Err(error),
        };
        attributes.extend(event.and_then(|event| Attribute::of_event(&event, &self.pseudonyms)));
        Ok(attributes)
    }

    async fn ground(&self) -> Result<Ground, AuditError> {
        // In this order: the log read last is the longest.
        let end = self.store.get(&end_key()?).await?;
        let (Retention { minimum, .. }, retention) = self.retention().await?;
        let size = self.size().await?;
        let done = end.as_ref().and_then(|row| decode_end(row.value.as_bytes())).unwrap_or(0);
        Ok(Ground { done: done.max(minimum / WIDTH), end: end.map(|row| row.version), retention, size })
    }

    /// A batch with the rows of as many bundles as fit, and the bundle after them.
    async fn next_rows(&self, ground: &Ground) -> Result<(Batch, u64), AuditError> {
        let mut batch = Batch::new();
        batch.check(RETENTION.key(&[])?, expect(ground.retention));
        let mut done = ground.done;
        while done < ground.size / WIDTH && batch.len() < limits::MAX_OPS.saturating_sub(MAX_ROWS) {
            put_rows(&mut batch, done, &self.index_of(done, Look::AtRows).await?)?;
            done = done.saturating_add(1);
        }
        batch.put(end_key()?, expect(ground.end), encode_end(done));
        Ok((batch, done))
    }

    /// The keys of the procedures that the index has of a bundle, as the store says.
    pub(crate) async fn procedures_of(&self, bundle: u64) -> Result<Vec<Key>, AuditError> {
        let Some(row) = self.store.get(&procedures_key(bundle)?).await? else { return Ok(Vec::new()) };
        let names = decode_procedures(row.value.as_bytes()).unwrap_or_default();
        Ok(names.iter().map(|name| row_key(name, bundle)).collect::<Result<_, _>>()?)
    }
}

/// The most rows of one bundle, with the two that say where the index ends: 256 actors, subjects and
/// procedures, and the codes.
const MAX_ROWS: usize = 850;

fn put_rows(batch: &mut Batch, bundle: u64, index: &BundleIndex) -> Result<(), StoreError> {
    for (attribute, places) in index {
        batch.put(attribute.row(bundle)?, Expect::Any, places.encode());
    }
    let mut procedures = index.keys().filter(|name| matches!(name, Attribute::Correlation(..))).peekable();
    if procedures.peek().is_some() {
        let names = encode_procedures(procedures.map(Attribute::name));
        batch.put(procedures_key(bundle)?, Expect::Any, names);
    }
    Ok(())
}

/// The key of a row: what is looked up, and the bundle.
pub(crate) fn row_key(name: &[u8], bundle: u64) -> Result<Key, StoreError> {
    INDEX.key(&[name, &bundle.to_be_bytes()])
}

/// The key of the row that names the procedures of a bundle.
pub(crate) fn procedures_key(bundle: u64) -> Result<Key, StoreError> {
    row_key(&[PROCEDURES], bundle)
}

/// The key of the row that says where the index ends.
pub(crate) fn end_key() -> Result<Key, StoreError> {
    INDEX.key(&[&[END]])
}

/// That a row is as it was read.
pub(crate) fn expect(version: Option<Version>) -> Expect {
    version.map_or(Expect::Absent, Expect::Exactly)
}
