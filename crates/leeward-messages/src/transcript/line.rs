use super::{Entry, record::Kept, refused};
use crate::{Error, bytes::Reader};

/// What a transcript holds of one message.
#[derive(Clone)]
pub(super) enum Line {
    /// What was accepted, and its record.
    Kept(Entry, Kept),
    /// What was accepted, and nobody brought a record of it.
    Unrecorded(Entry),
    /// What ended: its leaf in the ledger is left.
    Ended([u8; 32]),
}

const ENDED: u8 = 0;
const KEPT: u8 = 1;
const UNRECORDED: u8 = 2;

impl Line {
    pub(super) fn leaf(&self) -> [u8; 32] {
        match self {
            Self::Kept(entry, _) | Self::Unrecorded(entry) => entry.leaf(),
            Self::Ended(leaf) => *leaf,
        }
    }

    /// Its place in the delivery log, which nobody keeps of what ended.
    pub(super) const fn place(&self) -> Option<u64> {
        match self {
            Self::Kept(entry, _) | Self::Unrecorded(entry) => Some(entry.seq),
            Self::Ended(_) => None,
        }
    }

    /// `0 || leaf(32)`, `1 || entry(65) || by(17) || len(u32) || record`, or `2 || entry(65)`.
    pub(super) fn encode_into(&self, bytes: &mut Vec<u8>) -> Result<(), Error> {
        match self {
            Self::Ended(leaf) => {
                bytes.push(ENDED);
                bytes.extend_from_slice(leaf);
            }
            Self::Kept(entry, kept) => {
                bytes.push(KEPT);
                bytes.extend_from_slice(&entry.encode());
                kept.encode_into(bytes).map_err(refused)?;
            }
            Self::Unrecorded(entry) => {
                bytes.push(UNRECORDED);
                bytes.extend_from_slice(&entry.encode());
            }
        }
        Ok(())
    }

    pub(super) fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        match reader.u8()? {
            ENDED => Some(Self::Ended(reader.array()?)),
            KEPT => Some(Self::Kept(Entry::decode(reader)?, Kept::decode(reader)?)),
            UNRECORDED => Some(Self::Unrecorded(Entry::decode(reader)?)),
            _ => None,
        }
    }
}
