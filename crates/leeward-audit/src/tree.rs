use crate::{
    AuditError,
    merkle::{Frontier, Hash, Node, hash_range, leaf_hash, nodes},
    record::{ENTRY, EntryRow, TILE, decode_tile},
    tiles::{TILE_WIDTH, TileKind, TilePath, hashes_at},
};
use leeward_store::{Item, Key, Scan, Store, StoreError};
use std::{
    collections::{BTreeMap, btree_map::Entry},
    ops::Range,
};

const WIDTH: u64 = TILE_WIDTH as u64;

/// Binary levels of the tree in one level of tiles.
const HEIGHT: u8 = 8;

/// The tree as it lies in the store.
pub(crate) struct StoredTree<'a> {
    store: &'a Store,
    size: u64,
}

impl<'a> StoredTree<'a> {
    /// The tree when it had this size, which the stored one has reached.
    pub(crate) const fn new(store: &'a Store, size: u64) -> Self {
        Self { store, size }
    }

    /// Its root.
    pub(crate) async fn root(&self) -> Result<Hash, AuditError> {
        let root = self.hashes(std::slice::from_ref(&(0..self.size))).await?;
        root.first().copied().ok_or(AuditError::Corrupt { what: "a tree without a root" })
    }

    /// The hash over each of the ranges.
    pub(crate) async fn hashes(&self, ranges: &[Range<u64>]) -> Result<Vec<Hash>, AuditError> {
        let mut tiles = BTreeMap::new();
        for node in ranges.iter().cloned().flat_map(nodes) {
            let path = tile_of(node, self.size).ok_or(CORRUPT_TILE)?;
            if let Entry::Vacant(slot) = tiles.entry(path) {
                slot.insert(self.tile(path).await?);
            }
        }
        let lookup = |node| {
            let tile = tile_of(node, self.size).and_then(|path| tiles.get(&path));
            tile.and_then(|tile| hash_in(node, tile)).ok_or(CORRUPT_TILE)
        };
        ranges.iter().map(|range| hash_range(range.clone(), lookup)).collect()
    }

    /// The hashes of a tile, as many as its path says.
    pub(crate) async fn tile(&self, path: TilePath) -> Result<Vec<Hash>, AuditError> {
        let width = usize::from(path.width());
        let key = tile_key(path.kind().level(), path.index())?;
        let mut hashes = match self.store.get(&key).await? {
            Some(row) => decode_tile(row.value.as_bytes()).ok_or(CORRUPT_TILE)?,
            None if path.kind().level() == 0 => self.leaves(path).await?,
            None => Vec::new(),
        };
        if hashes.len() < width {
            return Err(CORRUPT_TILE);
        }
        hashes.truncate(width);
        Ok(hashes)
    }

    /// The entries of a bundle.
    pub(crate) async fn entries(&self, path: TilePath) -> Result<Vec<Vec<u8>>, AuditError> {
        let start = path.index().saturating_mul(WIDTH);
        let rows = entry_rows(self.store, start..start.saturating_add(u64::from(path.width()))).await?;
        Ok(rows.into_iter().map(|row| row.entry).collect())
    }

    async fn leaves(&self, path: TilePath) -> Result<Vec<Hash>, AuditError> {
        Ok(self.entries(path).await?.iter().map(|entry| leaf_hash(entry)).collect())
    }
}

const CORRUPT_TILE: AuditError = AuditError::Corrupt { what: "a tile with too few hashes" };

/// The tile that has the hashes below this node, in a tree of this size.
pub(crate) fn tile_of(node: Node, size: u64) -> Option<TilePath> {
    let level = node.level / HEIGHT;
    let index = (node.index << (node.level % HEIGHT)) / WIDTH;
    let there = hashes_at(level, size).saturating_sub(index.saturating_mul(WIDTH)).min(WIDTH);
    TilePath::new(TileKind::Hashes(level), index, u16::try_from(there).ok()?)
}

/// The hash of a node, from [its tile](tile_of).
pub(crate) fn hash_in(node: Node, tile: &[Hash]) -> Option<Hash> {
    let height = node.level % HEIGHT;
    let start = usize::try_from((node.index << height) % WIDTH).ok()?;
    let hashes = tile.get(start..start.checked_add(1 << height)?)?;
    Some(hashes.iter().copied().collect::<Frontier>().root())
}

/// The key of a tile's row.
pub(crate) fn tile_key(level: u8, index: u64) -> Result<Key, StoreError> {
    TILE.key(&[&[level], &index.to_be_bytes()])
}

/// The rows of these entries, a bundle at most: every one, or an error.
pub(crate) async fn entry_rows(store: &Store, range: Range<u64>) -> Result<Vec<EntryRow>, AuditError> {
    let wanted = usize::try_from(range.end.saturating_sub(range.start)).unwrap_or(usize::MAX);
    let mut scan = Scan::all(ENTRY.prefix(&[])?).limit(wanted);
    if let Some(before) = range.start.checked_sub(1) {
        scan = scan.after(ENTRY.key(&[&before.to_be_bytes()])?);
    }
    // Rows are short, so that one page holds a bundle.
    let items = store.scan(&scan).await?.items;
    if items.len() < wanted {
        return Err(MISSING_ENTRY);
    }
    range.zip(items).map(|(index, item)| entry_row(index, &item)).collect()
}

fn entry_row(index: u64, item: &Item) -> Result<EntryRow, AuditError> {
    if item.key != ENTRY.key(&[&index.to_be_bytes()])? {
        return Err(MISSING_ENTRY);
    }
    EntryRow::decode(item.entry.value.as_bytes()).ok_or(CORRUPT_ENTRY)
}

const MISSING_ENTRY: AuditError = AuditError::Contradiction { what: "an entry is missing" };
const CORRUPT_ENTRY: AuditError = AuditError::Corrupt { what: "what is no entry" };
