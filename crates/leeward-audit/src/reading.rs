use crate::{
    AuditError, AuditLog, LogEntry, Reader, TlogProof,
    drain::detail_key,
    merkle::{
        Hash, ProofError, consistency_ranges, inclusion_ranges, leaf_hash, verify_consistency,
        verify_inclusion,
    },
    note::Note,
    record::{Detail, EntryRow, Place},
    signing::LastSigned,
    tree::{StoredTree, entry_rows},
};
use leeward_event::Event;
use leeward_store::{Batch, Expect, Key, StoreError, Timestamp};
use std::ops::Range;

/// An entry of the log, and what is left of the event it speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Logged {
    /// Where it stands, from 0.
    pub index: u64,
    /// What the log says in public.
    pub entry: LogEntry,
    /// The event, checked against the entry; `None` when its subject was erased, and for a seal.
    pub event: Option<Event>,
}

/// The proof that the log only grew since it had `old_size` entries.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Growth {
    /// The size it had.
    pub old_size: u64,
    /// The hashes (RFC 6962 2.1.2).
    pub hashes: Vec<Hash>,
    /// The signed checkpoint of the size it has.
    pub checkpoint: Note,
    size: u64,
    root: Hash,
}

impl Growth {
    /// Checks that the log began with the tree of `old_root`.
    ///
    /// # Errors
    /// Those of [`verify_consistency`].
    pub fn verify(&self, old_root: &Hash) -> Result<(), ProofError> {
        verify_consistency(&self.hashes, self.old_size, old_root, self.size, &self.root)
    }
}

impl AuditLog {
    /// Reads one entry and its event, and records that `reader` did: about the same subject, before
    /// anything is returned. It takes the store's word for the entry: an
    /// [inclusion proof](Self::inclusion_proof) of the same index is refused when it was changed.
    ///
    /// # Errors
    /// [`AuditError::OutOfRange`]; [`AuditError::Contradiction`] when the event is missing though its
    /// subject was not erased, or is not the one that was logged; [`AuditError::Store`], also when the
    /// read could not be recorded; [`AuditError::Corrupt`]; [`AuditError::Random`].
    pub async fn read(&self, index: u64, reader: &Reader, now: Timestamp) -> Result<Logged, AuditError> {
        let found = self.logged(index).await;
        let about = found.as_ref().ok().and_then(|logged| logged.event?.whom());
        self.recorded(reader, about, found, now).await
    }

    /// One entry and its event.
    pub(crate) async fn logged(&self, index: u64) -> Result<Logged, AuditError> {
        let size = self.size().await?;
        if index >= size {
            return Err(AuditError::OutOfRange { index, size });
        }
        let row = self.row(index).await?;
        let entry = row.log_entry()?;
        let event = self.event_of(&row, &entry, index).await?;
        Ok(Logged { index, entry, event })
    }

    /// The proof that an entry stands in the log as it was signed last: it verifies offline, with the
    /// entry's bytes and the log's key.
    ///
    /// # Errors
    /// [`AuditError::OutOfRange`] when the entry is not yet signed: [`publish`](Self::publish) first;
    /// [`AuditError::Contradiction`]; [`AuditError::Store`]; [`AuditError::Corrupt`].
    pub async fn inclusion_proof(&self, index: u64) -> Result<TlogProof, AuditError> {
        let LastSigned { checkpoint, note, .. } = self.signed(index).await?;
        let size = checkpoint.size();
        let ranges = inclusion_ranges(index, size).ok_or(AuditError::OutOfRange { index, size })?;
        let hashes = StoredTree::new(&self.store, size).hashes(&ranges).await?;
        let leaf = match self.row(index).await {
            Ok(row) => leaf_hash(&row.entry),
            Err(AuditError::Removed { .. }) => self.leaf(index, size).await?,
            Err(error) => return Err(error),
        };
        verify_inclusion(&hashes, index, &leaf, size, checkpoint.root()).map_err(|_| FALSE_PROOF)?;
        Ok(TlogProof::new(index, hashes, note))
    }

