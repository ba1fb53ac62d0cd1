//! A passkey as it is kept.
//!
//! | key | bytes |
//! |---|---|
//! | `mfa.passkey`, account, authenticator | see below |
//! | `mfa.passkey.id`, SHA-256 of the credential id | form 1, account (16), authenticator (16) |
//!
//! The second belongs to no account, since it is read before it is known whose passkey answers. It outlives
//! the erasure of an account and holds opaque ids alone: nobody can bind that passkey anew, and where it
//! leads nothing is left.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | form: 1 |
//! | 1 | bits: 1 may be backed up, 2 is backed up, 4 its model is attested |
//! | 16 | AAGUID, or zeros when its model is not attested |
//! | 8 | when it was last used, in milliseconds since 1970, big-endian; 0 for never |
//! | rest | the credential of `webauthn-rs`, as JSON |

use super::service::unreadable;
use crate::MfaError;
use jiff::Timestamp;
use leeward_event::{AuthenticatorId, StaffId};
use leeward_store::{Key, Prefix, Space, StoreError};
use ring::digest::{SHA256, digest};
use webauthn_rs::prelude::Passkey as Credential;

const PASSKEY: Space = Space::sealed_for("mfa.passkey", 0);
const BY_CREDENTIAL: Space = Space::sealed("mfa.passkey.id");
const FORM: u8 = 1;

/// What is known of a passkey beside its [`Factor`](crate::Factor).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Passkey {
    /// Which authenticator it is.
    pub authenticator: AuthenticatorId,
    /// When it last signed in.
    pub last_used: Option<Timestamp>,
    /// Whether it may be copied to other devices (WebAuthn 6.1, bit BE). It never reaches AAL3.
    pub synced: bool,
    /// Whether it was backed up when last seen (WebAuthn 6.1, bit BS).
    pub backed_up: bool,
    /// Which model it is, where its maker attested it.
    pub aaguid: Option<[u8; 16]>,
}

/// What is stored of a passkey. The credential is read only where it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) passkey: Passkey,
    pub(super) credential: Vec<u8>,
}

impl Kept {
    pub(super) fn credential(&self) -> Result<Credential, MfaError> {
        serde_json::from_slice(&self.credential).map_err(unreadable)
    }

    pub(super) fn set_credential(&mut self, credential: &Credential) -> Result<(), MfaError> {
        let unwritable = |_| MfaError::Record { what: "a credential that cannot be written" };
        self.credential = serde_json::to_vec(credential).map_err(unwritable)?;
        Ok(())
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let Passkey { last_used, synced, backed_up, aaguid, .. } = &self.passkey;
        let bits = u8::from(*synced) | u8::from(*backed_up) << 1 | u8::from(aaguid.is_some()) << 2;
        let used = last_used.map_or(0, Timestamp::as_millisecond).to_be_bytes();
        [&[FORM, bits], &aaguid.unwrap_or_default()[..], &used, &self.credential].concat()
    }

    pub(super) fn from_bytes(authenticator: AuthenticatorId, bytes: &[u8]) -> Result<Self, MfaError> {
        let unknown = || MfaError::Record { what: "a passkey of no known form" };
        match bytes.first() {
            Some(&FORM) => decode(authenticator, bytes).ok_or_else(unknown),
            Some(_) => Err(MfaError::Record { what: "a form that this release does not know: update it" }),
            None => Err(MfaError::Record { what: "no content" }),
        }
    }
}

fn decode(authenticator: AuthenticatorId, bytes: &[u8]) -> Option<Kept> {
    let ([_form, bits @ 0..=7], rest) = bytes.split_first_chunk()? else { return None };
    let (aaguid, rest) = rest.split_first_chunk()?;
    let (used, credential) = rest.split_first_chunk::<8>()?;
    let used = i64::from_be_bytes(*used);
    let passkey = Passkey {
        authenticator,
        last_used: if used == 0 { None } else { Some(Timestamp::from_millisecond(used).ok()?) },
        synced: bits & 1 != 0,
        backed_up: bits & 2 != 0,
        aaguid: (bits & 4 != 0).then_some(*aaguid),
    };
    Some(Kept { passkey, credential: credential.to_vec() })
}

