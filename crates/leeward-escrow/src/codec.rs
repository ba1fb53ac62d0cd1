//! Big-endian fields, one after the other; lengths come first and are capped before anything is copied.

use jiff::Timestamp;
use leeward_event::{ConversationId, SeekerId, StaffId, Subject};

/// Reads fields; `None` as soon as one is not there.
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// What follows the version byte, if it is this one.
    pub(crate) fn versioned(bytes: &'a [u8], version: u8) -> Option<Self> {
        let (first, rest) = bytes.split_first()?;
        (*first == version).then_some(Self(rest))
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*array)
    }

    pub(crate) fn byte(&mut self) -> Option<u8> {
        let [byte] = self.array()?;
        Some(byte)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    /// Bytes behind their length in two, `max` at the most.
    pub(crate) fn bytes(&mut self, max: usize) -> Option<&'a [u8]> {
        let len = usize::from(u16::from_be_bytes(self.array()?));
        if len > max {
            return None;
        }
        let (bytes, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(bytes)
    }

    pub(crate) fn staff(&mut self) -> Option<StaffId> {
        self.array().map(StaffId::from_bytes)
    }

    pub(crate) fn time(&mut self) -> Option<Timestamp> {
        Timestamp::from_millisecond(i64::from_be_bytes(self.array()?)).ok()
    }

    pub(crate) fn subject(&mut self) -> Option<Subject> {
        let (kind, id) = (self.byte()?, self.array()?);
        Some(match kind {
            1 => Subject::Staff(StaffId::from_bytes(id)),
            2 => Subject::Seeker(SeekerId::from_bytes(id)),
            3 => Subject::Conversation(ConversationId::from_bytes(id)),
            _ => return None,
        })
    }

    pub(crate) fn end(self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}

/// What `read` makes of all that follows the version byte.
pub(crate) fn whole<T>(
    bytes: &[u8],
    version: u8,
    read: impl FnOnce(&mut Reader<'_>) -> Option<T>,
) -> Option<T> {
    let mut reader = Reader::versioned(bytes, version)?;
    let value = read(&mut reader)?;
    reader.end().map(|()| value)
}

/// Puts `bytes` behind their length. What is over 65,535 bytes is not written, and so is never read again; all
/// that is written here is far shorter.
pub(crate) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    let Ok(len) = u16::try_from(bytes.len()) else { return };
    out.extend(len.to_be_bytes());
    out.extend(bytes);
}

pub(crate) fn put_time(out: &mut Vec<u8>, at: Timestamp) {
    out.extend(at.as_millisecond().to_be_bytes());
}

pub(crate) fn put_subject(out: &mut Vec<u8>, subject: Subject) {
    let kind = match subject {
        Subject::Staff(_) => 1,
        Subject::Seeker(_) => 2,
        Subject::Conversation(_) => 3,
        _ => 0,
    };
    out.push(kind);
    out.extend(subject.id_bytes());
}

/// A moment as a record keeps it.
pub(crate) fn to_millisecond(moment: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(moment.as_millisecond()).unwrap_or(moment)
}
