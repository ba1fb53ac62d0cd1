use super::local::{LocalKey, wraps_locally};
use crate::{Argon2Cost, VaultError};
use leeward_seal::SealKey;
use ring::rand::SecureRandom;
use secrecy::{ExposeSecret, SecretString};

/// A root key that a person types: Argon2id (RFC 9106) over a passphrase.
///
/// It is only as strong as the passphrase, and whoever has the header and the store can try
/// passphrases at leisure: take one that was generated, and prefer a [`KeyFile`](crate::KeyFile). Its
/// bytes are taken as they are: what a keyboard may write in several ways, bring into one form (NFC).
pub struct PassphraseKey(LocalKey);

/// What is needed beside the passphrase, and is not secret: the cost and the salt. Keep it beside the
/// store; without it the passphrase opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PassphraseHeader {
    cost: Argon2Cost,
    salt: [u8; SALT_LEN],
}

const SALT_LEN: usize = 16;
const HEADER_VERSION: u8 = 1;
impl PassphraseKey {
    /// Begins a new key with a fresh salt. Keep the [`PassphraseHeader`]. Takes the time of one
    /// Argon2id run: call it where blocking is allowed.
    ///
    /// # Errors
    /// [`VaultError::Seal`] when the random source fails; [`VaultError::Argon2Cost`] when there is
    /// not that much memory.
    pub fn create(
        passphrase: &SecretString,
        cost: Argon2Cost,
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
    /// [`VaultError::Argon2Cost`] when there is not that much memory.
    pub fn open(passphrase: &SecretString, header: &PassphraseHeader) -> Result<Self, VaultError> {
        let key = header.cost.stretch(passphrase.expose_secret().as_bytes(), &header.salt)?;
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
    /// [`VaultError::Argon2Cost`] for a cost out of bounds.
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
        Ok(Self { cost: Argon2Cost::new(memory_kib, passes)?, salt })
    }
}
