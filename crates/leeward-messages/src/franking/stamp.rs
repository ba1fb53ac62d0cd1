use super::FrankingTag;
use crate::{Refusal, bytes::Reader};
use jiff::Timestamp;

/// What the hub adds to a message that it accepts: a `Frank` of draft-ietf-mimi-protocol-06, the number of
/// the key it was made with, and the time.
///
/// `version(1) || key(u32) || accepted, ms since 1970 (u64) || server_frank(32) || suite(u16) ||
/// signature(64)`. It names neither sender nor conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    pub(super) key: u32,
    pub(super) accepted_ms: u64,
    pub(super) server_frank: [u8; FrankingTag::LEN],
    pub(super) signature: [u8; 64],
}

const VERSION: u8 = 1;

impl Stamp {
    /// How many bytes it has.
    pub const LEN: usize = 1 + 4 + 8 + FrankingTag::LEN + 2 + 64;

    /// As it travels.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let (key, accepted) = (self.key.to_be_bytes(), self.accepted_ms.to_be_bytes());
        let parts =
            [&[VERSION][..], &key, &accepted, &self.server_frank, &super::context::SUITE, &self.signature];
        parts.concat()
    }

    /// The stamp in these bytes, which are all of it. It is not checked: [`Agents::check`](super::Agents).
    ///
    /// # Errors
    /// [`Refusal::Malformed`], also of another version or suite.
    pub fn decode(bytes: &[u8]) -> Result<Self, Refusal> {
        parse(Reader::new(bytes)).ok_or(Refusal::Malformed)
    }

    /// When the hub accepted the message, in milliseconds since 1970.
    #[must_use]
    pub const fn accepted_ms(&self) -> u64 {
        self.accepted_ms
    }

    pub(crate) fn accepted_at(&self) -> Option<Timestamp> {
        Timestamp::from_millisecond(i64::try_from(self.accepted_ms).ok()?).ok()
    }

    /// The number of the hub's key.
    #[must_use]
    pub const fn key(&self) -> u32 {
        self.key
    }
}

fn parse(mut reader: Reader<'_>) -> Option<Stamp> {
    if reader.u8()? != VERSION {
        return None;
    }
    let (key, accepted_ms, server_frank) = (reader.u32()?, reader.u64()?, reader.array()?);
    if reader.array()? != super::context::SUITE {
        return None;
    }
    let signature = reader.array()?;
    reader.end()?;
    Some(Stamp { key, accepted_ms, server_frank, signature })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stamp_is_pinned() {
        let stamp = Stamp { key: 2, accepted_ms: 3, server_frank: [4; 32], signature: [5; 64] };
        let bytes = [&[1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3][..], &[4; 32], &[0, 1], &[5; 64]].concat();
        assert_eq!(stamp.encode(), bytes);
        assert_eq!((bytes.len(), Stamp::decode(&bytes).unwrap()), (Stamp::LEN, stamp));
        for len in 0..bytes.len() {
            assert!(Stamp::decode(&bytes[..len]).is_err());
        }
        for bad in [[&bytes[..], &[0]].concat(), [&[2], &bytes[1..]].concat()] {
            assert!(Stamp::decode(&bad).is_err());
        }
    }
}
