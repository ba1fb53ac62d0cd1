use crate::{CredentialError, HashParams, Normalisation, PepperId, foreign::Scheme};
use ring::rand::SecureRandom;
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

pub(crate) const SALT_LEN: usize = 16;
pub(crate) const TAG_LEN: usize = 32;

/// An Argon2id hash and how it was made: what is stored in place of a passphrase.
///
/// [`Credentials`](crate::Credentials) stores it. A service with a schema of its own keeps
/// [`to_bytes`](Self::to_bytes) and uses the [`Governor`](crate::Governor) alone.
pub struct HashedPassphrase {
    pub(crate) recipe: Recipe,
    pub(crate) tag: Tag,
}

/// How a hash is made from a passphrase.
#[derive(Clone)]
pub(crate) struct Recipe {
    pub(crate) normalisation: Normalisation,
    pub(crate) params: HashParams,
    pub(crate) pepper: Option<PepperId>,
    pub(crate) salt: [u8; SALT_LEN],
    /// What is hashed is not the passphrase itself, but what another service made of it.
    pub(crate) inner: Option<Scheme>,
}

/// 16 random bytes that make equal passphrases hash differently (RFC 9106 3.1).
///
/// One salt makes one hash, so that it cannot be cloned:
///
/// ```compile_fail,E0382
/// # async fn f(governor: leeward_credentials::Governor, passphrase: leeward_credentials::Passphrase, salt: leeward_credentials::Salt) {
/// let once = governor.hash(&passphrase, salt).await;
/// let twice = governor.hash(&passphrase, salt).await;
/// # }
/// ```
#[derive(Debug)]
pub struct Salt(pub(crate) [u8; SALT_LEN]);

/// The output of Argon2id.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) struct Tag(pub(crate) Box<[u8; TAG_LEN]>);

impl HashedPassphrase {
    /// What it cost.
    #[must_use]
    pub const fn params(&self) -> HashParams {
        self.recipe.params
    }

    /// The pepper that it was made with, if any.
    #[must_use]
    pub const fn pepper(&self) -> Option<PepperId> {
        self.recipe.pepper
    }

    /// Whether it was imported, and its owner has not signed in since.
    #[must_use]
    pub const fn is_imported(&self) -> bool {
        self.recipe.inner.is_some()
    }
}

impl Tag {
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.0.as_slice().ct_eq(other.0.as_slice()).into()
    }
}

impl Salt {
    /// A new salt.
    ///
    /// # Errors
    /// [`CredentialError::Random`] when the source of randomness fails.
    pub fn generate(rng: &dyn SecureRandom) -> Result<Self, CredentialError> {
        let mut bytes = [0; SALT_LEN];
        rng.fill(&mut bytes).map_err(|_| CredentialError::Random)?;
        Ok(Self(bytes))
    }
}

impl fmt::Debug for HashedPassphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HashedPassphrase").field("params", &self.recipe.params).finish_non_exhaustive()
    }
}
