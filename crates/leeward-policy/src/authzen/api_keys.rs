use super::{Headers, NotAuthenticated, Pep};
use crate::PolicyError;
use ring::{
    hmac::{self, HMAC_SHA256, Key},
    rand::SystemRandom,
};
use std::fmt;

/// The scheme, which is read without regard to case (RFC 9110 11.1).
const BEARER: &str = "Bearer ";

/// The keys by which enforcement points say who they are, in the `Authorization` header: as they are, or
/// after `Bearer`.
///
/// Only tags of the keys are kept, under a secret of this value alone.
pub struct ApiKeys {
    secret: Key,
    known: Vec<(Pep, hmac::Tag)>,
}

impl ApiKeys {
    /// No key as yet.
    ///
    /// # Errors
    /// [`PolicyError::Random`] when the random source failed.
    pub fn new() -> Result<Self, PolicyError> {
        let secret = Key::generate(HMAC_SHA256, &SystemRandom::new()).map_err(|_| PolicyError::Random)?;
        Ok(Self { secret, known: Vec::new() })
    }

    /// Whoever shows this key is this enforcement point. It is drawn at random: 32 bytes in hexadecimal, for one.
    ///
    /// # Errors
    /// [`PolicyError::ApiKey`] for an empty key, which whoever shows none would have, and for one that cannot stand in
    /// a header: it is of printable ASCII, with no space around it.
    pub fn with(mut self, pep: Pep, key: &str) -> Result<Self, PolicyError> {
        if key.is_empty() || key.trim() != key || !key.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return Err(PolicyError::ApiKey);
        }
        let tag = hmac::sign(&self.secret, key.as_bytes());
        self.known.push((pep, tag));
        Ok(self)
    }

    /// Whose key the request shows.
    ///
    /// # Errors
    /// [`NotAuthenticated`] when it shows none that is known.
    pub fn authenticate(&self, headers: &Headers<'_>) -> Result<Pep, NotAuthenticated> {
        let shown = headers.authorization().ok_or(NotAuthenticated)?;
        let shown = match shown.split_at_checked(BEARER.len()) {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case(BEARER) => rest,
            _ => shown,
        };
        let shown = shown.trim();
        let is_shown = |tag: &hmac::Tag| hmac::verify(&self.secret, shown.as_bytes(), tag.as_ref()).is_ok();
        let known = self.known.iter().find(|(_, tag)| is_shown(tag));
        known.map(|(pep, _)| pep.clone()).ok_or(NotAuthenticated)
    }
}

impl fmt::Debug for ApiKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKeys").field("known", &self.known.len()).finish_non_exhaustive()
    }
}