    /// The proof that the log as it was signed last begins with the tree it had at `old_size`.
    ///
    /// # Errors
    /// [`AuditError::OutOfRange`] when fewer entries are signed, or `old_size` is 0;
    /// [`AuditError::Contradiction`]; [`AuditError::Store`]; [`AuditError::Corrupt`].
    pub async fn consistency_proof(&self, old_size: u64) -> Result<Growth, AuditError> {
        let LastSigned { checkpoint, note, .. } = self.signed(old_size).await?;
        let size = checkpoint.size();
        let ranges = consistency_ranges(old_size, size).filter(|_| old_size > 0);
        let ranges = ranges.ok_or(AuditError::OutOfRange { index: old_size, size })?;
        let hashes = StoredTree::new(&self.store, size).hashes(&ranges).await?;
        let growth = Growth { old_size, hashes, checkpoint: note, size, root: *checkpoint.root() };
        let old_root = StoredTree::new(&self.store, old_size).root().await?;
        growth.verify(&old_root).map_err(|_| FALSE_PROOF)?;
        Ok(growth)
    }

    /// Whether a detail may be gone: what is left of an erased subject may have been swept away. Then
    /// the store would seal nothing more for it.
    async fn excuse(&self, key: Key) -> Result<(), AuditError> {
        let subject = key.subject().is_some();
        let mut batch = Batch::new();
        batch.put(key, Expect::Any, Vec::new());
        match self.store.prepare(batch).await {
            Err(StoreError::Erased { .. }) if subject => Ok(()),
            prepared => {
                prepared?;
                Err(AuditError::Contradiction { what: "the detail of an entry is missing" })
            }
        }
    }

    /// The hash of an entry that is no longer kept.
    async fn leaf(&self, index: u64, size: u64) -> Result<Hash, AuditError> {
        let leaf = index..index.saturating_add(1);
        let hashes = StoredTree::new(&self.store, size).hashes(std::slice::from_ref(&leaf)).await?;
        hashes.first().copied().ok_or(FALSE_PROOF)
    }

    pub(crate) async fn row(&self, index: u64) -> Result<EntryRow, AuditError> {
        let rows = self.rows(index..index.saturating_add(1)).await?;
        rows.into_iter().next().ok_or(AuditError::Corrupt { what: "no entry where one was" })
    }

    /// These rows, a bundle at most. What is missing was removed by right, or it is a contradiction.
    pub(crate) async fn rows(&self, range: Range<u64>) -> Result<Vec<EntryRow>, AuditError> {
        let start = range.start;
        match entry_rows(&self.store, range).await {
            Err(AuditError::Contradiction { what }) => {
                let minimum = self.retention().await?.0.minimum;
                let by_right = start < minimum;
                Err(if by_right {
                    AuditError::Removed { minimum }
                } else {
                    AuditError::Contradiction { what }
                })
            }
            rows => rows,
        }
    }

    pub(crate) async fn signed(&self, index: u64) -> Result<LastSigned, AuditError> {
        let signed = match self.witnessing {
            Some(_) => self.last_cosigned().await?,
            None => self.last_signed().await?.0,
        };
        signed.ok_or(AuditError::OutOfRange { index, size: 0 })
    }

    /// The event of an entry, checked; `None` when there is none, or its subject was erased.
    pub(crate) async fn event_of(
        &self,
        row: &EntryRow,
        entry: &LogEntry,
        index: u64,
    ) -> Result<Option<Event>, AuditError> {
        Ok(self.detail_of(row, entry, index).await?.map(|detail| detail.event))
    }

    /// As [`event_of`](Self::event_of), with the salt.
    pub(crate) async fn detail_of(
        &self,
        row: &EntryRow,
        entry: &LogEntry,
        index: u64,
    ) -> Result<Option<Detail>, AuditError> {
        let Some(key) = detail_key(row.place, index)? else { return Ok(None) };
        let stored = match self.store.get(&key).await {
            Err(StoreError::Erased { .. }) if matches!(row.place, Place::Subject(_)) => return Ok(None),
            stored => stored?,
        };
        let Some(stored) = stored else {
            let minimum = self.retention().await?.0.minimum;
            if index < minimum {
                return Err(AuditError::Removed { minimum });
            }
            return self.excuse(key).await.map(|()| None);
        };
        let detail = Detail::decode(stored.value.as_bytes());
        let detail = detail.ok_or(AuditError::Corrupt { what: "a detail that is none" })?;
        if !entry.event().is_some_and(|entry| entry.commits_to(&detail.event, &detail.salt)) {
            return Err(AuditError::Contradiction { what: "the detail of an entry is another's" });
        }
        Ok(Some(detail))
    }
}

/// A proof is checked before it is handed out.
pub(crate) const FALSE_PROOF: AuditError =
    AuditError::Contradiction { what: "its hashes do not make its root" };
