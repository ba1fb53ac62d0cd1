use super::{MAX_PACKED, Pack, Packed, PackedDetail};
use crate::{AuditError, AuditLog, Logged, Reader, record::EntryRow};
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
        let proofs = self.prove_rows(&rows, &signed.note, (size, signed.checkpoint.root())).await?;
        let mut entries = Vec::with_capacity(rows.len());
        for ((index, row), proof) in rows.into_iter().zip(proofs) {
            let detail = self.packed_detail(index, &row, show).await?;
            entries.push(Packed { index, entry: row.entry, proof, detail });
        }
        Ok(Pack { made: CoarseTime::of(now), checkpoint: signed.note, entries })
    }

    async fn packed_detail(
        &self,
        index: u64,
        row: &EntryRow,
        show: &(impl Fn(&Logged) -> bool + Send + Sync),
    ) -> Result<PackedDetail, AuditError> {
        let entry = row.log_entry()?;
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
