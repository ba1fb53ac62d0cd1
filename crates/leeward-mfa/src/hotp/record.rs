//! The persisted form of a HOTP token. All numbers are big-endian.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | form: 1 |
//! | 16 | authenticator |
//! | 1 | 1: HMAC-SHA-1 |
//! | 1 | digits: 6 or 8 |
//! | 1 | length of the secret, 16 to 64 |
//! | | secret |
//! | 8 | the first counter whose code may still be accepted |

use super::{HotpFactor, HotpSecret};
use crate::{Algorithm, MfaError, otp};
use leeward_event::AuthenticatorId;
use zeroize::Zeroizing;

const FORM: u8 = 1;
const MAX_LEN: usize = 1 + 16 + 3 + otp::OtpKey::MAX + 8;

impl HotpFactor {
    /// The bytes to store. They hold the secret: seal them.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_LEN));
        bytes.push(FORM);
        bytes.extend(self.authenticator.as_bytes());
        otp::encode(&self.secret.key, &mut bytes);
        bytes.extend(self.next.to_be_bytes());
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) made, and nothing else.
    ///
    /// # Errors
    /// [`MfaError::Record`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, MfaError> {
        match bytes.split_first() {
            Some((&FORM, rest)) => decode(rest).ok_or(MfaError::Record { what: "an unreadable content" }),
            Some(_) => Err(MfaError::Record { what: "a form that this release does not know: update it" }),
            None => Err(MfaError::Record { what: "no content" }),
        }
    }
}

fn decode(bytes: &[u8]) -> Option<HotpFactor> {
    let (authenticator, rest) = bytes.split_first_chunk()?;
    let (key, next) = otp::decode(rest)?;
    let next = u64::from_be_bytes(next.try_into().ok()?);
    let authenticator = AuthenticatorId::from_bytes(*authenticator);
    (key.algorithm == Algorithm::Sha1).then(|| HotpFactor { authenticator, secret: HotpSecret { key }, next })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Digits;

    /// Form 1. A change here is a new form.
    const KNOWN: [u8; 48] = *b"\x01\
        \x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\
        \x01\x08\x14\
        12345678901234567890\
        \x00\x00\x00\x00\x00\x00\x01\x02";

    #[test]
    fn the_form_is_pinned_byte_for_byte() {
        let secret = HotpSecret::from_bytes(b"12345678901234567890", Digits::Eight).unwrap();
        let factor = HotpFactor::new(AuthenticatorId::from_bytes([0x11; 16]), secret, 258);
        assert_eq!(factor.to_bytes()[..], KNOWN);
        assert_eq!(HotpFactor::from_bytes(&KNOWN).unwrap().to_bytes()[..], KNOWN);
    }

    #[test]
    fn no_beginning_and_no_continuation_of_a_record_is_one() {
        assert!((0..KNOWN.len()).all(|len| HotpFactor::from_bytes(&KNOWN[..len]).is_err()));
        assert!(HotpFactor::from_bytes(&[&KNOWN[..], &[0]].concat()).is_err());
        for (place, byte) in [(0, 2), (17, 2), (18, 7), (19, 15)] {
            let mut other = KNOWN;
            other[place] = byte;
            assert!(HotpFactor::from_bytes(&other).is_err(), "{place}");
        }
    }
}
