use super::{COMMITMENT_LEN, HEADER_LEN, MAX_CHUNKS, SALT_LEN, TAG_LEN};
use crate::{SealError, SealKey};
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, Tag, UnboundKey},
    hkdf,
};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

/// What one message's chunks are sealed with. To have one for opening means that the commitment held.
pub(super) struct ChunkKey {
    aead: LessSafeKey,
    base_nonce: [u8; NONCE_LEN],
}

type Commitment = [u8; COMMITMENT_LEN];

impl ChunkKey {
    /// Derives the key of a new message, and appends the header that unlocks it again.
    pub(super) fn lock(
        key: &SealKey,
        context: &[u8],
        salt: &[u8; SALT_LEN],
        out: &mut Vec<u8>,
    ) -> Result<Self, SealError> {
        let (chunk_key, commitment) = Self::derive(key, context, salt)?;
        out.extend_from_slice(salt);
        out.extend_from_slice(&commitment);
        Ok(chunk_key)
    }

    pub(super) fn unlock(
        key: &SealKey,
        context: &[u8],
        header: &[u8; HEADER_LEN],
    ) -> Result<Self, SealError> {
        let (salt, expected) = header.split_first_chunk().ok_or(SealError::CannotOpen)?;
        let (chunk_key, commitment) = Self::derive(key, context, salt)?;
        if bool::from(commitment.ct_eq(expected)) { Ok(chunk_key) } else { Err(SealError::CannotOpen) }
    }

    pub(super) fn seal(&self, index: u64, plaintext: &[u8], out: &mut Vec<u8>) -> Result<(), SealError> {
        let nonce = self.nonce(index)?;
        let start = out.len();
        out.extend_from_slice(plaintext);
        let chunk = out.get_mut(start..).unwrap_or_default();
        match self.aead.seal_in_place_separate_tag(nonce, Aad::empty(), chunk) {
            Ok(tag) => out.extend_from_slice(tag.as_ref()),
            Err(_) => {
                chunk.zeroize();
                out.truncate(start);
                return Err(SealError::Primitive);
            }
        }
        Ok(())
    }

    /// Appends the chunk's plaintext to `out` if it is genuine, and nothing otherwise.
    pub(super) fn open(&self, index: u64, sealed: &[u8], out: &mut Vec<u8>) -> Result<(), SealError> {
        let nonce = self.nonce(index)?;
        let (ciphertext, tag) = sealed.split_last_chunk::<TAG_LEN>().ok_or(SealError::CannotOpen)?;
        let start = out.len();
        out.extend_from_slice(ciphertext);
        let chunk = out.get_mut(start..).unwrap_or_default();
        let opened =
            self.aead.open_in_place_separate_tag(nonce, Aad::empty(), Tag::from(*tag), chunk, 0..).is_ok();
        if !opened {
            chunk.zeroize();
            out.truncate(start);
            return Err(SealError::CannotOpen);
        }
        Ok(())
    }

    fn derive(key: &SealKey, context: &[u8], salt: &[u8; SALT_LEN]) -> Result<(Self, Commitment), SealError> {
        let mut okm = Zeroizing::new([0; OKM_LEN]);
        hkdf::Prk::new_less_safe(hkdf::HKDF_SHA512, key.expose_key_bytes())
            .expand(&[LABEL, salt, context], Okm)
            .and_then(|expanded| expanded.fill(okm.as_mut_slice()))
            .map_err(|_| SealError::Primitive)?;
        Self::split(&okm).ok_or(SealError::Primitive)
    }

    fn split(okm: &[u8; OKM_LEN]) -> Option<(Self, Commitment)> {
        let (key, rest) = okm.split_first_chunk::<{ SealKey::LEN }>()?;
        let (base_nonce, commitment) = rest.split_first_chunk()?;
        let aead = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).ok()?);
        Some((Self { aead, base_nonce: *base_nonce }, commitment.try_into().ok()?))
    }

    /// The base nonce XOR the chunk's number as a big-endian integer of its width.
    fn nonce(&self, index: u64) -> Result<Nonce, SealError> {
        if index >= MAX_CHUNKS {
            return Err(SealError::MessageTooLong);
        }
        let mut nonce = self.base_nonce;
        for (byte, counter) in nonce.iter_mut().rev().zip(index.to_le_bytes()) {
            *byte ^= counter;
        }
        Ok(Nonce::assume_unique_for_key(nonce))
    }
}

const LABEL: &[u8] = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0";
const OKM_LEN: usize = SealKey::LEN + NONCE_LEN + COMMITMENT_LEN;

struct Okm;

impl hkdf::KeyType for Okm {
    fn len(&self) -> usize {
        OKM_LEN
    }
}
