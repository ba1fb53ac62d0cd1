use crate::VaultError;
use argon2::{Algorithm, Argon2, Params, Version};
use std::ops::RangeInclusive;
use zeroize::Zeroizing;

/// How much work one run of Argon2id (RFC 9106) is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argon2Cost {
    pub(crate) memory_kib: u32,
    pub(crate) passes: u32,
}

const MEMORY_KIB: RangeInclusive<u32> = 19 * 1024..=1024 * 1024;
const PASSES: RangeInclusive<u32> = 1..=16;
const OUTPUT_LEN: usize = 32;

impl Argon2Cost {
    /// `memory_kib` KiB of memory, gone over `passes` times, by one lane.
    ///
    /// # Errors
    /// [`VaultError::Argon2Cost`] unless it is 19 MiB to 1 GiB and 1 to 16 passes: a header from a
    /// stranger must not exhaust the machine.
    pub fn new(memory_kib: u32, passes: u32) -> Result<Self, VaultError> {
        if !MEMORY_KIB.contains(&memory_kib) || !PASSES.contains(&passes) {
            return Err(VaultError::Argon2Cost);
        }
        Ok(Self { memory_kib, passes })
    }

    pub(crate) fn stretch(
        self,
        secret: &[u8],
        salt: &[u8],
    ) -> Result<Zeroizing<[u8; OUTPUT_LEN]>, VaultError> {
        let params = Params::new(self.memory_kib, self.passes, 1, Some(OUTPUT_LEN))
            .map_err(|_| VaultError::Argon2Cost)?;
        let mut output = Zeroizing::new([0; OUTPUT_LEN]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(secret, salt, output.as_mut_slice())
            .map_err(|_| VaultError::Argon2Cost)?;
        Ok(output)
    }
}

impl Default for Argon2Cost {
    /// 64 MiB and 3 passes, as the second choice of RFC 9106 4, with one lane.
    fn default() -> Self {
        Self { memory_kib: 64 * 1024, passes: 3 }
    }
}
