use crate::{Error, MAX_MEMBERS, MAX_WELCOME, MemberId, bytes::Reader};
use std::fmt;

/// What a member hands to the delivery service: one encrypted message, and for a commit whom it adds and
/// removes, so that they are told.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Submission {
    /// An `MLSMessage` that holds a `PrivateMessage` (RFC 9420 6).
    pub message: Vec<u8>,
    /// The place of the last message of this member that was accepted since it joined.
    pub previous: Option<u64>,
    /// Whom a commit adds, each with an `MLSMessage` that holds its `Welcome`.
    pub added: Vec<(MemberId, Vec<u8>)>,
    /// Whom a commit removes.
    pub removed: Vec<MemberId>,
    /// The [record](crate::transcript) of a message that a member of staff sends, if it keeps a transcript.
    pub record: Option<Vec<u8>>,
}

impl Submission {
    /// A message, or a commit that changes no roster.
    #[must_use]
    pub const fn new(message: Vec<u8>, previous: Option<u64>) -> Self {
        Self { message, previous, added: Vec::new(), removed: Vec::new(), record: None }
    }

    /// With a member who is added by this commit, and its `Welcome`.
    #[must_use]
    pub fn adding(mut self, member: MemberId, welcome: Vec<u8>) -> Self {
        self.added.push((member, welcome));
        self
    }

    /// With a member who is removed by this commit.
    #[must_use]
    pub fn removing(mut self, member: MemberId) -> Self {
        self.removed.push(member);
        self
    }

    /// With the record of the message.
    #[must_use]
    pub fn recorded(mut self, record: Vec<u8>) -> Self {
        self.record = Some(record);
        self
    }

    /// `previous + 1, or 0 (u64) || len(u32) || message || count(u8) || (identity(17) || len(u32) ||
    /// welcome)* || count(u8) || identity(17)*`. The record is not in it.
    pub(crate) fn encode(&self) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::with_capacity(self.message.len().saturating_add(64));
        let previous = self.previous.map_or(Some(0), |seq| seq.checked_add(1)).ok_or(MALFORMED)?;
        bytes.extend_from_slice(&previous.to_be_bytes());
        put_long(&mut bytes, &self.message)?;
        bytes.push(u8::try_from(self.added.len()).map_err(|_| MALFORMED)?);
        for (member, welcome) in &self.added {
            bytes.extend_from_slice(&member.to_identity());
            put_long(&mut bytes, welcome)?;
        }
        bytes.push(u8::try_from(self.removed.len()).map_err(|_| MALFORMED)?);
        for member in &self.removed {
            bytes.extend_from_slice(&member.to_identity());
        }
        Ok(bytes)
    }

    pub(crate) fn decode(reader: &mut Reader<'_>) -> Result<Self, Error> {
        parse(reader).ok_or(MALFORMED)
    }
}

impl fmt::Debug for Submission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Submission").field("previous", &self.previous).finish_non_exhaustive()
    }
}

fn put_long(bytes: &mut Vec<u8>, part: &[u8]) -> Result<(), Error> {
    let len = u32::try_from(part.len()).map_err(|_| MALFORMED)?;
    bytes.extend_from_slice(&len.to_be_bytes());
    bytes.extend_from_slice(part);
    Ok(())
}

fn parse(reader: &mut Reader<'_>) -> Option<Submission> {
    let previous = reader.u64()?.checked_sub(1);
    let mut submission = Submission::new(reader.long()?.to_vec(), previous);
    for _ in 0..count(reader)? {
        let member = member(reader)?;
        let welcome = reader.long().filter(|welcome| welcome.len() <= MAX_WELCOME)?;
        submission = submission.adding(member, welcome.to_vec());
    }
    for _ in 0..count(reader)? {
        submission = submission.removing(member(reader)?);
    }
    Some(submission)
}

fn count(reader: &mut Reader<'_>) -> Option<u8> {
    reader.u8().filter(|count| usize::from(*count) <= MAX_MEMBERS)
}

fn member(reader: &mut Reader<'_>) -> Option<MemberId> {
    MemberId::from_identity(&reader.array::<{ MemberId::IDENTITY_LEN }>()?).ok()
}

const MALFORMED: Error = Error::Corrupt { what: "a malformed submission" };

#[cfg(test)]
mod tests {
    use super::*;
    use leeward_event::StaffId;

    #[test]
    fn the_submission_is_pinned() {
        let member = MemberId::from(StaffId::from_bytes([7; 16]));
        let submission =
            Submission::new(b"m".to_vec(), Some(3)).adding(member, b"w".to_vec()).removing(member);
        let identity = [&[1][..], &[7; 16]].concat();
        let parts: [&[u8]; 6] =
            [b"\0\0\0\0\0\0\0\x04", b"\0\0\0\x01m", b"\x01", &identity, b"\0\0\0\x01w\x01", &identity];
        let bytes = submission.encode().unwrap();
        assert_eq!(bytes, parts.concat());
        assert_eq!(Submission::decode(&mut Reader::new(&bytes)).unwrap(), submission);
        for len in 0..bytes.len() {
            assert!(Submission::decode(&mut Reader::new(&bytes[..len])).is_err());
        }
        assert_eq!(format!("{submission:?}"), "Submission { previous: Some(3), .. }");
    }
}
