//! A published log, entry by entry, checked on the way.

use crate::{failure::Failure, place::Place};
use leeward_audit::{
    Checkpoint, LogEntry, MINIMUM_INDEX_FILE, MinimumIndex, Source, SourceError, Verifier,
    merkle::{Frontier, Hash, leaf_hash},
    note::{MAX_NOTE, VerifierKey},
    tiles::{CHECKPOINT_FILE, MAX_ENTRY, TILE_WIDTH, TileKind, TilePath, hashes_at, split_bundle},
};

const WIDTH: u64 = TILE_WIDTH as u64;

/// The bundles of a log from the left.
pub(crate) struct Walk<'a> {
    place: &'a Place,
    vkey: VerifierKey,
    checkpoint: Checkpoint,
    /// Bundles below this entry may be missing.
    minimum: u64,
    tree: Frontier,
}

/// An entry, or what is there of one.
pub(crate) struct Stop {
    pub(crate) index: u64,
    /// `None` for an entry that the log no longer keeps.
    pub(crate) entry: Option<LogEntry>,
}

/// The checkpoint that lies there, signed by this key.
pub(crate) fn checkpoint(place: &Place, vkey: &VerifierKey) -> Result<Checkpoint, Failure> {
    let note = read(place, CHECKPOINT_FILE, MAX_NOTE)?;
    Checkpoint::open(&note, vkey).map_err(|error| {
        Failure::refusal(format!("`checkpoint` is not signed by the key given: {error}"), None)
    })
}

impl<'a> Walk<'a> {
    pub(crate) fn begin(place: &'a Place, vkey: &VerifierKey) -> Result<Self, Failure> {
        let checkpoint = checkpoint(place, vkey)?;
        let minimum = match place.read(MINIMUM_INDEX_FILE, MAX_NOTE) {
            Err(SourceError::Missing) => 0,
            note => minimum(&note.map_err(|error| failed(MINIMUM_INDEX_FILE, error))?, vkey)?,
        };
        Ok(Self { place, vkey: vkey.clone(), checkpoint, minimum, tree: Frontier::default() })
    }

    pub(crate) const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The entries of the next bundle; none at the end, when everything read is what was signed.
    pub(crate) fn next(&mut self) -> Result<Vec<Stop>, Failure> {
        let (from, size) = (self.tree.size(), self.checkpoint.size());
        let path = TilePath::partial(TileKind::Entries, size)
            .filter(|path| path.index() == from / WIDTH)
            .or_else(|| TilePath::new(TileKind::Entries, from / WIDTH, TILE_WIDTH));
        match path.filter(|_| from < size) {
            Some(path) => self.bundle(path),
            None if self.tree.root() == *self.checkpoint.root() => Ok(Vec::new()),
            None => Err(self.first_wrong()),
        }
    }

    /// Which entry is not the one that was signed.
    fn first_wrong(&self) -> Failure {
        self.refused().unwrap_or_else(|| Failure::new("the log changed while it was read: try again"))
    }

    /// An entry that cannot be read is a later release's only if it is what was signed.
    fn unknown_form(&self, index: u64) -> Failure {
        self.refused().unwrap_or_else(|| {
            Failure::new(format!("entry {index} has a form that this release does not know: update it"))
        })
    }

    fn refused(&self) -> Option<Failure> {
        Verifier::new(&self.vkey).verify(self.place).err().map(Failure::from)
    }

    fn bundle(&mut self, path: TilePath) -> Result<Vec<Stop>, Failure> {
        let (file, from) = (path.to_string(), self.tree.size());
        let limit = usize::from(path.width()).saturating_mul(MAX_ENTRY.saturating_add(2));
        let bytes = match self.place.read(&file, limit) {
            Err(SourceError::Missing) if from < self.minimum && path.is_full() => return self.removed(path),
            bytes => bytes.map_err(|error| failed(&file, error))?,
        };
        let entries = split_bundle(&bytes, path.width()).map_err(|error| {
            Failure::refusal(format!("`{file}`, from entry {from} on, cannot be read: {error}"), Some(from))
        })?;
        let mut stops = Vec::with_capacity(entries.len());
        for (index, bytes) in (from..).zip(entries) {
            self.tree.append(leaf_hash(bytes));
            let entry = LogEntry::decode(bytes).ok_or_else(|| self.unknown_form(index))?;
            stops.push(Stop { index, entry: Some(entry) });
        }
        Ok(stops)
    }

    /// A bundle that the log no longer keeps: its hashes stand in for it.
    fn removed(&mut self, path: TilePath) -> Result<Vec<Stop>, Failure> {
        let tile = TilePath::new(TileKind::Hashes(0), path.index(), TILE_WIDTH);
        let file = tile.map(|tile| tile.to_string()).unwrap_or_default();
        let hashes = read(self.place, &file, usize::from(TILE_WIDTH).saturating_mul(Hash::LEN))?;
        let hashes = Hash::split(&hashes).filter(|hashes| hashes.len() == usize::from(TILE_WIDTH));
        let hashes =
            hashes.ok_or_else(|| Failure::refusal(format!("`{file}` has the wrong length"), None))?;
        let from = self.tree.size();
        hashes.into_iter().for_each(|hash| self.tree.append(hash));
        Ok((from..self.tree.size()).map(|index| Stop { index, entry: None }).collect())
    }
}

/// The entries of one bundle as they lie there, unchecked; and where the first stands.
pub(crate) fn unchecked(
    place: &Place,
    size: u64,
    index: u64,
) -> Result<(u64, Vec<Option<LogEntry>>), Failure> {
    let number = index / WIDTH;
    let width = hashes_at(0, size).saturating_sub(number.saturating_mul(WIDTH)).min(WIDTH);
    let path = u16::try_from(width).ok().and_then(|width| TilePath::new(TileKind::Entries, number, width));
    let path = path.ok_or_else(|| Failure::new(format!("there is no entry {index}: the log has {size}")))?;
    let file = path.to_string();
    let limit = usize::from(path.width()).saturating_mul(MAX_ENTRY.saturating_add(2));
    let bytes = read(place, &file, limit)?;
    let entries = split_bundle(&bytes, path.width())
        .map_err(|error| Failure::refusal(format!("`{file}` cannot be read: {error}"), None))?;
    Ok((number.saturating_mul(WIDTH), entries.into_iter().map(LogEntry::decode).collect()))
}

/// A file of the log.
pub(crate) fn read(place: &Place, file: &str, limit: usize) -> Result<Vec<u8>, Failure> {
    place.read(file, limit).map_err(|error| failed(file, error))
}

fn minimum(note: &[u8], vkey: &VerifierKey) -> Result<u64, Failure> {
    let minimum = MinimumIndex::open(note, vkey).map_err(|error| {
        Failure::refusal(format!("`{MINIMUM_INDEX_FILE}` is not signed by the key given: {error}"), None)
    })?;
    Ok(minimum.index())
}

fn failed(file: &str, error: SourceError) -> Failure {
    match error {
        SourceError::Missing => Failure::refusal(format!("`{file}` is missing"), None),
        SourceError::Foreign => Failure::refusal(format!("`{file}` is no plain file"), None),
        SourceError::TooLong => Failure::refusal(format!("`{file}` is longer than it may be"), None),
        SourceError::Io(error) => Failure::file(file, &error),
        other => Failure::new(format!("`{file}` could not be read: {other}")),
    }
}
