use super::entry::{Entry, hash};
use crate::{Error, Refusal, bytes::Reader};
use leeward_event::{ConversationId, CorrelationId};
use std::fmt;

/// Where a ledger ends: the number of its entries, and a hash over all of them in their order.
///
/// Note it where the service cannot reach; it tells nothing of what was said.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Head {
    pub(super) count: u64,
    pub(super) link: [u8; 32],
}

const VERSION: u8 = 1;

impl Head {
    /// How many bytes it has.
    pub(super) const LEN: usize = 1 + 8 + 32;

    /// How many messages were accepted.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// `version(1) || count(u64) || link(32)`.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        [&[VERSION][..], &self.count.to_be_bytes(), &self.link].concat()
    }

    /// What stands for it in the event of an export: the first 16 bytes of `SHA-256(3 || encoded head)`.
    #[must_use]
    pub fn note(&self) -> CorrelationId {
        let hash = hash(&[&[3], &self.encode()]);
        CorrelationId::from_bytes(hash.first_chunk().copied().unwrap_or_default())
    }

    /// The head in these bytes.
    ///
    /// # Errors
    /// [`Refusal::Malformed`], also of another version.
    pub fn decode(bytes: &[u8]) -> Result<Self, Refusal> {
        parse(Reader::new(bytes)).ok_or(Refusal::Malformed)
    }

    /// Of a ledger without entries: `SHA-256(2 || conversation)`.
    pub(super) fn of_nothing(conversation: ConversationId) -> Self {
        Self { count: 0, link: hash(&[&[2], conversation.as_bytes()]) }
    }

    /// After one more: `SHA-256(1 || link || leaf)`.
    pub(super) fn after(self, leaf: &[u8; 32]) -> Result<Self, Error> {
        let count = self.count.checked_add(1).ok_or(Error::Corrupt { what: "a ledger without end" })?;
        Ok(Self { count, link: hash(&[&[1], &self.link, leaf]) })
    }
}

impl fmt::Debug for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Head({} entries)", self.count)
    }
}

fn parse(mut reader: Reader<'_>) -> Option<Head> {
    if reader.u8()? != VERSION {
        return None;
    }
    let (count, link) = (reader.u64()?, reader.array()?);
    reader.end()?;
    Some(Head { count, link })
}

/// What the service accepted in one conversation, as a chain of hashes: one [`Head`] to keep, which each
/// accepted message moves on in the batch that accepts it.
#[derive(Clone, Copy, Debug)]
pub struct Ledger {
    head: Head,
    last: Option<u64>,
}

impl Ledger {
    /// An empty one.
    #[must_use]
    pub fn new(conversation: ConversationId) -> Self {
        Self { head: Head::of_nothing(conversation), last: None }
    }

    /// Takes one more message.
    ///
    /// # Errors
    /// [`Error::Transcript`] with [`Refusal::Misplaced`] when its place is not after the last one.
    pub fn accept(&mut self, entry: &Entry) -> Result<(), Error> {
        if self.last.is_some_and(|last| last >= entry.seq) {
            return Err(super::refused(Refusal::Misplaced));
        }
        self.head = self.head.after(&entry.leaf())?;
        self.last = Some(entry.seq);
        Ok(())
    }

    /// Where it ends.
    #[must_use]
    pub const fn head(&self) -> Head {
        self.head
    }

    /// `head || place of the last entry + 1, or 0 (u64)`.
    ///
    /// # Errors
    /// [`Error::Corrupt`] of a ledger at the last place there is.
    pub fn encode(&self) -> Result<Vec<u8>, Error> {
        let last = self.last.map_or(Some(0), |last| last.checked_add(1));
        let last = last.ok_or(Error::Corrupt { what: "a ledger without end" })?;
        Ok([&self.head.encode()[..], &last.to_be_bytes()].concat())
    }

    /// The ledger in these bytes.
    ///
    /// # Errors
    /// [`Error::Corrupt`], also of another version.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let malformed = Error::Corrupt { what: "a malformed ledger" };
        let Some((head, last)) = bytes.split_last_chunk::<8>() else { return Err(malformed) };
        let Ok(head) = Head::decode(head) else { return Err(malformed) };
        Ok(Self { head, last: u64::from_be_bytes(*last).checked_sub(1) })
    }
}
