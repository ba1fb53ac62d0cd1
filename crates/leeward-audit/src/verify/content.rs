use super::{
    VerifyError,
    bundle::{Bundle, may_be_gone, read_tile},
    files::Files,
    in_order::in_order,
    seals::Seals,
    tile::{Mismatch, file_of},
};
use crate::{
    Checkpoint, LogEntry,
    merkle::{Frontier, Hash},
    tiles::{MAX_LEVEL, TILE_WIDTH, TileKind, TilePath, hashes_at, readable_entries},
};
use leeward_event::CoarseTime;
use std::{collections::BTreeMap, num::NonZeroUsize};

const WIDTH: u64 = TILE_WIDTH as u64;

/// What verifying the content showed.
#[derive(Debug, Default)]
pub(super) struct Shown {
    /// The partial tiles and the partial bundle at the right edge, and their bytes.
    pub(super) edge: BTreeMap<TilePath, Vec<u8>>,
    /// From which index on every entry is there.
    pub(super) kept_from: u64,
    /// When the last entry was logged.
    pub(super) newest: Option<CoarseTime>,
    /// What the seals show, if they are checked.
    pub(super) seals: Option<Seals>,
}

/// Takes up every bundle from the left, and checks each tile as soon as its hashes are known.
pub(super) struct Content<'a> {
    files: Files<'a>,
    /// Full bundles below this index may be gone.
    may_lack: u64,
    /// How many entries were taken up.
    read: u64,
    /// For each level, the hashes of the tile that is not full yet.
    open: Vec<Vec<Hash>>,
    shown: Shown,
    /// For each level, the first hash of a full tile that is not the one the entries make.
    mismatches: BTreeMap<u8, Mismatch>,
}

/// A full bundle that agrees with its tile, or not.
#[derive(Clone)]
struct Full {
    root: Hash,
    mismatch: Option<Mismatch>,
    newest: Option<CoarseTime>,
    gone: bool,
    /// What the seals are checked with, if they are.
    bundle: Option<Bundle>,
}

impl<'a> Content<'a> {
    pub(super) fn new(files: Files<'a>, may_lack: u64, seals: Option<Seals>) -> Self {
        Self {
            files,
            may_lack,
            read: 0,
            open: vec![Vec::new(); usize::from(MAX_LEVEL).saturating_add(1)],
            shown: Shown { seals, ..Shown::default() },
            mismatches: BTreeMap::new(),
        }
    }

    /// Verifies all of it, and tells `progress` how many entries are done.
    pub(super) fn verify(
        self,
        checkpoint: &Checkpoint,
        threads: NonZeroUsize,
        progress: impl FnMut(u64),
    ) -> Result<Shown, VerifyError> {
        let (files, may_lack, keep) = (self.files, self.may_lack, self.shown.seals.is_some());
        self.verify_from(checkpoint, threads, progress, |index| Full::read(files, index, may_lack, keep))
    }

    fn verify_from(
        mut self,
        checkpoint: &Checkpoint,
        threads: NonZeroUsize,
        mut progress: impl FnMut(u64),
        full: impl Fn(u64) -> Result<Full, VerifyError> + Sync,
    ) -> Result<Shown, VerifyError> {
        let size = checkpoint.size();
        in_order(size / WIDTH, threads, full, |full| {
            self.take(&full)?;
            progress(self.read);
            Ok(())
        })?;
        if let Some(path) = TilePath::partial(TileKind::Entries, size) {
            self.take_partial(path)?;
        }
        progress(size);
        self.finish(size, checkpoint.root())
    }

    fn take(&mut self, full: &Full) -> Result<(), VerifyError> {
        if let Some(bundle) = &full.bundle {
            self.check_seals(bundle, TILE_WIDTH);
        }
        self.read = self.read.saturating_add(WIDTH);
        if full.gone {
            self.shown.kept_from = self.read;
        }
        self.shown.newest = full.newest;
        self.note(full.mismatch);
        self.push(1, full.root)
    }

    fn take_partial(&mut self, path: TilePath) -> Result<(), VerifyError> {
        let bundle = Bundle::read(self.files, path, self.may_lack)?;
        self.check_seals(&bundle, path.width());
        self.read = self.read.saturating_add(u64::from(path.width()));
        self.shown.newest = bundle.newest(path.width());
        if let Some(open) = self.open.first_mut() {
            *open = bundle.leaves;
        }
        self.shown.edge.extend(bundle.entries.map(|entries| (path, entries)));
        Ok(())
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
        if let Some(path) = TilePath::new(TileKind::Hashes(level), index, TILE_WIDTH) {
            let tile = read_tile(self.files, path)?;
            self.note(Mismatch::first(path, &tile, &hashes));
        }
        self.push(level.saturating_add(1), root_of(&hashes))
    }

    fn note(&mut self, mismatch: Option<Mismatch>) {
        if let Some(mismatch) = mismatch {
            self.mismatches.entry(mismatch.level).or_insert(mismatch);
        }
    }

