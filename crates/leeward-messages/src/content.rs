//! What one member says to the others: the plaintext of an application message, before padding.

use crate::{MemberId, Refusal, bytes::Reader};
use jiff::Timestamp;
use zeroize::Zeroizing;

const VERSION: u8 = 1;
const HEADER: usize = 1 + MemberId::IDENTITY_LEN + 8;

/// `version(1) || sender(17) || minutes since 1970 (i64) || body`.
pub(crate) struct Content {
    pub(crate) sender: MemberId,
    /// To the minute: enough for a person, little for whoever correlates.
    pub(crate) sent_at: Timestamp,
    pub(crate) body: Zeroizing<Vec<u8>>,
}

impl Content {
    /// The longest encoding of a body that may be sent.
    pub(crate) const MAX: usize = HEADER + crate::MAX_BODY;

    pub(crate) fn encode(sender: MemberId, body: &[u8], now: Timestamp) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(HEADER.saturating_add(body.len())));
        bytes.push(VERSION);
        bytes.extend_from_slice(&sender.to_identity());
        bytes.extend_from_slice(&now.as_second().div_euclid(60).to_be_bytes());
        bytes.extend_from_slice(body);
        bytes
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Refusal> {
        if bytes.len() > Self::MAX {
            return Err(Refusal::TooLarge);
        }
        let mut reader = Reader::new(bytes);
        if reader.u8() != Some(VERSION) {
            return Err(Refusal::Malformed);
        }
        let identity: [u8; MemberId::IDENTITY_LEN] = reader.array().ok_or(Refusal::Malformed)?;
        let sent_at = reader.array().and_then(minutes).ok_or(Refusal::Malformed)?;
        let body = Zeroizing::new(reader.rest().to_vec());
        Ok(Self { sender: MemberId::from_identity(&identity)?, sent_at, body })
    }
}

fn minutes(bytes: [u8; 8]) -> Option<Timestamp> {
    Timestamp::from_second(i64::from_be_bytes(bytes).checked_mul(60)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use leeward_event::SeekerId;

    #[test]
    fn the_content_is_pinned() {
        let sender = MemberId::from(SeekerId::from_bytes([9; 16]));
        let bytes = Content::encode(sender, b"hi", Timestamp::from_second(119).unwrap());
        let expected = [&[1, 2][..], &[9; 16], &[0, 0, 0, 0, 0, 0, 0, 1], b"hi"].concat();
        assert_eq!(*bytes, expected);
        let content = Content::decode(&bytes).unwrap();
        assert_eq!((content.sender, content.body.as_slice()), (sender, &b"hi"[..]));
        assert_eq!(content.sent_at.as_second(), 60);
    }

    #[test]
    fn other_contents_are_refused() {
        let sender = MemberId::from(SeekerId::from_bytes([9; 16]));
        let good = Content::encode(sender, b"", Timestamp::UNIX_EPOCH);
        for len in 0..good.len() {
            assert!(Content::decode(&good[..len]).is_err());
        }
        for (index, value) in [(0, 2), (1, 3), (18, 0x7f)] {
            let mut bad = good.to_vec();
            bad[index] = value;
            assert!(Content::decode(&bad).is_err());
        }
    }
}
