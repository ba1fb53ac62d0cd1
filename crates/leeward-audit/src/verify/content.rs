use super::{VerifyError, files::Files};
use crate::{
    Checkpoint,
    merkle::{Frontier, Hash, leaf_hash},
    tiles::{
        MAX_ENTRY, MAX_LEVEL, TILE_WIDTH, TileKind, TilePath, hashes_at, readable_entries, split_bundle,
    },
};
use std::collections::BTreeMap;

/// The partial tiles and the partial bundle at the right edge, and their bytes.
pub(super) type Edge = BTreeMap<TilePath, Vec<u8>>;

/// Walks over every bundle from the left, and checks each tile as soon as its hashes are known.
pub(super) struct Content<'a> {
    files: &'a Files,
    /// How many entries were read.
    read: u64,
    /// For each level, the hashes of the tile that is not full yet.
    open: Vec<Vec<Hash>>,
    edge: Edge,
    /// For each level, the first hash of a full tile that is not the one the entries make.
    mismatches: BTreeMap<u8, Mismatch>,
}

/// A hash of a tile that is not the one the entries make.
struct Mismatch {
    level: u8,
    /// Which hash of the level, from the left.
    position: u64,
    /// What the tile has there.
    found: Hash,
    /// The root of the tile as it was found.
    root: Hash,
    file: String,
}

const WIDTH: u64 = TILE_WIDTH as u64;

impl<'a> Content<'a> {
    pub(super) fn verify(files: &'a Files, checkpoint: &Checkpoint) -> Result<Edge, VerifyError> {
        let mut content = Self {
            files,
            read: 0,
            open: vec![Vec::new(); usize::from(MAX_LEVEL).saturating_add(1)],
            edge: Edge::new(),
            mismatches: BTreeMap::new(),
        };
        let size = checkpoint.size();
        let full = (0..size / WIDTH).filter_map(|index| TilePath::new(TileKind::Entries, index, TILE_WIDTH));
        for path in full.chain(TilePath::partial(TileKind::Entries, size)) {
            content.bundle(path)?;
        }
        content.finish(size, checkpoint.root())
    }

    fn bundle(&mut self, path: TilePath) -> Result<(), VerifyError> {
        let file = path.to_string();
        let limit = usize::from(path.width()).saturating_mul(MAX_ENTRY.saturating_add(2));
        let bytes = self.files.read(&file, limit)?;
        let entries = match split_bundle(&bytes, path.width()) {
            Ok(entries) => entries,
            Err(source) => {
                let index = self.first_wrong(path, &bytes);
                return Err(VerifyError::Unreadable { index, file, source });
            }
        };
        for entry in entries {
            let leaf = leaf_hash(entry);
            self.read = self.read.saturating_add(1);
            self.push(0, leaf)?;
        }
        self.keep_edge(path, bytes);
        Ok(())
    }

    /// The first entry of a damaged bundle that its tile does not have, as far as the tile tells.
    fn first_wrong(&self, path: TilePath, bundle: &[u8]) -> u64 {
        let tile = TilePath::new(TileKind::Hashes(0), path.index(), path.width());
        let limit = usize::from(path.width()).saturating_mul(Hash::LEN);
        let tile = tile.and_then(|tile| self.files.read(&tile.to_string(), limit).ok());
        let hashes = tile.and_then(|tile| Hash::split(&tile)).unwrap_or_default();
        let (entries, _) = readable_entries(bundle, path.width());
        let right = entries.iter().zip(hashes).take_while(|(entry, hash)| leaf_hash(entry) == *hash).count();
        let right = u64::try_from(right).unwrap_or(u64::MAX);
        path.index().saturating_mul(WIDTH).saturating_add(right)
    }

    /// Adds a hash to a level, and when that fills a tile, the tile's root to the level above.
    fn push(&mut self, level: u8, hash: Hash) -> Result<(), VerifyError> {
        let Some(open) = self.open.get_mut(usize::from(level)) else { return Ok(()) };
        open.push(hash);
        if open.len() < usize::from(TILE_WIDTH) {
            return Ok(());
        }
        let hashes = std::mem::take(open);
        let index = (hashes_at(level, self.read) / WIDTH).saturating_sub(1);
        if let Some(path) = TilePath::new(TileKind::Hashes(level), index, TILE_WIDTH)
            && let (_, Some(mismatch)) = self.tile(path, &hashes)?
        {
            self.mismatches.entry(level).or_insert(mismatch);
        }
        self.push(level.saturating_add(1), hashes.iter().copied().collect::<Frontier>().root())
    }

