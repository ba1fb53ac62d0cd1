use super::{Context, FrankingTag, Stamp, tag::mac};
use crate::{Error, Refusal, bytes::Reader};
use jiff::Timestamp;
use ring::{
    hmac,
    rand::SecureRandom,
    signature::{Ed25519KeyPair, KeyPair as _},
};
use std::fmt;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// One pair of the hub's secrets: `hub_key`, and the key it signs with.
pub(super) struct HubKey {
    pub(super) number: u32,
    /// When the next one took over; `None` for the one in use.
    pub(super) retired_at: Option<Timestamp>,
    secret: Zeroizing<[u8; SECRET_LEN]>,
    mac: hmac::Key,
    signing: Ed25519KeyPair,
}

/// `hub_key(32) || seed of the Ed25519 key (32)`.
const SECRET_LEN: usize = 64;

impl HubKey {
    /// `number(u32) || seconds since 1970 when it was retired, or the least i64 || secret(64)`.
    pub(super) const ENCODED_LEN: usize = 4 + 8 + SECRET_LEN;

    pub(super) fn generate(number: u32, rng: &dyn SecureRandom) -> Result<Self, Error> {
        let mut secret = Zeroizing::new([0; SECRET_LEN]);
        rng.fill(secret.as_mut_slice()).map_err(|_| Error::Random)?;
        Self::new(number, None, secret).ok_or(Error::Corrupt { what: "a franking key" })
    }

    fn new(number: u32, retired_at: Option<Timestamp>, secret: Zeroizing<[u8; SECRET_LEN]>) -> Option<Self> {
        let (hub_key, seed) = secret.split_first_chunk::<32>()?;
        let signing = Ed25519KeyPair::from_seed_unchecked(seed).ok()?;
        let mac = hmac::Key::new(hmac::HMAC_SHA256, hub_key);
        Some(Self { number, retired_at, secret, mac, signing })
    }

    pub(super) fn stamp(&self, tag: &FrankingTag, context: &Context) -> Result<Stamp, Error> {
        let server_frank = self.server_frank(tag, context);
        let signature = self.sign(&context.signed_content(&server_frank))?;
        Ok(Stamp { key: self.number, accepted_ms: context.accepted_ms, server_frank, signature })
    }

    /// What is signed begins with a label that says what it is.
    pub(super) fn sign(&self, content: &[u8]) -> Result<[u8; 64], Error> {
        let signature = self.signing.sign(content);
        signature.as_ref().try_into().map_err(|_| Error::Corrupt { what: "a signature" })
    }

    /// Whether this key made the frank, over exactly this.
    pub(super) fn verify(
        &self,
        tag: &FrankingTag,
        context: &Context,
        server_frank: &[u8; 32],
    ) -> Result<(), Refusal> {
        let same = self.server_frank(tag, context).ct_eq(server_frank);
        if same.into() { Ok(()) } else { Err(Refusal::NotAuthentic) }
    }

    pub(super) fn public(&self) -> [u8; 32] {
        self.signing.public_key().as_ref().try_into().unwrap_or_default()
    }

    pub(super) fn encode_into(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.number.to_be_bytes());
        let retired = self.retired_at.map_or(i64::MIN, Timestamp::as_second);
        out.extend_from_slice(&retired.to_be_bytes());
        out.extend_from_slice(self.secret.as_slice());
    }

    pub(super) fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        let (number, retired) = (reader.u32()?, i64::from_be_bytes(reader.array()?));
        let retired_at = match retired {
            i64::MIN => None,
            seconds => Some(Timestamp::from_second(seconds).ok()?),
        };
        Self::new(number, retired_at, Zeroizing::new(reader.array()?))
    }

    /// `HMAC-SHA256(hub_key, franking_tag || context)`.
    fn server_frank(&self, tag: &FrankingTag, context: &Context) -> [u8; 32] {
        mac(&self.mac, &[tag.as_bytes(), &context.encode()])
    }
}

impl fmt::Debug for HubKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HubKey").field("number", &self.number).finish_non_exhaustive()
    }
}
