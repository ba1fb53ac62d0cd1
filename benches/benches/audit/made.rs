//! Logs of any size, written straight to a directory.

use leeward_audit::{
    Checkpoint,
    merkle::{Frontier, Hash, leaf_hash},
    note::{Ed25519Signer, Signer, VerifierKey},
    tiles::{CHECKPOINT_FILE, MAX_LEVEL, TILE_WIDTH, TileKind, TilePath, VKEY_FILE, hashes_at, push_entry},
};
use std::{fs, path::Path};

/// What a log's entries have: kind, minute, action, outcome, key, two pseudonyms and a commitment.
pub(crate) const ENTRY: usize = 74;

const ORIGIN: &str = "example.org/audit";
const WIDTH: usize = TILE_WIDTH as usize;

/// Writes a log of `size` entries of the usual length.
pub(crate) fn make_log(dir: &Path, size: u64) -> VerifierKey {
    let mut writer =
        Writer { dir, size: 0, open: vec![Vec::new(); usize::from(MAX_LEVEL) + 1], bundle: Vec::new() };
    (0..size).for_each(|index| writer.append(&entry(index)));
    let root = writer.finish();
    let signer = Ed25519Signer::from_seed(ORIGIN, &[7; 32]).unwrap();
    let note = Checkpoint::new(ORIGIN, size, root).unwrap().sign(&signer).unwrap();
    fs::write(dir.join(CHECKPOINT_FILE), note.to_string()).unwrap();
    fs::write(dir.join(VKEY_FILE), format!("{}\n", signer.vkey())).unwrap();
    signer.vkey().clone()
}

/// An entry without order, so that nothing compresses.
pub(crate) fn entry(index: u64) -> [u8; ENTRY] {
    let mut bytes = [0; ENTRY];
    for (n, chunk) in (0..).zip(bytes.chunks_mut(8)) {
        let mixed = (index * 16 + n).wrapping_add(0x9E37_79B9_7F4A_7C15).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        chunk.copy_from_slice(&(mixed ^ (mixed >> 31)).to_le_bytes()[..chunk.len()]);
    }
    bytes[0] = 1;
    bytes
}

struct Writer<'a> {
    dir: &'a Path,
    size: u64,
    /// For each level, the hashes of the tile that is not full yet.
    open: Vec<Vec<Hash>>,
    bundle: Vec<u8>,
}

impl Writer<'_> {
    fn append(&mut self, entry: &[u8]) {
        push_entry(&mut self.bundle, entry).unwrap();
        self.size += 1;
        if self.size.is_multiple_of(u64::from(TILE_WIDTH)) {
            let bundle = std::mem::take(&mut self.bundle);
            self.write(TilePath::bundle(self.size / u64::from(TILE_WIDTH) - 1), &bundle);
        }
        self.push(0, leaf_hash(entry));
    }

    fn push(&mut self, level: u8, hash: Hash) {
        let open = &mut self.open[usize::from(level)];
        open.push(hash);
        if open.len() == WIDTH {
            let hashes = std::mem::take(open);
            let index = hashes_at(level, self.size) / u64::from(TILE_WIDTH) - 1;
            self.write(TilePath::new(TileKind::Hashes(level), index, TILE_WIDTH).unwrap(), &concat(&hashes));
            self.push(level + 1, hashes.into_iter().collect::<Frontier>().root());
        }
    }

    /// Writes the partial tiles, and returns the root.
    fn finish(&mut self) -> Hash {
        let mut peaks = Vec::new();
        for (level, hashes) in (0..=MAX_LEVEL).zip(std::mem::take(&mut self.open)).rev() {
            if let Some(path) = TilePath::partial(TileKind::Hashes(level), self.size) {
                self.write(path, &concat(&hashes));
            }
            peaks.extend(hashes.into_iter().collect::<Frontier>().peaks());
        }
        if let Some(path) = TilePath::partial(TileKind::Entries, self.size) {
            self.write(path, &self.bundle);
        }
        Frontier::from_parts(self.size, peaks).unwrap().root()
    }

    fn write(&self, path: TilePath, bytes: &[u8]) {
        let path = self.dir.join(path.to_string());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

fn concat(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
}
