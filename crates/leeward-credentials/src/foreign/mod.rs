//! Hashes that other services made.

mod compute;
mod encoding;
mod parse;

use crate::{CredentialError, HashParams};
use argon2::{Algorithm, Version};
use std::fmt;
use zeroize::Zeroizing;

/// A passphrase hash that another service made, to be [imported](crate::Credentials::import).
///
/// | shape | made by |
/// |---|---|
/// | `pbkdf2_sha256$..`, `pbkdf2_sha1$..`, `scrypt$..`, `argon2$argon2id$..`, `bcrypt$..`, `bcrypt_sha256$..` | Django |
/// | `$2a$..`, with [a pepper](Self::parse_devise_with_pepper) or without | Devise |
/// | `$2a$..`, `$2b$..`, `$2y$..` | bcrypt elsewhere |
/// | `$argon2id$..`, `$argon2i$..`, `$argon2d$..` | PHC strings, such as those of argon2-cffi |
///
/// What is kept of it is never the hash itself, but its Argon2id hash with today's parameters and pepper,
/// from the moment of the import: a weak one does not stay in the store until its owner signs in. When
/// the owner does, the passphrase is hashed anew and the old scheme is gone.
///
/// Over these costs nothing is parsed, and so nothing computed: a bcrypt cost of
/// [`MAX_BCRYPT_COST`](Self::MAX_BCRYPT_COST), [`MAX_PBKDF2_ITERATIONS`](Self::MAX_PBKDF2_ITERATIONS),
/// [`MAX_SCRYPT_WORK`](Self::MAX_SCRYPT_WORK) and the maxima of [`HashParams`]. Memory is bounded by
/// [the ceiling](crate::GovernorConfig::ceiling) too.
pub struct ForeignHash {
    pub(crate) scheme: Scheme,
    pub(crate) tag: Zeroizing<Vec<u8>>,
}

/// How another service hashed: everything but the hash.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Scheme {
    Bcrypt { input: BcryptInput, cost: u8, salt: [u8; 16] },
    Pbkdf2 { digest: Digest, iterations: u32, length: u8, salt: Box<[u8]> },
    Scrypt { log_n: u8, r: u8, p: u8, length: u8, salt: Box<[u8]> },
    Argon2 { algorithm: Algorithm, version: Version, params: HashParams, length: u8, salt: Box<[u8]> },
}

/// What bcrypt is given.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum BcryptInput {
    /// The passphrase, of which it takes 72 bytes.
    Plain,
    /// Its SHA-256 in hexadecimal (Django's `bcrypt_sha256`).
    Sha256,
    /// The passphrase and then Devise's pepper.
    DevisePepper,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Digest {
    Sha1,
    Sha256,
}

impl ForeignHash {
    /// The highest bcrypt cost: about 2 seconds.
    pub const MAX_BCRYPT_COST: u8 = 15;
    /// The most iterations of PBKDF2; Django 6.0 makes 1,200,000.
    pub const MAX_PBKDF2_ITERATIONS: u32 = 4_000_000;
    /// The most that scrypt's N, r and p may multiply to: four times what OWASP recommends.
    pub const MAX_SCRYPT_WORK: u64 = 1 << 22;
    /// The longest text.
    pub const MAX_LEN: usize = 512;

    /// Reads any shape in the table above.
    ///
    /// # Errors
    /// [`CredentialError::Import`] for anything else; [`CredentialError::CostlyParams`].
    pub fn parse(text: &str) -> Result<Self, CredentialError> {
        parse::any(text)
    }

    /// Reads a hash that Devise made with `config.pepper`, which goes into
    /// [`Peppers::with_devise_pepper`](crate::Peppers::with_devise_pepper).
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn parse_devise_with_pepper(text: &str) -> Result<Self, CredentialError> {
        parse::bcrypt(text, BcryptInput::DevisePepper)
    }

    /// The memory that it takes to check, in KiB.
    #[must_use]
    pub const fn memory_kib(&self) -> usize {
        self.scheme.memory_kib()
    }
}

impl Scheme {
    /// The memory that it takes, in KiB. bcrypt has 4, and PBKDF2 next to nothing.
    pub(crate) const fn memory_kib(&self) -> usize {
        match self {
            Self::Bcrypt { .. } | Self::Pbkdf2 { .. } => 0,
            Self::Scrypt { log_n, r, p, .. } => {
                // N blocks, p more to mix, and one to work in, of 128 r bytes each.
                let blocks = (1_usize << *log_n as u32).saturating_add(*p as usize).saturating_add(1);
                blocks.saturating_mul(*r as usize).div_ceil(8)
            }
            Self::Argon2 { params, .. } => params.memory_kib() as usize,
        }
    }

    /// Whether it costs no more than a hash of this service may.
    pub(crate) fn within(&self, ceiling: HashParams) -> bool {
        match self {
            Self::Argon2 { params, .. } => params.within(ceiling),
            other => other.memory_kib() <= ceiling.memory_kib() as usize,
        }
    }

    pub(crate) const fn has_devise_pepper(&self) -> bool {
        matches!(self, Self::Bcrypt { input: BcryptInput::DevisePepper, .. })
    }

    /// Itself, if it costs no more than the maxima and is something that its scheme has.
    fn bounded(self) -> Result<Self, CredentialError> {
        let costly = match &self {
            Self::Bcrypt { cost, .. } => *cost > ForeignHash::MAX_BCRYPT_COST,
            Self::Pbkdf2 { iterations, .. } => *iterations > ForeignHash::MAX_PBKDF2_ITERATIONS,
            Self::Scrypt { log_n, r, p, .. } => {
                let blocks = 1_u64.checked_shl((*log_n).into()).unwrap_or(u64::MAX);
                let work = blocks.saturating_mul((*r).into()).saturating_mul((*p).into());
                work > ForeignHash::MAX_SCRYPT_WORK
            }
            Self::Argon2 { params, .. } => !params.within(HashParams::MAX),
        };
        match costly {
            true => Err(CredentialError::CostlyParams),
            false if self.is_sound() => Ok(self),
            false => parse::malformed("a cost, salt or length that its scheme does not have"),
        }
    }

    fn is_sound(&self) -> bool {
        let sound = |length: &u8, salt: &[u8]| (16..=64).contains(length) && (1..=64).contains(&salt.len());
        match self {
            Self::Bcrypt { cost, .. } => *cost >= 4,
            Self::Pbkdf2 { iterations, length, salt, .. } => *iterations > 0 && sound(length, salt),
            Self::Scrypt { log_n, r, p, length, salt } => {
                *log_n > 0 && *r > 0 && *p > 0 && sound(length, salt)
            }
            Self::Argon2 { length, salt, .. } => salt.len() >= 8 && sound(length, salt),
        }
    }

    const fn name(&self) -> &'static str {
        match self {
            Self::Bcrypt { .. } => "bcrypt",
            Self::Pbkdf2 { .. } => "PBKDF2",
            Self::Scrypt { .. } => "scrypt",
            Self::Argon2 { .. } => "Argon2",
        }
    }
}

impl fmt::Debug for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for ForeignHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForeignHash").field("scheme", &self.scheme).finish_non_exhaustive()
    }
}
