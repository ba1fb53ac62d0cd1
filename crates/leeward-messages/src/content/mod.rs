//! What one member says to the others: the application data of an MLS message, with its franking tag.
//! `docs/franking.md` has the bytes.

mod aad;
mod draft;
mod kind;
mod time_to_live;

pub use aad::Aad;
pub use draft::Draft;
pub use kind::Kind;
pub use time_to_live::TimeToLive;

use crate::{Error, MAX_BODY, MemberId, Refusal, bytes::Reader, franking::FrankingTag, padding};
use jiff::Timestamp;
use leeward_event::ConversationId;
use ring::rand::SecureRandom;
use zeroize::Zeroizing;

const VERSION: u8 = 2;
const HEADER: usize = 1 + SALT_LEN + MemberId::IDENTITY_LEN + 16 + 8 + 4 + 1;

/// Bytes of the salt that a message is franked with: 128 bits (draft-ietf-mimi-protocol-06 5.4.1.1).
pub(crate) const SALT_LEN: usize = 16;

/// The plaintext of one message. `Conversations` makes and reads it by itself; it is here for other
/// transports, and for the tests of other clients.
///
/// `version(1) = 2 || salt(16) || sender(17) || conversation(16) || minutes since 1970 (i64) ||
/// seconds to live, or 0 (u32) || kind(1) || body`, and all that padded.
#[derive(Debug)]
#[non_exhaustive]
pub struct Content {
    /// Who says so.
    pub sender: MemberId,
    /// Where.
    pub conversation: ConversationId,
    /// To the minute: enough for a person, little for whoever correlates. The sender's word.
    pub sent_at: Timestamp,
    /// How long it is kept, if not until the conversation ends.
    pub time_to_live: Option<TimeToLive>,
    /// What the body is.
    pub kind: Kind,
    /// What it says.
    pub body: crate::Body,
    salt: [u8; SALT_LEN],
}

/// What MLS encrypts, and what it authenticates beside that.
pub struct Application {
    pub(crate) data: Zeroizing<Vec<u8>>,
    pub(crate) aad: Aad,
}

impl Application {
    /// The `application_data` of an MLS message (RFC 9420 6): the content, padded.
    #[must_use]
    pub fn expose_data(&self) -> &[u8] {
        &self.data
    }

    /// Its `authenticated_data`: `franking tag (32) || seconds to live, or 0 (u32)`.
    #[must_use]
    pub fn aad(&self) -> [u8; Aad::LEN] {
        self.aad.encode()
    }

    /// What the hub stamps.
    #[must_use]
    pub const fn tag(&self) -> FrankingTag {
        self.aad.tag
    }
}

impl std::fmt::Debug for Application {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Application").field("tag", &self.aad.tag).finish_non_exhaustive()
    }
}

impl Content {
    /// The longest encoding of a body that may be sent.
    pub(crate) const MAX: usize = HEADER + MAX_BODY;

    /// The application data that says `draft`, padded and franked.
    ///
    /// # Errors
    /// [`Error::BodyTooLong`], [`Error::Random`].
    pub fn seal(
        sender: MemberId,
        conversation: ConversationId,
        draft: &Draft,
        now: Timestamp,
        rng: &dyn SecureRandom,
    ) -> Result<Application, Error> {
        let mut salt = [0; SALT_LEN];
        rng.fill(&mut salt).map_err(|_| Error::Random)?;
        let encoded = encode(&salt, sender, conversation, draft, now)?;
        let data = padding::pad(&encoded).ok_or(Error::BodyTooLong { len: draft.body().len() })?;
        let tag = FrankingTag::of(&salt, &data);
        Ok(Application { data, aad: Aad { tag, time_to_live: draft.time_to_live() } })
    }

    /// What `data` says, if `from` is who says it, here, and `aad` is what belongs to it.
    ///
    /// # Errors
    /// [`Refusal::Identity`] when it names another sender or conversation; [`Refusal::Franking`] when tag or
    /// time to live are not its own; [`Refusal::Malformed`], [`Refusal::TooLarge`].
    pub fn open(
        data: &[u8],
        aad: &[u8],
        from: MemberId,
        conversation: ConversationId,
    ) -> Result<Self, Refusal> {
        let content = Self::read(data)?;
        if content.sender != from || content.conversation != conversation {
            return Err(Refusal::Identity);
        }
        let aad = Aad::decode(aad)?;
        let same = content.tag(data).matches(&aad.tag) && content.time_to_live == aad.time_to_live;
        if same { Ok(content) } else { Err(Refusal::Franking) }
    }

    /// What `data` claims to say.
    pub(crate) fn read(data: &[u8]) -> Result<Self, Refusal> {
        let encoded = padding::unpad(data).ok_or(Refusal::Malformed)?;
        if encoded.len() > Self::MAX {
            return Err(Refusal::TooLarge);
        }
        parse(Reader::new(encoded))
    }

    /// What this content is franked with, `data` being its application data.
    pub(crate) fn tag(&self, data: &[u8]) -> FrankingTag {
        FrankingTag::of(&self.salt, data)
    }
}

