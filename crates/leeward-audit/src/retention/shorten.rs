use super::{MINIMUM_INDEX_FILE, MinimumIndex, hold};
use crate::{
    AuditError, AuditLog, LogEntry,
    directory::{Changes, Locked},
    drain::detail_key,
    note::MAX_NOTE,
    off_thread::off_thread,
    query::{Attribute, expect, procedures_key},
    record::{ENTRY, EntryRow, RETENTION, Retention},
    tiles::{TILE_WIDTH, TileKind, TilePath},
    tree::entry_rows,
};
use leeward_event::{Action, Actor, CoarseTime, Event, Outcome, Reason};
use leeward_store::{Batch, Expect, Key, StoreError, Timestamp};
use std::collections::BTreeSet;

const WIDTH: u64 = TILE_WIDTH as u64;

const MAX_ATTEMPTS: u32 = 100;

/// Where the bundles of the entries lie.
const ENTRIES: &str = "tile/entries";

/// Which entries a log goes on keeping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// This one and all after it.
    From(u64),
    /// Those that were logged in this minute or later.
    Since(CoarseTime),
}

/// What [`AuditLog::shorten`] left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Kept {
    /// The first entry that is kept: a multiple of 256.
    pub from: u64,
    /// How many entries this call removed from the store.
    pub removed: u64,
}

impl AuditLog {
    /// Stops keeping the oldest entries, in whole bundles of 256: their rows, their details, what the
    /// index has of them, and their bundles in the directory. The tree stays whole, with the hashes of what
    /// was removed, so that every proof holds and can be made anew, and the log verifies: a signed note,
    /// [`MinimumIndex`], says what may be missing.
    ///
    /// Only what is published is removed. That it was done is an event. It may be interrupted at any
    /// point, and goes on when it is called again, with whatever it was called with.
    ///
    /// # Errors
    /// [`AuditError::LegalHold`] while the log is under one: nothing more is removed, and the attempt is an
    /// event of its own; [`AuditError::OutOfRange`] when fewer entries are published; those of
    /// [`publish`](Self::publish).
    pub async fn shorten(&self, keep: Keep, by: Actor, now: Timestamp) -> Result<Kept, AuditError> {
        let minimum = {
            let directory = self.directory.lock(self.vkey()).await?;
            let size = self.published_size(&directory).await?.unwrap_or(0);
            let index = self.first_kept(keep, size).await?;
            let event = Event::new(Action::LogShortened, by, now).reason(Reason::RetentionEnded);
            let minimum = self.declare(index, &event).await?;
            self.publish_minimum(&directory).await?;
            minimum
        };
        // This can take long, and publication goes on.
        let removed = self.remove_rows().await?;
        let gone = move |file: &str| {
            let path = TilePath::parse(file).filter(|path| path.kind() == TileKind::Entries);
            path.is_some_and(|path| path.index() < minimum / WIDTH)
        };
        let directory = self.directory.lock(self.vkey()).await?;
        refuse_if_held(&self.retention().await?.0)?;
        directory.remove_files(ENTRIES, gone).await?;
        Ok(Kept { from: minimum, removed })
    }

    async fn first_kept(&self, keep: Keep, size: u64) -> Result<u64, AuditError> {
        let index = match keep {
            Keep::From(index) if index > size => return Err(AuditError::OutOfRange { index, size }),
            Keep::From(index) => index,
            Keep::Since(minute) => {
                let minimum = self.retention().await?.0.minimum;
                self.first_at(minute, minimum.min(size)..size).await?
            }
        };
        Ok(index.saturating_sub(index % WIDTH))
    }

    /// Writes down that entries below `index` are no longer kept, unless they are under hold.
    async fn declare(&self, index: u64, event: &Event) -> Result<u64, AuditError> {
        let refused = &event.outcome(Outcome::Failure);
        self.store
            .transact(|tx| async move {
                let before = hold::read(&tx).await?;
                let minimum = before.minimum.max(index);
                // Also when nothing seems left to do: files may be there of what was removed from the store.
                if !before.holds.is_empty() && minimum > 0 {
                    tx.stage(|batch| self.stage(refused, batch))?;
                    return Ok::<_, AuditError>(Err(AuditError::LegalHold));
                }
                if minimum > before.minimum {
                    tx.put(&RETENTION.key(&[])?, Retention { minimum, ..before }.encode())?;
                    tx.stage(|batch| self.stage(event, batch))?;
                }
                Ok(Ok(minimum))
            })
            .await?
    }

