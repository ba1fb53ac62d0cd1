use super::local::{LocalKey, wraps_locally};
use crate::VaultError;
use argon2::{Algorithm, Argon2, Params, Version};
use leeward_seal::SealKey;
use ring::rand::SecureRandom;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

/// A root key that a person types: Argon2id (RFC 9106) over a passphrase.
///
/// It is only as strong as the passphrase, and whoever has the header and the store can try
/// passphrases at leisure: take one that was generated, and prefer a [`KeyFile`](crate::KeyFile).
pub struct PassphraseKey(LocalKey);

/// What is needed beside the passphrase, and is not secret: the cost and the salt. Keep it beside the
/// store; without it the passphrase opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PassphraseHeader {
    cost: PassphraseCost,
    salt: [u8; SALT_LEN],
}

/// How much work one try costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PassphraseCost {
    memory_kib: u32,
    passes: u32,
}

const SALT_LEN: usize = 16;
const HEADER_VERSION: u8 = 1;
const MEMORY_KIB: std::ops::RangeInclusive<u32> = 19 * 1024..=1024 * 1024;
const PASSES: std::ops::RangeInclusive<u32> = 1..=16;

impl PassphraseCost {
    /// `memory_kib` KiB of memory, gone over `passes` times, by one lane.
    ///
    /// # Errors
    /// [`VaultError::PassphraseCost`] unless it is 19 MiB to 1 GiB and 1 to 16 passes: a header from a
    /// stranger must not exhaust the machine.
    pub fn new(memory_kib: u32, passes: u32) -> Result<Self, VaultError> {
        if !MEMORY_KIB.contains(&memory_kib) || !PASSES.contains(&passes) {
            return Err(VaultError::PassphraseCost);
        }
        Ok(Self { memory_kib, passes })
    }
}

impl Default for PassphraseCost {
    /// 64 MiB, 3 passes: the second choice of RFC 9106 4, with one lane. A root key is derived once
    /// for each start of a service.
    fn default() -> Self {
        Self { memory_kib: 64 * 1024, passes: 3 }
    }
}

impl PassphraseKey {
    /// Begins a new key with a fresh salt. Keep the [`PassphraseHeader`]. Takes the time of one
    /// Argon2id run: call it where blocking is allowed.
    ///
    /// # Errors
    /// [`VaultError::Seal`] when the random source fails; [`VaultError::PassphraseCost`] when there is
    /// not that much memory.
    pub fn create(
        passphrase: &SecretString,
        cost: PassphraseCost,
        rng: &dyn SecureRandom,
    ) -> Result<(Self, PassphraseHeader), VaultError> {
        let mut salt = [0; SALT_LEN];
        rng.fill(&mut salt).map_err(|_| leeward_seal::SealError::Random)?;
        let header = PassphraseHeader { cost, salt };
        Ok((Self::open(passphrase, &header)?, header))
    }

    /// Derives the key again. Whether the passphrase is right shows when a vault is opened with it.
    ///
    /// # Errors
    /// [`VaultError::PassphraseCost`] when there is not that much memory.
    pub fn open(passphrase: &SecretString, header: &PassphraseHeader) -> Result<Self, VaultError> {
        let PassphraseCost { memory_kib, passes } = header.cost;
        let params =
            Params::new(memory_kib, passes, 1, Some(SealKey::LEN)).map_err(|_| VaultError::PassphraseCost)?;
        let mut key = Zeroizing::new([0; SealKey::LEN]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.expose_secret().as_bytes(), &header.salt, key.as_mut_slice())
            .map_err(|_| VaultError::PassphraseCost)?;
        Ok(Self(LocalKey::new(SealKey::from_bytes(&key))))
    }
}

wraps_locally!(PassphraseKey);

impl PassphraseHeader {
    /// How many bytes the encoded header has.
    pub const LEN: usize = 25;

    /// The encoding: a version byte, memory in KiB and passes in four bytes each, the salt.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; Self::LEN] {
        let mut bytes = [HEADER_VERSION; Self::LEN];
        let (_, rest) = bytes.split_at_mut(1);
        let fields = self.cost.memory_kib.to_be_bytes().into_iter().chain(self.cost.passes.to_be_bytes());
        for (byte, field) in rest.iter_mut().zip(fields.chain(self.salt)) {
            *byte = field;
        }
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// # Errors
    /// [`VaultError::PassphraseHeader`] for what is no header; [`VaultError::UnknownVersion`];
    /// [`VaultError::PassphraseCost`] for a cost out of bounds.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, VaultError> {
        let mut reader = crate::codec::Reader::new(bytes);
        let header = (|| {
            let version = reader.u8()?;
            let header = (version, reader.u32()?, reader.u32()?, reader.array()?);
            reader.finish().map(|()| header)
        })();
        let (version, memory_kib, passes, salt) = header.ok_or(VaultError::PassphraseHeader)?;
        if version != HEADER_VERSION {
            return Err(VaultError::UnknownVersion { what: "a passphrase header", version });
        }
        Ok(Self { cost: PassphraseCost::new(memory_kib, passes)?, salt })
    }
}
