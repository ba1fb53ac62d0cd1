use super::{VerifyError, content::Shown, files::Files, source::ListedKind};
use crate::{
    MINIMUM_INDEX_FILE,
    merkle::Hash,
    tiles::{CHECKPOINT_FILE, TILE_WIDTH, TileKind, TilePath, VKEY_FILE, hashes_at, split_bundle},
};

/// Directories between the log's own and a file: `tile`, a level, six groups of digits and a `.p`.
const MAX_DEPTH: usize = 9;

/// The most names one directory of a log has: a thousand tiles, a thousand groups, a few partial tiles.
const MAX_LISTED: usize = 3_000;

/// What may lie beside the tiles.
const FILES: [&str; 3] = [CHECKPOINT_FILE, VKEY_FILE, MINIMUM_INDEX_FILE];

/// Checks that nothing lies in the directory but what the signed size asks for, and tiles of earlier
/// checkpoints that are the beginnings of present ones. False when the source cannot tell.
pub(super) fn verify(files: Files<'_>, size: u64, shown: &Shown) -> Result<bool, VerifyError> {
    let mut waiting = vec![String::new()];
    while let Some(dir) = waiting.pop() {
        let Some(listed) = files.list(&dir, MAX_LISTED)? else { return Ok(false) };
        if listed.is_empty() || dir.matches('/').count() > MAX_DEPTH {
            return Err(VerifyError::Foreign { file: dir });
        }
        for (number, entry) in listed.into_iter().enumerate() {
            let file = if dir.is_empty() { entry.name } else { format!("{dir}/{}", entry.name) };
            match entry.kind {
                ListedKind::Dir if number < MAX_LISTED => waiting.push(file),
                ListedKind::File if number < MAX_LISTED => verify_file(files, file, size, shown)?,
                _ => return Err(VerifyError::Foreign { file }),
            }
        }
    }
    Ok(true)
}

fn verify_file(files: Files<'_>, file: String, size: u64, shown: &Shown) -> Result<(), VerifyError> {
    if FILES.contains(&file.as_str()) {
        return Ok(());
    }
    let Some(path) = TilePath::parse(&file) else { return Err(VerifyError::Foreign { file }) };
    let full = hashes_at(path.kind().level(), size) / u64::from(TILE_WIDTH);
    if path.is_full() && path.index() < full {
        return Ok(());
    }
    match TilePath::partial(path.kind(), size) {
        Some(present) if present == path => Ok(()),
        Some(present) if present.full() == path.full() && path.width() < present.width() => {
            verify_earlier(files, path, file, shown.edge.get(&present).map_or(&[], Vec::as_slice))
        }
        _ => Err(VerifyError::Foreign { file }),
    }
}

/// A partial tile of an earlier checkpoint must be the beginning of the present one.
fn verify_earlier(files: Files<'_>, path: TilePath, file: String, present: &[u8]) -> Result<(), VerifyError> {
    let found = files.read(&file, present.len())?;
    let whole = match path.kind() {
        TileKind::Hashes(_) => found.len() == usize::from(path.width()).saturating_mul(Hash::LEN),
        TileKind::Entries => split_bundle(&found, path.width()).is_ok(),
    };
    if whole && present.starts_with(&found) { Ok(()) } else { Err(VerifyError::Earlier { file }) }
}
