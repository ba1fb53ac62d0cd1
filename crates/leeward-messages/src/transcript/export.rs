use super::{
    Entry, Head, MAX_ENTRIES, OpenedTranscript, TranscriptKey, TranscriptKeyId,
    line::Line,
    opened,
    record::{Kept, Record},
    refused,
};
use crate::{Error, MemberId, Refusal, bytes::Reader};
use leeward_event::ConversationId;
use std::{collections::BTreeSet, fmt};

/// The transcript of one conversation, as it is exported: readable only with its keys.
#[derive(Clone)]
pub struct Transcript {
    conversation: ConversationId,
    start: Head,
    lines: Vec<Line>,
}

/// Of the second form: the first had no starting head, and no names of keys.
const VERSION: u8 = 2;

impl Transcript {
    /// One without messages, of a ledger from which nothing was let go.
    #[must_use]
    pub fn new(conversation: ConversationId) -> Self {
        Self::from_start(conversation, Head::of_nothing(conversation))
    }

    /// One without messages, of a ledger that begins here: what was before is let go.
    #[must_use]
    pub const fn from_start(conversation: ConversationId, start: Head) -> Self {
        Self { conversation, start, lines: Vec::new() }
    }

    /// Adds the next message, with its record and whoever brought it.
    ///
    /// # Errors
    /// [`Error::Transcript`] with [`Refusal::TooLarge`], or of what is no record.
    pub fn keep(&mut self, entry: Entry, by: MemberId, record: Vec<u8>) -> Result<(), Error> {
        Record::parse(&record).map_err(refused)?;
        self.push(Line::Kept(entry, Kept { by, record }))
    }

    /// Adds the next message, of which there is no record.
    ///
    /// # Errors
    /// [`Error::Transcript`] with [`Refusal::TooLarge`].
    pub fn unrecorded(&mut self, entry: Entry) -> Result<(), Error> {
        self.push(Line::Unrecorded(entry))
    }

    /// Adds the next message, of which nothing may be kept: its time to live has passed.
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

    /// Where it begins: its count is how many messages were let go before, by the policy.
    #[must_use]
    pub const fn start(&self) -> Head {
        self.start
    }

    /// How many messages have ended, and are not in it.
    #[must_use]
    pub fn ended_count(&self) -> usize {
        self.lines.iter().filter(|line| matches!(line, Line::Ended(_))).count()
    }

    /// How many messages were accepted, and have no record.
    #[must_use]
    pub fn unrecorded_count(&self) -> usize {
        self.lines.iter().filter(|line| matches!(line, Line::Unrecorded(_))).count()
    }

    /// The names of the keys that its records were sealed with, as they say of themselves.
    #[must_use]
    pub fn keys(&self) -> BTreeSet<TranscriptKeyId> {
        let key = |line: &Line| match line {
            Line::Kept(_, kept) => Record::parse(&kept.record).ok().map(|record| record.key),
            Line::Unrecorded(_) | Line::Ended(_) => None,
        };
        self.lines.iter().filter_map(key).collect()
    }

    /// Whether it is complete and in order, from its [`start`](Self::start) to a head of the ledger that was
    /// noted elsewhere. Needs no key, and shows nothing.
    ///
    /// # Errors
    /// [`Error::Transcript`] with [`Refusal::NotAuthentic`] when a message was left out, added, changed or
    /// moved.
    pub fn check(&self, noted: &Head) -> Result<(), Error> {
        let (mut head, mut last) = (self.start, None);
        for line in &self.lines {
            if let Some(place) = line.place() {
                if last.is_some_and(|last| last >= place) {
                    return Err(refused(Refusal::Misplaced));
                }
                last = Some(place);
            }
            head = head.after(&line.leaf())?;
        }
        if head == *noted { Ok(()) } else { Err(refused(Refusal::NotAuthentic)) }
    }

    /// Every message in it, [checked](Self::check) first. What is given out as said is what its sender
    /// committed to; a record that is not, or whose key is not here, is named with whoever brought it.
    ///
    /// # Errors
    /// [`Error::Transcript`] with [`Refusal::NotAuthentic`] when it is not complete.
    pub fn open(&self, keys: &[TranscriptKey], noted: &Head) -> Result<OpenedTranscript, Error> {
        self.check(noted)?;
        let lines = self.lines.iter().map(|line| opened::read(self.conversation, line, keys)).collect();
        Ok(OpenedTranscript { conversation: self.conversation, start: self.start, head: *noted, lines })
    }

    /// `version(1) = 2 || conversation(16) || starting head(41) || count(u32) || lines`, a line being
    /// `0 || leaf(32)` of what ended, `1 || entry(65) || by(17) || len(u32) || record`, or `2 || entry(65)`
    /// of what has no record.
    ///
    /// # Errors
    /// [`Error::Transcript`] with [`Refusal::TooLarge`].
    pub fn encode(&self) -> Result<Vec<u8>, Error> {
        let count = u32::try_from(self.lines.len()).map_err(|_| refused(Refusal::TooLarge))?;
        let mut bytes = [&[VERSION][..], self.conversation.as_bytes(), &self.start.encode()].concat();
        bytes.extend_from_slice(&count.to_be_bytes());
        for line in &self.lines {
            line.encode_into(&mut bytes)?;
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

    pub(super) fn push(&mut self, line: Line) -> Result<(), Error> {
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
    let start = Head::decode(reader.take(Head::LEN)?).ok()?;
    let count = usize::try_from(reader.u32()?).ok().filter(|count| *count <= MAX_ENTRIES)?;
    let mut lines = Vec::new();
    for _ in 0..count {
        lines.push(Line::decode(&mut reader)?);
    }
    reader.end()?;
    Some(Transcript { conversation, start, lines })
}
