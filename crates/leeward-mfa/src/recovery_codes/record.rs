//! The persisted form of a set of recovery codes.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | form: 1 |
//! | 1 | how many codes the set had |
//! | 1 | how many are left |
//! | 32 each | hashes of those that are left |
//!
//! A hash is SHA-256 of a context, the account, the authenticator of the set, and the code. The
//! authenticator is 128 random bits, and new for each set: it is the salt.

use super::RecoveryCode;
use crate::MfaError;
use leeward_event::{AuthenticatorId, StaffId};
use ring::digest;
use subtle::ConstantTimeEq;

const FORM: u8 = 1;
const CONTEXT: &[u8] = b"leeward mfa recovery code, version 1";

type Hash = [u8; 32];

/// The codes of a set that are left, as hashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CodeSet {
    issued: u8,
    left: Vec<Hash>,
}

impl CodeSet {
    pub(crate) fn of(codes: &[RecoveryCode], account: StaffId, set: AuthenticatorId) -> Self {
        let left: Vec<_> = codes.iter().map(|code| hash(code, account, set)).collect();
        Self { issued: u8::try_from(left.len()).unwrap_or(u8::MAX), left }
    }

    /// Takes the code out, if it is in. Every hash is compared, in constant time.
    pub(crate) fn take(&mut self, code: &RecoveryCode, account: StaffId, set: AuthenticatorId) -> bool {
        let (given, before) = (hash(code, account, set), self.left.len());
        self.left.retain(|left| !bool::from(left.ct_eq(&given)));
        self.left.len() < before
    }

    pub(crate) const fn left(&self) -> usize {
        self.left.len()
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let left = u8::try_from(self.left.len()).unwrap_or(u8::MAX);
        let mut bytes = vec![FORM, self.issued, left];
        bytes.extend(self.left.concat());
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, MfaError> {
        match bytes.split_first() {
            Some((&FORM, rest)) => decode(rest).ok_or(MfaError::Record { what: "an unreadable content" }),
            Some(_) => Err(MfaError::Record { what: "a form that this release does not know: update it" }),
            None => Err(MfaError::Record { what: "no content" }),
        }
    }
}

fn decode(bytes: &[u8]) -> Option<CodeSet> {
    let ([issued, left], rest) = bytes.split_first_chunk()?;
    let (hashes, over) = rest.as_chunks();
    let fits = over.is_empty() && hashes.len() == usize::from(*left) && left <= issued;
    fits.then(|| CodeSet { issued: *issued, left: hashes.to_vec() })
}

fn hash(code: &RecoveryCode, account: StaffId, set: AuthenticatorId) -> Hash {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in [CONTEXT, account.as_bytes(), set.as_bytes(), code.bytes()] {
        context.update(part);
    }
    let mut hash = [0; 32];
    hash.iter_mut().zip(context.finish().as_ref()).for_each(|(byte, of)| *byte = *of);
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_pinned_byte_for_byte() {
        let set = CodeSet { issued: 10, left: vec![[0xAA; 32], [0xBB; 32]] };
        let bytes = [&[1, 10, 2][..], &[0xAA; 32], &[0xBB; 32]].concat();
        assert_eq!(set.to_bytes(), bytes);
        assert_eq!(CodeSet::from_bytes(&bytes).unwrap(), set);
        assert!((0..bytes.len()).all(|len| CodeSet::from_bytes(&bytes[..len]).is_err()));
        assert!(CodeSet::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
        for (place, byte) in [(0, 2), (1, 1), (2, 1), (2, 3)] {
            let mut other = bytes.clone();
            other[place] = byte;
            assert!(CodeSet::from_bytes(&other).is_err(), "{place}");
        }
    }

    #[test]
    fn a_code_is_hashed_for_one_account_and_one_set() {
        let rng = ring::rand::SystemRandom::new();
        let code = RecoveryCode::generate(&rng).unwrap();
        let (who, set) = (StaffId::from_bytes([1; 16]), AuthenticatorId::from_bytes([2; 16]));
        let mut codes = CodeSet::of(std::slice::from_ref(&code), who, set);
        assert!(!codes.take(&code, StaffId::from_bytes([3; 16]), set));
        assert!(!codes.take(&code, who, AuthenticatorId::from_bytes([3; 16])));
        assert!(codes.take(&code, who, set));
        assert!(!codes.take(&code, who, set));
        assert_eq!(codes.left(), 0);
    }
}
