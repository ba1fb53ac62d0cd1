use super::{Reader, reader};
use crate::{ActionDigest, SessionError};
use jiff::Timestamp;
use leeward_event::{SessionId, StaffId, assurance::Proof};

const VERSION: u8 = 1;

/// What one action of a session was allowed by.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct GrantRecord {
    pub(crate) session: SessionId,
    pub(crate) account: StaffId,
    pub(crate) action: ActionDigest,
    pub(crate) granted_at: Timestamp,
    pub(crate) proofs: Vec<Proof>,
}

impl GrantRecord {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        bytes.extend(self.session.as_bytes());
        bytes.extend(self.account.as_bytes());
        bytes.extend(self.action.as_bytes());
        reader::push_at(&mut bytes, self.granted_at);
        reader::push_proofs(&mut bytes, &self.proofs);
        bytes
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, SessionError> {
        let read = || {
            let mut reader = Reader(bytes);
            reader.version(VERSION)?;
            let grant = Self {
                session: reader.session()?,
                account: reader.account()?,
                action: ActionDigest::from_bytes(reader.array()?),
                granted_at: reader.at()?,
                proofs: reader.proofs()?,
            };
            reader.end().map(|()| grant)
        };
        read().ok_or(SessionError::Corrupt { what: "step-up" })
    }
}
