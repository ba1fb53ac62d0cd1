//! What stands in for a passkey that is not there, so that nobody learns which accounts have one.

use super::service::unreadable;
use crate::{MfaError, unless_erased};
use leeward_event::StaffId;
use leeward_store::{Batch, Expect, Space, Store, StoreError};
use ring::rand::SecureRandom;
use webauthn_rs::{
    fake::{FakePasskeyDistribution, WebauthnFakeCredentialGenerator},
    prelude::{Credential, CredentialID, Passkey},
};
use zeroize::Zeroizing;

const DECOY: Space = Space::sealed("mfa.passkey.decoy");
const FORM: u8 = 1;

/// A credential of nobody: its private key was thrown away. An answer for a credential that does not
/// exist is checked against it, which takes the time that a real one takes.
const NOBODYS: &str = include_str!("nobodys.json");

/// The credential ids shown for an account without a passkey, or for a name that nobody has: the same
/// ones each time.
pub(super) async fn ids(
    store: &Store,
    rng: &dyn SecureRandom,
    account: StaffId,
) -> Result<Vec<CredentialID>, MfaError> {
    let key = key(store, rng).await?;
    let made = WebauthnFakeCredentialGenerator::<FakePasskeyDistribution>::new(&key);
    let made = made.map_err(MfaError::not_begun)?;
    // The generator gives none to some, as to people without a passkey; an empty list would say so.
    for turn in 0..=u8::MAX {
        let ids = made.generate(&[&account.as_bytes()[..], &[turn]].concat()).map_err(MfaError::not_begun)?;
        if !ids.is_empty() {
            return Ok(ids);
        }
    }
    Ok(Vec::new())
}

/// The credential of nobody, under the id that an answer names.
pub(super) fn credential(id: &[u8]) -> Result<Passkey, MfaError> {
    let nobodys: Passkey = serde_json::from_str(NOBODYS).map_err(unreadable)?;
    let mut nobodys = Credential::from(nobodys);
    nobodys.cred_id = id.to_vec();
    Ok(nobodys.into())
}

/// The key that makes the ids, one for the service: made when it is first needed.
async fn key(store: &Store, rng: &dyn SecureRandom) -> Result<Zeroizing<Vec<u8>>, MfaError> {
    let place = DECOY.key(&[])?;
    loop {
        if let Some(entry) = unless_erased(store.get(&place).await)? {
            return match entry.value.as_bytes().split_first() {
                Some((&FORM, key)) if key.len() == 32 => Ok(Zeroizing::new(key.to_vec())),
                _ => Err(MfaError::Record { what: "a key of decoys of no known form" }),
            };
        }
        let mut bytes = Zeroizing::new([FORM; 33]);
        let (_form, key) = bytes.split_at_mut(1);
        rng.fill(key).map_err(|_| MfaError::Random)?;
        let mut batch = Batch::new();
        batch.put(place.clone(), Expect::Absent, bytes.to_vec());
        match store.commit(batch).await {
            // Whoever made it first made it for all.
            Ok(_) | Err(StoreError::Conflict(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
}
