use super::{NoteError, VerifierKey};
use crate::BoxError;
use ring::signature::{Ed25519KeyPair, KeyPair};
use std::fmt;

/// What signs checkpoints. Implement it over a hardware module or a key service; the log's own key is
/// an [`Ed25519Signer`].
pub trait Signer: Send + Sync + fmt::Debug {
    /// The key that verifies its signatures. It does not change.
    fn vkey(&self) -> &VerifierKey;

    /// The 64 bytes of an Ed25519 signature over `text`. It is checked before it is used.
    /// It may take its time.
    ///
    /// # Errors
    /// Whatever prevented the signature.
    fn sign(&self, text: &[u8]) -> Result<Vec<u8>, BoxError>;
}

/// An Ed25519 key in memory.
pub struct Ed25519Signer {
    key: Ed25519KeyPair,
    vkey: VerifierKey,
}

impl Ed25519Signer {
    /// The signer with this name and secret seed.
    ///
    /// # Errors
    /// [`NoteError::Name`]; [`NoteError::Key`] when the seed makes no key.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, NoteError> {
        let key = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| NoteError::Key)?;
        let public = key.public_key().as_ref().try_into().map_err(|_| NoteError::Key)?;
        Ok(Self { key, vkey: VerifierKey::ed25519(name, public)? })
    }
}

impl Signer for Ed25519Signer {
    fn vkey(&self) -> &VerifierKey {
        &self.vkey
    }

    fn sign(&self, text: &[u8]) -> Result<Vec<u8>, BoxError> {
        Ok(self.key.sign(text).as_ref().to_vec())
    }
}

impl fmt::Debug for Ed25519Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ed25519Signer").field("vkey", &self.vkey).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signer_never_prints_its_key() {
        let signer = Ed25519Signer::from_seed("n", &[7; 32]).unwrap();
        let vkey = signer.vkey().to_string();
        assert_eq!(format!("{signer:?}"), format!("Ed25519Signer {{ vkey: VerifierKey({vkey}), .. }}"));
    }
}
