//! Verification of a published log by somebody who has nothing but its key.

mod bundle;
mod content;
mod dir_source;
mod error;
mod files;
mod growth;
mod in_order;
mod listing;
mod seals;
mod source;
mod tile;
mod verifier;

pub use dir_source::DirSource;
pub use error::VerifyError;
pub use source::{Listed, ListedKind, Source, SourceError};
pub use verifier::{Verified, Verifier};

use crate::note::VerifierKey;
use std::path::Path;

/// Verifies the log in a directory: the short form of [`Verifier`].
///
/// # Errors
/// Those of [`Verifier::verify`].
pub fn verify_dir(dir: &Path, vkey: &VerifierKey) -> Result<Verified, VerifyError> {
    Verifier::new(vkey).verify(&DirSource::new(dir))
}
