use super::{Entry, Head, TranscriptKey, TranscriptKeyId, line::Line, record::Record};
use crate::{Body, Kind, MemberId, Refusal, content::Content};
use jiff::Timestamp;
use leeward_event::ConversationId;

/// A transcript that is complete, and readable as far as its keys were there.
#[derive(Debug)]
pub struct OpenedTranscript {
    pub(super) conversation: ConversationId,
    pub(super) start: Head,
    pub(super) head: Head,
    pub(super) lines: Vec<OpenedLine>,
}

/// What is left of one message.
#[derive(Debug)]
#[non_exhaustive]
pub enum OpenedLine {
    /// It was said, by whom it says.
    Said(Said),
    /// It was accepted, and its record shows nothing.
    Unreadable {
        /// What was accepted.
        entry: Entry,
        /// Who brought the record. The service's word.
        kept_by: MemberId,
        /// [`Refusal::UnknownTranscriptKey`] when its key is not here. Else whoever brought it did not seal
        /// what was said: [`Refusal::NotAuthentic`], [`Refusal::Franking`], [`Refusal::Identity`].
        why: Refusal,
    },
    /// It was accepted, and nobody brought a record of it.
    Unrecorded(Entry),
    /// Its time to live has passed.
    Ended,
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
    /// Who brought the record. The service's word.
    pub kept_by: MemberId,
    /// The key that it was sealed with.
    pub key: TranscriptKeyId,
}

impl OpenedTranscript {
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

    /// Where it ends.
    #[must_use]
    pub const fn head(&self) -> Head {
        self.head
    }

    /// One for each message, in the order in which they were accepted.
    #[must_use]
    pub fn lines(&self) -> &[OpenedLine] {
        &self.lines
    }

    /// What can be read.
    pub fn said(&self) -> impl Iterator<Item = &Said> {
        self.lines.iter().filter_map(|line| match line {
            OpenedLine::Said(said) => Some(said),
            _ => None,
        })
    }
}

pub(super) fn read(conversation: ConversationId, line: &Line, keys: &[TranscriptKey]) -> OpenedLine {
    match line {
        Line::Kept(entry, kept) => {
            let (entry, kept_by) = (*entry, kept.by);
            let said = open(conversation, &entry, kept_by, &kept.record, keys);
            said.map_or_else(|why| OpenedLine::Unreadable { entry, kept_by, why }, OpenedLine::Said)
        }
        Line::Unrecorded(entry) => OpenedLine::Unrecorded(*entry),
        Line::Ended(_) => OpenedLine::Ended,
    }
}

fn open(
    conversation: ConversationId,
    entry: &Entry,
    kept_by: MemberId,
    record: &[u8],
    keys: &[TranscriptKey],
) -> Result<Said, Refusal> {
    let record = Record::parse(record)?;
    let key = keys.iter().find(|key| key.id() == record.key).ok_or(Refusal::UnknownTranscriptKey)?;
    let Content { sender: from, sent_at, kind, body, .. } = key.open(conversation, entry, &record)?;
    let Entry { seq, accepted_ms, .. } = *entry;
    Ok(Said { seq, from, sent_at, accepted_ms, kind, body, kept_by, key: record.key })
}
