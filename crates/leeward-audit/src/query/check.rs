use super::index::{BundleIndex, Look};
use crate::{
    AuditError, AuditLog,
    merkle::{Frontier, leaf_hash},
    record::Places,
    tiles::{TILE_WIDTH, TileKind, TilePath},
    tree::StoredTree,
};

const WIDTH: u64 = TILE_WIDTH as u64;

/// What [`AuditLog::check_index`] found in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Checked {
    /// The entries below this one that are kept are those that the last checkpoint signs.
    pub signed: u64,
    /// The index leads to every entry below this one. A query looks at those after it one by one.
    pub indexed: u64,
}

impl AuditLog {
    /// Checks that queries leave nothing out: that the stored entries are those of the last checkpoint,
    /// and that the index leads to every one of them. It reads the whole log.
    ///
    /// It cannot check which procedures the events of erased subjects belonged to, nor entries that were
    /// removed since they were too old.
    ///
    /// # Errors
    /// [`AuditError::Index`] names the first entry that the index does not lead to:
    /// [`rebuild_index`](Self::rebuild_index); [`AuditError::Contradiction`] when an entry is not the one
    /// that was signed; [`AuditError::Store`], [`AuditError::Corrupt`].
    pub async fn check_index(&self) -> Result<Checked, AuditError> {
        let kept = self.retention().await?.0.minimum / WIDTH;
        let indexed = self.indexed().await?;
        let signed = self.check_entries(kept).await?;
        for bundle in kept..indexed / WIDTH {
            self.check_bundle(bundle, &self.index_of(bundle, Look::AtEvents).await?).await?;
        }
        Ok(Checked { signed, indexed })
    }

    /// Checks that the entries from this bundle on make the signed root, with the hashes of those before.
    async fn check_entries(&self, kept: u64) -> Result<u64, AuditError> {
        let Some(signed) = self.last_signed().await?.0 else { return Ok(0) };
        let size = signed.checkpoint.size();
        let tree = StoredTree::new(&self.store, size);
        let mut made = Frontier::new();
        for bundle in 0..size.div_ceil(WIDTH) {
            let width = size.saturating_sub(bundle.saturating_mul(WIDTH)).min(WIDTH);
            let width = u16::try_from(width).unwrap_or(TILE_WIDTH);
            let path = TilePath::new(TileKind::Hashes(0), bundle, width);
            let path = path.ok_or(AuditError::Corrupt { what: "a tile that cannot be" })?;
            let leaves = match bundle < kept {
                true => tree.tile(path).await?,
                false => tree.entries(path).await?.iter().map(|entry| leaf_hash(entry)).collect(),
            };
            leaves.into_iter().for_each(|leaf| made.append(leaf));
        }
        if made.root() == *signed.checkpoint.root() {
            return Ok(size);
        }
        Err(AuditError::Contradiction { what: "its entries do not make its signed root" })
    }

    async fn check_bundle(&self, bundle: u64, made: &BundleIndex) -> Result<(), AuditError> {
        let mut hidden = Vec::new();
        for (attribute, places) in made {
            let row = self.store.get(&attribute.row(bundle)?).await?;
            let there = row.and_then(|row| Places::decode(row.value.as_bytes())).unwrap_or_default();
            hidden.extend(places.without(there).iter().next());
        }
        match hidden.into_iter().min() {
            None => Ok(()),
            Some(place) => {
                Err(AuditError::Index { index: bundle.saturating_mul(WIDTH).saturating_add(place) })
            }
        }
    }
}
