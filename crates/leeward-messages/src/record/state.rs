use super::{Values, checksum};
use crate::{Error, bytes::Reader};
use zeroize::Zeroizing;

/// What is kept of one member of one conversation.
///
/// After version and checksum: `active(1) || cursor(u64) || last sent + 1, or 0 (u64) || values`.
#[derive(Clone, Debug)]
pub(crate) struct State {
    /// The next place of the log to receive.
    pub(crate) cursor: u64,
    /// The place of the last message it sent.
    pub(crate) last_sent: Option<u64>,
    /// `None` once it was removed: no key is kept.
    pub(crate) values: Option<Values>,
}

impl State {
    pub(crate) fn encode(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        let values = self.values.as_ref().map(Values::encode).transpose()?.unwrap_or_default();
        let sent = self.last_sent.map_or(Some(0), |seq| seq.checked_add(1)).ok_or(MALFORMED)?;
        let mut bytes = Zeroizing::new(Vec::with_capacity(values.len().saturating_add(17)));
        bytes.push(u8::from(self.values.is_some()));
        bytes.extend_from_slice(&self.cursor.to_be_bytes());
        bytes.extend_from_slice(&sent.to_be_bytes());
        bytes.extend_from_slice(&values);
        checksum::wrap(&bytes)
    }

    pub(crate) fn decode(record: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(checksum::unwrap(record)?);
        let active = reader.u8().ok_or(MALFORMED)?;
        let (cursor, sent) = reader.u64().zip(reader.u64()).ok_or(MALFORMED)?;
        let values = match (active, reader.rest()) {
            (1, rest) => Some(Values::decode(rest)?),
            (0, []) => None,
            _ => return Err(MALFORMED),
        };
        Ok(Self { cursor, last_sent: sent.checked_sub(1), values })
    }
}

const MALFORMED: Error = Error::Corrupt { what: "a malformed member state" };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_is_pinned() {
        let values: Values = [(b"k".to_vec(), b"v".to_vec())].into_iter().collect();
        let state = State { cursor: 5, last_sent: Some(3), values: Some(values) };
        let record = state.encode().unwrap();
        let rest = b"\x01\0\0\0\0\0\0\0\x05\0\0\0\0\0\0\0\x04\0\x01\0\x01k\0\0\0\x01v";
        assert_eq!((record[0], &record[33..]), (1, &rest[..]));
        let read = State::decode(&record).unwrap();
        assert_eq!((read.cursor, read.last_sent, read.values.is_some()), (5, Some(3), true));
        assert_eq!(read.encode().unwrap(), record);
    }

    #[test]
    fn a_removed_member_keeps_no_values() {
        let record = State { cursor: 1, last_sent: None, values: None }.encode().unwrap();
        assert_eq!(record.len(), 33 + 17);
        assert!(State::decode(&record).unwrap().values.is_none());
    }

    #[test]
    fn other_states_are_refused() {
        for rest in [&[][..], &[0; 16], &[0; 18], &[2; 17], &[1; 17]] {
            assert!(State::decode(&checksum::wrap(rest).unwrap()).is_err());
        }
    }
}