fn encode(
    salt: &[u8; SALT_LEN],
    sender: MemberId,
    conversation: ConversationId,
    draft: &Draft,
    now: Timestamp,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let body = draft.body();
    if body.len() > MAX_BODY {
        return Err(Error::BodyTooLong { len: body.len() });
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(HEADER.saturating_add(body.len())));
    bytes.push(VERSION);
    bytes.extend_from_slice(salt);
    bytes.extend_from_slice(&sender.to_identity());
    bytes.extend_from_slice(conversation.as_bytes());
    bytes.extend_from_slice(&now.as_second().div_euclid(60).to_be_bytes());
    bytes.extend_from_slice(&TimeToLive::encode(draft.time_to_live()));
    bytes.push(draft.kind().code());
    bytes.extend_from_slice(body);
    Ok(bytes)
}

fn parse(mut reader: Reader<'_>) -> Result<Content, Refusal> {
    if reader.u8() != Some(VERSION) {
        return Err(Refusal::Malformed);
    }
    let salt = reader.array().ok_or(Refusal::Malformed)?;
    let identity: [u8; MemberId::IDENTITY_LEN] = reader.array().ok_or(Refusal::Malformed)?;
    let conversation = reader.array().ok_or(Refusal::Malformed)?;
    let sent_at = reader.array().and_then(minutes).ok_or(Refusal::Malformed)?;
    let time_to_live = TimeToLive::decode(reader.array().ok_or(Refusal::Malformed)?)?;
    let kind = reader.u8().and_then(Kind::from_code).ok_or(Refusal::Malformed)?;
    let body = reader.rest();
    kind.check(body)?;
    Ok(Content {
        sender: MemberId::from_identity(&identity)?,
        conversation: ConversationId::from_bytes(conversation),
        sent_at,
        time_to_live,
        kind,
        body: crate::Body::new(Zeroizing::new(body.to_vec())),
        salt,
    })
}

fn minutes(bytes: [u8; 8]) -> Option<Timestamp> {
    Timestamp::from_second(i64::from_be_bytes(bytes).checked_mul(60)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use leeward_event::SeekerId;
    use ring::rand::SystemRandom;

    const CONVERSATION: ConversationId = ConversationId::from_bytes([7; 16]);

    fn sender() -> MemberId {
        MemberId::from(SeekerId::from_bytes([9; 16]))
    }

    fn application(draft: &Draft) -> Application {
        let now = Timestamp::from_second(119).unwrap();
        Content::seal(sender(), CONVERSATION, draft, now, &SystemRandom::new()).unwrap()
    }

    #[test]
    fn the_content_is_pinned() {
        let draft = Draft::text("hi").disappearing(TimeToLive::minutes(1).unwrap());
        let now = Timestamp::from_second(119).unwrap();
        let bytes = encode(&[5; 16], sender(), CONVERSATION, &draft, now).unwrap();
        let head = [&[2][..], &[5; 16], &[2], &[9; 16], &[7; 16], &[0, 0, 0, 0, 0, 0, 0, 1]].concat();
        assert_eq!(*bytes, [&head[..], &[0, 0, 0, 60], &[1], b"hi"].concat());
        let content = parse(Reader::new(&bytes)).unwrap();
        assert_eq!((content.sender, content.body.expose()), (sender(), &b"hi"[..]));
        assert_eq!((content.sent_at.as_second(), content.kind), (60, Kind::Text));
    }

    #[test]
    fn a_message_opens_only_as_it_was_sealed() {
        let made = application(&Draft::text("hi"));
        let aad = made.aad.encode();
        assert!(Content::open(&made.data, &aad, sender(), CONVERSATION).is_ok());
        let elsewhere = Content::open(&made.data, &aad, sender(), ConversationId::from_bytes([8; 16]));
        assert_eq!(elsewhere.unwrap_err(), Refusal::Identity);
        let other = MemberId::from(SeekerId::from_bytes([8; 16]));
        assert_eq!(Content::open(&made.data, &aad, other, CONVERSATION).unwrap_err(), Refusal::Identity);
        for index in 0..aad.len() {
            let mut bad = aad;
            bad[index] ^= 1;
            assert!(Content::open(&made.data, &bad, sender(), CONVERSATION).is_err(), "{index}");
        }
        for index in 0..made.data.len() {
            let mut bad = made.data.to_vec();
            bad[index] ^= 1;
            assert!(Content::open(&bad, &aad, sender(), CONVERSATION).is_err(), "{index}");
        }
    }

    #[test]
    fn other_contents_are_refused() {
        let good = encode(&[5; 16], sender(), CONVERSATION, &Draft::text(""), Timestamp::UNIX_EPOCH).unwrap();
        for len in 0..good.len() {
            assert!(parse(Reader::new(&good[..len])).is_err());
        }
        for (index, value) in [(0, 1), (0, 3), (17, 3), (50, 0x7f), (58, 0xff), (62, 0), (62, 7)] {
            let mut bad = good.to_vec();
            bad[index] = value;
            assert!(parse(Reader::new(&bad)).is_err(), "{index}");
        }
    }

    #[test]
    fn two_equal_messages_share_no_tag() {
        let tags = [0; 2].map(|_| application(&Draft::text("yes")).aad.tag);
        assert!(!tags[0].matches(&tags[1]));
    }
}
