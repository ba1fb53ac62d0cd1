use super::local::{LocalKey, wraps_locally};
use crate::VaultError;
use leeward_seal::SealKey;
use ring::rand::SecureRandom;

/// A root key in memory alone: for tests, and for bytes that the service has from a secret store.
/// Nothing keeps it: when it is lost, nothing opens any more.
pub struct MemoryKey(LocalKey);

impl MemoryKey {
    /// A new key.
    ///
    /// # Errors
    /// [`VaultError::Seal`] when the random source fails.
    pub fn generate(rng: &dyn SecureRandom) -> Result<Self, VaultError> {
        Ok(Self(LocalKey::new(SealKey::generate(rng)?)))
    }

    /// The key with these bytes: what a service read from a place of its own.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; SealKey::LEN]) -> Self {
        Self(LocalKey::new(SealKey::from_bytes(bytes)))
    }
}

wraps_locally!(MemoryKey);