    /// Whose fault a mismatch is: whether the entries make the signed root decides.
    fn finish(mut self, size: u64, signed: &Hash) -> Result<Shown, VerifyError> {
        let made = self.root();
        let (found, at_edge) = self.partial_tiles(size)?;
        if made == *signed {
            let wrong = self.mismatches.into_values().chain(at_edge).min_by_key(Mismatch::first_entry);
            return wrong.map_or(Ok(self.shown), |wrong| Err(wrong.into_error(size)));
        }
        // A tile says which entry is wrong only if it leads to the signed root: it may be changed as well.
        match at_edge.filter(|_| found == *signed) {
            Some(wrong) => Err(self.blame(wrong, size)),
            None => Err(entry_error(0, size, size)),
        }
    }

    /// The root, from the hashes that no full tile has taken up: those of the highest level come first.
    fn root(&self) -> Hash {
        root_of_open(&self.open, &[], self.read)
    }

    fn check_seals(&mut self, bundle: &Bundle, width: u16) {
        if let Some(seals) = &mut self.shown.seals {
            let (open, read) = (&self.open, self.read);
            seals.take(bundle, width, |more| root_of_open(open, more, read.saturating_add(count(more))));
        }
    }

    /// The root that the partial tiles make, and the first of their hashes that the entries do not make.
    fn partial_tiles(&mut self, size: u64) -> Result<(Hash, Option<Mismatch>), VerifyError> {
        let mut peaks = Vec::new();
        let mut first = None;
        // Those of the highest level stand for the first entries.
        for (level, hashes) in (0..=MAX_LEVEL).zip(std::mem::take(&mut self.open)).rev() {
            if let Some(path) = TilePath::partial(TileKind::Hashes(level), size) {
                let tile = read_tile(self.files, path)?;
                peaks.extend(peaks_of(&Hash::split(&tile).unwrap_or_default()));
                first = first.or_else(|| Mismatch::first(path, &tile, &hashes));
                self.shown.edge.insert(path, tile);
            }
        }
        Ok((Frontier::from_parts(size, peaks).unwrap_or_default().root(), first))
    }

    /// Follows a wrong hash down for as long as the tile below is the one that was hashed.
    fn blame(&mut self, mut wrong: Mismatch, size: u64) -> VerifyError {
        while let Some(below) = wrong.level.checked_sub(1).and_then(|level| self.mismatches.remove(&level)) {
            if below.position / WIDTH != wrong.position || below.root != wrong.found {
                break;
            }
            wrong = below;
        }
        if wrong.level == 1 && self.stands_alone(wrong.position) {
            let file = file_of(TileKind::Hashes(0), wrong.position, size);
            return VerifyError::Tile { index: wrong.first_entry(), file };
        }
        entry_error(wrong.first_entry(), wrong.entries(), size)
    }

    /// Whether the bundle with this number is gone, so that its tile was believed.
    fn stands_alone(&self, index: u64) -> bool {
        let path = TilePath::bundle(index);
        may_be_gone(path, self.may_lack) && matches!(self.files.find(&path.to_string(), 0), Ok(None))
    }
}

impl Full {
    fn read(files: Files<'_>, index: u64, may_lack: u64, keep: bool) -> Result<Self, VerifyError> {
        let mut bundle = Bundle::read(files, TilePath::bundle(index), may_lack)?;
        let newest = bundle.newest(TILE_WIDTH);
        bundle.cut();
        Ok(Self {
            root: root_of(&bundle.leaves),
            newest,
            gone: bundle.entries.is_none(),
            mismatch: bundle.mismatch,
            bundle: keep.then_some(bundle),
        })
    }
}

impl Bundle {
    /// Keeps what the seals are checked with. Entries of a known form are so short that the first of another
    /// one, at which that check ends, lies within these bytes.
    fn cut(&mut self) {
        const MOST: usize = 128 * 1024;
        if let Some(entries) = &mut self.entries {
            entries.truncate(MOST);
            entries.shrink_to_fit();
        }
    }

    fn newest(&self, width: u16) -> Option<CoarseTime> {
        let (entries, _) = readable_entries(self.entries.as_deref()?, width);
        Some(LogEntry::decode(entries.last()?)?.at())
    }
}

/// The root of a tree of this size: what no full tile has taken up, and then `more` leaves.
fn root_of_open(open: &[Vec<Hash>], more: &[Hash], size: u64) -> Hash {
    let taken = open.iter().rev().flat_map(|open| peaks_of(open));
    Frontier::from_parts(size, taken.chain(peaks_of(more)).collect()).unwrap_or_default().root()
}

fn count(hashes: &[Hash]) -> u64 {
    u64::try_from(hashes.len()).unwrap_or(u64::MAX)
}

fn root_of(hashes: &[Hash]) -> Hash {
    hashes.iter().copied().collect::<Frontier>().root()
}

fn peaks_of(hashes: &[Hash]) -> Vec<Hash> {
    hashes.iter().copied().collect::<Frontier>().peaks().to_vec()
}

fn entry_error(index: u64, count: u64, size: u64) -> VerifyError {
    VerifyError::Entry { index, count, file: file_of(TileKind::Entries, index / WIDTH, size) }
}

#[cfg(test)]
mod every_byte;
