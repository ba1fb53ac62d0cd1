use super::VERSION;
use crate::{Error, bytes::Reader};

/// What waits for a member who was added: `version(1) = 2 || first place of the log to receive (u64) ||
/// MLS Welcome`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WelcomeRecord {
    pub(crate) first: u64,
    pub(crate) message: Vec<u8>,
}

const WELCOME_VERSION: u8 = VERSION + 1;

impl WelcomeRecord {
    pub(crate) fn encode(&self) -> Vec<u8> {
        [&[WELCOME_VERSION][..], &self.first.to_be_bytes(), &self.message].concat()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(bytes);
        if reader.u8() != Some(WELCOME_VERSION) {
            return Err(super::UNKNOWN_VERSION);
        }
        let first = reader.u64().ok_or(Error::Corrupt { what: "a malformed welcome" })?;
        Ok(Self { first, message: reader.rest().to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_welcome_is_pinned() {
        let welcome = WelcomeRecord { first: 1, message: b"mls".to_vec() };
        let bytes = b"\x02\0\0\0\0\0\0\0\x01mls";
        assert_eq!(welcome.encode(), bytes);
        assert_eq!(WelcomeRecord::decode(bytes).unwrap(), welcome);
        for len in 0..9 {
            assert!(WelcomeRecord::decode(&bytes[..len]).is_err());
        }
    }
}
