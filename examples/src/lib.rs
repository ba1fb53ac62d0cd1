#![doc = include_str!("../../README.md")]
#![forbid(unsafe_code)]

pub mod script;
#[cfg(doctest)]
mod seams;

use leeward_audit::{Verified, VerifyError, note::NoteError, note::VerifierKey, verify_dir};
use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

/// More than any key file has.
const MAX_KEY_FILE: u64 = 4096;

/// Why a published log was not found to hold.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// The key beside the log could not be read.
    #[error("`log.vkey` could not be read")]
    Unreadable(#[source] io::Error),
    /// The key beside the log is no key.
    #[error("`log.vkey` is no key")]
    Key(#[source] NoteError),
    /// The log does not hold, or could not be read.
    #[error(transparent)]
    Log(#[from] VerifyError),
}

impl LogError {
    /// Whether the log was found not to hold; false when it could not be read.
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        match self {
            Self::Unreadable(_) => false,
            Self::Key(_) => true,
            Self::Log(error) => error.is_refusal(),
        }
    }
}

/// Verifies the log published in `dir` with the key that lies beside it. Whoever wants to be sure has the
/// key from elsewhere, and uses [`verify_dir`].
///
/// # Errors
/// [`LogError`].
pub fn verify(dir: &Path) -> Result<Verified, LogError> {
    let bytes = read_key(&dir.join("log.vkey")).map_err(LogError::Unreadable)?;
    let text = String::from_utf8_lossy(&bytes);
    let key: VerifierKey = text.trim_end().parse().map_err(LogError::Key)?;
    Ok(verify_dir(dir, &key)?)
}

fn read_key(path: &Path) -> io::Result<Vec<u8>> {
    // A pipe in its place would be waited for.
    if !fs::symlink_metadata(path)?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_KEY_FILE).read_to_end(&mut bytes)?;
    Ok(bytes)
}
