use super::{Reader, aal_code, reader};
use crate::{Session, SessionError};
use jiff::Timestamp;

const VERSION: u8 = 2;

/// A session, under the hash of its token.
pub(crate) enum SessionRecord {}

impl SessionRecord {
    pub(crate) fn encode(session: &Session) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        push(&mut bytes, session);
        bytes
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Session, SessionError> {
        let read = || {
            let mut reader = Reader(bytes);
            reader.version(VERSION)?;
            let session = pull(&mut reader)?;
            reader.end().map(|()| session)
        };
        read().ok_or(SessionError::Corrupt { what: "session" })
    }
}

pub(super) fn push(bytes: &mut Vec<u8>, session: &Session) {
    bytes.extend(session.id.as_bytes());
    bytes.extend(session.account.as_bytes());
    bytes.push(aal_code(session.aal));
    reader::push_at(bytes, session.signed_in_at);
    reader::push_at(bytes, session.last_seen_at);
    let access = session.access_ends_at.map_or(i64::MIN, Timestamp::as_millisecond);
    bytes.extend(access.to_be_bytes());
    reader::push_proofs(bytes, &session.proofs);
}

pub(super) fn pull(reader: &mut Reader<'_>) -> Option<Session> {
    Some(Session {
        id: reader.session()?,
        account: reader.account()?,
        aal: reader.aal()?,
        signed_in_at: reader.at()?,
        last_seen_at: reader.at()?,
        access_ends_at: match i64::from_be_bytes(reader.array()?) {
            i64::MIN => None,
            millisecond => Some(Timestamp::from_millisecond(millisecond).ok()?),
        },
        proofs: reader.proofs()?,
    })
}
