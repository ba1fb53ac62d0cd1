use super::{FORM, body};
use leeward_event::CorrelationId;
use leeward_store::Space;

/// What the log keeps: one row. Who removes anything replaces or checks it in the same batch.
pub(crate) const RETENTION: Space = Space::sealed("audit.retention");

/// `form || minimum || removed || number of holds || holds`. Both numbers are those of entries, and
/// multiples of 256.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Retention {
    /// Entries below this one are no longer kept.
    pub(crate) minimum: u64,
    /// Entries below this one are gone from the store.
    pub(crate) removed: u64,
    /// The procedures for which nothing may be removed.
    pub(crate) holds: Vec<CorrelationId>,
}

impl Retention {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![FORM];
        bytes.extend(self.minimum.to_be_bytes());
        bytes.extend(self.removed.to_be_bytes());
        // More than a byte can say are refused before they are stored.
        bytes.push(u8::try_from(self.holds.len()).unwrap_or(u8::MAX));
        self.holds.iter().for_each(|hold| bytes.extend(hold.as_bytes()));
        bytes
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (minimum, rest) = body(bytes)?.split_first_chunk()?;
        let (removed, rest) = rest.split_first_chunk()?;
        let (count, rest) = rest.split_first()?;
        let (holds, []) = rest.as_chunks() else { return None };
        (holds.len() == usize::from(*count)).then(|| Self {
            minimum: u64::from_be_bytes(*minimum),
            removed: u64::from_be_bytes(*removed),
            holds: holds.iter().map(|hold| CorrelationId::from_bytes(*hold)).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_1_is_pinned() {
        let holds = vec![CorrelationId::from_bytes([7; 16])];
        let row = Retention { minimum: 512, removed: 256, holds };
        let bytes = row.encode();
        let pinned = [&b"\x01\0\0\0\0\0\0\x02\0\0\0\0\0\0\0\x01\0\x01"[..], &[7; 16]].concat();
        assert_eq!(bytes, pinned);
        assert_eq!(Retention::decode(&bytes), Some(row));
        assert_eq!(Retention::decode(&[&bytes[..], &[0]].concat()), None);
        assert_eq!(Retention::decode(&bytes[..bytes.len() - 16]), None);
        assert_eq!(Retention::decode(&[&[2], &bytes[1..]].concat()), None);
    }
}
