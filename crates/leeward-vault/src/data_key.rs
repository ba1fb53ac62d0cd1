use crate::{VaultError, owner::Owner, record::KEYS};
use leeward_seal::{Context, SealError, SealKey};
use ring::rand::SecureRandom;
use std::fmt;

/// Names a data key in the records that it sealed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct DataKeyId([u8; 16]);

impl DataKeyId {
    pub(crate) const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Debug for DataKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataKeyId({:032x})", u128::from_be_bytes(self.0))
    }
}

/// A key that seals records of one subject.
pub(crate) struct DataKey {
    pub(crate) id: DataKeyId,
    pub(crate) key: SealKey,
}

impl DataKey {
    pub(crate) fn generate(rng: &dyn SecureRandom) -> Result<Self, SealError> {
        let mut id = [0; 16];
        rng.fill(&mut id).map_err(|_| SealError::Random)?;
        Ok(Self { id: DataKeyId(id), key: SealKey::generate(rng)? })
    }

    pub(crate) fn wrap(
        &self,
        owner: &Owner,
        kek: &SealKey,
        rng: &dyn SecureRandom,
    ) -> Result<Vec<u8>, SealError> {
        let place = place(owner, self.id);
        leeward_seal::seal(kek, &wrapping(owner, &place), self.key.expose_key_bytes(), rng)
    }

    pub(crate) fn unwrap(
        id: DataKeyId,
        owner: &Owner,
        kek: &SealKey,
        wrapped: &[u8],
    ) -> Result<Self, VaultError> {
        let place = place(owner, id);
        let bytes = leeward_seal::open(kek, &wrapping(owner, &place), wrapped)?;
        Ok(Self { id, key: SealKey::try_from(&*bytes)? })
    }
}

/// The row and the key's id: a wrapped key opens nowhere else.
fn place(owner: &Owner, id: DataKeyId) -> Vec<u8> {
    [owner.row().as_bytes(), id.as_bytes()].concat()
}

fn wrapping<'a>(owner: &'a Owner, place: &'a [u8]) -> Context<'a> {
    Context {
        purpose: "vault.wrap-data-key",
        space: KEYS.name(),
        key: place,
        subject: owner.subject(),
        schema_version: 1,
    }
}
