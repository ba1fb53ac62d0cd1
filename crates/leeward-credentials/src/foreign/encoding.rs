//! How another service hashed, as it stands in a record: a byte for the kind, then its fields.

use super::{BcryptInput, Digest, Scheme};
use crate::{CredentialError, HashParams, record::Fields};
use argon2::{Algorithm, Version};

const KINDS: [(u8, Kind); 12] = [
    (1, Kind::Bcrypt(BcryptInput::Plain)),
    (2, Kind::Bcrypt(BcryptInput::Sha256)),
    (3, Kind::Bcrypt(BcryptInput::DevisePepper)),
    (4, Kind::Pbkdf2(Digest::Sha1)),
    (5, Kind::Pbkdf2(Digest::Sha256)),
    (6, Kind::Scrypt),
    (7, Kind::Argon2(Algorithm::Argon2d, Version::V0x10)),
    (8, Kind::Argon2(Algorithm::Argon2i, Version::V0x10)),
    (9, Kind::Argon2(Algorithm::Argon2id, Version::V0x10)),
    (10, Kind::Argon2(Algorithm::Argon2d, Version::V0x13)),
    (11, Kind::Argon2(Algorithm::Argon2i, Version::V0x13)),
    (12, Kind::Argon2(Algorithm::Argon2id, Version::V0x13)),
];

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Bcrypt(BcryptInput),
    Pbkdf2(Digest),
    Scrypt,
    Argon2(Algorithm, Version),
}

impl Scheme {
    pub(crate) fn encode(&self, bytes: &mut Vec<u8>) {
        let kind = self.kind();
        bytes.extend(KINDS.iter().filter(|(_, known)| *known == kind).map(|(byte, _)| byte));
        match self {
            Self::Bcrypt { cost, salt, .. } => {
                bytes.push(*cost);
                bytes.extend(salt);
            }
            Self::Pbkdf2 { iterations, length, salt, .. } => {
                bytes.extend(iterations.to_be_bytes());
                put_salt(bytes, *length, salt);
            }
            Self::Scrypt { log_n, r, p, length, salt } => {
                bytes.extend([log_n, r, p]);
                put_salt(bytes, *length, salt);
            }
            Self::Argon2 { params, length, salt, .. } => {
                params.encode(bytes);
                put_salt(bytes, *length, salt);
            }
        }
    }

    pub(crate) fn decode(fields: &mut Fields<'_>) -> Result<Self, CredentialError> {
        let [byte] = fields.take()?;
        let kind = KINDS.iter().find(|(known, _)| *known == byte).map(|(_, kind)| *kind);
        let scheme = match kind.ok_or(CredentialError::Record { what: "a scheme that is not known" })? {
            Kind::Bcrypt(input) => {
                let [cost] = fields.take()?;
                Self::Bcrypt { input, cost, salt: fields.take()? }
            }
            Kind::Pbkdf2(digest) => {
                let iterations = u32::from_be_bytes(fields.take()?);
                let (length, salt) = salt(fields)?;
                Self::Pbkdf2 { digest, iterations, length, salt }
            }
            Kind::Scrypt => {
                let [log_n, r, p] = fields.take()?;
                let (length, salt) = salt(fields)?;
                Self::Scrypt { log_n, r, p, length, salt }
            }
            Kind::Argon2(algorithm, version) => {
                let params = HashParams::decode(fields)?;
                let (length, salt) = salt(fields)?;
                Self::Argon2 { algorithm, version, params, length, salt }
            }
        };
        scheme.bounded()
    }

    const fn kind(&self) -> Kind {
        match self {
            Self::Bcrypt { input, .. } => Kind::Bcrypt(*input),
            Self::Pbkdf2 { digest, .. } => Kind::Pbkdf2(*digest),
            Self::Scrypt { .. } => Kind::Scrypt,
            Self::Argon2 { algorithm, version, .. } => Kind::Argon2(*algorithm, *version),
        }
    }
}

/// A salt has 64 bytes at the most: see [`Scheme::bounded`].
fn put_salt(bytes: &mut Vec<u8>, length: u8, salt: &[u8]) {
    bytes.extend([length, u8::try_from(salt.len()).unwrap_or(u8::MAX)]);
    bytes.extend(salt);
}

fn salt(fields: &mut Fields<'_>) -> Result<(u8, Box<[u8]>), CredentialError> {
    let [length, salt_len] = fields.take()?;
    Ok((length, fields.take_some(salt_len.into())?.into()))
}
