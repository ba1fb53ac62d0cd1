use super::KeyState;
use crate::{
    MAX_HOLDS, VaultError,
    codec::{Reader, push_long},
    data_key::DataKeyId,
};
use leeward_event::CorrelationId;

/// The row of one subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeyRow {
    Live(Live),
    /// The keys were destroyed, and this stands in their place for good.
    Erased {
        /// Seconds since 1970.
        at: i64,
    },
}

/// The row of a subject that has not been erased.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Live {
    pub(crate) holds: Vec<CorrelationId>,
    pub(crate) keys: Vec<WrappedKey>,
}

/// One data key, wrapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WrappedKey {
    pub(crate) id: DataKeyId,
    pub(crate) state: KeyState,
    pub(crate) kek_version: u32,
    /// Seconds since 1970.
    pub(crate) created: i64,
    /// Messages that processes may have sealed: what they reserved.
    pub(crate) messages: u64,
    /// Likewise the bytes.
    pub(crate) bytes: u64,
    pub(crate) wrapped: Vec<u8>,
}

const VERSION: u8 = 1;
const LIVE: u8 = 1;
const ERASED: u8 = 2;
const WHAT: &str = "a row of data keys";
const MAX_WRAPPED_KEY: usize = 256;

impl KeyRow {
    pub(crate) fn encode(&self) -> Result<Vec<u8>, VaultError> {
        match self {
            Self::Erased { at } => Ok([&[VERSION, ERASED][..], &at.to_be_bytes()].concat()),
            Self::Live(live) => live.encode().ok_or(VaultError::Corrupt { what: WHAT }),
        }
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, VaultError> {
        match bytes.split_first() {
            Some((&VERSION, rest)) => Self::decode_v1(rest).ok_or(VaultError::Corrupt { what: WHAT }),
            Some((&version, _)) => Err(VaultError::UnknownVersion { what: WHAT, version }),
            None => Err(VaultError::Corrupt { what: WHAT }),
        }
    }

    fn decode_v1(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let row = match reader.u8()? {
            LIVE => Self::Live(Live::decode(&mut reader)?),
            ERASED => Self::Erased { at: reader.i64()? },
            _ => return None,
        };
        reader.finish()?;
        Some(row)
    }
}

impl Live {
    /// More than these are never kept in one row, so that a full batch stays within the store's limits.
    pub(crate) const MAX_KEYS: usize = 8;

    pub(crate) fn active(&self) -> Option<&WrappedKey> {
        self.keys.iter().find(|key| key.state == KeyState::Active)
    }

    pub(crate) fn active_mut(&mut self) -> Option<&mut WrappedKey> {
        self.keys.iter_mut().find(|key| key.state == KeyState::Active)
    }

    /// Makes `key` the active one and retires the one before.
    pub(crate) fn succeed(&mut self, key: WrappedKey) -> Result<(), VaultError> {
        if self.keys.len() >= Self::MAX_KEYS {
            return Err(VaultError::TooManyKeys);
        }
        for old in &mut self.keys {
            old.state = KeyState::Retiring;
        }
        self.keys.push(key);
        Ok(())
    }

    fn encode(&self) -> Option<Vec<u8>> {
        let mut out = vec![VERSION, LIVE, u8::try_from(self.holds.len()).ok()?];
        for hold in &self.holds {
            out.extend_from_slice(hold.as_bytes());
        }
        out.push(u8::try_from(self.keys.len()).ok()?);
        for key in &self.keys {
            key.encode(&mut out)?;
        }
        Some(out)
    }

    fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        let holds = usize::from(reader.u8()?);
        if holds > MAX_HOLDS {
            return None;
        }
        let holds =
            (0..holds).map(|_| reader.array().map(CorrelationId::from_bytes)).collect::<Option<_>>()?;
        let count = usize::from(reader.u8()?);
        if count > Self::MAX_KEYS {
            return None;
        }
        let keys = (0..count).map(|_| WrappedKey::decode(reader)).collect::<Option<_>>()?;
        Some(Self { holds, keys }).filter(Self::is_consistent)
    }

