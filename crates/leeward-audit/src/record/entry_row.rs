use super::{FORM, body};
use crate::{AuditError, EpochSeal, EventEntry, LogEntry};
use leeward_event::outbox::OUTBOX;
use leeward_store::{Key, Space};

/// The entries: key is the index. Sealed since a row names the subject; the entry itself is public.
pub(crate) const ENTRY: Space = Space::sealed("audit.entry");

/// An entry, where its detail lies, and by which key it waited before: `form || place || ticket || entry`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct EntryRow {
    pub(crate) place: Place,
    pub(crate) ticket: Ticket,
    pub(crate) entry: Vec<u8>,
}

/// The random end of an outbox key: by it, whoever staged an event finds its entry. Zeroes for an entry
/// that never waited there.
pub(crate) type Ticket = [u8; 8];

/// Where the detail of an entry lies: one byte, and the id of the subject if there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Sealed under the service's own key.
    Service,
    /// Sealed under this subject's key.
    Subject([u8; 16]),
    /// Nowhere: its subject was erased before the event reached the log.
    Erased,
    /// Nowhere: the entry says all.
    Nowhere,
}

impl EntryRow {
    /// The public entry.
    pub(crate) fn log_entry(&self) -> Result<LogEntry, AuditError> {
        LogEntry::decode(&self.entry).ok_or(AuditError::Corrupt { what: "an entry of a form not known here" })
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let (tag, subject): (u8, &[u8]) = match &self.place {
            Place::Service => (0, &[]),
            Place::Subject(id) => (1, id),
            Place::Erased => (2, &[]),
            Place::Nowhere => (3, &[]),
        };
        [&[FORM, tag], subject, &self.ticket, &self.entry].concat()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (tag, rest) = body(bytes)?.split_first()?;
        let (place, entry) = match tag {
            0 => (Place::Service, rest),
            1 => rest.split_first_chunk().map(|(id, entry)| (Place::Subject(*id), entry))?,
            2 => (Place::Erased, rest),
            3 => (Place::Nowhere, rest),
            _ => return None,
        };
        let (ticket, entry) = entry.split_first_chunk()?;
        let fits = [EventEntry::LEN, EpochSeal::LEN].contains(&entry.len());
        fits.then(|| Self { place, ticket: *ticket, entry: entry.to_vec() })
    }
}

/// The ticket of an event that waits at this key.
pub(crate) fn ticket_of(key: &Key) -> Ticket {
    let last = key.segments().into_iter().next_back().filter(|_| key.space() == OUTBOX);
    last.and_then(|random| random.as_slice().try_into().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_1_is_pinned() {
        let entry = vec![7; EventEntry::LEN];
        for (place, head) in [
            (Place::Service, vec![1, 0]),
            (Place::Subject([5; 16]), [&[1, 1][..], &[5; 16]].concat()),
            (Place::Erased, vec![1, 2]),
            (Place::Nowhere, vec![1, 3]),
        ] {
            let row = EntryRow { place, ticket: [4; 8], entry: entry.clone() };
            assert_eq!(row.encode(), [&head[..], &[4; 8], &entry].concat());
            assert_eq!(EntryRow::decode(&row.encode()), Some(row));
        }
        assert_eq!(EntryRow::decode(&[&[1, 4][..], &[4; 8], &entry].concat()), None);
        assert_eq!(EntryRow::decode(&[&[2, 0][..], &[4; 8], &entry].concat()), None);
        assert_eq!(EntryRow::decode(&[1, 0, 7]), None);
    }
}
