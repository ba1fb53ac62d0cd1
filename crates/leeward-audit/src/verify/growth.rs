use super::{VerifyError, bundle::read_tile, files::Files};
use crate::{
    Checkpoint,
    merkle::{Hash, ProofError, consistency_ranges, hash_range, verify_consistency},
    tree::{hash_in, tile_of},
};

/// Proves from the tiles that the log begins with the tree of an older checkpoint.
///
/// The proof holds by itself, whatever the tiles say this time.
pub(super) fn verify(files: Files<'_>, old: &Checkpoint, new: &Checkpoint) -> Result<(), VerifyError> {
    let (old_size, size) = (old.size(), new.size());
    let mut proof = Vec::new();
    for range in consistency_ranges(old_size, size).unwrap_or_default() {
        proof.push(hash_range(range, |node| {
            let path = tile_of(node, size).ok_or(VerifyError::Rewritten { old_size })?;
            let tile = Hash::split(&read_tile(files, path)?);
            hash_in(node, &tile.unwrap_or_default()).ok_or(VerifyError::Rewritten { old_size })
        })?);
    }
    match verify_consistency(&proof, old_size, old.root(), size, new.root()) {
        // Every tree begins with the empty one.
        Ok(()) | Err(ProofError::Empty) => Ok(()),
        Err(_) => Err(VerifyError::Rewritten { old_size }),
    }
}

/// Refuses what no proof could show.
pub(super) fn check(old: &Checkpoint, new: &Checkpoint) -> Result<(), VerifyError> {
    let (size, old_size) = (new.size(), old.size());
    if old.origin() != new.origin() {
        return Err(VerifyError::OtherLog);
    }
    if old_size > size { Err(VerifyError::RolledBack { size, old_size }) } else { Ok(()) }
}
