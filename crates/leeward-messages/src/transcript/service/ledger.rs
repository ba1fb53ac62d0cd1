use crate::{
    Error,
    bytes::Reader,
    transcript::{Entry, Head, Ledger, Retention},
};
use leeward_event::ConversationId;

/// What the service keeps of one transcript as a whole: `version(1) || retention(3) || starting head(41) ||
/// ledger(49)`.
#[derive(Clone, Copy, Debug)]
pub(super) struct LedgerRow {
    pub(super) retention: Retention,
    /// What was let go lies before it.
    pub(super) start: Head,
    pub(super) ledger: Ledger,
}

const VERSION: u8 = 1;

impl LedgerRow {
    pub(super) fn new(conversation: ConversationId) -> Self {
        let ledger = Ledger::new(conversation);
        Self { retention: Retention::default(), start: ledger.head(), ledger }
    }

    /// Takes one more message. Returns whether a line is to be kept of it: nothing is when the policy says so,
    /// and no line before it is left.
    pub(super) fn accept(&mut self, entry: &Entry) -> Result<bool, Error> {
        let empty = self.start == self.ledger.head();
        self.ledger.accept(entry)?;
        let kept = self.retention != Retention::None || !empty;
        if !kept {
            self.start = self.ledger.head();
        }
        Ok(kept)
    }

    pub(super) fn encode(&self) -> Result<Vec<u8>, Error> {
        let ledger = self.ledger.encode()?;
        Ok([&[VERSION][..], &self.retention.encode(), &self.start.encode(), &ledger].concat())
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let malformed = Error::Corrupt { what: "a malformed ledger" };
        let mut reader = Reader::new(bytes);
        if reader.u8() != Some(VERSION) {
            return Err(malformed);
        }
        let Some((retention, start)) = reader.array().zip(reader.take(Head::LEN)) else {
            return Err(malformed);
        };
        let (Ok(retention), Ok(start)) = (Retention::decode(retention), Head::decode(start)) else {
            return Err(malformed);
        };
        Ok(Self { retention, start, ledger: Ledger::decode(reader.rest())? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MemberId, franking::FrankingTag};
    use leeward_event::SeekerId;

    fn entry(seq: u64) -> Entry {
        let sender = MemberId::from(SeekerId::from_bytes([1; 16]));
        Entry { seq, sender, accepted_ms: 2, tag: FrankingTag::from_bytes([3; 32]) }
    }

    #[test]
    fn the_row_is_pinned() {
        let room = ConversationId::from_bytes([7; 16]);
        let mut row = LedgerRow::new(room);
        assert!(row.accept(&entry(1)).unwrap());
        let bytes = row.encode().unwrap();
        let start = Head::of_nothing(room).encode();
        assert_eq!(bytes, [&[1, 1, 0, 72][..], &start, &row.ledger.encode().unwrap()].concat());
        assert_eq!(LedgerRow::decode(&bytes).unwrap().encode().unwrap(), bytes);
        assert!((0..bytes.len()).all(|len| LedgerRow::decode(&bytes[..len]).is_err()));
        assert!(LedgerRow::decode(&[&bytes[..], &[0]].concat()).is_err());
    }

    #[test]
    fn nothing_is_kept_when_the_policy_says_so_but_no_hole_is_made() {
        let none = |row: LedgerRow| LedgerRow { retention: Retention::None, ..row };
        let mut row = none(LedgerRow::new(ConversationId::from_bytes([7; 16])));
        assert!(!row.accept(&entry(1)).unwrap());
        assert_eq!((row.start, row.start.count()), (row.ledger.head(), 1));
        row.retention = Retention::default();
        assert!(row.accept(&entry(2)).unwrap());
        let mut row = none(row);
        assert!(row.accept(&entry(3)).unwrap(), "the second has still a line");
        assert_eq!((row.start.count(), row.ledger.head().count()), (1, 3));
    }
}
