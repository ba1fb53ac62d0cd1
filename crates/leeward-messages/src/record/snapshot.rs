use super::{Inbox, State, unwrap_private, unwrap_transcript_key};
use crate::{Error, Refusal, bytes::Reader, padding, snapshot::refused, transcript::Record};
use jiff::Timestamp;
use leeward_event::ConversationId;
use leeward_store::limits;
use std::collections::{BTreeMap, btree_map};
use zeroize::Zeroizing;

/// The most bytes of a form: what it holds goes into one batch of the store.
const MAX_FORM: usize = 7 * 1024 * 1024;

/// What is kept of one member, wherever it lies: its states, what it decrypted and has not handed out, the
/// private halves of its key packages, and what it keeps transcripts with.
///
/// `count(u16) || (place || until (u64 ms, 0: never) || len(u32) || record)*`, in the order of the places:
/// `1 || conversation(16)`, a state; `2 || conversation(16) || seq(u64)`, of the inbox; `3 || len(u16) ||
/// reference`, of a key package; `4 || conversation(16)`, the key of a transcript; `5 || conversation(16) || seq(u64)`,
/// a record that waits for the service. Behind its length, and zeros after it, as a message is padded.
#[derive(Default)]
pub(crate) struct Snapshot {
    rows: BTreeMap<Place, Row>,
    /// How long the form is.
    size: usize,
}

/// Where a record lies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    State(ConversationId),
    Inbox(ConversationId, u64),
    Private(Vec<u8>),
    TranscriptKey(ConversationId),
    Record(ConversationId, u64),
}

/// A record, and when it ends.
pub(crate) struct Row {
    pub(crate) until: Option<Timestamp>,
    pub(crate) value: Zeroizing<Vec<u8>>,
}

impl Snapshot {
    /// Refuses what would not fit, before it is kept.
    pub(crate) fn insert(&mut self, place: Place, row: Row) -> Result<(), Error> {
        let size = row.value.len().saturating_add(place.size()).saturating_add(ROW_HEADER);
        self.size = self.size.saturating_add(size);
        if self.size > MAX_FORM || self.rows.len() >= limits::MAX_OPS {
            return Err(refused(Refusal::TooLarge));
        }
        self.rows.insert(place, row);
        Ok(())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The conversations of which there is a state.
    pub(crate) fn conversations(&self) -> Vec<ConversationId> {
        let conversation = |place: &Place| match place {
            Place::State(conversation) => Some(*conversation),
            _ => None,
        };
        self.rows.keys().filter_map(conversation).collect()
    }

    pub(crate) fn into_rows(self) -> btree_map::IntoIter<Place, Row> {
        self.rows.into_iter()
    }

    pub(crate) fn encode(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        let too_large = || refused(Refusal::TooLarge);
        let mut form = Zeroizing::new(Vec::with_capacity(self.size.saturating_add(2)));
        form.extend_from_slice(&u16::try_from(self.rows.len()).map_err(|_| too_large())?.to_be_bytes());
        for (place, row) in &self.rows {
            place.encode(&mut form)?;
            form.extend_from_slice(&row.until.map_or(0, millisecond).to_be_bytes());
            form.extend_from_slice(&u32::try_from(row.value.len()).map_err(|_| too_large())?.to_be_bytes());
            form.extend_from_slice(&row.value);
        }
        Ok(form)
    }

    /// Reads a padded form, and each record in it.
    pub(crate) fn decode(padded: &[u8]) -> Result<Self, Error> {
        let form = padding::unpad(padded).ok_or(MALFORMED)?;
        let mut reader = Reader::new(form);
        let mut snapshot = Self::default();
        for _ in 0..reader.u16().ok_or(MALFORMED)? {
            let (place, row) = parse(&mut reader).ok_or(MALFORMED)?;
            check(&place, &row)?;
            let ascending = snapshot.rows.last_key_value().is_none_or(|(last, _)| *last < place);
            if !ascending {
                return Err(MALFORMED);
            }
            snapshot.insert(place, row)?;
        }
        reader.end().ok_or(MALFORMED)?;
        Ok(snapshot)
    }
}

impl Place {
    const fn size(&self) -> usize {
        match self {
            Self::State(_) | Self::TranscriptKey(_) => 17,
            Self::Inbox(..) | Self::Record(..) => 25,
            Self::Private(reference) => reference.len().saturating_add(3),
        }
    }

