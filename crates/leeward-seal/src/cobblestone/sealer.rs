use super::{CHUNK_LEN, chunk_key::ChunkKey, random_salt};
use crate::{SealError, SealKey};
use ring::rand::SecureRandom;
use std::{fmt, mem};
use zeroize::Zeroizing;

/// Seals a message in pieces of any size, without holding more than a chunk of it.
///
/// [`finish`](Self::finish) writes the short last chunk that tells a whole message from a cut one; what
/// was never finished does not open.
pub struct Sealer {
    chunk_key: ChunkKey,
    next: u64,
    /// Plaintext that does not fill a chunk yet: always shorter than one.
    pending: Zeroizing<Vec<u8>>,
}

impl Sealer {
    /// Begins a message, and appends its header to `out`.
    ///
    /// # Errors
    /// [`SealError::Random`] when the random source fails.
    pub fn new(
        key: &SealKey,
        context: &[u8],
        rng: &dyn SecureRandom,
        out: &mut Vec<u8>,
    ) -> Result<Self, SealError> {
        let chunk_key = ChunkKey::lock(key, context, &random_salt(rng)?, out)?;
        // A buffer that never grows leaves no plaintext behind in memory that was given back.
        Ok(Self { chunk_key, next: 0, pending: Zeroizing::new(Vec::with_capacity(CHUNK_LEN)) })
    }

    /// Takes the next piece, and appends to `out` the chunks that it completes.
    ///
    /// # Errors
    /// [`SealError::MessageTooLong`] beyond 4 PiB.
    pub fn update(&mut self, mut plaintext: &[u8], out: &mut Vec<u8>) -> Result<(), SealError> {
        if !self.pending.is_empty() {
            plaintext = self.fill_pending(plaintext, out)?;
        }
        let (chunks, rest) = plaintext.as_chunks::<CHUNK_LEN>();
        for chunk in chunks {
            self.seal_chunk(chunk, out)?;
        }
        self.pending.extend_from_slice(rest);
        Ok(())
    }

    /// Ends the message: appends its last chunk to `out`.
    ///
    /// # Errors
    /// [`SealError::MessageTooLong`] beyond 4 PiB.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Result<(), SealError> {
        let last = mem::take(&mut self.pending);
        self.seal_chunk(&last, out)
    }

    /// Completes the pending chunk if `plaintext` is long enough; gives back what was not needed.
    fn fill_pending<'a>(&mut self, plaintext: &'a [u8], out: &mut Vec<u8>) -> Result<&'a [u8], SealError> {
        let missing = CHUNK_LEN.saturating_sub(self.pending.len());
        let Some((head, rest)) = plaintext.split_at_checked(missing) else {
            self.pending.extend_from_slice(plaintext);
            return Ok(&[]);
        };
        self.pending.extend_from_slice(head);
        self.chunk_key.seal(self.next, &self.pending, out)?;
        self.next += 1;
        self.pending.clear();
        Ok(rest)
    }

    fn seal_chunk(&mut self, chunk: &[u8], out: &mut Vec<u8>) -> Result<(), SealError> {
        self.chunk_key.seal(self.next, chunk, out)?;
        self.next += 1;
        Ok(())
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer").field("chunks", &self.next).finish_non_exhaustive()
    }
}
