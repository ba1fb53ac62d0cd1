use crate::SealError;
use ring::rand::SecureRandom;
use zeroize::{Zeroize, ZeroizeOnDrop};

pub(crate) const SECRET_LEN: usize = 32;

/// 32 bytes that stay where they are in memory until they are wiped.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) struct Secret(Box<[u8; SECRET_LEN]>);

impl Secret {
    /// Lets `fill` write the bytes in place.
    pub(crate) fn try_init(
        fill: impl FnOnce(&mut [u8; SECRET_LEN]) -> Result<(), SealError>,
    ) -> Result<Self, SealError> {
        let mut secret = Self(Box::new([0; SECRET_LEN]));
        fill(&mut secret.0)?;
        Ok(secret)
    }

    pub(crate) fn generate(rng: &dyn SecureRandom) -> Result<Self, SealError> {
        Self::try_init(|bytes| rng.fill(bytes).map_err(|_| SealError::Random))
    }

    pub(crate) fn copy_of(bytes: &[u8; SECRET_LEN]) -> Self {
        let mut secret = Self(Box::new([0; SECRET_LEN]));
        secret.0.copy_from_slice(bytes);
        secret
    }

    pub(crate) fn bytes(&self) -> &[u8; SECRET_LEN] {
        &self.0
    }
}
