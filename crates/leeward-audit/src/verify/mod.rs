//! Verification of a published log by somebody who has nothing but its key.

mod content;
mod error;
mod files;
mod listing;

pub use error::VerifyError;

use crate::{
    Checkpoint,
    merkle::Hash,
    note::{MAX_NOTE, VerifierKey},
    tiles::{CHECKPOINT_FILE, VKEY_FILE},
};
use content::Content;
use files::Files;
use std::path::Path;

/// What [`verify_dir`] found in order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// The name of the log.
    pub origin: String,
    /// How many entries it has.
    pub size: u64,
    /// The root of its tree.
    pub root: Hash,
}

/// Verifies a published log: that `vkey` signed the checkpoint, that the entries are those whose root
/// it signed, that every tile has their hashes, and that nothing else lies in the directory. Every
/// change of any byte is found, and every file that is missing or does not belong.
///
/// It needs no store and no secret, reads files one by one, and holds a few tiles in memory whatever
/// the size of the log. It cannot know whether a newer checkpoint was signed than the one it finds: who
/// kept an older one compares sizes, and asks for a [consistency proof](crate::Growth).
///
/// A publication that is under way, or was interrupted, shows as [`VerifyError::Foreign`] or
/// [`VerifyError::Missing`]: verify again when it is over.
///
/// # Errors
/// The first thing that does not hold. [`VerifyError::Io`] alone says nothing of the log.
pub fn verify_dir(dir: &Path, vkey: &VerifierKey) -> Result<Verified, VerifyError> {
    let files = Files::new(dir);
    let key = format!("{vkey}\n");
    if files.read(VKEY_FILE, key.len())? != key.as_bytes() {
        return Err(VerifyError::Key);
    }
    let note = files.read(CHECKPOINT_FILE, MAX_NOTE)?;
    let checkpoint = Checkpoint::open(&note, vkey).map_err(VerifyError::Checkpoint)?;
    let edge = Content::verify(&files, &checkpoint)?;
    listing::verify(&files, checkpoint.size(), &edge)?;
    Ok(Verified { origin: checkpoint.origin().to_owned(), size: checkpoint.size(), root: *checkpoint.root() })
}
