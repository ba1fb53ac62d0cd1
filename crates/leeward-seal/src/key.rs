use crate::{SealError, secret::Secret};
use ring::rand::SecureRandom;
use std::fmt;

/// A key that seals: 32 uniformly random bytes, wiped when dropped.
///
/// One key may seal up to 2^77 messages: salts are random, so there is nothing to count. It cannot be
/// copied, compared or printed; [`expose_key_bytes`](Self::expose_key_bytes) is the one way out, for
/// wrapping it with another key.
///
/// `ring` expands a key into schedules that it does not wipe.
pub struct SealKey(Secret);

impl SealKey {
    /// How many bytes a key has.
    pub const LEN: usize = crate::secret::SECRET_LEN;

    /// A new key.
    ///
    /// # Errors
    /// [`SealError::Random`] when the random source fails.
    pub fn generate(rng: &dyn SecureRandom) -> Result<Self, SealError> {
        Secret::generate(rng).map(Self)
    }

    /// A key from bytes that were generated earlier, or that a key derivation put out. A passphrase is
    /// not a key.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; Self::LEN]) -> Self {
        Self(Secret::copy_of(bytes))
    }

    /// The bytes themselves: who has them opens everything that this key sealed.
    #[must_use]
    pub fn expose_key_bytes(&self) -> &[u8; Self::LEN] {
        self.0.bytes()
    }
}

/// For unwrapped keys, whose length the compiler does not know.
///
/// # Errors
/// [`SealError::KeyLength`] when there are not exactly [`SealKey::LEN`] bytes.
impl TryFrom<&[u8]> for SealKey {
    type Error = SealError;

    fn try_from(bytes: &[u8]) -> Result<Self, SealError> {
        bytes.try_into().map(Self::from_bytes).map_err(|_| SealError::KeyLength)
    }
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealKey").finish_non_exhaustive()
    }
}
