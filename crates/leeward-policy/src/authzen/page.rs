use super::{Pep, Sought, query::MAX_NAME_LEN, refusal::Refusal};
use crate::PolicyError;
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    digest::{self, SHA256},
    rand::{SecureRandom, SystemRandom},
};
use serde_json::{Map, Value};
use std::fmt;

/// What is sealed in a token: the length of an id, and the id, filled up with zeros. All tokens have one
/// length, since the id may be of something that who asks may not know of.
const PLAIN_LEN: usize = 2 + MAX_NAME_LEN;

const BAD_TOKEN: Refusal = Refusal::bad_request("page.token is not of this search");

/// Seals page tokens. Machines that answer for each other share one.
pub struct PageKey(LessSafeKey);

impl PageKey {
    /// A key of this process alone: tokens end with it.
    ///
    /// # Errors
    /// [`PolicyError::Random`] when the random source failed.
    pub fn generate() -> Result<Self, PolicyError> {
        let mut bytes = [0; 32];
        SystemRandom::new().fill(&mut bytes).map_err(|_| PolicyError::Random)?;
        Self::from_bytes(&bytes)
    }

    /// A key that several machines share. It seals nothing else, and fewer than 2^32 tokens.
    ///
    /// # Errors
    /// [`PolicyError::Random`] never, in practice: the length is right.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, PolicyError> {
        let key = UnboundKey::new(&AES_256_GCM, bytes).map_err(|_| PolicyError::Random)?;
        Ok(Self(LessSafeKey::new(key)))
    }

    /// A token that leads on from a candidate, in this search alone.
    pub(super) fn seal(&self, after: &str, search: &Bound) -> Result<String, Refusal> {
        let len = u16::try_from(after.len()).map_err(|_| Refusal::UNDECIDED)?;
        if after.len() > MAX_NAME_LEN {
            return Err(Refusal::UNDECIDED);
        }
        let mut sealed = len.to_be_bytes().to_vec();
        sealed.extend(after.as_bytes());
        sealed.resize(PLAIN_LEN, 0);
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).map_err(|_| Refusal::UNDECIDED)?;
        let unique = Nonce::assume_unique_for_key(nonce);
        self.0.seal_in_place_append_tag(unique, search.aad(), &mut sealed).map_err(|_| Refusal::UNDECIDED)?;
        Ok(nonce.iter().chain(&sealed).map(|byte| format!("{byte:02x}")).collect())
    }

    /// The candidate that a token leads on from.
    pub(super) fn open(&self, token: &str, search: &Bound) -> Result<String, Refusal> {
        let bytes = decode(token).ok_or(BAD_TOKEN)?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_LEN>().ok_or(BAD_TOKEN)?;
        let mut sealed = sealed.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let plain = self.0.open_in_place(nonce, search.aad(), &mut sealed).map_err(|_| BAD_TOKEN)?;
        let (len, rest) = plain.split_first_chunk::<2>().ok_or(BAD_TOKEN)?;
        let id = rest.get(..usize::from(u16::from_be_bytes(*len))).ok_or(BAD_TOKEN)?;
        String::from_utf8(id.to_vec()).map_err(|_| BAD_TOKEN)
    }
}

/// Which search a token belongs to: who asks, for what, and everything in the request but the page.
pub(super) struct Bound(digest::Digest);

impl Bound {
    pub(super) fn to(pep: &Pep, sought: Sought, body: &Map<String, Value>) -> Result<Self, Refusal> {
        let search = body.iter().filter(|(name, _)| *name != "page").collect::<Vec<_>>();
        let asked = (pep.name(), format!("{sought:?}"), search);
        let bytes = serde_json::to_vec(&asked).map_err(|_| Refusal::UNDECIDED)?;
        Ok(Self(digest::digest(&SHA256, &bytes)))
    }

    fn aad(&self) -> Aad<&[u8]> {
        Aad::from(self.0.as_ref())
    }
}

fn decode(token: &str) -> Option<Vec<u8>> {
    let expected = 2 * (NONCE_LEN + PLAIN_LEN + AES_256_GCM.tag_len());
    let (pairs, odd) = token.as_bytes().as_chunks::<2>();
    if token.len() != expected || !odd.is_empty() {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    pairs.iter().map(|&[high, low]| Some(digit(high)? << 4 | digit(low)?)).collect()
}

impl fmt::Debug for PageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageKey").finish_non_exhaustive()
    }
}
