//! The persisted forms. All numbers are big-endian.
//!
//! A hash, form 1:
//!
//! | bytes | what |
//! |---|---|
//! | 1 | form: 1, Argon2id version 0x13 |
//! | 1 | normalisation: 1, NFC |
//! | 4 + 4 + 4 | memory in KiB, passes, lanes |
//! | 16 | salt |
//! | 32 | tag |
//!
//! A passphrase record, form 1:
//!
//! | bytes | what |
//! |---|---|
//! | 1 | form: 1 |
//! | 16 | authenticator |
//! | 8 | when it was set, in seconds since 1970-01-01T00:00Z |
//! | 62 | the hash |

use crate::{
    CredentialError, HashParams, HashedPassphrase, Normalisation,
    hashed::{SALT_LEN, Salt, TAG_LEN, Tag},
};
use jiff::Timestamp;
use leeward_event::AuthenticatorId;
use leeward_store::Value;
use zeroize::Zeroizing;

const FORM: u8 = 1;
const HASH_LEN: usize = 2 + 12 + SALT_LEN + TAG_LEN;
const RECORD_LEN: usize = 1 + 16 + 8 + HASH_LEN;

/// What is kept for one account.
pub(crate) struct PassphraseRecord {
    pub(crate) authenticator: AuthenticatorId,
    pub(crate) set_at: Timestamp,
    pub(crate) hashed: HashedPassphrase,
}

impl HashedPassphrase {
    /// The bytes to store.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(HASH_LEN));
        bytes.extend([FORM, self.normalisation.to_byte()]);
        let params = self.params;
        for number in [params.memory_kib(), params.passes(), params.lanes()] {
            bytes.extend(number.to_be_bytes());
        }
        bytes.extend(self.salt.0);
        bytes.extend(self.tag.0.iter());
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) made, and nothing else. No cost is incurred yet: that
    /// is bounded when the [`Governor`](crate::Governor) is asked.
    ///
    /// # Errors
    /// [`CredentialError::Record`]; [`CredentialError::CostlyParams`] and
    /// [`CredentialError::WeakParams`] for parameters over every maximum, or with which there is no
    /// Argon2id.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CredentialError> {
        let fields: &[u8; HASH_LEN] = exact(bytes)?;
        Self::decode(fields)?.ok_or(CredentialError::Record { what: "a normalisation that is not known" })
    }

    fn decode(fields: &[u8; HASH_LEN]) -> Result<Option<Self>, CredentialError> {
        let mut rest = Fields(fields);
        let [_form, normalisation] = rest.take();
        let [memory, passes, lanes] = [rest.take(), rest.take(), rest.take()].map(u32::from_be_bytes);
        let (salt, tag) = (Salt(rest.take()), Tag(Box::new(rest.take())));
        let Some(normalisation) = Normalisation::from_byte(normalisation) else { return Ok(None) };
        let params = HashParams::stored(memory, passes, lanes)?;
        Ok(Some(Self { normalisation, params, salt, tag }))
    }
}

impl PassphraseRecord {
    pub(crate) fn to_value(&self) -> Value {
        let mut bytes = Vec::with_capacity(RECORD_LEN);
        bytes.push(FORM);
        bytes.extend(self.authenticator.as_bytes());
        bytes.extend(self.set_at.as_second().to_be_bytes());
        bytes.extend(self.hashed.to_bytes().iter());
        Value::new(bytes)
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, CredentialError> {
        let fields: &[u8; RECORD_LEN] = exact(bytes)?;
        let mut rest = Fields(fields);
        let [_form] = rest.take();
        let authenticator = AuthenticatorId::from_bytes(rest.take());
        let set_at = Timestamp::from_second(i64::from_be_bytes(rest.take()))
            .map_err(|_| CredentialError::Record { what: "a time out of range" })?;
        Ok(Self { authenticator, set_at, hashed: HashedPassphrase::from_bytes(rest.0)? })
    }
}

/// The fields of a form that is known and has the right length.
fn exact<const N: usize>(bytes: &[u8]) -> Result<&[u8; N], CredentialError> {
    match bytes.first() {
        Some(&FORM) => {
            bytes.try_into().map_err(|_| CredentialError::Record { what: "a length of no known form" })
        }
        Some(_) => Err(CredentialError::Record { what: "a form that this release does not know: update it" }),
        None => Err(CredentialError::Record { what: "no content" }),
    }
}

/// Takes fields of known lengths off the front; what is missing reads as zeros, and nothing is,
/// because the whole has been measured.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        match self.0.split_first_chunk() {
            Some((field, rest)) => {
                self.0 = rest;
                *field
            }
            None => [0; N],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Form 1. A change here is a new form.
    const KNOWN: [u8; RECORD_LEN] = *b"\x01\
        \x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\
        \x00\x00\x00\x00\x6a\x00\x00\x01\
        \x01\x01\x00\x00\x4c\x00\x00\x00\x00\x02\x00\x00\x00\x01\
        \x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\
        \x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\
        \x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33";

    #[test]
    fn the_form_is_pinned_byte_for_byte() {
        let hashed = HashedPassphrase {
            normalisation: Normalisation::Nfc,
            params: HashParams::OWASP,
            salt: Salt([0x22; 16]),
            tag: Tag(Box::new([0x33; 32])),
        };
        let set_at = Timestamp::from_second(0x6a00_0001).unwrap();
        let record =
            PassphraseRecord { authenticator: AuthenticatorId::from_bytes([0x11; 16]), set_at, hashed };
        assert_eq!(record.to_value().as_bytes(), KNOWN);

        let read = PassphraseRecord::from_bytes(&KNOWN).unwrap();
        assert_eq!(read.to_value().as_bytes(), KNOWN);
        assert_eq!((read.authenticator, read.set_at), (record.authenticator, set_at));
    }

    #[test]
    fn no_beginning_and_no_continuation_of_a_record_is_one() {
        for len in 0..RECORD_LEN {
            assert!(PassphraseRecord::from_bytes(&KNOWN[..len]).is_err());
        }
        assert!(PassphraseRecord::from_bytes(&[&KNOWN[..], &[0]].concat()).is_err());
        let mut later = KNOWN;
        later[0] = 2;
        assert!(matches!(PassphraseRecord::from_bytes(&later), Err(CredentialError::Record { .. })));
        let mut never = KNOWN;
        never[17] = 0x7f;
        assert!(matches!(PassphraseRecord::from_bytes(&never), Err(CredentialError::Record { .. })));
    }
}
