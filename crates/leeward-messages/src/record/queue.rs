use super::VERSION;
use crate::{Error, bytes::Reader};
use ring::digest::{SHA256, digest};

/// How far one member has come: `version(1) || acknowledged(u64) || until + 1, or 0 (u64) || last + 1, or 0
/// (u64) || SHA-256 of the last submission's message (32)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Queue {
    /// The next place to fetch: what lies before was processed for good.
    pub(crate) acknowledged: u64,
    /// The place of the commit that removed the member.
    pub(crate) until: Option<u64>,
    /// The last submission that was accepted.
    pub(crate) last: Option<Last>,
}

/// The last accepted submission of a member, since it was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Last {
    pub(crate) place: u64,
    pub(crate) digest: [u8; 32],
}

impl Last {
    pub(crate) fn of(place: u64, message: &[u8]) -> Self {
        Self { place, digest: digest_of(message) }
    }
}

/// What tells one submitted message from every other.
pub(crate) fn digest_of(message: &[u8]) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest(&SHA256, message).as_ref());
    bytes
}

impl Queue {
    pub(crate) const fn from(place: u64) -> Self {
        Self { acknowledged: place, until: None, last: None }
    }

    pub(crate) fn encode(self) -> Result<Vec<u8>, Error> {
        let number =
            |place: Option<u64>| place.map_or(Some(0), |place| place.checked_add(1)).ok_or(MALFORMED);
        let (until, last) = (number(self.until)?, number(self.last.map(|last| last.place))?);
        let digest = self.last.map_or([0; 32], |last| last.digest);
        let numbers = [self.acknowledged, until, last].map(u64::to_be_bytes);
        Ok([&[VERSION][..], numbers.as_flattened(), &digest].concat())
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(bytes);
        if reader.u8() != Some(VERSION) {
            return Err(super::UNKNOWN_VERSION);
        }
        parse(reader).ok_or(MALFORMED)
    }
}

fn parse(mut reader: Reader<'_>) -> Option<Queue> {
    let (acknowledged, until, place) = (reader.u64()?, reader.u64()?, reader.u64()?);
    let digest = reader.array()?;
    reader.end()?;
    let last = place.checked_sub(1).map(|place| Last { place, digest });
    Some(Queue { acknowledged, until: until.checked_sub(1), last })
}

const MALFORMED: Error = Error::Corrupt { what: "a malformed queue" };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_queue_is_pinned() {
        let last = Some(Last { place: 8, digest: [5; 32] });
        let queue = Queue { acknowledged: 3, until: Some(6), last };
        let bytes = [b"\x01\0\0\0\0\0\0\0\x03\0\0\0\0\0\0\0\x07\0\0\0\0\0\0\0\x09", &[5; 32][..]].concat();
        assert_eq!(queue.encode().unwrap(), bytes);
        assert_eq!(Queue::decode(&bytes).unwrap(), queue);
        for len in 0..bytes.len() {
            assert!(Queue::decode(&bytes[..len]).is_err());
        }
        assert_eq!(Queue::decode(&Queue::from(4).encode().unwrap()).unwrap(), Queue::from(4));
    }
}