pub(super) fn key(account: StaffId, authenticator: AuthenticatorId) -> Result<Key, StoreError> {
    PASSKEY.key(&[account.as_bytes(), authenticator.as_bytes()])
}

pub(super) fn keys_of(account: StaffId) -> Result<Prefix, StoreError> {
    PASSKEY.prefix(&[account.as_bytes()])
}

/// By its hash: a credential id may be as long as the longest key.
pub(super) fn credential_key(credential_id: &[u8]) -> Result<Key, StoreError> {
    BY_CREDENTIAL.key(&[digest(&SHA256, credential_id).as_ref()])
}

pub(super) fn owner_to_bytes(account: StaffId, authenticator: AuthenticatorId) -> Vec<u8> {
    [&[FORM][..], account.as_bytes(), authenticator.as_bytes()].concat()
}

pub(super) fn owner_from_bytes(bytes: &[u8]) -> Result<(StaffId, AuthenticatorId), MfaError> {
    let owner = bytes.split_first_chunk().and_then(|([form], rest)| {
        let (account, rest) = rest.split_first_chunk()?;
        let authenticator = rest.try_into().ok()?;
        (*form == FORM).then_some((StaffId::from_bytes(*account), AuthenticatorId::from_bytes(authenticator)))
    });
    owner.ok_or(MfaError::Record { what: "an owner of a passkey of no known form" })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CREDENTIAL: &str = include_str!("nobodys.json");
    const KNOWN: &[u8] = b"\x01\x07\
        \x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\
        \x00\x00\x01\x8b\xcf\xe5\x6b\xe8{}";

    fn kept() -> Kept {
        let at = |second| Timestamp::from_second(second).unwrap();
        let passkey = Passkey {
            authenticator: AuthenticatorId::from_bytes([6; 16]),
            last_used: Some(at(1_700_000_001)),
            synced: true,
            backed_up: true,
            aaguid: Some([5; 16]),
        };
        Kept { passkey, credential: b"{}".to_vec() }
    }

    #[test]
    fn a_passkey_is_pinned_byte_for_byte() {
        let kept = kept();
        assert_eq!(kept.to_bytes(), KNOWN);
        assert_eq!(Kept::from_bytes(kept.passkey.authenticator, KNOWN).unwrap(), kept);
    }

    #[test]
    fn what_is_too_short_or_of_another_form_is_no_passkey() {
        let read = |bytes: &[u8]| Kept::from_bytes(AuthenticatorId::from_bytes([6; 16]), bytes);
        for len in 0..KNOWN.len() - 2 {
            assert!(read(&KNOWN[..len]).is_err(), "{len}");
        }
        for (place, with) in [(0, 2), (1, 8)] {
            let mut bytes = KNOWN.to_vec();
            bytes[place] = with;
            assert!(read(&bytes).is_err(), "{place}");
        }
    }

    /// A release of `webauthn-rs` that wrote it otherwise would need a form of its own here.
    #[test]
    fn the_credential_of_webauthn_rs_is_pinned() {
        let mut kept = Kept { credential: CREDENTIAL.trim_end().into(), ..kept() };
        let credential = kept.credential().unwrap();
        kept.set_credential(&credential).unwrap();
        assert_eq!(kept.credential, CREDENTIAL.trim_end().as_bytes());
        assert!(Kept { credential: b"{}".to_vec(), ..kept }.credential().is_err());
    }

    #[test]
    fn an_owner_is_pinned_byte_for_byte() {
        let owner = (StaffId::from_bytes([7; 16]), AuthenticatorId::from_bytes([6; 16]));
        let known = [&[1][..], &[7; 16], &[6; 16]].concat();
        assert_eq!(owner_to_bytes(owner.0, owner.1), known);
        assert_eq!(owner_from_bytes(&known).unwrap(), owner);
        for wrong in [&known[..32], &[&known[..], &[0]].concat(), &[&[2][..], &known[1..]].concat()] {
            assert!(owner_from_bytes(wrong).is_err());
        }
    }
}
