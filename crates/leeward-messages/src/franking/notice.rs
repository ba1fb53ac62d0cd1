use super::{Agents, HubKeys};
use crate::{Error, HoldNotice, Refusal, bytes::Reader};
use leeward_event::ConversationId;
use ring::signature::{ED25519, UnparsedPublicKey};

const VERSION: u8 = 1;

const LABEL: &[u8] = b"leeward hold notice 1";

impl HubKeys {
    /// A notice for one place of a conversation's log: `version(1) || key(u32) || notice(9) || signature(64)`.
    pub(crate) fn sign_notice(
        &self,
        conversation: ConversationId,
        place: u64,
        notice: &HoldNotice,
    ) -> Result<Vec<u8>, Error> {
        let told = notice.encode();
        let (key, signature) = self.sign(&signed(conversation, place, &told))?;
        Ok([&[VERSION][..], &key.to_be_bytes(), &told, &signature].concat())
    }
}

impl Agents {
    /// What the hub told at this place of this conversation's log.
    pub(crate) fn check_notice(
        &self,
        conversation: ConversationId,
        place: u64,
        bytes: &[u8],
    ) -> Result<HoldNotice, Refusal> {
        let (key, notice, signature) = parse(Reader::new(bytes)).ok_or(Refusal::Malformed)?;
        let key = self.key(key).ok_or(Refusal::UnknownFrankingKey)?;
        UnparsedPublicKey::new(&ED25519, key)
            .verify(&signed(conversation, place, &notice.encode()), &signature)
            .map_err(|_| Refusal::NotAuthentic)?;
        Ok(notice)
    }
}

fn signed(conversation: ConversationId, place: u64, told: &[u8; HoldNotice::LEN]) -> Vec<u8> {
    [LABEL, conversation.as_bytes(), &place.to_be_bytes(), told].concat()
}

fn parse(mut reader: Reader<'_>) -> Option<(u32, HoldNotice, [u8; 64])> {
    if reader.u8()? != VERSION {
        return None;
    }
    let parts = (reader.u32()?, HoldNotice::decode(&mut reader)?, reader.array()?);
    reader.end()?;
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    const ROOM: ConversationId = ConversationId::from_bytes([1; 16]);

    fn keys() -> HubKeys {
        HubKeys::decode(&[&[1, 0, 1, 0, 0, 0, 2, 0x80, 0, 0, 0, 0, 0, 0, 0][..], &[7; 64]].concat()).unwrap()
    }

    #[test]
    fn the_signed_notice_is_pinned() {
        let since = Timestamp::from_second(258).unwrap();
        let notice = HoldNotice { legal: true, abuse_report: false, since };
        let bytes = keys().sign_notice(ROOM, 5, &notice).unwrap();
        let told = [1, 0, 0, 0, 0, 0, 0, 1, 2];
        assert_eq!((&bytes[..14], bytes.len()), (&[&[1, 0, 0, 0, 2][..], &told].concat()[..], 78));
        let content = [&b"leeward hold notice 1"[..], &[1; 16], &[0, 0, 0, 0, 0, 0, 0, 5], &told].concat();
        let agents = keys().agents();
        let key = UnparsedPublicKey::new(&ED25519, agents.key(2).unwrap());
        key.verify(&content, &bytes[14..]).unwrap();
        assert_eq!(agents.check_notice(ROOM, 5, &bytes), Ok(notice));
    }

    #[test]
    fn a_notice_counts_where_it_was_told_and_unchanged() {
        let notice = HoldNotice { legal: false, abuse_report: true, since: Timestamp::UNIX_EPOCH };
        let (bytes, agents) = (keys().sign_notice(ROOM, 5, &notice).unwrap(), keys().agents());
        assert_eq!(agents.check_notice(ROOM, 6, &bytes), Err(Refusal::NotAuthentic));
        let elsewhere = ConversationId::from_bytes([2; 16]);
        assert_eq!(agents.check_notice(elsewhere, 5, &bytes), Err(Refusal::NotAuthentic));
        let unknown = Agents::default().check_notice(ROOM, 5, &bytes);
        assert_eq!(unknown, Err(Refusal::UnknownFrankingKey));
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(agents.check_notice(ROOM, 5, &changed).is_err(), "{at}");
            assert!(agents.check_notice(ROOM, 5, &bytes[..at]).is_err(), "{at}");
        }
        assert!(agents.check_notice(ROOM, 5, &[&bytes[..], &[0]].concat()).is_err());
    }
}
