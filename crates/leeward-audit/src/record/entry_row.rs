use super::{FORM, body};
use crate::{AuditError, EpochSeal, EventEntry, LogEntry, Pseudonym};
use leeward_event::outbox::OUTBOX;
use leeward_store::{Key, Space};

/// The entries: key is the index. Sealed since a row names the subject; the entry itself is public.
pub(crate) const ENTRY: Space = Space::sealed("audit.entry");

/// An entry, where its detail lies, by which key it waited before, and to which procedure it belongs:
/// `form || place || ticket || procedure || entry`. The procedure stands there if the place says so.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct EntryRow {
    pub(crate) place: Place,
    pub(crate) ticket: Ticket,
    /// By it the index is made without a look at the detail, where the same stands.
    pub(crate) procedure: Option<Pseudonym>,
    pub(crate) entry: Vec<u8>,
}

/// Set in the byte of the place when a procedure follows.
const PROCEDURE: u8 = 0x10;

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
        let (flag, procedure): (u8, &[u8]) = match &self.procedure {
            Some(procedure) => (PROCEDURE, procedure.as_bytes()),
            None => (0, &[]),
        };
        [&[FORM, tag | flag], subject, &self.ticket, procedure, &self.entry].concat()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (tag, rest) = body(bytes)?.split_first()?;
        let (place, rest) = match tag & !PROCEDURE {
            0 => (Place::Service, rest),
            1 => rest.split_first_chunk().map(|(id, rest)| (Place::Subject(*id), rest))?,
            2 => (Place::Erased, rest),
            3 => (Place::Nowhere, rest),
            _ => return None,
        };
        let (ticket, rest) = rest.split_first_chunk()?;
        let (procedure, entry) = match tag & PROCEDURE {
            0 => (None, rest),
            _ => rest.split_first_chunk().map(|(name, rest)| (Some(Pseudonym::from_bytes(*name)), rest))?,
        };
        let fits = [EventEntry::LEN, EpochSeal::LEN].contains(&entry.len());
        fits.then(|| Self { place, ticket: *ticket, procedure, entry: entry.to_vec() })
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
            let row = EntryRow { place, ticket: [4; 8], procedure: None, entry: entry.clone() };
            assert_eq!(row.encode(), [&head[..], &[4; 8], &entry].concat());
            assert_eq!(EntryRow::decode(&row.encode()), Some(row));

            let procedure = Some(Pseudonym::from_bytes([6; 16]));
            let row = EntryRow { place, ticket: [4; 8], procedure, entry: entry.clone() };
            let head = [&[1, head[1] | 0x10], &head[2..]].concat();
            assert_eq!(row.encode(), [&head[..], &[4; 8], &[6; 16], &entry].concat());
            assert_eq!(EntryRow::decode(&row.encode()), Some(row));
        }
        for unknown in [4, 0x0f, 0x14, 0x20, 0x80] {
            assert_eq!(EntryRow::decode(&[&[1, unknown][..], &[4; 8], &[6; 16], &entry].concat()), None);
        }
        assert_eq!(EntryRow::decode(&[&[1, 0x10][..], &[4; 8], &entry].concat()), None);
        assert_eq!(EntryRow::decode(&[&[2, 0][..], &[4; 8], &entry].concat()), None);
        assert_eq!(EntryRow::decode(&[1, 0, 7]), None);
    }
}
