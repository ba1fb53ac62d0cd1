//! The persisted form of a TOTP factor. All numbers are big-endian.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | form: 1, which means HMAC-SHA-1, six digits, 30 seconds |
//! | 16 | authenticator |
//! | 20 | secret |
//! | 8 | the last step that was accepted, 0 for none |
//! | 4 | codes in a row that were not accepted |

use crate::{MfaError, TotpFactor, TotpSecret};
use leeward_event::AuthenticatorId;
use zeroize::Zeroizing;

const FORM: u8 = 1;
const LEN: usize = 1 + 16 + TotpSecret::LEN + 8 + 4;

impl TotpFactor {
    /// The bytes to store. They hold the secret: seal them.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(LEN));
        bytes.push(FORM);
        bytes.extend(self.authenticator.as_bytes());
        bytes.extend(self.secret.expose_bytes());
        bytes.extend(self.last_step.to_be_bytes());
        bytes.extend(self.failures.to_be_bytes());
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) made, and nothing else.
    ///
    /// # Errors
    /// [`MfaError::Record`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, MfaError> {
        match bytes.first() {
            Some(&FORM) => decode(bytes).ok_or(MfaError::Record { what: "a length of no known form" }),
            Some(_) => Err(MfaError::Record { what: "a form that this release does not know: update it" }),
            None => Err(MfaError::Record { what: "no content" }),
        }
    }
}

fn decode(bytes: &[u8]) -> Option<TotpFactor> {
    let fields: &[u8; LEN] = bytes.try_into().ok()?;
    let (_form, rest) = fields.split_first_chunk::<1>()?;
    let (authenticator, rest) = rest.split_first_chunk()?;
    let (secret, rest) = rest.split_first_chunk()?;
    let (last_step, rest) = rest.split_first_chunk()?;
    let (failures, _end) = rest.split_first_chunk()?;
    Some(TotpFactor {
        authenticator: AuthenticatorId::from_bytes(*authenticator),
        secret: TotpSecret::from_bytes(secret),
        last_step: u64::from_be_bytes(*last_step),
        failures: u32::from_be_bytes(*failures),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Form 1. A change here is a new form.
    const KNOWN: [u8; LEN] = *b"\x01\
        \x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\
        12345678901234567890\
        \x00\x00\x00\x00\x03\x56\x9f\x3a\
        \x00\x00\x00\x05";

    #[test]
    fn the_form_is_pinned_byte_for_byte() {
        let factor = TotpFactor {
            authenticator: AuthenticatorId::from_bytes([0x11; 16]),
            secret: TotpSecret::from_bytes(b"12345678901234567890"),
            last_step: 56_008_506,
            failures: 5,
        };
        assert_eq!(factor.to_bytes()[..], KNOWN);
        let read = TotpFactor::from_bytes(&KNOWN).unwrap();
        assert_eq!(read.to_bytes()[..], KNOWN);
        assert_eq!((read.last_step, read.failures), (56_008_506, 5));
    }

    #[test]
    fn no_beginning_and_no_continuation_of_a_record_is_one() {
        for len in 0..LEN {
            assert!(TotpFactor::from_bytes(&KNOWN[..len]).is_err());
        }
        assert!(TotpFactor::from_bytes(&[&KNOWN[..], &[0]].concat()).is_err());
        let mut later = KNOWN;
        later[0] = 2;
        assert!(matches!(TotpFactor::from_bytes(&later), Err(MfaError::Record { .. })));
    }
}
