use super::EpochKey;
use crate::merkle::Hash;
use leeward_event::CoarseTime;

/// The last entry of an epoch, form 1: it authenticates all entries before it with a key that is
/// destroyed as it is written. All numbers are big-endian.
///
/// | bytes | what |
/// |---|---|
/// | 1 | kind and form: 2 |
/// | 4 | number of the epoch, from 0 |
/// | 4 | its first minute, since 1970-01-01T00:00Z |
/// | 4 | the first minute after it |
/// | 8 | how many entries the log had before this one |
/// | 32 | the root of their tree |
/// | 32 | HMAC-SHA-256 with the epoch's key over `"leeward-audit seal v1\0"` and all bytes before |
///
/// Epoch 0 stands for whatever was logged before the seals began; it begins at minute 0. Every other
/// begins where the one before it ended, and has the length that the [`SealKey`](crate::SealKey) says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpochSeal {
    body: SealBody,
    mac: [u8; 32],
}

/// What a seal says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SealBody {
    pub(crate) epoch: u32,
    pub(crate) start: CoarseTime,
    pub(crate) end: CoarseTime,
    pub(crate) size: u64,
    pub(crate) root: Hash,
}

impl EpochSeal {
    pub(crate) const FORM: u8 = 2;

    /// How many bytes it has.
    pub const LEN: usize = 1 + 4 + 4 + 4 + 8 + Hash::LEN + 32;

    pub(crate) fn new(body: SealBody, key: &EpochKey) -> Self {
        Self { body, mac: key.mac(&body.encode()) }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = self.body.encode();
        bytes.extend(self.mac);
        bytes
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; Self::LEN] = bytes.try_into().ok()?;
        let (body, mac) = bytes.split_last_chunk()?;
        Some(Self { body: SealBody::decode(body)?, mac: *mac })
    }

    /// Whether the key of its epoch made it.
    pub(crate) fn is_by(&self, key: &EpochKey) -> bool {
        key.verifies(&self.body.encode(), &self.mac)
    }

    pub(crate) const fn body(&self) -> &SealBody {
        &self.body
    }

    /// The number of its epoch, from 0.
    #[must_use]
    pub const fn epoch(&self) -> u32 {
        self.body.epoch
    }

    /// The first minute of its epoch.
    #[must_use]
    pub const fn start(&self) -> CoarseTime {
        self.body.start
    }

    /// The first minute after its epoch.
    #[must_use]
    pub const fn end(&self) -> CoarseTime {
        self.body.end
    }

    /// How many entries the log had before it, which is its own index.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.body.size
    }

    /// The root of the tree of the entries before it.
    #[must_use]
    pub const fn root(&self) -> &Hash {
        &self.body.root
    }
}

impl SealBody {
    fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(EpochSeal::LEN);
        bytes.push(EpochSeal::FORM);
        bytes.extend(self.epoch.to_be_bytes());
        bytes.extend(self.start.minutes().to_be_bytes());
        bytes.extend(self.end.minutes().to_be_bytes());
        bytes.extend(self.size.to_be_bytes());
        bytes.extend(self.root.as_bytes());
        bytes
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (form, rest) = bytes.split_first()?;
        let (epoch, rest) = rest.split_first_chunk()?;
        let (start, rest) = rest.split_first_chunk()?;
        let (end, rest) = rest.split_first_chunk()?;
        let (size, root) = rest.split_first_chunk()?;
        (*form == EpochSeal::FORM).then_some(Self {
            epoch: u32::from_be_bytes(*epoch),
            start: CoarseTime::from_minutes(u32::from_be_bytes(*start)),
            end: CoarseTime::from_minutes(u32::from_be_bytes(*end)),
            size: u64::from_be_bytes(*size),
            root: Hash::new(root.try_into().ok()?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The seal of epoch 2, under the second successor of a key of bytes 0x55.
    fn seal() -> EpochSeal {
        let key = EpochKey::new([0x55; 32]).next().next();
        let body = SealBody {
            epoch: 2,
            start: CoarseTime::from_minutes(29_900_015),
            end: CoarseTime::from_minutes(29_900_030),
            size: 1_234,
            root: Hash::new([0x66; 32]),
        };
        EpochSeal::new(body, &key)
    }

    #[test]
    fn form_1_is_pinned() {
        let hex: String = seal().encode().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, include_str!("../../tests/vectors/epoch-seal-form-1.hex").trim_end());
    }

    #[test]
    fn a_seal_reads_back_and_nothing_else_does() {
        let bytes = seal().encode();
        assert_eq!(EpochSeal::decode(&bytes), Some(seal()));
        assert_eq!(EpochSeal::decode(&bytes[1..]), None);
        assert_eq!(EpochSeal::decode(&[&bytes[..], &[0]].concat()), None);
        assert_eq!(EpochSeal::decode(&[&[1], &bytes[1..]].concat()), None);
    }

    #[test]
    fn a_seal_is_by_one_key_and_says_one_thing() {
        let key = |steps: usize| (0..steps).fold(EpochKey::new([0x55; 32]), |key, _| key.next());
        assert!(seal().is_by(&key(2)));
        assert!(!seal().is_by(&key(1)) && !seal().is_by(&key(3)));
        for at in 1..EpochSeal::LEN {
            let mut bytes = seal().encode();
            bytes[at] ^= 1;
            assert!(!EpochSeal::decode(&bytes).unwrap().is_by(&key(2)), "{at}");
        }
    }
}
