use crate::{Context, Plaintext, SealError, SealKey, cobblestone};
use ring::rand::SecureRandom;

/// Seals `plaintext` so that only `key` opens it, and only where `context` says that it lies.
///
/// The result is [`cobblestone::sealed_len`] bytes: 72 more than the plaintext up to 16 KiB.
///
/// # Errors
/// [`SealError::Random`] when the random source fails; [`SealError::FieldTooLong`] for a context that
/// cannot be encoded.
pub fn seal(
    key: &SealKey,
    context: &Context<'_>,
    plaintext: &[u8],
    rng: &dyn SecureRandom,
) -> Result<Vec<u8>, SealError> {
    cobblestone::seal(key, &context.encode()?, plaintext, rng)
}

/// Like [`seal`], but behind what `out` already holds: a header of the caller's, say. Nothing is
/// appended when it fails.
///
/// With a capacity of the header and [`cobblestone::sealed_len`], nothing is copied twice.
///
/// # Errors
/// As [`seal`].
pub fn seal_into(
    key: &SealKey,
    context: &Context<'_>,
    plaintext: &[u8],
    rng: &dyn SecureRandom,
    out: &mut Vec<u8>,
) -> Result<(), SealError> {
    cobblestone::seal_into(key, &context.encode()?, plaintext, rng, out)
}

/// Opens what [`seal`] made with the same key and the same context. Nothing is released unless all of
/// it is genuine and complete.
///
/// # Errors
/// [`SealError::CannotOpen`] for anything wrong with key, context or ciphertext, whatever it is;
/// [`SealError::FieldTooLong`] for a context that cannot be encoded.
pub fn open(key: &SealKey, context: &Context<'_>, sealed: &[u8]) -> Result<Plaintext, SealError> {
    cobblestone::open(key, &context.encode()?, sealed)
}
