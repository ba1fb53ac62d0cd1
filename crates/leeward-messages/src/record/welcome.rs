use super::VERSION;
use crate::{Error, bytes::Reader};

/// What waits for a member who was added: `version(1) || first place of the log to receive (u64) ||
/// len(u16) || reference of the key package || MLS Welcome`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Welcome {
    pub(crate) cursor: u64,
    pub(crate) key_package: Vec<u8>,
    pub(crate) message: Vec<u8>,
}

impl Welcome {
    pub(crate) fn encode(&self) -> Result<Vec<u8>, Error> {
        let len = u16::try_from(self.key_package.len()).map_err(|_| MALFORMED)?;
        let parts = [&[VERSION][..], &self.cursor.to_be_bytes(), &len.to_be_bytes(), &self.key_package];
        Ok([&parts.concat()[..], &self.message].concat())
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(bytes);
        if reader.u8() != Some(VERSION) {
            return Err(super::UNKNOWN_VERSION);
        }
        let (cursor, key_package) = reader.u64().zip(reader.short()).ok_or(MALFORMED)?;
        Ok(Self { cursor, key_package: key_package.to_vec(), message: reader.rest().to_vec() })
    }
}

const MALFORMED: Error = Error::Corrupt { what: "a malformed welcome" };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_welcome_is_pinned() {
        let welcome = Welcome { cursor: 1, key_package: b"kp".to_vec(), message: b"mls".to_vec() };
        let bytes = b"\x01\0\0\0\0\0\0\0\x01\0\x02kpmls";
        assert_eq!(welcome.encode().unwrap(), bytes);
        assert_eq!(Welcome::decode(bytes).unwrap(), welcome);
        for len in 0..13 {
            assert!(Welcome::decode(&bytes[..len]).is_err());
        }
    }
}
