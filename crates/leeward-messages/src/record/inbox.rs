use super::VERSION;
use crate::{Error, MemberId, bytes::Reader};
use zeroize::Zeroizing;

/// A message that was decrypted and not yet handed out: `version(1) || sender(17) ||
/// len(u16) || aad || len(u16) || stamp || plaintext`.
pub(crate) struct Inbox {
    pub(crate) from: MemberId,
    pub(crate) aad: Vec<u8>,
    pub(crate) stamp: Vec<u8>,
    pub(crate) plaintext: Zeroizing<Vec<u8>>,
}

impl Inbox {
    pub(crate) fn encode(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        let size = self.plaintext.len().saturating_add(self.aad.len()).saturating_add(self.stamp.len());
        let mut bytes = Zeroizing::new(Vec::with_capacity(size.saturating_add(32)));
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.from.to_identity());
        for part in [&self.aad, &self.stamp] {
            bytes.extend_from_slice(&u16::try_from(part.len()).map_err(|_| MALFORMED)?.to_be_bytes());
            bytes.extend_from_slice(part);
        }
        bytes.extend_from_slice(&self.plaintext);
        Ok(bytes)
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(bytes);
        if reader.u8() != Some(VERSION) {
            return Err(super::UNKNOWN_VERSION);
        }
        parse(reader).ok_or(MALFORMED)
    }
}

fn parse(mut reader: Reader<'_>) -> Option<Inbox> {
    let from = MemberId::from_identity(&reader.array::<{ MemberId::IDENTITY_LEN }>()?).ok()?;
    let (aad, stamp) = (reader.short()?.to_vec(), reader.short()?.to_vec());
    Some(Inbox { from, aad, stamp, plaintext: Zeroizing::new(reader.rest().to_vec()) })
}

const MALFORMED: Error = Error::Corrupt { what: "a malformed inbox" };

#[cfg(test)]
mod tests {
    use super::*;
    use leeward_event::StaffId;

    #[test]
    fn the_inbox_is_pinned() {
        let from = MemberId::from(StaffId::from_bytes([7; 16]));
        let (aad, stamp) = (b"a".to_vec(), b"st".to_vec());
        let inbox = Inbox { from, aad, stamp, plaintext: Zeroizing::new(b"text".to_vec()) };
        let bytes = [b"\x01\x01", &[7; 16][..], b"\0\x01a\0\x02sttext"].concat();
        assert_eq!(*inbox.encode().unwrap(), bytes);
        let read = Inbox::decode(&bytes).unwrap();
        assert_eq!((read.from, &read.aad[..], &read.stamp[..]), (from, &b"a"[..], &b"st"[..]));
        assert_eq!(&read.plaintext[..], b"text");
        for len in 0..bytes.len() - 4 {
            assert!(Inbox::decode(&bytes[..len]).is_err());
        }
    }
}
