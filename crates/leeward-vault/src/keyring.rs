use crate::{
    KeyPurpose, KeyWrapper, RootKey, RootKeyError, VaultError,
    record::{KeyState, KeyringRecord, WrappedKek},
};
use leeward_seal::SealKey;
use leeward_store::{Entry, Timestamp, Version};
use ring::rand::{SecureRandom, SystemRandom};
use std::{fmt, sync::Arc};
use subtle::ConstantTimeEq;

/// The key-encryption keys, unwrapped.
pub(crate) struct Keyring {
    pub(crate) version: Version,
    pub(crate) record: KeyringRecord,
    keks: Vec<Kek>,
}

struct Kek {
    purpose: KeyPurpose,
    version: u32,
    key: Arc<SealKey>,
}

impl Keyring {
    /// A new keyring for a store that has none.
    pub(crate) async fn create(
        root: &RootKey,
        rng: &SystemRandom,
        now: Timestamp,
    ) -> Result<KeyringRecord, VaultError> {
        let mut store_id = [0; 16];
        rng.fill(&mut store_id).map_err(|_| leeward_seal::SealError::Random)?;
        let mut record = KeyringRecord { store_id, root: root.key_id(), keks: Vec::new() };
        for &purpose in KeyPurpose::ALL {
            record.keks.push(make_kek(root, &store_id, purpose, 1, rng, now).await?);
        }
        Ok(record)
    }

    /// Unwraps what `entry` holds. Keys that `known` has already are not unwrapped again.
    pub(crate) async fn open(
        entry: &Entry,
        root: &RootKey,
        known: Option<&Self>,
    ) -> Result<Self, VaultError> {
        let record = KeyringRecord::decode(entry.value.as_bytes())?;
        let known = known.filter(|known| known.record.store_id == record.store_id);
        let mut keks = Vec::with_capacity(record.keks.len());
        for kek in &record.keks {
            let key = match known.and_then(|known| known.kek(kek.purpose, kek.version)) {
                Some(key) => Arc::clone(key),
                None => Arc::new(unwrap_kek(root, &record, kek).await?),
            };
            keks.push(Kek { purpose: kek.purpose, version: kek.version, key });
        }
        Ok(Self { version: entry.version, record, keks })
    }

    pub(crate) fn kek(&self, purpose: KeyPurpose, version: u32) -> Option<&Arc<SealKey>> {
        self.keks.iter().find(|kek| kek.purpose == purpose && kek.version == version).map(|kek| &kek.key)
    }

    /// The key that wraps what is new, and its version.
    pub(crate) fn active(&self, purpose: KeyPurpose) -> Result<(u32, &Arc<SealKey>), VaultError> {
        let version =
            self.record.of(purpose).find(|kek| kek.state == KeyState::Active).map(|kek| kek.version);
        version
            .and_then(|version| self.kek(purpose, version).map(|key| (version, key)))
            .ok_or(VaultError::Corrupt { what: "a keyring" })
    }

    /// The record with every key wrapped by another root key.
    pub(crate) async fn wrapped_by(&self, root: &RootKey) -> Result<KeyringRecord, VaultError> {
        let mut record = self.record.clone();
        record.root = root.key_id();
        for (wrapped, kek) in record.keks.iter_mut().zip(&self.keks) {
            let context = context(&record.store_id, kek.purpose, kek.version);
            wrapped.wrapped = wrap(root, &kek.key, &context).await?;
        }
        Ok(record)
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring").field("keys", &self.keks.len()).finish_non_exhaustive()
    }
}

/// Makes a key-encryption key that is active at once.
pub(crate) async fn make_kek(
    root: &RootKey,
    store_id: &[u8; 16],
    purpose: KeyPurpose,
    version: u32,
    rng: &SystemRandom,
    now: Timestamp,
) -> Result<WrappedKek, VaultError> {
    let key = SealKey::generate(rng)?;
    let wrapped = wrap(root, &key, &context(store_id, purpose, version)).await?;
    Ok(WrappedKek { purpose, version, state: KeyState::Active, created: now.as_second(), wrapped })
}

/// Wraps a key, and has it unwrapped again: of a service that may wrap and not unwrap, nobody would get
/// the store's keys back.
async fn wrap(root: &RootKey, key: &SealKey, context: &[u8]) -> Result<Vec<u8>, VaultError> {
    let wrapped = root.wrap(key.expose_key_bytes(), context).await.map_err(VaultError::RootKey)?;
    if wrapped.len() > crate::MAX_WRAPPED {
        return Err(VaultError::WrappedTooLong { len: wrapped.len() });
    }
    let back = root.unwrap(&wrapped, context).await.map_err(VaultError::RootKey)?;
    if !bool::from(back.as_slice().ct_eq(key.expose_key_bytes())) {
        return Err(VaultError::RootKey(RootKeyError::Refused));
    }
    Ok(wrapped)
}

async fn unwrap_kek(root: &RootKey, record: &KeyringRecord, kek: &WrappedKek) -> Result<SealKey, VaultError> {
    if record.root != root.key_id() {
        return Err(VaultError::WrongRootKey);
    }
    let context = context(&record.store_id, kek.purpose, kek.version);
    match root.unwrap(&kek.wrapped, &context).await {
        Ok(bytes) => Ok(SealKey::try_from(bytes.as_slice())?),
        // The name was right, so it is not the key that is wrong.
        Err(RootKeyError::Refused) => Err(VaultError::Corrupt { what: "a keyring" }),
        Err(error) => Err(VaultError::RootKey(error)),
    }
}

fn context(store_id: &[u8; 16], purpose: KeyPurpose, version: u32) -> Vec<u8> {
    [&[1, purpose.code()][..], &version.to_be_bytes(), store_id].concat()
}
