use super::checksum;
use crate::{Error, HoldNotice, bytes::Reader, delivery::Submission, record::Values};
use std::collections::BTreeSet;
use zeroize::Zeroizing;

/// What is kept of one member of one conversation.
///
/// After version and checksum: `active(1) || cursor(u64) || last sent + 1, or 0 (u64) || waiting (0: none, 1:
/// a message, 2: a commit, 3: a message with its record) || submission? || (len(u32) || record)? || count(u32) || own place (u64)* || values`. Where `active` is 2, `joined at(u64)` stands
/// before the values; where 4 is added to it, so does the hold (9), after that.
#[derive(Clone, Debug)]
pub(crate) struct State {
    /// The next place of the log to receive.
    pub(crate) cursor: u64,
    /// The place of the last entry it submitted that was accepted.
    pub(crate) last_sent: Option<u64>,
    /// The place that the invitation names by which it joined, while the delivery service may not have heard of it.
    pub(crate) joined_at: Option<u64>,
    /// The hold that the conversation is under, as far as it has received.
    pub(crate) held: Option<HoldNotice>,
    /// What it made and may not have been accepted: it is sent again as it is, or dropped with its keys.
    pub(crate) outbox: Option<Outbox>,
    /// The places from the cursor on that hold its own messages, ascending.
    pub(crate) own: BTreeSet<u64>,
    /// `None` once it was removed: no key is kept.
    pub(crate) values: Option<Values>,
}

/// What waits to be accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outbox {
    pub(crate) submission: Submission,
    /// Whether the values hold a commit, which is merged when its place in the log is met.
    pub(crate) is_commit: bool,
}

impl State {
    pub(crate) fn encode(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        let values = self.values.as_ref().map(Values::encode).transpose()?.unwrap_or_default();
        let joined_at = self.joined_at.filter(|_| self.values.is_some()).map(u64::to_be_bytes);
        let active = if joined_at.is_some() { JOINED } else { u8::from(self.values.is_some()) };
        let held = self.held.as_ref().map(HoldNotice::encode);
        let sent = self.last_sent.map_or(Some(0), |seq| seq.checked_add(1)).ok_or(MALFORMED)?;
        let own: Vec<[u8; 8]> = self.own.range(self.cursor..).map(|place| place.to_be_bytes()).collect();
        let count = u32::try_from(own.len()).map_err(|_| MALFORMED)?;
        let waiting = self.outbox.as_ref().map(|outbox| outbox.submission.encode()).transpose()?;
        let mut waiting = waiting.unwrap_or_default();
        let record = self.outbox.as_ref().and_then(|outbox| outbox.submission.record.as_ref());
        if let Some(record) = record {
            let len = u32::try_from(record.len()).map_err(|_| MALFORMED)?;
            waiting.extend_from_slice(&len.to_be_bytes());
            waiting.extend_from_slice(record);
        }
        let size = own.as_flattened().len().saturating_add(values.len()).saturating_add(waiting.len());
        let mut bytes = Zeroizing::new(Vec::with_capacity(size.saturating_add(HEADER)));
        bytes.push(if held.is_some() { active | HELD } else { active });
        bytes.extend_from_slice(&self.cursor.to_be_bytes());
        bytes.extend_from_slice(&sent.to_be_bytes());
        bytes.push(match &self.outbox {
            None => 0,
            Some(outbox) if outbox.is_commit => 2,
            Some(_) if record.is_none() => 1,
            Some(_) => 3,
        });
        bytes.extend_from_slice(&waiting);
        bytes.extend_from_slice(&count.to_be_bytes());
        bytes.extend_from_slice(own.as_flattened());
        bytes.extend_from_slice(joined_at.as_slice().as_flattened());
        bytes.extend_from_slice(held.as_slice().as_flattened());
        bytes.extend_from_slice(&values);
        checksum::wrap(&bytes)
    }

