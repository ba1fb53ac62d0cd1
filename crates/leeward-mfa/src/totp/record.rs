//! The persisted form of a TOTP factor. All numbers are big-endian.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | form: 2 |
//! | 16 | authenticator |
//! | 1 | 1 HMAC-SHA-1, 2 HMAC-SHA-256, 3 HMAC-SHA-512 |
//! | 1 | digits: 6 or 8 |
//! | 1 | length of the secret, 16 to 64 |
//! | | secret |
//! | 1 | seconds of a step: 30 or 60 |
//! | 8 | the last step that was accepted, 0 for none |
//! | 1 | drift in steps when it was, signed |
//! | 1 | good codes in a row since the factor was locked |
//! | 8 | until when no code unlocks it, in milliseconds since 1970, signed |

use super::{Period, TotpFactor, TotpSecret, unlock::Unlock};
use crate::{MfaError, otp};
use leeward_event::AuthenticatorId;
use zeroize::Zeroizing;

const FORM: u8 = 2;
const MAX_LEN: usize = 1 + 16 + 3 + otp::OtpKey::MAX + 1 + 8 + 1 + 1 + 8;

impl TotpFactor {
    /// The bytes to store. They hold the secret: seal them.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_LEN));
        bytes.push(FORM);
        bytes.extend(self.authenticator.as_bytes());
        otp::encode(&self.secret.key, &mut bytes);
        bytes.push(self.secret.period.seconds());
        bytes.extend(self.last_step.to_be_bytes());
        bytes.extend(self.drift.to_be_bytes());
        bytes.push(self.unlock.good);
        bytes.extend(self.unlock.not_before.to_be_bytes());
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

fn decode(bytes: &[u8]) -> Option<TotpFactor> {
    let (authenticator, rest) = bytes.split_first_chunk()?;
    let (key, rest) = otp::decode(rest)?;
    let ([period], rest) = rest.split_first_chunk()?;
    let (last_step, rest) = rest.split_first_chunk()?;
    let ([drift, good], not_before) = rest.split_first_chunk()?;
    let not_before = i64::from_be_bytes(not_before.try_into().ok()?);
    Some(TotpFactor {
        authenticator: AuthenticatorId::from_bytes(*authenticator),
        secret: TotpSecret { key, period: Period::from_seconds(*period)? },
        last_step: u64::from_be_bytes(*last_step),
        drift: i8::from_be_bytes([*drift]),
        unlock: Unlock { good: *good, not_before },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Algorithm, Digits};

    /// Form 2. A change here is a new form.
    const KNOWN: [u8; 59] = *b"\x02\
        \x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\
        \x01\x06\x14\
        12345678901234567890\
        \x1e\
        \x00\x00\x00\x00\x03\x56\x9f\x3a\
        \xff\
        \x02\
        \x00\x00\x00\x00\x00\x00\x01\x02";

    #[test]
    fn the_form_is_pinned_byte_for_byte() {
        let secret = b"12345678901234567890";
        let secret = TotpSecret::from_bytes(secret, Algorithm::Sha1, Digits::Six, Period::HalfMinute);
        let factor = TotpFactor {
            last_step: 56_008_506,
            drift: -1,
            unlock: Unlock { good: 2, not_before: 258 },
            ..TotpFactor::new(AuthenticatorId::from_bytes([0x11; 16]), secret.unwrap())
        };
        assert_eq!(factor.to_bytes()[..], KNOWN);
        let read = TotpFactor::from_bytes(&KNOWN).unwrap();
        assert_eq!(read.to_bytes()[..], KNOWN);
        assert_eq!((read.last_step, read.drift, read.unlock.good), (56_008_506, -1, 2));
    }

    #[test]
    fn no_beginning_and_no_continuation_of_a_record_is_one() {
        for len in 0..KNOWN.len() {
            assert!(TotpFactor::from_bytes(&KNOWN[..len]).is_err());
        }
        assert!(TotpFactor::from_bytes(&[&KNOWN[..], &[0]].concat()).is_err());
        for (place, byte) in [(0, 1), (17, 4), (18, 7), (19, 15), (40, 31)] {
            let mut other = KNOWN;
            other[place] = byte;
            assert!(matches!(TotpFactor::from_bytes(&other), Err(MfaError::Record { .. })), "{place}");
        }
    }
}
