use super::TranscriptKeyId;
use crate::{MemberId, Refusal, bytes::Reader};

/// The most bytes of one record: a full message, padded and sealed.
pub(crate) const MAX_RECORD: usize = 80 * 1024;

const VERSION: u8 = 1;

/// What one message said, sealed: `version(1) || key id(16) || sealed`. Only who has the key can tell more.
pub(crate) struct Record<'a> {
    pub(super) key: TranscriptKeyId,
    pub(super) sealed: &'a [u8],
}

impl<'a> Record<'a> {
    pub(super) fn encode(key: TranscriptKeyId, sealed: &[u8]) -> Vec<u8> {
        [&[VERSION][..], key.as_bytes(), sealed].concat()
    }

    /// # Errors
    /// [`Refusal::TooLarge`], [`Refusal::Malformed`], [`Refusal::Version`].
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, Refusal> {
        if bytes.len() > MAX_RECORD {
            return Err(Refusal::TooLarge);
        }
        let mut reader = Reader::new(bytes);
        if reader.u8().ok_or(Refusal::Malformed)? != VERSION {
            return Err(Refusal::Version);
        }
        let key = TranscriptKeyId::from_bytes(reader.array().ok_or(Refusal::Malformed)?);
        Ok(Self { key, sealed: reader.rest() })
    }
}

/// A record that the service holds, and who brought it.
#[derive(Clone)]
pub(crate) struct Kept {
    pub(crate) by: MemberId,
    pub(crate) record: Vec<u8>,
}

impl Kept {
    /// `by(17) || len(u32) || record`.
    pub(crate) fn encode_into(&self, bytes: &mut Vec<u8>) -> Result<(), Refusal> {
        let len = u32::try_from(self.record.len()).map_err(|_| Refusal::TooLarge)?;
        bytes.extend_from_slice(&self.by.to_identity());
        bytes.extend_from_slice(&len.to_be_bytes());
        bytes.extend_from_slice(&self.record);
        Ok(())
    }

    pub(crate) fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        let by = MemberId::from_identity(&reader.array::<{ MemberId::IDENTITY_LEN }>()?).ok()?;
        let record = reader.long().filter(|record| Record::parse(record).is_ok())?;
        Some(Self { by, record: record.to_vec() })
    }
}