    pub(crate) fn decode(record: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(checksum::unwrap(record)?);
        let flags = reader.u8().ok_or(MALFORMED)?;
        let active = flags & !HELD;
        let (cursor, sent) = reader.u64().zip(reader.u64()).ok_or(MALFORMED)?;
        let outbox = outbox(&mut reader)?;
        let own = own_places(&mut reader, cursor).ok_or(MALFORMED)?;
        let joined_at = if active == JOINED { Some(reader.u64().ok_or(MALFORMED)?) } else { None };
        let held = if flags == active { None } else { Some(hold(&mut reader).ok_or(MALFORMED)?) };
        let values = match (active, reader.rest()) {
            (1 | JOINED, rest) => Some(Values::decode(rest)?),
            (0, []) => None,
            _ => return Err(MALFORMED),
        };
        Ok(Self { cursor, last_sent: sent.checked_sub(1), joined_at, held, outbox, own, values })
    }
}

fn hold(reader: &mut Reader<'_>) -> Option<HoldNotice> {
    HoldNotice::decode(reader).filter(HoldNotice::stands)
}

fn outbox(reader: &mut Reader<'_>) -> Result<Option<Outbox>, Error> {
    let waiting = reader.u8().ok_or(MALFORMED)?;
    match waiting {
        0 => return Ok(None),
        1..=3 => {}
        _ => return Err(MALFORMED),
    }
    let mut submission = Submission::decode(reader)?;
    if waiting == 3 {
        submission = submission.recorded(reader.long().ok_or(MALFORMED)?.to_vec());
    }
    Ok(Some(Outbox { submission, is_commit: waiting == 2 }))
}

fn own_places(reader: &mut Reader<'_>, cursor: u64) -> Option<BTreeSet<u64>> {
    let mut own = BTreeSet::new();
    for _ in 0..reader.u32()? {
        let place = reader.u64()?;
        let ascending = place >= cursor && own.last().is_none_or(|last| *last < place);
        if !ascending {
            return None;
        }
        own.insert(place);
    }
    Some(own)
}

/// The bytes beside what is counted.
const HEADER: usize = 1 + 8 + 8 + 1 + 4 + 8 + HoldNotice::LEN;

/// Active, and it has yet to tell the delivery service that it joined.
const JOINED: u8 = 2;

/// The conversation is under hold.
const HELD: u8 = 4;

