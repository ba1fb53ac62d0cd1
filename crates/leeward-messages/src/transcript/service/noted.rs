use crate::{
    Error,
    bytes::Reader,
    transcript::{Entry, line::Line, record::Kept, refused},
};
use jiff::Timestamp;

/// What the service keeps of one message for the transcript: `version(1) || 0 || accepted, ms since 1970 (u64) ||
/// leaf(32)` once it has ended; else `version(1) || 1 || entry(65) || expires at (i64 s, 0: never)`, and with a
/// record 2 in the place of the 1, and `by(17) || len(u32) || record` behind.
#[derive(Clone)]
pub(super) enum Noted {
    Open { entry: Entry, expires_at: Option<Timestamp>, kept: Option<Kept> },
    Ended { accepted_ms: u64, leaf: [u8; 32] },
}

const VERSION: u8 = 1;
const ENDED: u8 = 0;
const OPEN: u8 = 1;
const KEPT: u8 = 2;

impl Noted {
    pub(super) fn leaf(&self) -> [u8; 32] {
        match self {
            Self::Open { entry, .. } => entry.leaf(),
            Self::Ended { leaf, .. } => *leaf,
        }
    }

    pub(super) fn accepted_at(&self) -> Result<Timestamp, Error> {
        let (Self::Open { entry: Entry { accepted_ms, .. }, .. } | Self::Ended { accepted_ms, .. }) = self;
        let time = i64::try_from(*accepted_ms).ok().and_then(|time| Timestamp::from_millisecond(time).ok());
        time.ok_or(MALFORMED)
    }

    /// Whether its time to live has passed, and it does not say so yet.
    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        matches!(self, Self::Open { expires_at: Some(end), .. } if *end <= now)
    }

    /// What may be left of it after its end.
    pub(super) fn to_ended(&self) -> Self {
        let (Self::Open { entry: Entry { accepted_ms, .. }, .. } | Self::Ended { accepted_ms, .. }) = self;
        Self::Ended { accepted_ms: *accepted_ms, leaf: self.leaf() }
    }

    pub(super) fn into_line(self) -> Line {
        match self {
            Self::Open { entry, kept: Some(kept), .. } => Line::Kept(entry, kept),
            Self::Open { entry, kept: None, .. } => Line::Unrecorded(entry),
            Self::Ended { leaf, .. } => Line::Ended(leaf),
        }
    }

    pub(super) fn encode(&self) -> Result<Vec<u8>, Error> {
        let mut bytes = vec![VERSION];
        match self {
            Self::Ended { accepted_ms, leaf } => {
                bytes.push(ENDED);
                bytes.extend_from_slice(&accepted_ms.to_be_bytes());
                bytes.extend_from_slice(leaf);
            }
            Self::Open { entry, expires_at, kept } => {
                bytes.push(if kept.is_some() { KEPT } else { OPEN });
                bytes.extend_from_slice(&entry.encode());
                bytes.extend_from_slice(&expires_at.map_or(0, Timestamp::as_second).to_be_bytes());
                if let Some(kept) = kept {
                    kept.encode_into(&mut bytes).map_err(refused)?;
                }
            }
        }
        Ok(bytes)
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, Error> {
        parse(Reader::new(bytes)).ok_or(MALFORMED)
    }
}

fn parse(mut reader: Reader<'_>) -> Option<Noted> {
    let (version, kind) = (reader.u8()?, reader.u8()?);
    let noted = match (version, kind) {
        (VERSION, ENDED) => Noted::Ended { accepted_ms: reader.u64()?, leaf: reader.array()? },
        (VERSION, OPEN | KEPT) => {
            let entry = Entry::decode(&mut reader)?;
            let expires_at = match reader.array().map(i64::from_be_bytes)? {
                0 => None,
                second => Some(Timestamp::from_second(second).ok()?),
            };
            let kept = if kind == KEPT { Some(Kept::decode(&mut reader)?) } else { None };
            Noted::Open { entry, expires_at, kept }
        }
        _ => return None,
    };
    reader.end()?;
    Some(noted)
}

const MALFORMED: Error = Error::Corrupt { what: "a malformed line of a transcript" };

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MemberId, franking::FrankingTag};
    use leeward_event::{SeekerId, StaffId};

    #[test]
    fn the_row_is_pinned() {
        let sender = MemberId::from(SeekerId::from_bytes([1; 16]));
        let entry = Entry { seq: 1, sender, accepted_ms: 2, tag: FrankingTag::from_bytes([3; 32]) };
        let expires_at = Some(Timestamp::from_second(258).unwrap());
        let record = [&[1][..], &[6; 16], b"sealed"].concat();
        let kept = Some(Kept { by: StaffId::from_bytes([2; 16]).into(), record: record.clone() });
        let number = u64::to_be_bytes;
        let open = [&number(1)[..], &[2], &[1; 16], &number(2), &[3; 32], &number(258)].concat();
        let by = [&[1][..], &[2; 16], &[0, 0, 0, 23], &record].concat();
        let rows = [
            (Noted::Open { entry, expires_at, kept: None }, [&[1, 1][..], &open].concat()),
            (Noted::Open { entry, expires_at, kept }, [&[1, 2][..], &open, &by].concat()),
        ];
        for (noted, bytes) in rows {
            let ended = [&[1, 0][..], &number(2), &entry.leaf()].concat();
            assert_eq!(
                (noted.encode().unwrap(), noted.to_ended().encode().unwrap()),
                (bytes.clone(), ended.clone())
            );
            for bytes in [bytes, ended] {
                assert_eq!(Noted::decode(&bytes).unwrap().encode().unwrap(), bytes);
                assert!((0..bytes.len()).all(|len| Noted::decode(&bytes[..len]).is_err()));
                assert!(Noted::decode(&[&bytes[..], &[0]].concat()).is_err());
            }
            let at = |second| Timestamp::from_second(second).unwrap();
            assert!(noted.is_over(at(258)) && !noted.is_over(at(257)) && !noted.to_ended().is_over(at(258)));
        }
    }
}