    /// One active key, or none at all, and no id twice.
    fn is_consistent(&self) -> bool {
        let mut ids: Vec<DataKeyId> = self.keys.iter().map(|key| key.id).collect();
        ids.sort_unstable();
        ids.dedup();
        let active = self.keys.iter().filter(|key| key.state == KeyState::Active).count();
        ids.len() == self.keys.len() && active == usize::from(!self.keys.is_empty())
    }
}

impl WrappedKey {
    fn encode(&self, out: &mut Vec<u8>) -> Option<()> {
        out.extend_from_slice(self.id.as_bytes());
        out.push(self.state.code());
        out.extend_from_slice(&self.kek_version.to_be_bytes());
        out.extend_from_slice(&self.created.to_be_bytes());
        out.extend_from_slice(&self.messages.to_be_bytes());
        out.extend_from_slice(&self.bytes.to_be_bytes());
        push_long(out, &self.wrapped)
    }

    fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            id: DataKeyId::from_bytes(reader.array()?),
            state: KeyState::from_code(reader.u8()?)?,
            kek_version: reader.u32()?,
            created: reader.i64()?,
            messages: reader.u64()?,
            bytes: reader.u64()?,
            wrapped: reader.long(MAX_WRAPPED_KEY)?.to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(id: u8, state: KeyState) -> WrappedKey {
        WrappedKey {
            id: DataKeyId::from_bytes([id; 16]),
            state,
            kek_version: 3,
            created: 258,
            messages: 5,
            bytes: 6,
            wrapped: vec![0xBB; 2],
        }
    }

    fn sample() -> KeyRow {
        KeyRow::Live(Live {
            holds: vec![CorrelationId::from_bytes([4; 16])],
            keys: vec![key(1, KeyState::Retiring), key(2, KeyState::Active)],
        })
    }

    #[test]
    fn a_live_row_is_pinned_byte_for_byte() {
        let tail = [
            &[0, 0, 0, 3][..],
            &[0, 0, 0, 0, 0, 0, 1, 2],
            &[0, 0, 0, 0, 0, 0, 0, 5],
            &[0, 0, 0, 0, 0, 0, 0, 6],
            &[0, 2, 0xBB, 0xBB],
        ]
        .concat();
        let expected =
            [&[1, 1, 1][..], &[4; 16], &[2], &[1; 16], &[2], &tail, &[2; 16], &[1], &tail].concat();
        assert_eq!(sample().encode().unwrap(), expected);
        assert_eq!(KeyRow::decode(&expected).unwrap(), sample());
    }

    #[test]
    fn a_tombstone_is_pinned_byte_for_byte() {
        let row = KeyRow::Erased { at: 258 };
        assert_eq!(row.encode().unwrap(), [1, 2, 0, 0, 0, 0, 0, 0, 1, 2]);
        assert_eq!(KeyRow::decode(&row.encode().unwrap()).unwrap(), row);
    }

    #[test]
    fn what_is_cut_short_or_extended_is_refused() {
        let bytes = sample().encode().unwrap();
        for len in 0..bytes.len() {
            assert!(KeyRow::decode(&bytes[..len]).is_err(), "{len}");
        }
        assert!(KeyRow::decode(&[&bytes[..], &[0]].concat()).is_err());
        let later = [&[2], &bytes[1..]].concat();
        assert!(matches!(KeyRow::decode(&later), Err(VaultError::UnknownVersion { version: 2, .. })));
    }

    #[test]
    fn rows_that_contradict_themselves_are_refused() {
        for keys in [
            vec![key(1, KeyState::Retiring)],
            vec![key(1, KeyState::Active), key(2, KeyState::Active)],
            vec![key(1, KeyState::Active), key(1, KeyState::Retiring)],
        ] {
            let row = KeyRow::Live(Live { holds: vec![], keys });
            assert!(KeyRow::decode(&row.encode().unwrap()).is_err());
        }
    }
}
