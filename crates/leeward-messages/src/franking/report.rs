use super::{Context, FrankingTag, HubKeys, Stamp};
use crate::{Body, Kind, MemberId, Refusal, bytes::Reader, content::Content, padding};
use jiff::Timestamp;
use leeward_event::ConversationId;
use std::fmt;
use zeroize::Zeroizing;

/// One message, opened to the hub by somebody who received it.
///
/// It proves what was said by whom, when, and in which conversation. Of the conversation's other messages
/// it holds nothing, nor any key. It travels as bytes; whoever carries it must be allowed to read it.
#[derive(Clone)]
pub struct AbuseReport {
    key: u32,
    accepted_ms: u64,
    server_frank: [u8; FrankingTag::LEN],
    /// The application data, as MLS decrypted it.
    data: Zeroizing<Vec<u8>>,
}

/// A report that the hub verified: the only thing that a moderator should be shown.
///
/// Nobody else can make one:
/// ```compile_fail,E0451
/// use leeward_messages::VerifiedReport;
/// fn invent(report: VerifiedReport) -> VerifiedReport {
///     VerifiedReport { sender: report.sender(), ..report }
/// }
/// ```
pub struct VerifiedReport {
    content: Content,
    accepted_at: Timestamp,
}

const VERSION: u8 = 1;
const HEADER: usize = 1 + 4 + 8 + FrankingTag::LEN;

impl AbuseReport {
    /// The most bytes of [`encode`](Self::encode).
    pub const MAX: usize = HEADER + 80 * 1024;

    /// The report of a message, from its stamp and its application data as MLS decrypted it.
    #[must_use]
    pub fn new(stamp: &Stamp, data: &[u8]) -> Self {
        let Stamp { key, accepted_ms, server_frank, .. } = *stamp;
        Self { key, accepted_ms, server_frank, data: Zeroizing::new(data.to_vec()) }
    }

    /// `version(1) || key(u32) || accepted, ms since 1970 (u64) || server_frank(32) || application data`.
    #[must_use]
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(HEADER.saturating_add(self.data.len())));
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.key.to_be_bytes());
        bytes.extend_from_slice(&self.accepted_ms.to_be_bytes());
        bytes.extend_from_slice(&self.server_frank);
        bytes.extend_from_slice(&self.data);
        bytes
    }

    /// The report in these bytes. It is not verified: [`HubKeys::verify`].
    ///
    /// # Errors
    /// [`Refusal::TooLarge`], [`Refusal::Malformed`], also of another version.
    pub fn decode(bytes: &[u8]) -> Result<Self, Refusal> {
        if bytes.len() > Self::MAX {
            return Err(Refusal::TooLarge);
        }
        parse(Reader::new(bytes)).ok_or(Refusal::Malformed)
    }

    pub(super) fn verify(&self, keys: &HubKeys) -> Result<VerifiedReport, Refusal> {
        let content = Content::read(&self.data)?;
        let tag = content.tag(&self.data);
        let (sender, conversation) = (content.sender, content.conversation);
        let context = Context { sender, conversation, accepted_ms: self.accepted_ms };
        keys.check(self.key, &tag, &context, &self.server_frank)?;
        let accepted_at = context.accepted_at().ok_or(Refusal::Malformed)?;
        Ok(VerifiedReport { content, accepted_at })
    }
}

impl fmt::Debug for AbuseReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AbuseReport").field("key", &self.key).finish_non_exhaustive()
    }
}

fn parse(mut reader: Reader<'_>) -> Option<AbuseReport> {
    if reader.u8()? != VERSION {
        return None;
    }
    let (key, accepted_ms, server_frank) = (reader.u32()?, reader.u64()?, reader.array()?);
    let data = reader.rest();
    padding::unpad(data)?;
    Some(AbuseReport { key, accepted_ms, server_frank, data: Zeroizing::new(data.to_vec()) })
}

impl VerifiedReport {
    /// Who said it.
    #[must_use]
    pub const fn sender(&self) -> MemberId {
        self.content.sender
    }

    /// Where.
    #[must_use]
    pub const fn conversation(&self) -> ConversationId {
        self.content.conversation
    }

    /// When the hub accepted it.
    #[must_use]
    pub const fn accepted_at(&self) -> Timestamp {
        self.accepted_at
    }

    /// When it was sent, to the minute. The sender's word.
    #[must_use]
    pub const fn sent_at(&self) -> Timestamp {
        self.content.sent_at
    }

    /// What kind of message it was.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.content.kind
    }

    /// What was said.
    #[must_use]
    pub const fn body(&self) -> &Body {
        &self.content.body
    }
}

