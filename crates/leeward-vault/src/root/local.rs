use super::{RootKeyError, RootKeyId};
use leeward_seal::{Context, SealError, SealKey};
use ring::{hmac, rand::SystemRandom};
use zeroize::Zeroizing;

const ID_LABEL: &[u8] = b"leeward-vault root key id v1";
const ID_LEN: usize = 16;

/// A root key that is in this process's memory: it wraps with `leeward-seal`.
pub(super) struct LocalKey {
    key: SealKey,
    id: RootKeyId,
    rng: SystemRandom,
}

impl LocalKey {
    pub(super) fn new(key: SealKey) -> Self {
        let id = digest(&key);
        Self { key, id, rng: SystemRandom::new() }
    }

    pub(super) const fn id(&self) -> &RootKeyId {
        &self.id
    }

    pub(super) fn wrap(&self, key: &[u8], context: &[u8]) -> Result<Vec<u8>, RootKeyError> {
        leeward_seal::seal(&self.key, &wrapping(context), key, &self.rng)
            .map_err(|error| RootKeyError::Unavailable(error.into()))
    }

    pub(super) fn unwrap(&self, wrapped: &[u8], context: &[u8]) -> Result<Zeroizing<Vec<u8>>, RootKeyError> {
        let opened = leeward_seal::open(&self.key, &wrapping(context), wrapped);
        opened.map(|key| Zeroizing::new(key.into_vec())).map_err(|error| match error {
            SealError::CannotOpen => RootKeyError::Refused,
            other => RootKeyError::Unavailable(other.into()),
        })
    }
}

/// Implements the port by a field `0` that is a [`LocalKey`].
macro_rules! wraps_locally {
    ($name:ty) => {
        impl crate::KeyWrapper for $name {
            fn key_id(&self) -> crate::RootKeyId {
                self.0.id().clone()
            }

            async fn wrap(&self, key: &[u8], context: &[u8]) -> Result<Vec<u8>, crate::RootKeyError> {
                self.0.wrap(key, context)
            }

            async fn unwrap(
                &self,
                wrapped: &[u8],
                context: &[u8],
            ) -> Result<zeroize::Zeroizing<Vec<u8>>, crate::RootKeyError> {
                self.0.unwrap(wrapped, context)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    };
}
pub(super) use wraps_locally;

const fn wrapping(context: &[u8]) -> Context<'_> {
    Context {
        purpose: "vault.wrap-kek",
        space: crate::record::KEYRING.name(),
        key: context,
        subject: b"",
        schema_version: 1,
    }
}

fn digest(key: &SealKey) -> RootKeyId {
    let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.expose_key_bytes()), ID_LABEL);
    RootKeyId(mac.as_ref().iter().copied().take(ID_LEN).collect())
}
