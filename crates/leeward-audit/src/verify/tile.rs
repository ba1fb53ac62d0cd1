use super::VerifyError;
use crate::{
    merkle::{Frontier, Hash},
    tiles::{TILE_WIDTH, TileKind, TilePath},
};

const WIDTH: u64 = TILE_WIDTH as u64;

/// A hash of a tile that is not the one that the entries make.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mismatch {
    /// The level of its tile.
    pub(super) level: u8,
    /// Which hash of the level, from the left.
    pub(super) position: u64,
    /// What the tile has there.
    pub(super) found: Hash,
    /// The root of the tile as it was found.
    pub(super) root: Hash,
}

impl Mismatch {
    /// Compares the bytes of a tile with what its hashes should be.
    pub(super) fn first(path: TilePath, tile: &[u8], made: &[Hash]) -> Option<Self> {
        let (hashes, _) = tile.as_chunks::<{ Hash::LEN }>();
        let same = |(found, made): (&[u8; Hash::LEN], &Hash)| found == made.as_bytes();
        let wrong = hashes.iter().zip(made).position(|pair| !same(pair))?;
        let offset = u64::try_from(wrong).unwrap_or(u64::MAX);
        let tree: Frontier = hashes.iter().copied().map(Hash::new).collect();
        Some(Self {
            level: path.kind().level(),
            position: path.index().saturating_mul(WIDTH).saturating_add(offset),
            found: Hash::new(*hashes.get(wrong)?),
            root: tree.root(),
        })
    }

    /// How many entries stand below the hash.
    pub(super) fn entries(&self) -> u64 {
        1_u64.checked_shl(u32::from(self.level).saturating_mul(8)).unwrap_or(u64::MAX)
    }

    /// The first of them.
    pub(super) fn first_entry(&self) -> u64 {
        self.position.saturating_mul(self.entries())
    }

    /// The tile is what is wrong.
    pub(super) fn into_error(self, size: u64) -> VerifyError {
        let kind = TileKind::Hashes(self.level);
        VerifyError::Tile { index: self.first_entry(), file: file_of(kind, self.position / WIDTH, size) }
    }
}

/// The file of the tile with this number, in a log of this size.
pub(super) fn file_of(kind: TileKind, index: u64, size: u64) -> String {
    let partial = TilePath::partial(kind, size).filter(|path| path.index() == index);
    let path = partial.or_else(|| TilePath::new(kind, index, TILE_WIDTH));
    path.map_or_else(String::new, |path| path.to_string())
}