impl fmt::Debug for VerifiedReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedReport").field("accepted_at", &self.accepted_at).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Draft, Error, franking::Agents};
    use leeward_event::{SeekerId, StaffId};
    use ring::rand::SystemRandom;

    const ROOM: ConversationId = ConversationId::from_bytes([7; 16]);

    struct Said {
        keys: HubKeys,
        stamp: Stamp,
        data: Zeroizing<Vec<u8>>,
        tag: FrankingTag,
    }

    fn seeker() -> MemberId {
        MemberId::from(SeekerId::from_bytes([1; 16]))
    }

    fn staff() -> MemberId {
        MemberId::from(StaffId::from_bytes([1; 16]))
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn said() -> Said {
        let rng = SystemRandom::new();
        let keys = HubKeys::generate(&rng).unwrap();
        let made = Content::seal(staff(), ROOM, &Draft::text("go away"), at(90), &rng).unwrap();
        let stamp = keys.stamp(&made.aad.tag, staff(), ROOM, at(100)).unwrap();
        Said { keys, stamp, data: made.data, tag: made.aad.tag }
    }

    #[test]
    fn a_report_proves_what_was_said() {
        let Said { keys, stamp, data, .. } = said();
        let bytes = AbuseReport::new(&stamp, &data).encode();
        let report = keys.verify(&AbuseReport::decode(&bytes).unwrap()).unwrap();
        assert_eq!((report.sender(), report.conversation()), (staff(), ROOM));
        assert_eq!((report.accepted_at(), report.sent_at()), (at(100), at(60)));
        assert_eq!((report.kind(), report.body().expose()), (Kind::Text, &b"go away"[..]));
        let printed = format!("{report:?} {:?}", AbuseReport::new(&stamp, &data));
        assert!(!printed.contains("go away") && !printed.contains("103, 111"), "{printed}");
    }

    #[test]
    fn every_changed_byte_is_refused() {
        let Said { keys, stamp, data, .. } = said();
        let bytes = AbuseReport::new(&stamp, &data).encode();
        for index in 0..bytes.len() {
            let mut bad = bytes.to_vec();
            bad[index] ^= 1;
            let verified = AbuseReport::decode(&bad).map(|report| keys.verify(&report));
            assert!(!matches!(verified, Ok(Ok(_))), "{index}");
            assert!(AbuseReport::decode(&bytes[..index]).is_err());
        }
    }

    #[test]
    fn a_report_cannot_be_put_into_another_mouth_or_room() {
        let Said { keys, stamp, tag, .. } = said();
        let rng = SystemRandom::new();
        let elsewhere = ConversationId::from_bytes([8; 16]);
        for (sender, room) in [(seeker(), ROOM), (staff(), elsewhere), (staff(), ROOM)] {
            let forged = Content::seal(sender, room, &Draft::text("go away"), at(90), &rng).unwrap();
            let refused = keys.verify(&AbuseReport::new(&stamp, &forged.data)).unwrap_err();
            assert!(matches!(refused, Error::Report { why: Refusal::NotAuthentic }));
            // What the hub stamped for another sender or room does not speak of this one.
            let other = keys.stamp(&forged.aad.tag, seeker(), elsewhere, at(100)).unwrap();
            assert!(keys.verify(&AbuseReport::new(&other, &forged.data)).is_err());
            assert!(!forged.aad.tag.matches(&tag));
        }
    }

    #[test]
    fn another_hub_and_a_forgotten_key_verify_nothing() {
        let Said { mut keys, stamp, data, .. } = said();
        let rng = SystemRandom::new();
        let report = AbuseReport::new(&stamp, &data);
        let other = HubKeys::generate(&rng).unwrap();
        assert!(matches!(other.verify(&report), Err(Error::Report { why: Refusal::NotAuthentic })));
        keys.rotate(at(200), &rng).unwrap();
        assert!(keys.verify(&report).is_ok(), "an older key still verifies");
        keys.forget(jiff::SignedDuration::ZERO, at(201));
        assert!(matches!(keys.verify(&report), Err(Error::Report { why: Refusal::UnknownFrankingKey })));
    }

    #[test]
    fn a_recipient_takes_only_what_it_could_report() {
        let Said { keys, stamp, .. } = said();
        let agents = keys.agents();
        assert_eq!(agents.check(&stamp, staff(), ROOM), Ok(()));
        assert_eq!(agents.check(&stamp, seeker(), ROOM), Err(Refusal::Franking));
        let elsewhere = ConversationId::from_bytes([8; 16]);
        assert_eq!(agents.check(&stamp, staff(), elsewhere), Err(Refusal::Franking));
        let bytes = stamp.encode();
        for index in 0..bytes.len() {
            let mut bad = bytes.clone();
            bad[index] ^= 1;
            let checked = Stamp::decode(&bad).and_then(|stamp| agents.check(&stamp, staff(), ROOM));
            assert!(checked.is_err(), "{index}");
        }
        assert_eq!(Agents::default().check(&stamp, staff(), ROOM), Err(Refusal::UnknownFrankingKey));
    }

    #[test]
    fn the_longest_message_can_be_reported() {
        let rng = SystemRandom::new();
        let body = vec![0; crate::MAX_BODY];
        let made = Content::seal(staff(), ROOM, &Draft::bytes(&body), at(0), &rng).unwrap();
        let Said { keys, .. } = said();
        let stamp = keys.stamp(&made.aad.tag, staff(), ROOM, at(0)).unwrap();
        let bytes = AbuseReport::new(&stamp, &made.data).encode();
        assert!(AbuseReport::decode(&bytes).is_ok_and(|report| keys.verify(&report).is_ok()));
        assert_eq!(AbuseReport::decode(&vec![1; AbuseReport::MAX + 1]).unwrap_err(), Refusal::TooLarge);
    }
}
