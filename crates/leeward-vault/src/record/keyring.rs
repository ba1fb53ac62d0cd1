use super::KeyState;
use crate::{
    KeyPurpose, RootKeyId, VaultError,
    codec::{Reader, push_long, push_short},
};

/// The key-encryption keys as they are stored: wrapped by the root key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyringRecord {
    /// Random, made once: part of the context that wraps the keys.
    pub(crate) store_id: [u8; 16],
    pub(crate) root: RootKeyId,
    pub(crate) keks: Vec<WrappedKek>,
}

/// One wrapped key-encryption key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WrappedKek {
    pub(crate) purpose: KeyPurpose,
    pub(crate) version: u32,
    pub(crate) state: KeyState,
    /// Seconds since 1970.
    pub(crate) created: i64,
    pub(crate) wrapped: Vec<u8>,
}

const VERSION: u8 = 1;
const WHAT: &str = "a keyring";

impl KeyringRecord {
    pub(crate) const MAX_KEKS: usize = 32;

    pub(crate) fn encode(&self) -> Result<Vec<u8>, VaultError> {
        let mut out = vec![VERSION];
        out.extend_from_slice(&self.store_id);
        self.encode_tail(&mut out).ok_or(VaultError::Corrupt { what: WHAT })?;
        Ok(out)
    }

    fn encode_tail(&self, out: &mut Vec<u8>) -> Option<()> {
        push_short(out, self.root.as_bytes())?;
        out.push(u8::try_from(self.keks.len()).ok()?);
        for kek in &self.keks {
            out.push(kek.purpose.code());
            out.extend_from_slice(&kek.version.to_be_bytes());
            out.push(kek.state.code());
            out.extend_from_slice(&kek.created.to_be_bytes());
            push_long(out, &kek.wrapped)?;
        }
        Some(())
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, VaultError> {
        match bytes.split_first() {
            Some((&VERSION, rest)) => {
                Self::decode_v1(rest).filter(Self::is_consistent).ok_or(VaultError::Corrupt { what: WHAT })
            }
            Some((&version, _)) => Err(VaultError::UnknownVersion { what: WHAT, version }),
            None => Err(VaultError::Corrupt { what: WHAT }),
        }
    }

    fn decode_v1(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let store_id = reader.array()?;
        let root = RootKeyId::new(reader.short()?)?;
        let count = usize::from(reader.u8()?);
        if count > Self::MAX_KEKS {
            return None;
        }
        let keks = (0..count).map(|_| WrappedKek::decode(&mut reader)).collect::<Option<_>>()?;
        reader.finish()?;
        Some(Self { store_id, root, keks })
    }

    /// One active key for each purpose, and no version twice.
    fn is_consistent(&self) -> bool {
        KeyPurpose::ALL.iter().all(|&purpose| {
            let mut versions: Vec<u32> = self.of(purpose).map(|kek| kek.version).collect();
            let active = self.of(purpose).filter(|kek| kek.state == KeyState::Active).count();
            let count = versions.len();
            versions.sort_unstable();
            versions.dedup();
            active == 1 && versions.len() == count
        })
    }

    pub(crate) fn of(&self, purpose: KeyPurpose) -> impl Iterator<Item = &WrappedKek> {
        self.keks.iter().filter(move |kek| kek.purpose == purpose)
    }
}

impl WrappedKek {
    fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            purpose: KeyPurpose::from_code(reader.u8()?)?,
            version: reader.u32()?,
            state: KeyState::from_code(reader.u8()?)?,
            created: reader.i64()?,
            wrapped: reader.long(crate::MAX_WRAPPED)?.to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> KeyringRecord {
        let kek = |purpose, version, state| WrappedKek {
            purpose,
            version,
            state,
            created: 258,
            wrapped: vec![0xAA; 3],
        };
        KeyringRecord {
            store_id: [9; 16],
            root: RootKeyId::new(b"root").unwrap(),
            keks: vec![
                kek(KeyPurpose::Records, 1, KeyState::Retiring),
                kek(KeyPurpose::Records, 2, KeyState::Active),
                kek(KeyPurpose::Indexes, 1, KeyState::Active),
            ],
        }
    }

    #[test]
    fn a_keyring_is_pinned_byte_for_byte() {
        let bytes = sample().encode().unwrap();
        let expected = [
            &[1][..],
            &[9; 16],
            &[4],
            b"root",
            &[3],
            &[1, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 1, 2, 0, 3, 0xAA, 0xAA, 0xAA],
            &[1, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0, 1, 2, 0, 3, 0xAA, 0xAA, 0xAA],
            &[2, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1, 2, 0, 3, 0xAA, 0xAA, 0xAA],
        ]
        .concat();
        assert_eq!(bytes, expected);
        assert_eq!(KeyringRecord::decode(&bytes).unwrap(), sample());
    }

    #[test]
    fn what_is_cut_short_or_extended_is_refused() {
        let bytes = sample().encode().unwrap();
        for len in 0..bytes.len() {
            assert!(KeyringRecord::decode(&bytes[..len]).is_err(), "{len}");
        }
        assert!(KeyringRecord::decode(&[&bytes[..], &[0]].concat()).is_err());
        let later = [&[2], &bytes[1..]].concat();
        assert!(matches!(KeyringRecord::decode(&later), Err(VaultError::UnknownVersion { version: 2, .. })));
    }

    #[test]
    fn two_active_keys_are_refused() {
        let mut two = sample();
        two.keks[0].state = KeyState::Active;
        assert!(KeyringRecord::decode(&two.encode().unwrap()).is_err());
    }
}
