use super::{MAX_PACKED, Pack, Packed, PackedDetail};
use crate::{
    AuditError, AuditLog, LogEntry, Logged, Reader, TlogProof,
    merkle::{inclusion_ranges, leaf_hash, verify_inclusion},
    record::EntryRow,
    signing::LastSigned,
    tree::StoredTree,
};
use leeward_event::CoarseTime;
use leeward_store::Timestamp;
use std::collections::BTreeSet;

impl AuditLog {
    /// Packs entries for somebody else, with their proofs and the events that `show` lets through, and records
    /// that `reader` did, before anything is returned. An entry whose event is withheld proves as much as the
    /// others.
    ///
    /// # Errors
    /// [`AuditError::TooMany`] for more than 10,000 entries; [`AuditError::OutOfRange`] when one of them is
    /// not yet signed; [`AuditError::Removed`]; [`AuditError::Contradiction`], [`AuditError::Corrupt`],
    /// [`AuditError::Random`]; [`AuditError::Store`], also when it could not be recorded.
    pub async fn pack(
        &self,
        indices: impl IntoIterator<Item = u64> + Send,
        show: impl Fn(&Logged) -> bool + Send + Sync,
        reader: &Reader,
        now: Timestamp,
    ) -> Result<Pack, AuditError> {
        // One more than there may be is enough to refuse them.
        let indices: BTreeSet<u64> = indices.into_iter().take(MAX_PACKED.saturating_add(1)).collect();
        let packed = self.pack_entries(&indices, &show, now).await;
        let about = packed.as_ref().ok().and_then(Pack::subject);
        self.recorded(reader, about, packed, now).await
    }

    async fn pack_entries(
        &self,
        indices: &BTreeSet<u64>,
        show: &(impl Fn(&Logged) -> bool + Send + Sync),
        now: Timestamp,
    ) -> Result<Pack, AuditError> {
        if indices.len() > MAX_PACKED {
            return Err(AuditError::TooMany { most: MAX_PACKED });
        }
        let last = indices.last().copied().unwrap_or(0);
        let signed = self.signed(last).await?;
        let size = signed.checkpoint.size();
        if last >= size && !indices.is_empty() {
            return Err(AuditError::OutOfRange { index: last, size });
        }
        let mut rows = Vec::with_capacity(indices.len());
        for index in indices {
            rows.push((*index, self.row(*index).await?));
        }
        let proofs = self.prove_rows(&rows, &signed).await?;
        let mut entries = Vec::with_capacity(rows.len());
        for ((index, row), proof) in rows.into_iter().zip(proofs) {
            let detail = self.packed_detail(index, &row, show).await?;
            entries.push(Packed { index, entry: row.entry, proof, detail });
        }
        Ok(Pack { made: CoarseTime::of(now), checkpoint: signed.note, entries })
    }

    /// The proofs of these entries, each checked.
    pub(crate) async fn prove_rows(
        &self,
        rows: &[(u64, EntryRow)],
        signed: &LastSigned,
    ) -> Result<Vec<TlogProof>, AuditError> {
        let (size, root) = (signed.checkpoint.size(), signed.checkpoint.root());
        let tree = StoredTree::new(&self.store, size);
        let mut proofs = Vec::with_capacity(rows.len());
        // Many at once, so that a tile is read once for all of them.
        for some in rows.chunks(PROOFS_AT_ONCE) {
            let mut ranges = Vec::new();
            let mut lengths = Vec::new();
            for (index, _) in some {
                let own = inclusion_ranges(*index, size);
                let own = own.ok_or(AuditError::OutOfRange { index: *index, size })?;
                lengths.push(own.len());
                ranges.extend(own);
            }
            let mut hashes = tree.hashes(&ranges).await?.into_iter();
            for ((index, row), length) in some.iter().zip(lengths) {
                let own: Vec<_> = hashes.by_ref().take(length).collect();
                let holds = verify_inclusion(&own, *index, &leaf_hash(&row.entry), size, root);
                holds.map_err(|_| FALSE_PROOF)?;
                proofs.push(TlogProof::new(*index, own, signed.note.clone()));
            }
        }
        Ok(proofs)
    }

    async fn packed_detail(
        &self,
        index: u64,
        row: &EntryRow,
        show: &(impl Fn(&Logged) -> bool + Send + Sync),
    ) -> Result<PackedDetail, AuditError> {
        let entry = LogEntry::decode(&row.entry);
        let entry = entry.ok_or(AuditError::Corrupt { what: "an entry of a form not known here" })?;
        if entry.event().is_none() {
            return Ok(PackedDetail::None);
        }
        let Some(detail) = self.detail_of(row, &entry, index).await? else {
            return Ok(PackedDetail::Erased);
        };
        let logged = Logged { index, entry, event: Some(detail.event) };
        if show(&logged) {
            return Ok(PackedDetail::Shown { salt: detail.salt, event: detail.event.encode() });
        }
        Ok(PackedDetail::Withheld)
    }
}

/// How many proofs are made from tiles that are in memory together.
const PROOFS_AT_ONCE: usize = 256;

const FALSE_PROOF: AuditError =
    AuditError::Contradiction { what: "an entry is not in the tree that was signed" };