    fn encode(&self, form: &mut Vec<u8>) -> Result<(), Error> {
        match self {
            Self::State(conversation) | Self::TranscriptKey(conversation) => {
                form.push(if matches!(self, Self::State(_)) { STATE } else { TRANSCRIPT_KEY });
                form.extend_from_slice(conversation.as_bytes());
            }
            Self::Inbox(conversation, seq) | Self::Record(conversation, seq) => {
                form.push(if matches!(self, Self::Inbox(..)) { INBOX } else { RECORD });
                form.extend_from_slice(conversation.as_bytes());
                form.extend_from_slice(&seq.to_be_bytes());
            }
            Self::Private(reference) => {
                let len = u16::try_from(reference.len()).map_err(|_| refused(Refusal::TooLarge))?;
                form.push(PRIVATE);
                form.extend_from_slice(&len.to_be_bytes());
                form.extend_from_slice(reference);
            }
        }
        Ok(())
    }

    fn parse(reader: &mut Reader<'_>) -> Option<Self> {
        match reader.u8()? {
            STATE => Some(Self::State(conversation(reader)?)),
            INBOX => Some(Self::Inbox(conversation(reader)?, reader.u64()?)),
            PRIVATE => Some(Self::Private(reader.short()?.to_vec())),
            TRANSCRIPT_KEY => Some(Self::TranscriptKey(conversation(reader)?)),
            RECORD => Some(Self::Record(conversation(reader)?, reader.u64()?)),
            _ => None,
        }
    }
}

fn conversation(reader: &mut Reader<'_>) -> Option<ConversationId> {
    reader.array().map(ConversationId::from_bytes)
}

/// Never 0, which stands for no end.
fn millisecond(until: Timestamp) -> u64 {
    u64::try_from(until.as_millisecond()).unwrap_or(1).max(1)
}

fn parse(reader: &mut Reader<'_>) -> Option<(Place, Row)> {
    let place = Place::parse(reader)?;
    let until = match reader.u64()? {
        0 => None,
        time => Some(Timestamp::from_millisecond(i64::try_from(time).ok()?).ok()?),
    };
    Some((place, Row { until, value: Zeroizing::new(reader.long()?.to_vec()) }))
}

/// Whether a record is what its place says: nothing is restored that could not be read then.
fn check(place: &Place, row: &Row) -> Result<(), Error> {
    let read = match place {
        Place::TranscriptKey(_) => unwrap_transcript_key(&row.value).map(drop),
        Place::Record(..) => Record::parse(&row.value).map(drop).map_err(refused),
        Place::State(_) => State::decode(&row.value).map(drop),
        Place::Inbox(..) => Inbox::decode(&row.value).map(drop),
        Place::Private(_) => unwrap_private(&row.value).map(drop),
    };
    read.map_err(|_| MALFORMED)
}

const STATE: u8 = 1;
const INBOX: u8 = 2;
const PRIVATE: u8 = 3;
const TRANSCRIPT_KEY: u8 = 4;
const RECORD: u8 = 5;

/// The bytes of a row that are neither its place nor its record.
const ROW_HEADER: usize = 8 + 4;

const MALFORMED: Error = refused(Refusal::Malformed);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MemberId, record::Values};
    use leeward_event::StaffId;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn row(value: Zeroizing<Vec<u8>>, until: Option<i64>) -> Row {
        Row { until: until.map(|time| Timestamp::from_millisecond(time).unwrap()), value }
    }

    fn snapshot() -> Snapshot {
        let (mut snapshot, id) = (Snapshot::default(), ConversationId::from_bytes([5; 16]));
        let own = BTreeSet::new();
        let state = State {
            cursor: 1,
            last_sent: None,
            joined_at: None,
            held: None,
            outbox: None,
            own,
            values: None,
        };
        let state = state.encode().unwrap();
        let from = MemberId::from(StaffId::from_bytes([7; 16]));
        let inbox = Inbox { from, aad: vec![], stamp: vec![], plaintext: Zeroizing::new(b"text".to_vec()) };
        let private = super::super::wrap_private(&Values::default()).unwrap();
        snapshot.insert(Place::Private(b"ref".to_vec()), row(private, Some(258))).unwrap();
        snapshot.insert(Place::Inbox(id, 9), row(inbox.encode().unwrap(), None)).unwrap();
        snapshot.insert(Place::State(id), row(state, None)).unwrap();
        snapshot
    }

    #[test]
    fn the_form_is_pinned() {
        let form = snapshot().encode().unwrap();
        let (state, inbox, private) = (Place::State, Place::Inbox, Place::Private(b"ref".to_vec()));
        let id = ConversationId::from_bytes([5; 16]);
        let value = |place: Place| snapshot().rows.remove(&place).unwrap().value.to_vec();
        let expected = [
            &b"\0\x03\x01"[..],
            &[5; 16],
            b"\0\0\0\0\0\0\0\0\0\0\0\x37",
            &value(state(id)),
            b"\x02",
            &[5; 16],
            b"\0\0\0\0\0\0\0\x09\0\0\0\0\0\0\0\0\0\0\0\x1a",
            &value(inbox(id, 9)),
            b"\x03\0\x03ref\0\0\0\0\0\0\x01\x02\0\0\0\x23",
            &value(private),
        ];
        assert_eq!(*form, expected.concat());
        assert_eq!(form.len(), snapshot().size + 2, "of one allocation");
        let read = Snapshot::decode(&padding::pad(&form).unwrap()).unwrap();
        assert_eq!(read.encode().unwrap(), form);
    }

    #[test]
    fn what_transcripts_are_kept_with_is_pinned() {
        let (mut snapshot, id) = (Snapshot::default(), ConversationId::from_bytes([5; 16]));
        let record = [&[1][..], &[6; 16], b"sealed"].concat();
        snapshot.insert(Place::Record(id, 9), row(Zeroizing::new(record.clone()), None)).unwrap();
        let key = [&[1][..], &[9; 32]].concat();
        snapshot.insert(Place::TranscriptKey(id), row(Zeroizing::new(key.clone()), None)).unwrap();
        let parts: [&[u8]; 8] = [
            b"\0\x02\x04",
            &[5; 16],
            b"\0\0\0\0\0\0\0\0\0\0\0\x21",
            &key,
            b"\x05",
            &[5; 16],
            b"\0\0\0\0\0\0\0\x09\0\0\0\0\0\0\0\0\0\0\0\x17",
            &record,
        ];
        let form = snapshot.encode().unwrap();
        assert_eq!(*form, parts.concat());
        assert_eq!(Snapshot::decode(&padding::pad(&form).unwrap()).unwrap().encode().unwrap(), form);
        for bad in [&form[..form.len() - 1], &form[..2 + 17 + 12 + 32]] {
            assert!(Snapshot::decode(&padding::pad(bad).unwrap()).is_err());
        }
    }

    #[test]
    fn other_forms_are_refused() {
        let form = snapshot().encode().unwrap();
        let refused = |form: &[u8]| Snapshot::decode(&padding::pad(form).unwrap()).is_err();
        for len in 0..form.len() {
            assert!(refused(&form[..len]), "cut at {len}");
        }
        assert!(refused(&[&form[..], &[0]].concat()), "something after the end");
        assert!(refused(&[&[0, 2], &form[31 + 55..], &form[2..31 + 55]].concat()), "out of order");
        assert!(refused(&[&[0, 2], &form[2..31 + 55], &form[2..31 + 55]].concat()), "a place twice");
        assert!(refused(&[&[0, 1, 6], &form[3..31 + 55]].concat()), "an unknown place");
        assert!(refused(&[&[0, 1, 1], &[5; 16][..], &[0; 12]].concat()), "a state that is none");
        assert!(Snapshot::decode(&form).is_err(), "not padded");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let place = |seq| Place::Inbox(ConversationId::from_bytes([5; 16]), seq);
        let mut snapshot = Snapshot::default();
        for seq in 0..1_000 {
            snapshot.insert(place(seq), row(Zeroizing::default(), None)).unwrap();
        }
        assert!(snapshot.insert(place(1_000), row(Zeroizing::default(), None)).is_err());
        let large = Zeroizing::new(vec![0; MAX_FORM]);
        assert!(Snapshot::default().insert(place(0), row(large, None)).is_err());
    }

    proptest! {
        #[test]
        fn nothing_panics(
            noise in proptest::collection::vec(any::<u8>(), 0..64),
            at in 0_usize..200,
            mask in any::<u8>(),
        ) {
            let mut form = snapshot().encode().unwrap().to_vec();
            if let Some(byte) = form.get_mut(at) {
                *byte ^= mask;
            }
            for form in [form, noise] {
                if let Ok(read) = Snapshot::decode(&padding::pad(&form).unwrap()) {
                    prop_assert_eq!(read.encode().unwrap().to_vec(), form);
                }
            }
        }
    }
}
