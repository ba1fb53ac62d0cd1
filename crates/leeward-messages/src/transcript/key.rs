use super::{Entry, refused};
use crate::{Error, Refusal, content::Content};
use leeward_event::ConversationId;
use leeward_seal::{Context, SealError, SealKey};
use ring::rand::SecureRandom;
use std::fmt;
use zeroize::Zeroizing;

/// What opens the transcript of one conversation: 32 bytes drawn on the counsellor's side, wiped when
/// dropped. The service must never hold it.
///
/// Hand the bytes to `leeward-escrow`, which several named people open together.
pub struct TranscriptKey(Zeroizing<[u8; SealKey::LEN]>);

impl TranscriptKey {
    /// How many bytes it has.
    pub const LEN: usize = SealKey::LEN;

    /// A new one. One for each conversation: never the same twice.
    ///
    /// # Errors
    /// [`Error::Random`].
    pub fn generate(rng: &dyn SecureRandom) -> Result<Self, Error> {
        let mut bytes = Zeroizing::new([0; Self::LEN]);
        rng.fill(bytes.as_mut_slice()).map_err(|_| Error::Random)?;
        Ok(Self(bytes))
    }

    /// The key that was kept or recovered.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; Self::LEN]) -> Self {
        Self(Zeroizing::new(*bytes))
    }

    /// The bytes, for escrow.
    #[must_use]
    pub fn expose_key_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    /// The record of one message, from its application data.
    ///
    /// # Errors
    /// [`Error::Transcript`] with [`Refusal::Franking`] when `data` is not what the entry's tag commits to;
    /// [`Error::Seal`], [`Error::Random`].
    pub fn seal(
        &self,
        conversation: ConversationId,
        entry: &Entry,
        data: &[u8],
        rng: &dyn SecureRandom,
    ) -> Result<Vec<u8>, Error> {
        check(conversation, entry, data)?;
        let place = Place::of(conversation, entry);
        Ok(leeward_seal::seal(&self.seal_key(), &place.context(), data, rng)?)
    }

    /// The message in a record, if it is the one that was accepted at this place.
    pub(super) fn open(
        &self,
        conversation: ConversationId,
        entry: &Entry,
        record: &[u8],
    ) -> Result<Content, Error> {
        let place = Place::of(conversation, entry);
        let opened = leeward_seal::open(&self.seal_key(), &place.context(), record);
        let data = opened.map_err(|error| match error {
            SealError::CannotOpen => refused(Refusal::NotAuthentic),
            error => error.into(),
        })?;
        check(conversation, entry, data.as_slice())
    }

    fn seal_key(&self) -> SealKey {
        SealKey::from_bytes(&self.0)
    }
}

impl fmt::Debug for TranscriptKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TranscriptKey").finish_non_exhaustive()
    }
}

fn check(conversation: ConversationId, entry: &Entry, data: &[u8]) -> Result<Content, Error> {
    let content = Content::read(data).map_err(refused)?;
    let same = content.sender == entry.sender && content.conversation == conversation;
    if !same {
        return Err(refused(Refusal::Identity));
    }
    if content.tag(data).matches(&entry.tag) { Ok(content) } else { Err(refused(Refusal::Franking)) }
}

/// What a record is sealed for.
struct Place {
    conversation: ConversationId,
    entry: [u8; Entry::LEN],
}

impl Place {
    fn of(conversation: ConversationId, entry: &Entry) -> Self {
        Self { conversation, entry: entry.encode() }
    }

    fn context(&self) -> Context<'_> {
        Context {
            purpose: "messages.transcript",
            space: "messages.transcript",
            key: &self.entry,
            subject: self.conversation.as_bytes(),
            schema_version: 1,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use ring::rand::SystemRandom;

    /// What nobody could do with `seal`.
    pub(crate) fn seal_unchecked(
        key: &TranscriptKey,
        conversation: ConversationId,
        entry: &Entry,
        data: &[u8],
    ) -> Vec<u8> {
        let place = Place::of(conversation, entry);
        leeward_seal::seal(&key.seal_key(), &place.context(), data, &SystemRandom::new()).unwrap()
    }
}
