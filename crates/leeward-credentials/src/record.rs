//! The persisted forms. All numbers are big-endian.
//!
//! A hash, form 2:
//!
//! | bytes | what |
//! |---|---|
//! | 1 | form: 2, Argon2id version 0x13 |
//! | 1 | normalisation: 1, NFC; 2, as typed |
//! | 4 + 4 + 4 | memory in KiB, passes, lanes |
//! | 4 | the pepper's id, or 0 for none |
//! | 16 | salt |
//! | 32 | tag |
//! | the rest | nothing; or the scheme of another service, whose hash is what is hashed |
//!
//! Form 1 has neither pepper nor rest, and is still read.
//!
//! A passphrase record, form 2 (form 1 has a hash of form 1):
//!
//! | bytes | what |
//! |---|---|
//! | 1 | form: 2 |
//! | 16 | authenticator |
//! | 8 | when it was set, in seconds since 1970-01-01T00:00Z |
//! | the rest | the hash |

use crate::{
    CredentialError, HashParams, HashedPassphrase, Normalisation, PepperId,
    foreign::Scheme,
    hashed::{Recipe, Tag},
};
use jiff::Timestamp;
use leeward_event::AuthenticatorId;
use leeward_store::Value;
use std::num::NonZeroU32;
use zeroize::Zeroizing;

const FIRST: u8 = 1;
const FORM: u8 = 2;

/// What is kept for one account.
pub(crate) struct PassphraseRecord {
    pub(crate) authenticator: AuthenticatorId,
    pub(crate) set_at: Timestamp,
    pub(crate) hashed: HashedPassphrase,
}

impl HashedPassphrase {
    /// The longest form, in bytes.
    pub const MAX_BYTES: usize = 160;

    /// The bytes to store.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let Recipe { normalisation, params, pepper, salt, inner } = &self.recipe;
        let mut bytes = Zeroizing::new(Vec::with_capacity(Self::MAX_BYTES));
        bytes.extend([FORM, normalisation.to_byte()]);
        params.encode(&mut bytes);
        bytes.extend(pepper.map_or(0, PepperId::get).to_be_bytes());
        bytes.extend(salt);
        bytes.extend(self.tag.0.iter());
        if let Some(scheme) = inner {
            scheme.encode(&mut bytes);
        }
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) made, now or in an earlier release, and nothing else. No
    /// cost is incurred yet: that is bounded when the [`Governor`](crate::Governor) is asked.
    ///
    /// # Errors
    /// [`CredentialError::Record`]; [`CredentialError::CostlyParams`] and
    /// [`CredentialError::WeakParams`] for parameters over every maximum, or with which there is no
    /// Argon2id.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CredentialError> {
        let (form, mut fields) = Fields::of(bytes)?;
        let [normalisation] = fields.take()?;
        let normalisation = Normalisation::from_byte(normalisation)
            .ok_or(CredentialError::Record { what: "a normalisation that is not known" })?;
        let params = HashParams::decode(&mut fields)?;
        let pepper = if form == FIRST { 0 } else { u32::from_be_bytes(fields.take()?) };
        let pepper = NonZeroU32::new(pepper).map(PepperId::new);
        let (salt, tag) = (fields.take()?, Tag(Box::new(fields.take()?)));
        let inner =
            if form == FIRST || fields.is_empty() { None } else { Some(Scheme::decode(&mut fields)?) };
        fields.end()?;
        Ok(Self { recipe: Recipe { normalisation, params, pepper, salt, inner }, tag })
    }
}

impl HashParams {
    pub(crate) fn encode(self, bytes: &mut Vec<u8>) {
        bytes.extend([self.memory_kib(), self.passes(), self.lanes()].map(u32::to_be_bytes).as_flattened());
    }

    pub(crate) fn decode(fields: &mut Fields<'_>) -> Result<Self, CredentialError> {
        let [memory_kib, passes, lanes] = [fields.take()?, fields.take()?, fields.take()?];
        let number = u32::from_be_bytes;
        Self::stored(number(memory_kib), number(passes), number(lanes))
    }
}

