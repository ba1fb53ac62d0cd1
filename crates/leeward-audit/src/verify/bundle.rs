use super::{VerifyError, files::Files, tile::Mismatch};
use crate::{
    merkle::{Hash, leaf_hash},
    tiles::{MAX_ENTRY, TILE_WIDTH, TileKind, TilePath, readable_entries, split_bundle},
};

/// A bundle of entries that was read, with its tile.
#[derive(Clone, Debug)]
pub(super) struct Bundle {
    /// The entries as they lie in the file; `None` when the bundle was removed, as it may be.
    pub(super) entries: Option<Vec<u8>>,
    /// The hashes of the entries; of a bundle that was removed, those of its tile.
    pub(super) leaves: Vec<Hash>,
    /// The first hash of the tile that its entry does not make.
    pub(super) mismatch: Option<Mismatch>,
}

impl Bundle {
    /// Reads bundle and tile and compares them. Without a bundle that ends at or below `kept_from`, the
    /// tile stands for its entries.
    pub(super) fn read(files: Files<'_>, path: TilePath, kept_from: u64) -> Result<Self, VerifyError> {
        let file = path.to_string();
        let limit = usize::from(path.width()).saturating_mul(MAX_ENTRY.saturating_add(2));
        let entries = match files.read(&file, limit) {
            Err(VerifyError::Missing { .. }) if may_be_gone(path, kept_from) => None,
            read => Some(read?),
        };
        let made = entries.as_deref().map(|bytes| {
            let entries = split_bundle(bytes, path.width()).map_err(|source| {
                let index = first_wrong(files, path, bytes);
                VerifyError::Unreadable { index, file, source }
            })?;
            Ok(entries.into_iter().map(leaf_hash).collect::<Vec<_>>())
        });
        let made = made.transpose()?;
        let tile_path = tile_of(path);
        let tile = read_tile(files, tile_path)?;
        let mismatch = made.as_deref().and_then(|made| Mismatch::first(tile_path, &tile, made));
        let leaves = made.unwrap_or_else(|| Hash::split(&tile).unwrap_or_default());
        Ok(Self { entries, leaves, mismatch })
    }
}

/// The tile with the hashes of a bundle's entries.
pub(super) fn tile_of(path: TilePath) -> TilePath {
    TilePath::new(TileKind::Hashes(0), path.index(), path.width()).unwrap_or(path)
}

/// Whether a log whose entries are kept from this index on may be without this bundle.
pub(super) fn may_be_gone(path: TilePath, kept_from: u64) -> bool {
    path.is_full() && path.index() < kept_from / u64::from(TILE_WIDTH)
}

/// The bytes of a tile, which has as many hashes as its path says.
pub(super) fn read_tile(files: Files<'_>, path: TilePath) -> Result<Vec<u8>, VerifyError> {
    let file = path.to_string();
    let len = usize::from(path.width()).saturating_mul(Hash::LEN);
    let bytes = files.read(&file, len)?;
    if bytes.len() == len { Ok(bytes) } else { Err(VerifyError::Length { file }) }
}

/// The first entry of a damaged bundle that its tile does not have, as far as the tile tells.
fn first_wrong(files: Files<'_>, path: TilePath, bundle: &[u8]) -> u64 {
    let hashes = read_tile(files, tile_of(path)).ok().and_then(|tile| Hash::split(&tile));
    let hashes = hashes.unwrap_or_default();
    let (entries, _) = readable_entries(bundle, path.width());
    let right = entries.iter().zip(hashes).take_while(|(entry, hash)| leaf_hash(entry) == *hash).count();
    let right = u64::try_from(right).unwrap_or(u64::MAX);
    path.index().saturating_mul(u64::from(TILE_WIDTH)).saturating_add(right)
}
