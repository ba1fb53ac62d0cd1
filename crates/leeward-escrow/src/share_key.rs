//! What a share proves of itself without being shown: its hash, and a signature by a key derived from it.

use crate::{EscrowError, shamir::Share};
use ring::{
    digest, hkdf, hmac,
    signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey},
};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// The public key that a share's signatures are checked by.
pub(crate) type Verifier = [u8; 32];
pub(crate) type Signature = [u8; 64];

const HASH: &[u8] = b"leeward-escrow share hash v1";
const KEY: &[u8] = b"leeward-escrow share key v1";
const CHECK: &[u8] = b"leeward-escrow key check value v1";

/// The hash of a share in its place.
pub(crate) fn hash(share: &Share, info: &[u8]) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(HASH);
    context.update(&sha256(info));
    context.update(share.expose_value());
    to_array(context.finish().as_ref())
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    to_array(digest::digest(&digest::SHA256, bytes).as_ref())
}

/// The key check value of a secret: it tells the secret from any other, and nothing of it.
pub(crate) fn check_value(secret: &[u8], context: &[u8]) -> [u8; 32] {
    let mut mac = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, secret));
    mac.update(CHECK);
    mac.update(context);
    to_array(mac.sign().as_ref())
}

pub(crate) fn same(one: &[u8; 32], other: &[u8; 32]) -> bool {
    one.ct_eq(other).into()
}

/// Ed25519, its seed derived from the share by HKDF-SHA256.
pub(crate) fn signing_key(share: &Share, info: &[u8]) -> Result<Ed25519KeyPair, EscrowError> {
    let failed = || EscrowError::Shape { what: "a signing key of this share" };
    let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, KEY);
    let prk = salt.extract(share.expose_value());
    let mut seed = Zeroizing::new([0; 32]);
    let info = [info];
    let okm = prk.expand(&info, hkdf::HKDF_SHA256).map_err(|_| failed())?;
    okm.fill(&mut *seed).map_err(|_| failed())?;
    Ed25519KeyPair::from_seed_unchecked(&*seed).map_err(|_| failed())
}

pub(crate) fn verifier(share: &Share, info: &[u8]) -> Result<Verifier, EscrowError> {
    Ok(to_array(signing_key(share, info)?.public_key().as_ref()))
}

pub(crate) fn sign(share: &Share, info: &[u8], message: &[u8]) -> Result<Signature, EscrowError> {
    let signature = signing_key(share, info)?.sign(message);
    signature.as_ref().try_into().map_err(|_| EscrowError::BadProof)
}

pub(crate) fn verify(verifier: &Verifier, message: &[u8], signature: &Signature) -> Result<(), EscrowError> {
    UnparsedPublicKey::new(&ED25519, verifier).verify(message, signature).map_err(|_| EscrowError::BadProof)
}

fn to_array(bytes: &[u8]) -> [u8; 32] {
    bytes.try_into().unwrap_or_default()
}
