use super::{Entry, record::Record, refused};
use crate::{Error, MemberId, Refusal, content::Content, franking::FrankingTag};
use leeward_event::ConversationId;
use leeward_seal::{Context, SealError, SealKey};
use ring::{
    digest::{self, SHA256},
    rand::SecureRandom,
};
use std::fmt;
use zeroize::Zeroizing;

/// What opens the transcript of one conversation: 32 bytes drawn on the counsellor's side, wiped when
/// dropped. The service must never hold it.
///
/// Hand the bytes to `leeward-escrow`, which several named people open together.
pub struct TranscriptKey(Zeroizing<[u8; SealKey::LEN]>);

/// Names a [`TranscriptKey`], and tells nothing of it: the first 16 bytes of
/// `SHA-256("leeward transcript key 1" || key)`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TranscriptKeyId([u8; 16]);

const ID_LABEL: &[u8] = b"leeward transcript key 1";

impl TranscriptKeyId {
    /// How many bytes it has.
    pub const LEN: usize = 16;

    /// The name with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

impl fmt::Display for TranscriptKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for TranscriptKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TranscriptKeyId({self})")
    }
}

impl TranscriptKey {
    /// How many bytes it has.
    pub const LEN: usize = SealKey::LEN;

    /// A new one. One for each conversation and counsellor: never the same twice.
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

    /// Its name, which stands in each record that it seals.
    #[must_use]
    pub fn id(&self) -> TranscriptKeyId {
        let mut context = digest::Context::new(&SHA256);
        context.update(ID_LABEL);
        context.update(self.0.as_slice());
        let hash = context.finish();
        let id = hash.as_ref().first_chunk().copied();
        // A digest of SHA-256 has 32 bytes: the fallback is never taken.
        TranscriptKeyId(id.unwrap_or_default())
    }

    /// The record of one message, from its application data: it opens as what `sender` said in this
    /// conversation and committed to by this tag, and as nothing else.
    ///
    /// # Errors
    /// [`Error::Transcript`] with [`Refusal::Franking`] when `data` is not what the tag commits to, and with
    /// [`Refusal::Identity`] when it names another sender or conversation; [`Error::Seal`], [`Error::Random`].
    pub fn seal(
        &self,
        conversation: ConversationId,
        sender: MemberId,
        tag: &FrankingTag,
        data: &[u8],
        rng: &dyn SecureRandom,
    ) -> Result<Vec<u8>, Error> {
        let place = Place::of(conversation, sender, tag);
        check(&place, data).map_err(refused)?;
        let sealed = leeward_seal::seal(&self.seal_key(), &place.context(), data, rng)?;
        Ok(Record::encode(self.id(), &sealed))
    }

    /// The message in a record, if it is the one that was accepted at this place.
    pub(super) fn open(
        &self,
        conversation: ConversationId,
        entry: &Entry,
        record: &Record<'_>,
    ) -> Result<Content, Refusal> {
        let place = Place::of(conversation, entry.sender, &entry.tag);
        let opened = leeward_seal::open(&self.seal_key(), &place.context(), record.sealed);
        let data = opened.map_err(|error| match error {
            SealError::CannotOpen => Refusal::NotAuthentic,
            _ => Refusal::Malformed,
        })?;
        check(&place, data.as_slice())
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

fn check(place: &Place, data: &[u8]) -> Result<Content, Refusal> {
    let content = Content::read(data)?;
    let same = content.sender == place.sender && content.conversation == place.conversation;
    if !same {
        return Err(Refusal::Identity);
    }
    if content.tag(data).matches(&place.tag) { Ok(content) } else { Err(Refusal::Franking) }
}

/// What a record is sealed for. Its sender knows all of that before the service has accepted the message.
struct Place {
    conversation: ConversationId,
    sender: MemberId,
    tag: FrankingTag,
    /// `sender(17) || tag(32)`.
    said: Vec<u8>,
}

impl Place {
    fn of(conversation: ConversationId, sender: MemberId, tag: &FrankingTag) -> Self {
        let said = [&sender.to_identity()[..], tag.as_bytes()].concat();
        Self { conversation, sender, tag: *tag, said }
    }

    fn context(&self) -> Context<'_> {
        Context {
            purpose: "messages.transcript",
            space: "messages.transcript",
            key: &self.said,
            subject: self.conversation.as_bytes(),
            schema_version: 2,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::{Draft, padding};
    use jiff::Timestamp;
    use leeward_event::SeekerId;
    use leeward_seal::cobblestone;
    use ring::rand::SystemRandom;

    /// What nobody could do with `seal`.
    pub(crate) fn seal_unchecked(
        key: &TranscriptKey,
        conversation: ConversationId,
        entry: &Entry,
        data: &[u8],
    ) -> Vec<u8> {
        let place = Place::of(conversation, entry.sender, &entry.tag);
        let sealed =
            leeward_seal::seal(&key.seal_key(), &place.context(), data, &SystemRandom::new()).unwrap();
        Record::encode(key.id(), &sealed)
    }

    /// The application data in a record.
    pub(crate) fn data(key: &TranscriptKey, room: ConversationId, entry: &Entry, record: &[u8]) -> Vec<u8> {
        let (place, record) = (Place::of(room, entry.sender, &entry.tag), Record::parse(record).unwrap());
        leeward_seal::open(&key.seal_key(), &place.context(), record.sealed).unwrap().as_slice().to_vec()
    }

    #[test]
    fn what_a_record_is_sealed_for_is_pinned() {
        let (room, rng) = (ConversationId::from_bytes([7; 16]), SystemRandom::new());
        let sender = MemberId::from(SeekerId::from_bytes([1; 16]));
        let key = TranscriptKey::from_bytes(&[9; 32]);
        let made = Content::seal(sender, room, &Draft::text("hi"), Timestamp::UNIX_EPOCH, &rng).unwrap();
        let record = key.seal(room, sender, &made.tag(), made.expose_data(), &rng).unwrap();
        let hash = digest::digest(&SHA256, &[&b"leeward transcript key 1"[..], &[9; 32]].concat());
        assert_eq!((record[0], &record[1..17]), (1, &hash.as_ref()[..16]));
        let said = [&[2][..], &[1; 16], made.tag().as_bytes()].concat();
        let named = [&[0, 19][..], b"messages.transcript"].concat();
        let context = [&[1][..], &named, &named, &[0, 49], &said, &[0, 16], &[7; 16], &[0, 0, 0, 2]].concat();
        let opened = cobblestone::open(&SealKey::from_bytes(&[9; 32]), &context, &record[17..]).unwrap();
        assert_eq!(opened.as_slice(), made.expose_data());
        assert!(padding::unpad(opened.as_slice()).is_some());
        assert_eq!(format!("{key:?}"), "TranscriptKey { .. }");
    }
}
