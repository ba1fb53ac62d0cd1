//! How the rows are read and written.

use crate::RecordOf;
use jiff::Timestamp;
use leeward_event::{ConversationId, SeekerId};

pub(crate) fn instant(bytes: [u8; 8]) -> Option<Timestamp> {
    Timestamp::from_millisecond(i64::from_be_bytes(bytes)).ok()
}

pub(crate) fn push_instant(bytes: &mut Vec<u8>, at: Timestamp) {
    bytes.extend(at.as_millisecond().to_be_bytes());
}

pub(crate) fn push_text(bytes: &mut Vec<u8>, text: &str) {
    // A statement is never longer than a thousand bytes.
    bytes.extend(u16::try_from(text.len()).unwrap_or(u16::MAX).to_be_bytes());
    bytes.extend(text.as_bytes());
}

pub(crate) fn push_of(bytes: &mut Vec<u8>, of: RecordOf) {
    bytes.push(match of {
        RecordOf::Conversation(_) => 1,
        RecordOf::Person(_) => 2,
    });
    bytes.extend(of.as_bytes());
}

/// Nothing, or whose record.
pub(crate) fn push_maybe_of(bytes: &mut Vec<u8>, of: Option<RecordOf>) {
    match of {
        Some(of) => push_of(bytes, of),
        None => bytes.push(0),
    }
}

/// The rest of a row.
pub(crate) struct Fields<'a>(pub(crate) &'a [u8]);

impl<'a> Fields<'a> {
    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (field, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*field)
    }

    pub(crate) fn byte(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(crate) fn flag(&mut self) -> Option<bool> {
        match self.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    pub(crate) fn instant(&mut self) -> Option<Timestamp> {
        instant(self.array()?)
    }

    pub(crate) fn of(&mut self) -> Option<RecordOf> {
        self.maybe_of().flatten()
    }

    pub(crate) fn maybe_of(&mut self) -> Option<Option<RecordOf>> {
        match self.byte()? {
            0 => Some(None),
            1 => Some(Some(ConversationId::from_bytes(self.array()?).into())),
            2 => Some(Some(SeekerId::from_bytes(self.array()?).into())),
            _ => None,
        }
    }

    pub(crate) fn text(&mut self) -> Option<&'a str> {
        let len = usize::from(u16::from_be_bytes(self.array()?));
        let (text, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        std::str::from_utf8(text).ok()
    }

    /// Nothing is left over.
    pub(crate) fn end(self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}
