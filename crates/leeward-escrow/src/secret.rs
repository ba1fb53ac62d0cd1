use crate::EscrowError;
use ring::rand::SecureRandom;
use std::fmt;
use zeroize::Zeroizing;

/// What is kept in escrow: 16 to 64 uniformly random bytes, such as the key of a transcript. Wiped when
/// dropped.
///
/// A passphrase is none: who has the database could try guesses at it against the key check value.
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// The fewest bytes.
    pub const MIN_LEN: usize = 16;
    /// The most bytes.
    pub const MAX_LEN: usize = 64;

    /// 32 new random bytes.
    ///
    /// # Errors
    /// [`EscrowError::Random`].
    pub fn generate(rng: &dyn SecureRandom) -> Result<Self, EscrowError> {
        let mut bytes = Zeroizing::new(vec![0; 32]);
        rng.fill(&mut bytes).map_err(|_| EscrowError::Random)?;
        Ok(Self(bytes))
    }

    /// A secret from bytes that were drawn at random earlier.
    ///
    /// # Errors
    /// [`EscrowError::SecretLength`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EscrowError> {
        if !(Self::MIN_LEN..=Self::MAX_LEN).contains(&bytes.len()) {
            return Err(EscrowError::SecretLength);
        }
        Ok(Self(Zeroizing::new(bytes.to_vec())))
    }

    /// The bytes themselves.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret").finish_non_exhaustive()
    }
}