impl PassphraseRecord {
    pub(crate) fn to_value(&self) -> Value {
        let hashed = self.hashed.to_bytes();
        let mut bytes = Vec::with_capacity(hashed.len().saturating_add(25));
        bytes.push(FORM);
        bytes.extend(self.authenticator.as_bytes());
        bytes.extend(self.set_at.as_second().to_be_bytes());
        bytes.extend(hashed.iter());
        Value::new(bytes)
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, CredentialError> {
        let (form, mut fields) = Fields::of(bytes)?;
        let authenticator = AuthenticatorId::from_bytes(fields.take()?);
        let set_at = Timestamp::from_second(i64::from_be_bytes(fields.take()?))
            .map_err(|_| CredentialError::Record { what: "a time out of range" })?;
        let hashed = fields.rest();
        if hashed.first() != Some(&form) {
            return Err(CredentialError::Record { what: "a hash of another form" });
        }
        Ok(Self { authenticator, set_at, hashed: HashedPassphrase::from_bytes(hashed)? })
    }
}

/// Takes fields off the front.
pub(crate) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    /// The form, if it is known, and what follows it.
    fn of(bytes: &'a [u8]) -> Result<(u8, Self), CredentialError> {
        match bytes.split_first() {
            Some((form @ (&FIRST | &FORM), rest)) => Ok((*form, Self(rest))),
            Some(_) => {
                Err(CredentialError::Record { what: "a form that this release does not know: update it" })
            }
            None => Err(CredentialError::Record { what: "no content" }),
        }
    }

    pub(crate) fn take<const N: usize>(&mut self) -> Result<[u8; N], CredentialError> {
        let (field, rest) = self.0.split_first_chunk().ok_or(SHORT)?;
        self.0 = rest;
        Ok(*field)
    }

    pub(crate) fn take_some(&mut self, len: usize) -> Result<&'a [u8], CredentialError> {
        let (field, rest) = self.0.split_at_checked(len).ok_or(SHORT)?;
        self.0 = rest;
        Ok(field)
    }

    const fn rest(self) -> &'a [u8] {
        self.0
    }

    const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    const fn end(&self) -> Result<(), CredentialError> {
        if self.is_empty() { Ok(()) } else { Err(CredentialError::Record { what: "bytes after its end" }) }
    }
}

