use crate::{Error, bytes::Reader};
use jiff::Timestamp;

/// What lies at one place of the delivery log: `version(1) = 2 || kind(1) || accepted at (i64 s) ||
/// expires at (i64 s, 0: never) || len(u16) || stamp of the hub || message`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) kind: EntryKind,
    pub(crate) accepted_at: Timestamp,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) stamp: Vec<u8>,
    pub(crate) message: Vec<u8>,
}

/// What an entry of the log is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EntryKind {
    /// An encrypted message.
    Mls,
    /// A message whose time has passed: nothing is left of it but its place.
    Tombstone,
    /// What the delivery service tells of holds, signed: see [`HoldNotice`](crate::HoldNotice).
    Notice,
}

const ENTRY_VERSION: u8 = 2;

impl Entry {
    pub(crate) fn encode(&self) -> Result<Vec<u8>, Error> {
        let kind = match self.kind {
            EntryKind::Mls => 0,
            EntryKind::Tombstone => 1,
            EntryKind::Notice => 2,
        };
        let stamp = u16::try_from(self.stamp.len()).map_err(|_| MALFORMED)?;
        let mut bytes = Vec::with_capacity(self.message.len().saturating_add(self.stamp.len() + 20));
        bytes.extend_from_slice(&[ENTRY_VERSION, kind]);
        bytes.extend_from_slice(&self.accepted_at.as_second().to_be_bytes());
        bytes.extend_from_slice(&self.expires_at.map_or(0, Timestamp::as_second).to_be_bytes());
        bytes.extend_from_slice(&stamp.to_be_bytes());
        bytes.extend_from_slice(&self.stamp);
        bytes.extend_from_slice(&self.message);
        Ok(bytes)
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(bytes);
        if reader.u8() != Some(ENTRY_VERSION) {
            return Err(super::UNKNOWN_VERSION);
        }
        parse(reader).ok_or(MALFORMED)
    }

    /// What is left of it once its time has passed.
    pub(crate) fn to_tombstone(&self) -> Self {
        let (stamp, message) = (Vec::new(), Vec::new());
        Self { kind: EntryKind::Tombstone, stamp, message, ..*self }
    }
}

fn parse(mut reader: Reader<'_>) -> Option<Entry> {
    let kind = match reader.u8()? {
        0 => EntryKind::Mls,
        1 => EntryKind::Tombstone,
        2 => EntryKind::Notice,
        _ => return None,
    };
    let accepted_at = Timestamp::from_second(reader.array().map(i64::from_be_bytes)?).ok()?;
    let expires_at = match reader.array().map(i64::from_be_bytes)? {
        0 => None,
        second => Some(Timestamp::from_second(second).ok()?),
    };
    let stamp = reader.short()?.to_vec();
    Some(Entry { kind, accepted_at, expires_at, stamp, message: reader.rest().to_vec() })
}

const MALFORMED: Error = Error::Corrupt { what: "a malformed log entry" };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entry_is_pinned() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let (stamp, message) = (b"st".to_vec(), b"mls".to_vec());
        let entry =
            Entry { kind: EntryKind::Mls, accepted_at: at(1), expires_at: Some(at(2)), stamp, message };
        let bytes = b"\x02\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x02\0\x02stmls";
        assert_eq!(entry.encode().unwrap(), bytes);
        assert_eq!(Entry::decode(bytes).unwrap(), entry);
        for len in 0..22 {
            assert!(Entry::decode(&bytes[..len]).is_err());
        }
        assert!(Entry::decode(&[&[1], &bytes[1..]].concat()).is_err());
        assert!(Entry::decode(&[&[2, 3], &bytes[2..]].concat()).is_err());
        let notice = Entry { kind: EntryKind::Notice, ..entry.clone() };
        assert_eq!(notice.encode().unwrap(), [&[2, 2], &bytes[2..]].concat());
        assert_eq!(Entry::decode(&notice.encode().unwrap()).unwrap(), notice);
        let bytes = b"\x02\x01\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x02\0\0";
        assert_eq!(entry.to_tombstone().encode().unwrap(), bytes);
    }
}
