use super::{Entry, Head, MAX_ENTRIES, TranscriptKey, refused};
use crate::{Body, Error, Kind, MemberId, Refusal, bytes::Reader, content::Content};
use jiff::Timestamp;
use leeward_event::ConversationId;
use std::fmt;

/// The transcript of one conversation, as it is exported: readable only with its key.
#[derive(Clone)]
pub struct Transcript {
    conversation: ConversationId,
    lines: Vec<Line>,
}

#[derive(Clone)]
enum Line {
    /// What was accepted, and its record.
    Kept(Entry, Vec<u8>),
    /// What ended: its leaf in the ledger is left.
    Ended([u8; 32]),
}

/// One message of an opened transcript.
#[derive(Debug)]
#[non_exhaustive]
pub struct Said {
    /// Its place in the delivery log.
    pub seq: u64,
    /// Who said it.
    pub from: MemberId,
    /// When it was sent, to the minute. The sender's word.
    pub sent_at: Timestamp,
    /// When the service accepted it, in milliseconds since 1970.
    pub accepted_ms: u64,
    /// What kind of message it is.
    pub kind: Kind,
    /// What it says.
    pub body: Body,
}

const VERSION: u8 = 1;
const KEPT: u8 = 1;
const ENDED: u8 = 0;

/// The most bytes of one record: a full message, padded and sealed.
const MAX_RECORD: usize = 80 * 1024;

impl Transcript {
    /// One without messages.
    #[must_use]
    pub const fn new(conversation: ConversationId) -> Self {
        Self { conversation, lines: Vec::new() }
    }

    /// Adds the next message, with its record.
    ///
    /// # Errors
    /// [`Error::Transcript`] with [`Refusal::TooLarge`].
    pub fn keep(&mut self, entry: Entry, record: Vec<u8>) -> Result<(), Error> {
        if record.len() > MAX_RECORD {
            return Err(refused(Refusal::TooLarge));
        }
        self.push(Line::Kept(entry, record))
    }

    /// Adds the next message, of which nothing may be kept: its time to live has passed, or the policy
    /// excludes it.
    ///
    /// # Errors
    /// [`Error::Transcript`] with [`Refusal::TooLarge`].
    pub fn ended(&mut self, entry: &Entry) -> Result<(), Error> {
        self.push(Line::Ended(entry.leaf()))
    }

    /// Which conversation it is of.
    #[must_use]
    pub const fn conversation(&self) -> ConversationId {
        self.conversation
    }

    /// How many messages have ended, and are not in it.
    #[must_use]
    pub fn ended_count(&self) -> usize {
        self.lines.iter().filter(|line| matches!(line, Line::Ended(_))).count()
    }

    /// Whether it is complete and in order, up to a head of the ledger that was noted elsewhere. Needs no
    /// key, and shows nothing.
    ///
    /// # Errors
    /// [`Error::Transcript`] with [`Refusal::NotAuthentic`] when a message was left out, added, changed or
    /// moved.
    pub fn check(&self, noted: &Head) -> Result<(), Error> {
        let mut head = Head::of_nothing(self.conversation);
        let mut last = None;
        for line in &self.lines {
            let leaf = match line {
                Line::Kept(entry, _) if last.is_none_or(|last| last < entry.seq) => {
                    last = Some(entry.seq);
                    entry.leaf()
                }
                Line::Kept(..) => return Err(refused(Refusal::Misplaced)),
                Line::Ended(leaf) => *leaf,
            };
            head = head.after(&leaf)?;
        }
        if head == *noted { Ok(()) } else { Err(refused(Refusal::NotAuthentic)) }
    }

    /// Every message in it, [checked](Self::check) first. Each record holds what its sender committed to, or
    /// nothing is given out.
    ///
    /// # Errors
    /// [`Error::Transcript`] with [`Refusal::NotAuthentic`] when it is not complete, or a record is not
    /// genuine or the key is another one; with [`Refusal::Franking`] or [`Refusal::Identity`] when whoever
    /// has the key put another message into a record.
    pub fn open(&self, key: &TranscriptKey, noted: &Head) -> Result<Vec<Said>, Error> {
        self.check(noted)?;
        let kept = self.lines.iter().filter_map(|line| match line {
            Line::Kept(entry, record) => Some((entry, record)),
            Line::Ended(_) => None,
        });
        kept.map(|(entry, record)| {
            let Content { sender: from, sent_at, kind, body, .. } =
                key.open(self.conversation, entry, record)?;
            Ok(Said { seq: entry.seq, from, sent_at, accepted_ms: entry.accepted_ms, kind, body })
        })
        .collect()
    }

