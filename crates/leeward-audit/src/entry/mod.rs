//! What stands in the log, one entry after the other.

mod event_entry;

pub use event_entry::EventEntry;

use crate::seal::EpochSeal;
use leeward_event::CoarseTime;

/// One entry of the log. Its first byte says which kind and form it is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogEntry {
    /// Something happened: first byte 1.
    Event(EventEntry),
    /// An epoch ended: first byte 2.
    Seal(EpochSeal),
}

impl LogEntry {
    /// The bytes that are logged, whose hash is the leaf.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Event(entry) => entry.encode(),
            Self::Seal(seal) => seal.encode(),
        }
    }

    /// Reads what [`encode`](Self::encode) wrote; `None` for anything else, or a later form.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        match *bytes.first()? {
            EventEntry::FORM => EventEntry::decode(bytes).map(Self::Event),
            EpochSeal::FORM => EpochSeal::decode(bytes).map(Self::Seal),
            _ => None,
        }
    }

    /// The minute in which it was logged; of a seal, the one in which its epoch ended. It never
    /// decreases along the log.
    #[must_use]
    pub const fn at(&self) -> CoarseTime {
        match self {
            Self::Event(entry) => entry.at(),
            Self::Seal(seal) => seal.end(),
        }
    }

    /// What it says of an event, if it is about one.
    #[must_use]
    pub const fn event(&self) -> Option<&EventEntry> {
        match self {
            Self::Event(entry) => Some(entry),
            Self::Seal(_) => None,
        }
    }

    /// The seal, if it is one.
    #[must_use]
    pub const fn seal(&self) -> Option<&EpochSeal> {
        match self {
            Self::Event(_) => None,
            Self::Seal(seal) => Some(seal),
        }
    }
}
