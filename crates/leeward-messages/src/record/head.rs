use super::VERSION;
use crate::{Error, bytes::Reader};

/// Where a conversation stands: `version(1) || epoch(u64) || next place in the log (u64)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) epoch: u64,
    pub(crate) next: u64,
}

impl Head {
    pub(crate) const NEW: Self = Self { epoch: 0, next: 0 };

    /// After one more application message.
    pub(crate) fn after_message(self) -> Result<Self, Error> {
        Ok(Self { next: self.next.checked_add(1).ok_or(FULL)?, ..self })
    }

    /// After one more commit.
    pub(crate) fn after_commit(self) -> Result<Self, Error> {
        Ok(Self { epoch: self.epoch.checked_add(1).ok_or(FULL)?, ..self.after_message()? })
    }

    pub(crate) fn encode(self) -> Vec<u8> {
        [&[VERSION][..], &self.epoch.to_be_bytes(), &self.next.to_be_bytes()].concat()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(bytes);
        if reader.u8() != Some(VERSION) {
            return Err(super::UNKNOWN_VERSION);
        }
        let head = reader.u64().zip(reader.u64()).zip(reader.end());
        let ((epoch, next), ()) = head.ok_or(Error::Corrupt { what: "a malformed conversation" })?;
        Ok(Self { epoch, next })
    }
}

const FULL: Error = Error::Corrupt { what: "a conversation with as many entries as there are numbers" };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_is_pinned() {
        let head = Head { epoch: 2, next: 259 };
        let bytes = [1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 1, 3];
        assert_eq!(head.encode(), bytes);
        assert_eq!(Head::decode(&bytes).unwrap(), head);
        assert!(Head::decode(&bytes[..16]).is_err());
        assert!(Head::decode(&[&bytes[..], &[0]].concat()).is_err());
        assert!(Head::decode(&[2; 17]).is_err());
    }

    #[test]
    fn numbers_run_out_with_an_error() {
        assert!(Head { epoch: 0, next: u64::MAX }.after_message().is_err());
        assert!(Head { epoch: u64::MAX, next: 0 }.after_commit().is_err());
    }
}