    /// `version(1) || conversation(16) || count(u32) || lines`, a line being `0 || leaf(32)` or
    /// `1 || entry(65) || len(u32) || record`.
    ///
    /// # Errors
    /// [`Error::Transcript`] with [`Refusal::TooLarge`].
    pub fn encode(&self) -> Result<Vec<u8>, Error> {
        let too_large = |_| refused(Refusal::TooLarge);
        let mut bytes = [&[VERSION][..], self.conversation.as_bytes()].concat();
        bytes.extend_from_slice(&u32::try_from(self.lines.len()).map_err(too_large)?.to_be_bytes());
        for line in &self.lines {
            match line {
                Line::Kept(entry, record) => {
                    bytes.push(KEPT);
                    bytes.extend_from_slice(&entry.encode());
                    bytes.extend_from_slice(&u32::try_from(record.len()).map_err(too_large)?.to_be_bytes());
                    bytes.extend_from_slice(record);
                }
                Line::Ended(leaf) => {
                    bytes.push(ENDED);
                    bytes.extend_from_slice(leaf);
                }
            }
        }
        Ok(bytes)
    }

    /// The transcript in these bytes. It is not checked.
    ///
    /// # Errors
    /// [`Refusal::Malformed`], also of another version, or of more than [`MAX_ENTRIES`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Refusal> {
        parse(Reader::new(bytes)).ok_or(Refusal::Malformed)
    }

    fn push(&mut self, line: Line) -> Result<(), Error> {
        if self.lines.len() >= MAX_ENTRIES {
            return Err(refused(Refusal::TooLarge));
        }
        self.lines.push(line);
        Ok(())
    }
}

impl fmt::Debug for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Transcript({} entries)", self.lines.len())
    }
}

fn parse(mut reader: Reader<'_>) -> Option<Transcript> {
    if reader.u8()? != VERSION {
        return None;
    }
    let conversation = ConversationId::from_bytes(reader.array()?);
    let count = usize::try_from(reader.u32()?).ok().filter(|count| *count <= MAX_ENTRIES)?;
    let mut lines = Vec::new();
    for _ in 0..count {
        lines.push(match reader.u8()? {
            KEPT => Line::Kept(Entry::decode(&mut reader)?, record(&mut reader)?),
            ENDED => Line::Ended(reader.array()?),
            _ => return None,
        });
    }
    reader.end()?;
    Some(Transcript { conversation, lines })
}

