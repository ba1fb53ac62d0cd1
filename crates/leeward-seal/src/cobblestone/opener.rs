use super::{HEADER_LEN, SEALED_CHUNK_LEN, chunk_key::ChunkKey};
use crate::{SealError, SealKey};
use std::fmt;

/// Opens a message in pieces of any size, without holding more than a chunk of it.
///
/// Every chunk that it releases is genuine and in its place, but until [`finish`](Self::finish) agrees
/// the message may yet turn out to be cut short: do nothing final with the plaintext before. After an
/// error nothing more is released.
pub struct Opener {
    chunk_key: ChunkKey,
    next: u64,
    /// Ciphertext that does not fill a chunk yet: always shorter than one.
    pending: Vec<u8>,
    failed: bool,
}

impl Opener {
    /// Begins a message from its first bytes. Key and context are proved right or wrong here.
    ///
    /// # Errors
    /// [`SealError::CannotOpen`] when the header was not made with this key in this context.
    pub fn new(key: &SealKey, context: &[u8], header: &[u8; HEADER_LEN]) -> Result<Self, SealError> {
        let chunk_key = ChunkKey::unlock(key, context, header)?;
        Ok(Self { chunk_key, next: 0, pending: Vec::with_capacity(SEALED_CHUNK_LEN), failed: false })
    }

    /// Takes the next piece, and appends to `out` the plaintext of the chunks that it completes.
    ///
    /// A vector that grows leaves what it held in memory that is not wiped: give it the capacity.
    ///
    /// # Errors
    /// [`SealError::CannotOpen`] when a chunk is not the genuine next one; what precedes it is in `out`.
    pub fn update(&mut self, sealed: &[u8], out: &mut Vec<u8>) -> Result<(), SealError> {
        if self.failed {
            return Err(SealError::CannotOpen);
        }
        let result = self.open_whole_chunks(sealed, out);
        self.failed = result.is_err();
        result
    }

    /// Ends the message: appends the plaintext of its last chunk to `out`, which must be short.
    ///
    /// # Errors
    /// [`SealError::CannotOpen`] when the message was cut short or extended.
    pub fn finish(self, out: &mut Vec<u8>) -> Result<(), SealError> {
        if self.failed {
            return Err(SealError::CannotOpen);
        }
        self.chunk_key.open(self.next, &self.pending, out)
    }

    fn open_whole_chunks(&mut self, mut sealed: &[u8], out: &mut Vec<u8>) -> Result<(), SealError> {
        if !self.pending.is_empty() {
            sealed = self.fill_pending(sealed, out)?;
        }
        let (chunks, rest) = sealed.as_chunks::<SEALED_CHUNK_LEN>();
        for chunk in chunks {
            self.chunk_key.open(self.next, chunk, out)?;
            self.next += 1;
        }
        self.pending.extend_from_slice(rest);
        Ok(())
    }

    /// Completes the pending chunk if `sealed` is long enough; gives back what was not needed.
    fn fill_pending<'a>(&mut self, sealed: &'a [u8], out: &mut Vec<u8>) -> Result<&'a [u8], SealError> {
        let missing = SEALED_CHUNK_LEN.saturating_sub(self.pending.len());
        let Some((head, rest)) = sealed.split_at_checked(missing) else {
            self.pending.extend_from_slice(sealed);
            return Ok(&[]);
        };
        self.pending.extend_from_slice(head);
        self.chunk_key.open(self.next, &self.pending, out)?;
        self.next += 1;
        self.pending.clear();
        Ok(rest)
    }
}

impl fmt::Debug for Opener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opener").field("chunks", &self.next).finish_non_exhaustive()
    }
}
