//! A log of 2,000 entries in memory, and what somebody makes of it.

use crate::support::{ORIGIN, now, stage_together, store};
use leeward_audit::{
    AuditLog, Checkpoint, Verified, Verifier, VerifyError,
    merkle::{Frontier, Hash, leaf_hash},
    note::{Ed25519Signer, Signer, VerifierKey},
    tiles::{
        CHECKPOINT_FILE, TILE_WIDTH, TileKind, TilePath, VKEY_FILE, hashes_at, push_entry, split_bundle,
    },
};
use pollster::block_on;
use std::{
    collections::BTreeMap,
    fs,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    sync::Arc,
};
use tempfile::tempdir;

/// The files of a log.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

pub(crate) const SIZE: u64 = 2_000;

/// The size of a checkpoint that was published before.
pub(crate) const EARLIER: u64 = 1_900;

/// A published log, and what it is made of.
pub(crate) struct Made {
    pub(crate) files: Files,
    pub(crate) entries: Vec<Vec<u8>>,
}

pub(crate) fn signer() -> Ed25519Signer {
    Ed25519Signer::from_seed(ORIGIN, &[5; 32]).unwrap()
}

pub(crate) fn vkey() -> VerifierKey {
    signer().vkey().clone()
}

impl Made {
    pub(crate) fn new() -> Self {
        let (dir, store) = (tempdir().unwrap(), store());
        let log = block_on(AuditLog::open_with_signer(&store, dir.path(), Arc::new(signer()))).unwrap();
        for numbers in [0..EARLIER, EARLIER..SIZE] {
            stage_together(&store, numbers);
            block_on(log.drain(now())).unwrap();
            block_on(log.publish(now())).unwrap();
        }
        let files = read_all(dir.path());
        let entries = entries_of(&files, SIZE);
        Self { files, entries }
    }

    /// The log with one file changed, or taken away.
    pub(crate) fn with(&self, file: &str, bytes: Option<Vec<u8>>) -> Files {
        let mut files = self.files.clone();
        match bytes {
            Some(bytes) => files.insert(file.to_owned(), bytes),
            None => files.remove(file),
        };
        files
    }

    /// The log with other entries in its bundles, and all else as it is.
    pub(crate) fn with_bundles_of(&self, entries: &[Vec<u8>]) -> Files {
        let mut files = self.files.clone();
        files.extend(bundles_of(entries));
        files
    }
}

pub(crate) fn checkpoint_of(files: &Files) -> Checkpoint {
    Checkpoint::open(&files[CHECKPOINT_FILE], &vkey()).unwrap()
}

pub(crate) fn verifier() -> Verifier<'static> {
    // The tests of this folder use the threads of the machine themselves.
    Verifier::new(&vkey()).threads(NonZeroUsize::MIN)
}

pub(crate) fn verify(files: &Files) -> Result<Verified, VerifyError> {
    verifier().verify(files)
}

/// Sees that verification refuses these files.
#[track_caller]
pub(crate) fn refused(files: &Files) -> VerifyError {
    let refusal = verify(files).unwrap_err();
    assert!(refusal.is_refusal(), "{refusal}");
    refusal
}

/// Everything that a log of these entries publishes, the tree and all, signed by whoever has the key.
pub(crate) fn published_by(signer: &dyn Signer, entries: &[Vec<u8>]) -> Files {
    let mut files = bundles_of(entries);
    let (tiles, root) = tiles_of(entries);
    files.extend(tiles);
    let size = entries.len() as u64;
    let checkpoint = Checkpoint::new(ORIGIN, size, root).unwrap().sign(signer).unwrap();
    files.insert(CHECKPOINT_FILE.to_owned(), checkpoint.to_string().into_bytes());
    files.insert(VKEY_FILE.to_owned(), format!("{}\n", vkey()).into_bytes());
    files
}

/// The entry bundles of a log.
pub(crate) fn bundles_of(entries: &[Vec<u8>]) -> Files {
    let bundles = (0_u64..).zip(entries.chunks(usize::from(TILE_WIDTH)));
    let bundles = bundles.map(|(index, entries)| {
        let mut bundle = Vec::new();
        entries.iter().for_each(|entry| push_entry(&mut bundle, entry).unwrap());
        (path(TileKind::Entries, index, entries.len()), bundle)
    });
    bundles.collect()
}

/// The tiles of a log, and the root.
pub(crate) fn tiles_of(entries: &[Vec<u8>]) -> (Files, Hash) {
    let mut tiles = Files::new();
    let leaves: Vec<Hash> = entries.iter().map(|entry| leaf_hash(entry)).collect();
    let root = leaves.iter().copied().collect::<Frontier>().root();
    let mut hashes = leaves;
    for level in 0.. {
        for (index, tile) in (0_u64..).zip(hashes.chunks(usize::from(TILE_WIDTH))) {
            let bytes = tile.iter().flat_map(|hash| *hash.as_bytes()).collect();
            tiles.insert(path(TileKind::Hashes(level), index, tile.len()), bytes);
        }
        let full = hashes.chunks_exact(usize::from(TILE_WIDTH));
        hashes = full.map(|tile| tile.iter().copied().collect::<Frontier>().root()).collect();
        if hashes.is_empty() {
            break;
        }
        assert_eq!(hashes.len() as u64, hashes_at(level + 1, entries.len() as u64));
    }
    (tiles, root)
}

fn path(kind: TileKind, index: u64, width: usize) -> String {
    TilePath::new(kind, index, width as u16).unwrap().to_string()
}

/// What the bundles of a log of this size hold.
pub(crate) fn entries_of(files: &Files, size: u64) -> Vec<Vec<u8>> {
    let full = (0..size / u64::from(TILE_WIDTH)).map(TilePath::bundle);
    let paths = full.chain(TilePath::partial(TileKind::Entries, size));
    let entries = paths.flat_map(|path| {
        let entries = split_bundle(&files[&path.to_string()], path.width()).unwrap();
        entries.into_iter().map(<[u8]>::to_vec).collect::<Vec<_>>()
    });
    entries.collect()
}

/// Every file below a directory.
pub(crate) fn read_all(dir: &Path) -> Files {
    let name = |path: &Path| path.strip_prefix(dir).unwrap().to_str().unwrap().to_owned();
    paths(dir).iter().map(|path| (name(path), fs::read(path).unwrap())).collect()
}

fn paths(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { paths(&path) } else { vec![path] }).collect()
}
