use super::{CHUNK_LEN, HEADER_LEN, SEALED_CHUNK_LEN, chunk_key::ChunkKey};
use crate::{Plaintext, SealError, SealKey};
use std::fmt;

/// Opens single chunks of a message, in any order: byte `i` of the plaintext is byte `i % CHUNK_LEN` of
/// chunk `i / CHUNK_LEN`.
///
/// It proves that a chunk is genuine and in its place. Only the last chunk, which is shorter than
/// [`CHUNK_LEN`], proves how long the message is.
pub struct ChunkReader(ChunkKey);

impl ChunkReader {
    /// Begins with the message's first bytes. Key and context are proved right or wrong here.
    ///
    /// # Errors
    /// [`SealError::CannotOpen`] when the header was not made with this key in this context.
    pub fn new(key: &SealKey, context: &[u8], header: &[u8; HEADER_LEN]) -> Result<Self, SealError> {
        ChunkKey::unlock(key, context, header).map(Self)
    }

    /// The bytes of a message where chunk `index` lies; the last chunk ends earlier, with the message.
    /// `None` beyond the longest message.
    #[must_use]
    pub const fn range(index: u64) -> Option<std::ops::Range<u64>> {
        if index >= super::MAX_CHUNKS {
            return None;
        }
        let start = HEADER_LEN as u64 + index * SEALED_CHUNK_LEN as u64;
        Some(start..start + SEALED_CHUNK_LEN as u64)
    }

    /// The plaintext of chunk `index`.
    ///
    /// # Errors
    /// [`SealError::CannotOpen`] when `sealed` is not that chunk; [`SealError::MessageTooLong`] when no
    /// message has that chunk.
    pub fn open(&self, index: u64, sealed: &[u8]) -> Result<Plaintext, SealError> {
        if sealed.len() > SEALED_CHUNK_LEN {
            return Err(SealError::CannotOpen);
        }
        let mut plaintext = Plaintext::with_capacity(sealed.len().min(CHUNK_LEN));
        self.0.open(index, sealed, plaintext.as_mut_vec())?;
        Ok(plaintext)
    }
}

impl fmt::Debug for ChunkReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChunkReader").finish_non_exhaustive()
    }
}