const MALFORMED: Error = Error::Corrupt { what: "a malformed member state" };

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    #[test]
    fn the_state_is_pinned() {
        let values: Values = [(b"k".to_vec(), b"v".to_vec())].into_iter().collect();
        let own = BTreeSet::from([4, 6, 259]); // 4 lies behind the cursor
        let state = State {
            cursor: 5,
            last_sent: Some(259),
            joined_at: None,
            held: None,
            outbox: None,
            own,
            values: Some(values),
        };
        let record = state.encode().unwrap();
        let rest = b"\x01\0\0\0\0\0\0\0\x05\0\0\0\0\0\0\x01\x04\0\0\0\0\x02\0\0\0\0\0\0\0\x06\
            \0\0\0\0\0\0\x01\x03\0\x01\0\x01k\0\0\0\x01v";
        assert_eq!((record[0], &record[33..]), (2, &rest[..]));
        let read = State::decode(&record).unwrap();
        assert_eq!((read.cursor, read.last_sent, read.values.is_some()), (5, Some(259), true));
        assert!(read.own.iter().eq(&[6, 259]));
        assert_eq!(read.encode().unwrap(), record);
    }

    #[test]
    fn what_waits_is_pinned() {
        let submission = Submission::new(b"m".to_vec(), None);
        let recorded = submission.clone().recorded(b"rec".to_vec());
        for (submission, is_commit, code) in
            [(submission.clone(), false, 1), (submission, true, 2), (recorded, false, 3)]
        {
            let outbox = Some(Outbox { submission, is_commit });
            let own = BTreeSet::new();
            let state =
                State { cursor: 0, last_sent: None, joined_at: None, held: None, outbox, own, values: None };
            let record = state.encode().unwrap();
            assert_eq!(record[33 + 17], code);
            if code == 3 {
                assert_eq!(record[33 + 18..][8 + 4 + 1 + 2..][..7], *b"\0\0\0\x03rec");
            }
            assert_eq!(State::decode(&record).unwrap().outbox, state.outbox);
        }
    }

    #[test]
    fn who_has_yet_to_say_that_it_joined_is_pinned() {
        let (own, values) = (BTreeSet::from([6]), Some(Values::default()));
        let joined_at = Some(258);
        let state = State { cursor: 5, last_sent: None, joined_at, held: None, outbox: None, own, values };
        let record = state.encode().unwrap();
        let rest = b"\x02\0\0\0\0\0\0\0\x05\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x06\
            \0\0\0\0\0\0\x01\x02\0\0";
        assert_eq!((record[0], &record[33..]), (2, &rest[..]));
        let read = State::decode(&record).unwrap();
        assert_eq!((read.joined_at, read.values.is_some()), (Some(258), true));
        for len in 33..record.len() {
            assert!(State::decode(&checksum::wrap(&record[33..len]).unwrap()).is_err());
        }
    }

    #[test]
    fn the_hold_is_pinned() {
        let since = Timestamp::from_second(258).unwrap();
        let held = Some(HoldNotice { legal: true, abuse_report: false, since });
        let of = |values, joined_at| {
            let own = BTreeSet::new();
            State { cursor: 5, last_sent: None, joined_at, held, outbox: None, own, values }
        };
        let body = |active, joined: &[u8], values: &[u8]| {
            let numbers = [5, 0].map(u64::to_be_bytes).concat();
            let told = [1, 0, 0, 0, 0, 0, 0, 1, 2];
            [&[active], &numbers[..], &[0; 5], joined, &told, values].concat()
        };
        for (state, rest) in [
            (of(None, None), body(4, &[], &[])),
            (of(Some(Values::default()), None), body(5, &[], &[0, 0])),
            (of(Some(Values::default()), Some(7)), body(6, &7_u64.to_be_bytes(), &[0, 0])),
        ] {
            let record = state.encode().unwrap();
            assert_eq!(record[33..], rest);
            let read = State::decode(&record).unwrap();
            assert_eq!((read.held, read.joined_at), (held, state.joined_at));
            for len in 0..rest.len() {
                assert!(State::decode(&checksum::wrap(&rest[..len]).unwrap()).is_err());
            }
        }
        let mut lifted = body(5, &[], &[0, 0]);
        lifted[22] = 0;
        assert!(State::decode(&checksum::wrap(&lifted).unwrap()).is_err());
    }

    #[test]
    fn a_removed_member_keeps_no_values() {
        let own = BTreeSet::new();
        let joined_at = Some(7);
        let state =
            State { cursor: 1, last_sent: None, joined_at, held: None, outbox: None, own, values: None };
        let record = state.encode().unwrap();
        assert_eq!(record.len(), 33 + 22);
        assert!(State::decode(&record).unwrap().values.is_none());
    }

    #[test]
    fn other_states_are_refused() {
        let decode = |rest: &[u8]| State::decode(&checksum::wrap(rest).unwrap());
        let removed = |cursor: u64, own: [u64; 2]| {
            let numbers = [cursor, 0].map(u64::to_be_bytes).concat();
            decode(&[&[0], &numbers[..], &[0, 0, 0, 0, 2], &own.map(u64::to_be_bytes).concat()].concat())
        };
        assert!(removed(3, [3, 4]).is_ok());
        for (cursor, own) in [(4, [3, 4]), (3, [4, 3]), (3, [4, 4])] {
            assert!(removed(cursor, own).is_err());
        }
        for rest in [&[][..], &[0; 21], &[0; 23], &[2; 22], &[1; 22], &[0xff; 22]] {
            assert!(decode(rest).is_err());
        }
    }
}
