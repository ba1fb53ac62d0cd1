use super::{Reader, session};
use crate::{Session, SessionError, opaque::TokenHash};

const VERSION: u8 = 1;

/// The refresh tokens of one session, of which one is good.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FamilyRecord {
    pub(crate) good: TokenHash,
    /// As it was when the good token was made.
    pub(crate) session: Session,
}

impl FamilyRecord {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        bytes.extend(self.good.0);
        session::push(&mut bytes, &self.session);
        bytes
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, SessionError> {
        let read = || {
            let mut reader = Reader(bytes);
            reader.version(VERSION)?;
            let family = Self { good: reader.hash()?, session: session::pull(&mut reader)? };
            reader.end().map(|()| family)
        };
        read().ok_or(SessionError::Corrupt { what: "refresh family" })
    }
}