const SHORT: CredentialError = CredentialError::Record { what: "a length of no known form" };

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ForeignHash;

    const HEAD: [u8; 24] = *b"\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\
        \x00\x00\x00\x00\x6a\x00\x00\x01";
    const COSTS: [u8; 13] = *b"\x01\x00\x00\x4c\x00\x00\x00\x00\x02\x00\x00\x00\x01";
    const TAIL: [u8; 48] = *b"\
        \x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\
        \x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\
        \x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33";

    fn known(pepper: Option<u32>, inner: &[u8]) -> Vec<u8> {
        let pepper = pepper.unwrap_or(0).to_be_bytes();
        [&[2][..], &HEAD, &[2], &COSTS, &pepper, &TAIL, inner].concat()
    }

    fn record(pepper: Option<u32>, inner: Option<Scheme>) -> PassphraseRecord {
        let pepper = pepper.and_then(NonZeroU32::new).map(PepperId::new);
        let recipe = Recipe {
            normalisation: Normalisation::Nfc,
            params: HashParams::OWASP,
            pepper,
            salt: [0x22; 16],
            inner,
        };
        let hashed = HashedPassphrase { recipe, tag: Tag(Box::new([0x33; 32])) };
        let set_at = Timestamp::from_second(0x6a00_0001).unwrap();
        PassphraseRecord { authenticator: AuthenticatorId::from_bytes([0x11; 16]), set_at, hashed }
    }

    fn scheme(text: &str) -> Option<Scheme> {
        Some(ForeignHash::parse(text).unwrap().scheme)
    }

    /// Form 2. A change here is a new form.
    #[test]
    fn the_form_is_pinned_byte_for_byte() {
        let tag = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        let salt = [&[32, 9][..], b"saltysalt"].concat();
        let forms = [
            (None, None, vec![]),
            (Some(7), None, vec![]),
            (
                None,
                scheme("$2a$04$......................dWYULlqsJpiZYWw4HYhwHeMRsQ8bdWW"),
                [&[1, 4][..], &[0; 16]].concat(),
            ),
            (
                Some(7),
                scheme(&format!("pbkdf2_sha256$1000$saltysalt${tag}")),
                [&[5, 0, 0, 3, 0xe8][..], &salt].concat(),
            ),
            (None, scheme(&format!("scrypt$1024$saltysalt$8$2${tag}")), [&[6, 10, 8, 2][..], &salt].concat()),
            (
                None,
                scheme(&format!("$argon2id$v=19$m=256,t=1,p=2$c2FsdHlzYWx0${}", tag.trim_end_matches('='))),
                [&[12, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 2][..], &salt].concat(),
            ),
        ];
        for (pepper, inner, bytes) in forms {
            let (record, known) = (record(pepper, inner), known(pepper, &bytes));
            assert_eq!(record.to_value().as_bytes(), known);
            let read = PassphraseRecord::from_bytes(&known).unwrap();
            assert_eq!(read.to_value().as_bytes(), known);
            assert_eq!((read.authenticator, read.set_at), (record.authenticator, record.set_at));
        }
    }

    #[test]
    fn the_first_form_is_still_read() {
        let first = [&[1][..], &HEAD, &[1], &COSTS, &TAIL].concat();
        let read = PassphraseRecord::from_bytes(&first).unwrap();
        assert_eq!(read.to_value().as_bytes(), known(None, &[]));
        for len in 0..first.len() {
            assert!(PassphraseRecord::from_bytes(&first[..len]).is_err());
        }
        assert!(PassphraseRecord::from_bytes(&[&first[..], &[0]].concat()).is_err());
        let mixed = [&[1][..], &HEAD, &[2], &COSTS, &[0; 4], &TAIL].concat();
        assert!(PassphraseRecord::from_bytes(&mixed).is_err());
    }

    #[test]
    fn no_beginning_and_no_continuation_of_a_record_is_one() {
        for inner in [vec![], [&[1, 4][..], &[0; 16]].concat()] {
            let known = known(Some(7), &inner);
            for len in (0..known.len()).filter(|len| len + inner.len() != known.len()) {
                assert!(PassphraseRecord::from_bytes(&known[..len]).is_err(), "{len}");
            }
            assert!(PassphraseRecord::from_bytes(&[&known[..], &[0]].concat()).is_err());
        }
        let mut later = known(None, &[]);
        later[0] = 3;
        assert!(matches!(PassphraseRecord::from_bytes(&later), Err(CredentialError::Record { .. })));
        let mut never = known(None, &[]);
        never[17] = 0x7f;
        assert!(matches!(PassphraseRecord::from_bytes(&never), Err(CredentialError::Record { .. })));
    }

    #[test]
    fn a_stored_scheme_over_the_maxima_is_refused() {
        let costly = [
            [&[1, 16][..], &[0; 16]].concat(),
            [&[3, 31][..], &[0; 16]].concat(),
            [&[4, 0x80, 0, 0, 0, 32, 1, 1][..]].concat(),
            [&[6, 255, 8, 1, 32, 1, 1][..]].concat(),
            [&[6, 20, 255, 255, 32, 1, 1][..]].concat(),
            [&[12, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1, 0, 0, 0, 1, 32, 1, 1][..]].concat(),
        ];
        for inner in costly {
            let refused = PassphraseRecord::from_bytes(&known(None, &inner));
            assert!(matches!(refused, Err(CredentialError::CostlyParams)), "{inner:?}");
        }
    }
}
