use super::{Reader, reader};
use crate::SessionError;
use jiff::Timestamp;
use leeward_event::{SessionId, StaffId};

const VERSION: u8 = 1;

/// A restricted session, under the hash of its token.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RecoveryRecord {
    pub(crate) id: SessionId,
    pub(crate) account: StaffId,
    pub(crate) begun_at: Timestamp,
}

impl RecoveryRecord {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        bytes.extend(self.id.as_bytes());
        bytes.extend(self.account.as_bytes());
        reader::push_at(&mut bytes, self.begun_at);
        bytes
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, SessionError> {
        let read = || {
            let mut reader = Reader(bytes);
            reader.version(VERSION)?;
            let record = Self { id: reader.session()?, account: reader.account()?, begun_at: reader.at()? };
            reader.end().map(|()| record)
        };
        read().ok_or(SessionError::Corrupt { what: "recovery session" })
    }
}