fn record(reader: &mut Reader<'_>) -> Option<Vec<u8>> {
    reader.long().filter(|record| record.len() <= MAX_RECORD).map(<[u8]>::to_vec)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Draft, franking::FrankingTag, transcript::Ledger};
    use leeward_event::{SeekerId, StaffId};
    use ring::rand::SystemRandom;

    const ROOM: ConversationId = ConversationId::from_bytes([7; 16]);

    fn members() -> [MemberId; 2] {
        [SeekerId::from_bytes([1; 16]).into(), StaffId::from_bytes([2; 16]).into()]
    }

    struct Scene {
        key: TranscriptKey,
        lines: Vec<(Entry, Vec<u8>)>,
        ledger: Ledger,
    }

    /// Three messages at the places 1, 3 and 5.
    fn scene() -> Scene {
        let rng = SystemRandom::new();
        let (key, mut ledger) = (TranscriptKey::generate(&rng).unwrap(), Ledger::new(ROOM));
        let mut lines = Vec::new();
        for (at, text) in (0..).zip(["hello", "I am here", "thank you"]) {
            let sender = members()[at % 2];
            let made = Content::seal(sender, ROOM, &Draft::text(text), Timestamp::UNIX_EPOCH, &rng).unwrap();
            let seq = u64::try_from(at * 2 + 1).unwrap();
            let entry = Entry { seq, sender, accepted_ms: 1_000 + seq, tag: made.aad.tag };
            ledger.accept(&entry).unwrap();
            lines.push((entry, key.seal(ROOM, &entry, &made.data, &rng).unwrap()));
        }
        Scene { key, lines, ledger }
    }

    fn transcript(lines: &[(Entry, Vec<u8>)]) -> Transcript {
        let mut transcript = Transcript::new(ROOM);
        for (entry, record) in lines {
            transcript.keep(*entry, record.clone()).unwrap();
        }
        transcript
    }

    #[test]
    fn a_transcript_is_read_with_its_key() {
        let Scene { key, lines, ledger } = scene();
        let bytes = transcript(&lines).encode().unwrap();
        let said = Transcript::decode(&bytes).unwrap().open(&key, &ledger.head()).unwrap();
        let texts: Vec<&[u8]> = said.iter().map(|said| said.body.expose()).collect();
        assert_eq!(texts, [&b"hello"[..], b"I am here", b"thank you"]);
        assert_eq!((said[1].from, said[1].seq, said[1].accepted_ms), (members()[1], 3, 1_003));
        let other = TranscriptKey::generate(&SystemRandom::new()).unwrap();
        let refused = transcript(&lines).open(&other, &ledger.head()).unwrap_err();
        assert!(matches!(refused, Error::Transcript { why: Refusal::NotAuthentic }));
        assert_eq!(format!("{key:?} {:?}", ledger.head()), "TranscriptKey { .. } Head(3 entries)");
    }

    #[test]
    fn what_is_missing_added_or_moved_is_found_without_the_key() {
        let Scene { lines, ledger, .. } = scene();
        let (a, b, c) = (&lines[0], &lines[1], &lines[2]);
        let whole = transcript(&lines);
        assert!(whole.check(&ledger.head()).is_ok());
        for bad in [vec![a, b], vec![b, c], vec![a, c], vec![b, a, c], vec![a, b, c, c], vec![]] {
            let bad: Vec<_> = bad.into_iter().cloned().collect();
            assert!(transcript(&bad).check(&ledger.head()).is_err());
        }
        let changes: [fn(&mut Entry); 4] = [
            |entry| entry.seq = 2,
            |entry| entry.sender = members()[1],
            |entry| entry.accepted_ms += 1,
            |entry| entry.tag = FrankingTag::from_bytes([0; 32]),
        ];
        for change in changes {
            let mut bad = lines.clone();
            change(&mut bad[0].0);
            assert!(transcript(&bad).check(&ledger.head()).is_err());
        }
    }

    #[test]
    fn a_record_holds_what_was_accepted_there_and_nothing_else() {
        let Scene { key, mut lines, ledger } = scene();
        let rng = SystemRandom::new();
        let (entry, sender) = (lines[0].0, members()[0]);
        let made = Content::seal(sender, ROOM, &Draft::text("hell"), Timestamp::UNIX_EPOCH, &rng).unwrap();
        let refused = key.seal(ROOM, &entry, &made.data, &rng).unwrap_err();
        assert!(matches!(refused, Error::Transcript { why: Refusal::Franking }));
        // Whoever has the key can seal anything, but not under a tag that commits to something else.
        let place = super::super::key::tests::seal_unchecked(&key, ROOM, &entry, &made.data);
        lines[0].1 = place;
        let refused = transcript(&lines).open(&key, &ledger.head()).unwrap_err();
        assert!(matches!(refused, Error::Transcript { why: Refusal::Franking }));
        let Scene { key, mut lines, ledger } = scene();
        lines[0].1 = lines[2].1.clone();
        let refused = transcript(&lines).open(&key, &ledger.head()).unwrap_err();
        assert!(matches!(refused, Error::Transcript { why: Refusal::NotAuthentic }));
    }

    #[test]
    fn every_changed_byte_is_refused() {
        let Scene { key, lines, ledger } = scene();
        let bytes = transcript(&lines[..1]).encode().unwrap();
        let mut short = Ledger::new(ROOM);
        short.accept(&lines[0].0).unwrap();
        assert_ne!(short.head(), ledger.head());
        for index in 0..bytes.len() {
            let mut bad = bytes.clone();
            bad[index] ^= 1;
            let opened = Transcript::decode(&bad).map(|bad| bad.open(&key, &short.head()).is_ok());
            assert!(!matches!(opened, Ok(true)), "{index}");
            assert!(Transcript::decode(&bytes[..index]).is_err());
        }
    }

    #[test]
    fn what_ended_is_named_and_keeps_its_place() {
        let Scene { key, lines, ledger } = scene();
        let mut transcript = Transcript::new(ROOM);
        transcript.keep(lines[0].0, lines[0].1.clone()).unwrap();
        transcript.ended(&lines[1].0).unwrap();
        transcript.keep(lines[2].0, lines[2].1.clone()).unwrap();
        let read = Transcript::decode(&transcript.encode().unwrap()).unwrap();
        assert_eq!((read.ended_count(), read.open(&key, &ledger.head()).unwrap().len()), (1, 2));
    }

    #[test]
    fn the_ledger_is_pinned() {
        let mut ledger = Ledger::new(ROOM);
        let tag = FrankingTag::from_bytes([3; 32]);
        let entry = Entry { seq: 1, sender: members()[0], accepted_ms: 2, tag };
        ledger.accept(&entry).unwrap();
        assert!(ledger.accept(&entry).is_err(), "a place is taken once");
        let bytes = ledger.encode().unwrap();
        assert_eq!((bytes.len(), &bytes[..9]), (49, &[1, 0, 0, 0, 0, 0, 0, 0, 1][..]));
        assert_eq!(bytes[41..], [0, 0, 0, 0, 0, 0, 0, 2]);
        let again = Ledger::decode(&bytes).unwrap();
        assert_eq!((again.head(), again.encode().unwrap()), (ledger.head(), bytes.clone()));
        assert!((0..49).all(|len| Ledger::decode(&bytes[..len]).is_err()));
        let leaf = [&[0][..], &[0, 0, 0, 0, 0, 0, 0, 1, 2], &[1; 16], &[0, 0, 0, 0, 0, 0, 0, 2], &[3; 32]];
        let hash = |parts: &[&[u8]]| super::super::entry::hash(parts);
        let link = hash(&[&[1], &hash(&[&[2], &[7; 16]]), &hash(&leaf)]);
        assert_eq!(bytes[9..41], link);
    }
}
