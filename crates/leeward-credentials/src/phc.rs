//! PHC strings of Argon2:
//! `$argon2id$v=19$m=19456,t=2,p=1,keyid=AAAAAQ$salt$hash`.

use crate::{
    CredentialError, HashParams, HashedPassphrase, Normalisation, PepperId,
    hashed::{Recipe, Tag},
};
use argon2::{Algorithm, Version};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use std::num::NonZeroU32;
use zeroize::Zeroizing;

/// Longer than any that is accepted.
const MAX_LEN: usize = 512;
const MAX_FIELD: usize = 64;

/// What any PHC string of Argon2 says. Its costs are not bounded yet.
pub(crate) struct Argon2Hash {
    pub(crate) algorithm: Algorithm,
    pub(crate) version: Version,
    /// Memory in KiB, passes, lanes.
    pub(crate) costs: [u32; 3],
    pub(crate) pepper: Option<PepperId>,
    pub(crate) salt: Vec<u8>,
    pub(crate) tag: Zeroizing<Vec<u8>>,
}

impl HashedPassphrase {
    /// The hash as a PHC string, for other programs. The pepper's id stands as `keyid`, in 4 bytes.
    ///
    /// It does not say that the passphrase is normalised to NFC, which other programs may not do. `None`
    /// for an imported hash whose owner has not signed in, since no PHC string says how it is made.
    #[must_use]
    pub fn to_phc(&self) -> Option<Zeroizing<String>> {
        if self.recipe.inner.is_some() || self.recipe.normalisation != Normalisation::Nfc {
            return None;
        }
        let params = self.recipe.params;
        let (m, t, p) = (params.memory_kib(), params.passes(), params.lanes());
        let mut keyid = String::new();
        if let Some(id) = self.recipe.pepper {
            keyid = format!(",keyid={}", STANDARD_NO_PAD.encode(id.get().to_be_bytes()));
        }
        let salt = STANDARD_NO_PAD.encode(self.recipe.salt);
        let tag = Zeroizing::new(STANDARD_NO_PAD.encode(self.tag.0.as_slice()));
        Some(Zeroizing::new(format!("$argon2id$v=19$m={m},t={t},p={p}{keyid}${salt}${}", *tag)))
    }

    /// Reads what [`to_phc`](Self::to_phc) made: Argon2id version 19 with a salt of 16 bytes and a hash of
    /// 32, of a passphrase in NFC. What other services made is a [`ForeignHash`](crate::ForeignHash).
    ///
    /// # Errors
    /// [`CredentialError::Import`]; [`CredentialError::CostlyParams`] and [`CredentialError::WeakParams`]
    /// for parameters over every maximum, or with which there is no Argon2id.
    pub fn from_phc(text: &str) -> Result<Self, CredentialError> {
        let parsed = Argon2Hash::parse(text)?;
        let salt = parsed.salt.as_slice().try_into();
        let tag = parsed.tag.as_slice().try_into();
        let (Algorithm::Argon2id, Version::V0x13, Ok(salt), Ok(tag)) =
            (parsed.algorithm, parsed.version, salt, tag)
        else {
            return malformed("another kind, version, salt or length than hashes of this service");
        };
        let [memory_kib, passes, lanes] = parsed.costs;
        let recipe = Recipe {
            normalisation: Normalisation::Nfc,
            params: HashParams::stored(memory_kib, passes, lanes)?,
            pepper: parsed.pepper,
            salt,
            inner: None,
        };
        Ok(Self { recipe, tag: Tag(Box::new(tag)) })
    }
}

impl Argon2Hash {
    pub(crate) fn parse(text: &str) -> Result<Self, CredentialError> {
        if text.len() > MAX_LEN {
            return malformed("more than 512 bytes");
        }
        let mut fields = text.split('$').peekable();
        let (Some(""), Some(kind)) = (fields.next(), fields.next()) else { return malformed("no PHC form") };
        let algorithm = algorithm(kind)?;
        // Without a version it is the first.
        let stated = fields.next_if(|field| field.starts_with("v="));
        let version = stated.map_or(Ok(Version::V0x10), version)?;
        let [Some(params), Some(salt), Some(tag), None] = [(); 4].map(|()| fields.next()) else {
            return malformed("another number of fields than Argon2 has");
        };
        let (costs, pepper) = costs(params)?;
        let (salt, tag) = (bytes(salt)?.to_vec(), bytes(tag)?);
        Ok(Self { algorithm, version, costs, pepper, salt, tag })
    }
}

fn algorithm(kind: &str) -> Result<Algorithm, CredentialError> {
    match kind {
        "argon2id" => Ok(Algorithm::Argon2id),
        "argon2i" => Ok(Algorithm::Argon2i),
        "argon2d" => Ok(Algorithm::Argon2d),
        _ => malformed("a kind of Argon2 that is not known"),
    }
}

fn version(stated: &str) -> Result<Version, CredentialError> {
    match stated {
        "v=16" => Ok(Version::V0x10),
        "v=19" => Ok(Version::V0x13),
        _ => malformed("a version of Argon2 that is not known"),
    }
}

/// `m=..,t=..,p=..` and perhaps `,keyid=..`, in this order.
fn costs(params: &str) -> Result<([u32; 3], Option<PepperId>), CredentialError> {
    let mut params = params.split(',');
    let mut value = |name: &str| params.next().and_then(|param| param.strip_prefix(name));
    let [Some(m), Some(t), Some(p)] = ["m=", "t=", "p="].map(&mut value) else {
        return malformed("parameters other than m, t and p");
    };
    let costs = [number(m)?, number(t)?, number(p)?];
    let pepper = params.next().map(key_id).transpose()?;
    if params.next().is_some() {
        return malformed("parameters that are not known");
    }
    Ok((costs, pepper))
}

fn key_id(param: &str) -> Result<PepperId, CredentialError> {
    let Some(coded) = param.strip_prefix("keyid=") else { return malformed("a parameter that is not known") };
    let number = <[u8; 4]>::try_from(bytes(coded)?.as_slice()).map(u32::from_be_bytes);
    match NonZeroU32::new(number.unwrap_or(0)) {
        Some(number) => Ok(PepperId::new(number)),
        None => malformed("a key id that is none of a pepper"),
    }
}

/// What is too large for the type is too costly.
fn number(text: &str) -> Result<u32, CredentialError> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if text.is_empty() || !digits || text.len() > 20 || (text.len() > 1 && text.starts_with('0')) {
        return malformed("a number that is none");
    }
    text.parse().map_err(|_| CredentialError::CostlyParams)
}

fn bytes(coded: &str) -> Result<Zeroizing<Vec<u8>>, CredentialError> {
    let bytes = STANDARD_NO_PAD.decode(coded).map(Zeroizing::new);
    let bytes = bytes.map_err(|_| CredentialError::Import { what: "a field that is not in base64" })?;
    if bytes.len() > MAX_FIELD { malformed("a salt or hash over 64 bytes") } else { Ok(bytes) }
}

fn malformed<T>(what: &'static str) -> Result<T, CredentialError> {
    Err(CredentialError::Import { what })
}