    /// Publishes the note of the minimum index, if there is one to publish; never one that goes back.
    pub(crate) async fn publish_minimum(&self, directory: &Locked) -> Result<u64, AuditError> {
        let minimum = self.retention().await?.0.minimum;
        let limit = u64::try_from(MAX_NOTE).unwrap_or(u64::MAX);
        let published = directory.read(MINIMUM_INDEX_FILE, limit).await?;
        let published = published.unwrap_or_default();
        let says = |key| MinimumIndex::open(&published, key).map_or(0, |published| published.index());
        if self.keys().any(|key| says(key) > minimum) {
            return Err(AuditError::Contradiction { what: "it says that it keeps what was removed" });
        }
        if self.keys().any(|key| says(key) < minimum) {
            let unsigned = MinimumIndex::new(self.vkey().name(), minimum)?;
            let signer = self.signer.clone();
            let note = off_thread(move || Ok(unsigned.sign(&*signer)?)).await?;
            let note = self.signed_by_all(note).await?;
            let file = (MINIMUM_INDEX_FILE.to_owned(), note.to_string().into_bytes());
            directory.apply(Changes { write: vec![file], remove: Vec::new() }).await?;
        }
        Ok(minimum)
    }

    /// Removes what is no longer kept from the store, bundle by bundle.
    async fn remove_rows(&self) -> Result<u64, AuditError> {
        let (mut removed, mut attempts) = (0_u64, 0);
        loop {
            let (retention, version) = self.retention().await?;
            if retention.removed >= retention.minimum {
                return Ok(removed);
            }
            refuse_if_held(&retention)?;
            match self.remove_bundle(&retention, expect(version)).await {
                Ok(()) => removed = removed.saturating_add(WIDTH),
                Err(AuditError::Store(StoreError::Conflict(_))) if attempts < MAX_ATTEMPTS => attempts += 1,
                Err(AuditError::Store(StoreError::Conflict(_))) => {
                    return Err(StoreError::Contended { attempts }.into());
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Removes the first bundle that is still there: what the index has of it, and then all the rest. Each
    /// batch conflicts with a hold that was placed meanwhile.
    async fn remove_bundle(&self, retention: &Retention, unchanged: Expect) -> Result<(), AuditError> {
        let start = retention.removed;
        let removed = start.saturating_add(WIDTH);
        let rows = entry_rows(&self.store, start..removed).await?;
        let mut index = Batch::new();
        index.check(RETENTION.key(&[])?, unchanged);
        for key in self.index_keys(start / WIDTH, &rows).await? {
            index.delete(key, Expect::Any);
        }
        self.store.commit(index).await?;
        let mut entries = Batch::new();
        let after = Retention { removed, ..retention.clone() };
        entries.put(RETENTION.key(&[])?, unchanged, after.encode());
        for (index, row) in (start..).zip(&rows) {
            entries.delete(ENTRY.key(&[&index.to_be_bytes()])?, Expect::Any);
            if let Some(detail) = detail_key(row.place, index)? {
                entries.delete(detail, Expect::Any);
            }
        }
        self.store.commit(entries).await?;
        Ok(())
    }

    async fn index_keys(&self, bundle: u64, rows: &[EntryRow]) -> Result<BTreeSet<Key>, AuditError> {
        let mut keys: BTreeSet<Key> = self.procedures_of(bundle).await?.into_iter().collect();
        keys.insert(procedures_key(bundle)?);
        for entry in rows.iter().filter_map(|row| LogEntry::decode(&row.entry)) {
            for attribute in Attribute::of_entry(&entry) {
                keys.insert(attribute.row(bundle)?);
            }
        }
        Ok(keys)
    }
}

fn refuse_if_held(retention: &Retention) -> Result<(), AuditError> {
    if retention.holds.is_empty() { Ok(()) } else { Err(AuditError::LegalHold) }
}
