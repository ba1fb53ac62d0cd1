use super::{VerifyError, content::Edge, files::Files};
use crate::{
    merkle::Hash,
    tiles::{CHECKPOINT_FILE, TILE_WIDTH, TileKind, TilePath, VKEY_FILE, hashes_at, split_bundle},
};

/// Directories between the log's own and a file: `tile`, a level, six groups of digits and a `.p`.
const MAX_DEPTH: usize = 9;

/// Checks that nothing lies in the directory but what the signed size asks for, and tiles of earlier
/// checkpoints that are the beginnings of present ones.
pub(super) fn verify(files: &Files, size: u64, edge: &Edge) -> Result<(), VerifyError> {
    let mut waiting = vec![String::new()];
    while let Some(dir) = waiting.pop() {
        let listed = files.list(&dir)?;
        if listed.is_empty() || dir.matches('/').count() > MAX_DEPTH {
            return Err(VerifyError::Foreign { file: dir });
        }
        for (file, is_dir) in listed {
            if is_dir { waiting.push(file) } else { verify_file(files, file, size, edge)? }
        }
    }
    Ok(())
}

fn verify_file(files: &Files, file: String, size: u64, edge: &Edge) -> Result<(), VerifyError> {
    if file == CHECKPOINT_FILE || file == VKEY_FILE {
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
            verify_earlier(files, path, file, edge.get(&present).map_or(&[], Vec::as_slice))
        }
        _ => Err(VerifyError::Foreign { file }),
    }
}

/// A partial tile of an earlier checkpoint must be the beginning of the present one.
fn verify_earlier(files: &Files, path: TilePath, file: String, present: &[u8]) -> Result<(), VerifyError> {
    let found = files.read(&file, present.len())?;
    let whole = match path.kind() {
        TileKind::Hashes(_) => found.len() == usize::from(path.width()).saturating_mul(Hash::LEN),
        TileKind::Entries => split_bundle(&found, path.width()).is_ok(),
    };
    if whole && present.starts_with(&found) { Ok(()) } else { Err(VerifyError::Earlier { file }) }
}
