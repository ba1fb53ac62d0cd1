use crate::CredentialError;
use ring::rand::SecureRandom;
use secrecy::{ExposeSecret, SecretBox, SecretString};
use std::{fmt, num::NonZeroU32};

const SECRET_LEN: usize = 32;

/// A key of 32 bytes without which no guess at a stored hash can be checked (NIST SP 800-63B-4 3.1.1.2).
///
/// It is the secret value K of Argon2 (RFC 9106 3.1). Keep it where no copy of the database goes with it:
/// a key management service, a file of the machine. It is never stored; its id is, beside each hash.
pub struct Pepper {
    id: PepperId,
    secret: SecretBox<[u8; SECRET_LEN]>,
}

/// Which [`Pepper`] a hash was made with. Never give one id to two peppers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PepperId(NonZeroU32);

/// The peppers of a service: the one for new hashes, and those of hashes made before.
///
/// To change the pepper, make a new [`current`](Self::current) and [retire](Self::with_retired) the old
/// one. Each hash is made anew when its owner next signs in; who has not signed in still needs the old one.
#[derive(Default)]
pub struct Peppers {
    current: Option<PepperId>,
    all: Vec<Pepper>,
    devise: Option<SecretString>,
}

impl PepperId {
    /// Any number but 0, which stands for no pepper.
    #[must_use]
    pub const fn new(number: NonZeroU32) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0.get()
    }
}

impl Pepper {
    /// Takes over 32 bytes of a random source.
    #[must_use]
    pub fn new(id: PepperId, secret: Box<[u8; SECRET_LEN]>) -> Self {
        Self { id, secret: SecretBox::new(secret) }
    }

    /// A new one, to be kept: see [`expose`](Self::expose).
    ///
    /// # Errors
    /// [`CredentialError::Random`] when the source of randomness fails.
    pub fn generate(id: PepperId, rng: &dyn SecureRandom) -> Result<Self, CredentialError> {
        let mut secret = Box::new([0; SECRET_LEN]);
        rng.fill(secret.as_mut_slice()).map_err(|_| CredentialError::Random)?;
        Ok(Self::new(id, secret))
    }

    /// The key itself, for putting it where it is kept.
    #[must_use]
    pub fn expose(&self) -> &[u8; SECRET_LEN] {
        self.secret.expose_secret()
    }
}

impl Peppers {
    /// New hashes are made with this one.
    #[must_use]
    pub fn current(pepper: Pepper) -> Self {
        Self { current: Some(pepper.id), all: vec![pepper], devise: None }
    }

    /// No pepper for new hashes: whoever steals the stored hashes, and the key that the store seals them
    /// with, can guess at them.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Hashes that were made with this one are still checked, and then made anew.
    ///
    /// # Errors
    /// [`CredentialError::Governor`] when there is a pepper with its id already.
    pub fn with_retired(mut self, pepper: Pepper) -> Result<Self, CredentialError> {
        if self.secret(pepper.id).is_ok() {
            return Err(CredentialError::Governor { what: "two peppers of one id" });
        }
        self.all.push(pepper);
        Ok(self)
    }

    /// Imported hashes of Devise that were made with `config.pepper` are checked with this.
    #[must_use]
    pub fn with_devise_pepper(mut self, pepper: impl Into<SecretString>) -> Self {
        self.devise = Some(pepper.into());
        self
    }

    pub(crate) const fn current_id(&self) -> Option<PepperId> {
        self.current
    }

    pub(crate) fn secret(&self, id: PepperId) -> Result<&[u8], CredentialError> {
        let pepper = self.all.iter().find(|pepper| pepper.id == id);
        pepper.map(|pepper| pepper.expose().as_slice()).ok_or(CredentialError::MissingPepper)
    }

    pub(crate) fn devise(&self) -> Result<&str, CredentialError> {
        self.devise.as_ref().map(ExposeSecret::expose_secret).ok_or(CredentialError::MissingPepper)
    }
}

impl fmt::Debug for Pepper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pepper").field("id", &self.id.get()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Peppers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<_> = self.all.iter().map(|pepper| pepper.id.get()).collect();
        f.debug_struct("Peppers").field("ids", &ids).finish_non_exhaustive()
    }
}
