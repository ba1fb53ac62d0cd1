use super::{BcryptInput, Digest, ForeignHash, Scheme};
use crate::{CredentialError, HashParams, phc};
use base64::{Engine, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

/// bcrypt's `$2a$10$`, 22 characters of salt and 31 of hash.
const BCRYPT_LEN: usize = 60;

pub(super) fn any(text: &str) -> Result<ForeignHash, CredentialError> {
    if text.len() > ForeignHash::MAX_LEN {
        return malformed("more than 512 bytes");
    }
    match text.split_once('$') {
        Some(("", rest)) if rest.starts_with("argon2") => argon2(text),
        Some(("", _)) => bcrypt(text, BcryptInput::Plain),
        Some(("bcrypt", rest)) => bcrypt(rest, BcryptInput::Plain),
        Some(("bcrypt_sha256", rest)) => bcrypt(rest, BcryptInput::Sha256),
        Some(("argon2", _)) => argon2(text.trim_start_matches("argon2")),
        Some(("pbkdf2_sha256", rest)) => pbkdf2(rest, Digest::Sha256),
        Some(("pbkdf2_sha1", rest)) => pbkdf2(rest, Digest::Sha1),
        Some(("scrypt", rest)) => scrypt(rest),
        _ => malformed("a scheme that is not known"),
    }
}

/// `$2b$12$` and 53 characters.
pub(super) fn bcrypt(text: &str, input: BcryptInput) -> Result<ForeignHash, CredentialError> {
    let Some(("", rest)) = text.split_once('$') else { return malformed("no bcrypt version") };
    let Some((version, rest)) = rest.split_once('$') else { return malformed("no bcrypt cost") };
    if text.len() != BCRYPT_LEN || !["2a", "2b", "2y"].contains(&version) {
        return malformed("a length or version that bcrypt does not have");
    }
    let Some((cost, coded)) = rest.split_once('$') else { return malformed("no bcrypt salt") };
    let cost = u8::try_from(number(cost)?).unwrap_or(u8::MAX);
    let Some((salt, tag)) = coded.split_at_checked(22) else { return malformed("no bcrypt hash") };
    let (salt, tag) = (bcrypt_bytes(salt)?, bcrypt_bytes(tag)?);
    let Ok(salt) = <[u8; 16]>::try_from(salt.as_slice()) else { return malformed("a short bcrypt salt") };
    Ok(ForeignHash { scheme: Scheme::Bcrypt { input, cost, salt }.bounded()?, tag })
}

/// `iterations$salt$base64`
fn pbkdf2(rest: &str, digest: Digest) -> Result<ForeignHash, CredentialError> {
    let [iterations, salt, tag] = fields(rest)?;
    let iterations = number(iterations)?;
    let (salt, tag, length) = salt_and_tag(salt, tag)?;
    Ok(ForeignHash { scheme: Scheme::Pbkdf2 { digest, iterations, length, salt }.bounded()?, tag })
}

/// `N$salt$r$p$base64`
fn scrypt(rest: &str) -> Result<ForeignHash, CredentialError> {
    let [n, salt, r, p, tag] = fields(rest)?;
    let [n, r, p] = [number(n)?, number(r)?, number(p)?];
    if !n.is_power_of_two() {
        return malformed("an N that scrypt does not have");
    }
    let log_n = u8::try_from(n.trailing_zeros()).unwrap_or(u8::MAX);
    let (Ok(r), Ok(p)) = (u8::try_from(r), u8::try_from(p)) else {
        return Err(CredentialError::CostlyParams);
    };
    let (salt, tag, length) = salt_and_tag(salt, tag)?;
    Ok(ForeignHash { scheme: Scheme::Scrypt { log_n, r, p, length, salt }.bounded()?, tag })
}

fn argon2(text: &str) -> Result<ForeignHash, CredentialError> {
    let parsed = phc::Argon2Hash::parse(text)?;
    if parsed.pepper.is_some() {
        return malformed("a key id: a hash of this service is no foreign one");
    }
    let [memory_kib, passes, lanes] = parsed.costs;
    let params = HashParams::stored(memory_kib, passes, lanes)?;
    let length = u8::try_from(parsed.tag.len()).unwrap_or(u8::MAX);
    let (algorithm, version, salt) = (parsed.algorithm, parsed.version, parsed.salt.into_boxed_slice());
    let scheme = Scheme::Argon2 { algorithm, version, params, length, salt };
    Ok(ForeignHash { scheme: scheme.bounded()?, tag: parsed.tag })
}

type SaltAndTag = (Box<[u8]>, Zeroizing<Vec<u8>>, u8);

/// Django's salts are text, and their bytes are used as they stand.
fn salt_and_tag(salt: &str, tag: &str) -> Result<SaltAndTag, CredentialError> {
    let tag = STANDARD.decode(tag).map(Zeroizing::new);
    let tag = tag.map_err(|_| CredentialError::Import { what: "a hash that is not in base64" })?;
    let length = u8::try_from(tag.len()).unwrap_or(u8::MAX);
    Ok((salt.as_bytes().into(), tag, length))
}

fn fields<const N: usize>(rest: &str) -> Result<[&str; N], CredentialError> {
    let mut fields = rest.split('$');
    let taken = [(); N].map(|()| fields.next());
    if fields.next().is_some() || taken.contains(&None) {
        return malformed("another number of fields than its scheme has");
    }
    Ok(taken.map(Option::unwrap_or_default))
}

/// Digits alone: no sign and no space. What is too large for the type is too costly.
pub(crate) fn number(text: &str) -> Result<u32, CredentialError> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if text.is_empty() || !digits || text.len() > 20 {
        return malformed("a number that is none");
    }
    text.parse().map_err(|_| CredentialError::CostlyParams)
}

fn bcrypt_bytes(text: &str) -> Result<Zeroizing<Vec<u8>>, CredentialError> {
    let bytes = bcrypt::BASE_64.decode(text).map(Zeroizing::new);
    bytes.map_err(|_| CredentialError::Import { what: "characters that bcrypt does not use" })
}

pub(super) fn malformed<T>(what: &'static str) -> Result<T, CredentialError> {
    Err(CredentialError::Import { what })
}