    /// The root, from the hashes that no full tile has taken up: those of the highest level come first.
    fn root(&self) -> Hash {
        let peaks = self.open.iter().rev().flat_map(|open| {
            let tree: Frontier = open.iter().copied().collect();
            tree.peaks().to_vec()
        });
        Frontier::from_parts(self.read, peaks.collect()).unwrap_or_default().root()
    }

    /// The root that the partial tiles make, and the first of their hashes that the entries do not make.
    fn partial_tiles(&mut self, size: u64) -> Result<(Hash, Option<Mismatch>), VerifyError> {
        let mut peaks = Vec::new();
        let mut first = None;
        // Those of the highest level stand for the first entries.
        for (level, hashes) in (0..=MAX_LEVEL).zip(std::mem::take(&mut self.open)).rev() {
            if let Some(path) = TilePath::partial(TileKind::Hashes(level), size) {
                let (found, mismatch) = self.tile(path, &hashes)?;
                peaks.extend(found.peaks());
                first = first.or(mismatch);
            }
        }
        Ok((Frontier::from_parts(size, peaks).unwrap_or_default().root(), first))
    }

    /// Compares a tile's file with the hashes that the entries make.
    fn tile(&mut self, path: TilePath, made: &[Hash]) -> Result<(Frontier, Option<Mismatch>), VerifyError> {
        let file = path.to_string();
        let len = usize::from(path.width()).saturating_mul(Hash::LEN);
        let bytes = self.files.read(&file, len)?;
        let hashes = Hash::split(&bytes).filter(|hashes| hashes.len() == usize::from(path.width()));
        let hashes = hashes.ok_or_else(|| VerifyError::Length { file: file.clone() })?;
        self.keep_edge(path, bytes);
        let tree: Frontier = hashes.iter().copied().collect();
        let wrong = (0_u64..).zip(hashes.iter().zip(made)).find(|(_, (found, made))| found != made);
        let mismatch = wrong.map(|(offset, (found, _))| Mismatch {
            level: path.kind().level(),
            position: path.index().saturating_mul(WIDTH).saturating_add(offset),
            found: *found,
            root: tree.root(),
            file,
        });
        Ok((tree, mismatch))
    }

    fn keep_edge(&mut self, path: TilePath, bytes: Vec<u8>) {
        if !path.is_full() {
            self.edge.insert(path, bytes);
        }
    }

    /// Whose fault a mismatch is: whether the entries make the signed root decides.
    fn finish(mut self, size: u64, signed: &Hash) -> Result<Edge, VerifyError> {
        let made = self.root();
        let (root, at_edge) = self.partial_tiles(size)?;
        if made == *signed {
            let wrong = self.mismatches.into_values().chain(at_edge).min_by_key(Mismatch::first_entry);
            return match wrong {
                None => Ok(self.edge),
                Some(wrong) => Err(VerifyError::Tile { index: wrong.first_entry(), file: wrong.file }),
            };
        }
        // A tile says which entry is wrong only if it leads to the signed root: it may be changed as well.
        match at_edge.filter(|_| root == *signed).map(|wrong| self.narrow(wrong)) {
            Some(wrong) => Err(entry_error(wrong.first_entry(), wrong.entries(), size)),
            None => Err(entry_error(0, size, size)),
        }
    }

    /// Follows a wrong hash down for as long as the tile below is the one that was hashed.
    fn narrow(&mut self, mut wrong: Mismatch) -> Mismatch {
        while let Some(below) = wrong.level.checked_sub(1).and_then(|level| self.mismatches.remove(&level)) {
            if below.position / WIDTH != wrong.position || below.root != wrong.found {
                break;
            }
            wrong = below;
        }
        wrong
    }
}

impl Mismatch {
    fn entries(&self) -> u64 {
        1_u64.checked_shl(u32::from(self.level).saturating_mul(8)).unwrap_or(u64::MAX)
    }

    fn first_entry(&self) -> u64 {
        self.position.saturating_mul(self.entries())
    }
}

fn entry_error(index: u64, count: u64, size: u64) -> VerifyError {
    let full = TilePath::new(TileKind::Entries, index / WIDTH, TILE_WIDTH);
    let partial = TilePath::partial(TileKind::Entries, size).filter(|path| path.index() == index / WIDTH);
    let file = partial.or(full).map_or_else(String::new, |path| path.to_string());
    VerifyError::Entry { index, count, file }
}
