use super::FrankingTag;
use crate::MemberId;
use jiff::Timestamp;
use leeward_event::ConversationId;

/// Who sent a message, where, and when the hub accepted it (`ServerFrankingContext`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Context {
    pub(crate) sender: MemberId,
    pub(crate) conversation: ConversationId,
    /// Milliseconds since 1970.
    pub(crate) accepted_ms: u64,
}

/// MLS suite 1, as it stands in a frank.
pub(super) const SUITE: [u8; 2] = [0, 1];

const LABEL: &[u8] = b"MLS 1.0 FrankingIntegrityTBS";

impl Context {
    /// `sender_uri<V> || room_uri<V> || accepted_timestamp (u64)`.
    pub(super) fn encode(&self) -> Vec<u8> {
        let (kind, sender) = match self.sender {
            MemberId::Staff(id) => ("staff", id.to_string()),
            MemberId::Seeker(id) => ("seeker", id.to_string()),
        };
        let mut bytes = Vec::with_capacity(128);
        push_vector(&mut bytes, format!("leeward:{kind}:{sender}").as_bytes());
        push_vector(&mut bytes, format!("leeward:conversation:{}", self.conversation).as_bytes());
        bytes.extend_from_slice(&self.accepted_ms.to_be_bytes());
        bytes
    }

    /// What `SignWithLabel(., "FrankingIntegrityTBS", .)` signs (RFC 9420 5.1.2).
    pub(super) fn signed_content(&self, server_frank: &[u8; FrankingTag::LEN]) -> Vec<u8> {
        let content = [&server_frank[..], &SUITE, &self.encode()].concat();
        let mut bytes = Vec::with_capacity(content.len().saturating_add(LABEL.len()).saturating_add(4));
        push_vector(&mut bytes, LABEL);
        push_vector(&mut bytes, &content);
        bytes
    }

    pub(crate) fn accepted_at(&self) -> Option<Timestamp> {
        Timestamp::from_millisecond(i64::try_from(self.accepted_ms).ok()?).ok()
    }
}

/// `opaque <V>` of RFC 9420 2.1.2. What is written here has 63 bytes at most, or less than 2^14.
fn push_vector(out: &mut Vec<u8>, bytes: &[u8]) {
    match u8::try_from(bytes.len()) {
        Ok(len @ 0..64) => out.push(len),
        _ => {
            let len = u16::try_from(bytes.len()).unwrap_or(u16::MAX) & 0x3fff;
            out.extend_from_slice(&(len | 0x4000).to_be_bytes());
        }
    }
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use leeward_event::StaffId;

    #[test]
    fn the_context_is_pinned() {
        let sender = MemberId::from(StaffId::from_bytes([0xab; 16]));
        let conversation = ConversationId::from_bytes([1; 16]);
        let context = Context { sender, conversation, accepted_ms: 258 };
        let (sender, room) = ("ab".repeat(16), "01".repeat(16));
        let encoded = [
            &[46][..],
            format!("leeward:staff:{sender}").as_bytes(),
            &[53],
            format!("leeward:conversation:{room}").as_bytes(),
            &[0, 0, 0, 0, 0, 0, 1, 2],
        ]
        .concat();
        assert_eq!(context.encode(), encoded);
        let signed = context.signed_content(&[9; 32]);
        let head = [&[28][..], b"MLS 1.0 FrankingIntegrityTBS", &[0x40, 143], &[9; 32], &[0, 1]].concat();
        assert_eq!(signed, [head, encoded].concat());
    }
}
