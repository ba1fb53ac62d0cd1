use super::{CosignerKey, MAX_TIME};
use crate::{
    BoxError, Checkpoint,
    note::{Note, NoteError, Signature},
};
use ring::signature::{Ed25519KeyPair, KeyPair};
use std::fmt;

/// What makes the cosignatures of a witness. Implement it over a hardware module or a key service.
pub trait Cosigner: Send + Sync + fmt::Debug {
    /// The key that verifies its cosignatures. It does not change.
    fn key(&self) -> &CosignerKey;

    /// The signature over `message`, which is an Ed25519 one or, of such a key, ML-DSA-44 with an empty
    /// context. It is checked before it is used. It may take its time.
    ///
    /// # Errors
    /// Whatever prevented the signature.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, BoxError>;
}

/// Cosigns a checkpoint at `time`, in POSIX seconds, and checks the cosignature.
///
/// Whoever calls it states that this is the largest tree they have seen of this log, and that it begins
/// with every tree they saw before: `witness::Witness` sees to that.
///
/// # Errors
/// [`NoteError::Malformed`] when the note is no checkpoint, or the time beyond 2^63 - 1;
/// [`NoteError::Name`] when a name is too long for this type of cosignature; [`NoteError::Signer`];
/// [`NoteError::BadSignature`] when the cosigner made a wrong one.
pub fn cosign(note: &Note, cosigner: &dyn Cosigner, time: u64) -> Result<Signature, NoteError> {
    let key = cosigner.key();
    if time > MAX_TIME || Checkpoint::parse(note.text()).is_none() {
        return Err(NoteError::Malformed);
    }
    let message = key.message(note.text(), time).ok_or(NoteError::Name)?;
    let mut bytes = time.to_be_bytes().to_vec();
    bytes.extend(cosigner.sign(&message).map_err(NoteError::Signer)?);
    let line = Signature::from_parts(key.name(), key.id(), bytes);
    key.verify_line(note, &line)?;
    Ok(line)
}

/// An Ed25519 cosigner in memory.
pub struct Ed25519Cosigner {
    pair: Ed25519KeyPair,
    key: CosignerKey,
}

impl Ed25519Cosigner {
    /// The cosigner with this name and secret seed. The seed must serve nothing else: no log, and no
    /// other cosigner.
    ///
    /// # Errors
    /// [`NoteError::Name`]; [`NoteError::Key`] when the seed makes no key.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, NoteError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| NoteError::Key)?;
        let public = pair.public_key().as_ref().try_into().map_err(|_| NoteError::Key)?;
        Ok(Self { pair, key: CosignerKey::ed25519(name, public)? })
    }
}

impl Cosigner for Ed25519Cosigner {
    fn key(&self) -> &CosignerKey {
        &self.key
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, BoxError> {
        Ok(self.pair.sign(message).as_ref().to_vec())
    }
}

impl fmt::Debug for Ed25519Cosigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ed25519Cosigner").field("key", &self.key).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cosigner_never_prints_its_key() {
        let cosigner = Ed25519Cosigner::from_seed("n", &[7; 32]).unwrap();
        let key = cosigner.key().to_string();
        assert_eq!(format!("{cosigner:?}"), format!("Ed25519Cosigner {{ key: CosignerKey({key}), .. }}"));
    }
}
