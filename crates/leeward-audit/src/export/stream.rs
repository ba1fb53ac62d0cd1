use super::{Details, Exporter, Format};
use crate::{
    AuditError, AuditLog, Checkpoint, Reader,
    merkle::{Hash, inclusion_ranges, leaf_hash, verify_inclusion},
    tiles::{TILE_WIDTH, TileKind, TilePath},
    tree::StoredTree,
};
use leeward_store::Timestamp;
use std::ops::Range;

const WIDTH: u64 = TILE_WIDTH as u64;

/// The lines of a log, read from the store one by one.
#[derive(Debug)]
pub struct Lines<'a> {
    log: &'a AuditLog,
    exporter: Exporter,
    indices: Range<u64>,
    /// The bundle that was proved last, and the hashes of its entries.
    proved: Option<(u64, Vec<Hash>)>,
}

impl AuditLog {
    /// An exporter for the log as it was signed last.
    ///
    /// # Errors
    /// [`AuditError::OutOfRange`] when nothing is signed: [`publish`](Self::publish) first;
    /// [`AuditError::Contradiction`]; [`AuditError::Store`]; [`AuditError::Corrupt`].
    pub async fn exporter(&self, format: Format) -> Result<Exporter, AuditError> {
        let (signed, _) = self.last_signed().await?;
        let signed = signed.ok_or(AuditError::OutOfRange { index: 0, size: 0 })?;
        Ok(Exporter::new(format, signed.checkpoint).with_pseudonyms(self.pseudonyms.clone()))
    }

    /// Exports every entry that the exporter's checkpoint covers and that is still kept, with its event, and records that
    /// `reader` does: once, before the first line.
    ///
    /// # Errors
    /// [`AuditError::Store`] and [`AuditError::Random`] when it could not be recorded.
    pub async fn export(
        &self,
        exporter: Exporter,
        reader: &Reader,
        now: Timestamp,
    ) -> Result<Lines<'_>, AuditError> {
        let size = exporter.checkpoint.size();
        self.recorded(reader, None, Ok(Lines { log: self, exporter, indices: 0..size, proved: None }), now)
            .await
    }
}

impl Lines<'_> {
    /// Exports these entries only.
    #[must_use]
    pub fn within(mut self, indices: Range<u64>) -> Self {
        self.indices = indices.start.max(self.indices.start)..indices.end.min(self.indices.end);
        self
    }

    /// The checkpoint that every line carries.
    #[must_use]
    pub const fn checkpoint(&self) -> &Checkpoint {
        self.exporter.checkpoint()
    }

    /// The next line, with whatever ends it; `None` after the last.
    ///
    /// # Errors
    /// Those of [`AuditLog::read`], and [`AuditError::Contradiction`] for an entry that is not the one that
    /// was signed. The next call goes on behind the entry.
    pub async fn next(&mut self) -> Result<Option<String>, AuditError> {
        let Some(index) = self.indices.next() else { return Ok(None) };
        let logged = self.log.logged(index).await?;
        if self.signed_leaf(index).await? != leaf_hash(&logged.entry.encode()) {
            return Err(AuditError::Contradiction { what: "an entry is not the one that was signed" });
        }
        self.exporter.line(index, &logged.entry, Details::of(&logged)).map(Some)
    }

    /// The hash that the signed root has for an entry.
    async fn signed_leaf(&mut self, index: u64) -> Result<Hash, AuditError> {
        let bundle = index / WIDTH;
        let hashes = match self.proved.take() {
            Some((proved, hashes)) if proved == bundle => hashes,
            _ => self.prove(bundle).await?,
        };
        let place = usize::try_from(index % WIDTH).unwrap_or(usize::MAX);
        let hash = hashes.get(place).copied();
        self.proved = Some((bundle, hashes));
        hash.ok_or(AuditError::Corrupt { what: "a tile with too few hashes" })
    }

    /// The hashes of a bundle's entries. The proof of the first is made of all the others, and so proves
    /// them too.
    async fn prove(&self, bundle: u64) -> Result<Vec<Hash>, AuditError> {
        let checkpoint = self.exporter.checkpoint();
        let (first, size) = (bundle.saturating_mul(WIDTH), checkpoint.size());
        let out_of_range = AuditError::OutOfRange { index: first, size };
        let Some(ranges) = inclusion_ranges(first, size) else { return Err(out_of_range) };
        let tree = StoredTree::new(&self.log.store, size);
        let width = u16::try_from(size.saturating_sub(first).min(WIDTH)).unwrap_or(TILE_WIDTH);
        let Some(path) = TilePath::new(TileKind::Hashes(0), bundle, width) else { return Err(out_of_range) };
        let hashes = tree.tile(path).await?;
        let proof = tree.hashes(&ranges).await?;
        let leaf = hashes.first().copied().ok_or(AuditError::Corrupt { what: "an empty tile" })?;
        verify_inclusion(&proof, first, &leaf, size, checkpoint.root())
            .map_err(|_| AuditError::Contradiction { what: "its entries do not make its root" })?;
        Ok(hashes)
    }
}
