use super::{BcryptInput, Digest, Scheme};
use crate::{CredentialError, Peppers, arena::Arena};
use argon2::Argon2;
use ring::{digest, pbkdf2};
use std::num::NonZeroU32;
use zeroize::Zeroizing;

type Tag = Zeroizing<Vec<u8>>;

impl Scheme {
    /// Hashes as the other service did.
    pub(crate) fn compute(
        &self,
        passphrase: &str,
        peppers: &Peppers,
        arena: &mut Arena,
    ) -> Result<Tag, CredentialError> {
        match self {
            Self::Bcrypt { input, cost, salt } => bcrypt(*input, *cost, salt, passphrase, peppers),
            Self::Pbkdf2 { digest, iterations, length, salt } => {
                pbkdf2(*digest, *iterations, *length, salt, passphrase)
            }
            Self::Scrypt { log_n, r, p, length, salt } => {
                let params = scrypt::Params::new(*log_n, (*r).into(), (*p).into());
                let params = params.map_err(|_| CredentialError::NotComputed)?;
                arena.lend(self.memory_kib(), || {
                    let mut tag = room(*length);
                    let hashed = scrypt::scrypt(passphrase.as_bytes(), salt, &params, &mut tag);
                    hashed.map(|()| tag).map_err(|_| CredentialError::NotComputed)
                })?
            }
            Self::Argon2 { algorithm, version, params, length, salt } => {
                let mut tag = room(*length);
                let argon2 = Argon2::new(*algorithm, *version, params.to_argon2((*length).into())?);
                arena.argon2(&argon2, *params, [passphrase.as_bytes(), salt], &mut tag)?;
                Ok(tag)
            }
        }
    }
}

fn bcrypt(
    input: BcryptInput,
    cost: u8,
    salt: &[u8; 16],
    passphrase: &str,
    peppers: &Peppers,
) -> Result<Tag, CredentialError> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(passphrase.len().saturating_add(1024)));
    match input {
        BcryptInput::Plain => bytes.extend(passphrase.as_bytes()),
        BcryptInput::Sha256 => bytes.extend(hexadecimal(passphrase.as_bytes()).iter()),
        BcryptInput::DevisePepper => {
            bytes.extend(passphrase.as_bytes());
            bytes.extend(peppers.devise()?.as_bytes());
        }
    }
    // As a C string, of which 72 bytes count.
    bytes.push(0);
    bytes.truncate(72);
    let tag = Zeroizing::new(bcrypt::bcrypt(cost.into(), *salt, &bytes));
    Ok(Zeroizing::new(tag.iter().take(23).copied().collect()))
}

fn pbkdf2(
    digest: Digest,
    iterations: u32,
    length: u8,
    salt: &[u8],
    passphrase: &str,
) -> Result<Tag, CredentialError> {
    let algorithm = match digest {
        Digest::Sha1 => pbkdf2::PBKDF2_HMAC_SHA1,
        Digest::Sha256 => pbkdf2::PBKDF2_HMAC_SHA256,
    };
    let iterations = NonZeroU32::new(iterations).ok_or(CredentialError::NotComputed)?;
    let mut tag = room(length);
    pbkdf2::derive(algorithm, iterations, salt, passphrase.as_bytes(), &mut tag);
    Ok(tag)
}

fn room(length: u8) -> Tag {
    Zeroizing::new(vec![0; length.into()])
}

fn hexadecimal(bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    let digest = digest::digest(&digest::SHA256, bytes);
    let digits = digest.as_ref().iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let symbol =
        |nibble| if nibble < 10 { b'0'.saturating_add(nibble) } else { b'a'.saturating_add(nibble - 10) };
    let mut text = Zeroizing::new(Vec::with_capacity(64));
    text.extend(digits.map(symbol));
    text
}
