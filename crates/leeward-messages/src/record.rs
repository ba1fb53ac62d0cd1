//! The persisted forms. Each begins with its version; nothing may follow what it says.

mod directory;
mod entry;
mod head;
mod holds;
mod inbox;
mod queue;
mod snapshot;
mod state;
mod transcript_key;
mod values;
mod welcome;

pub(crate) use directory::{Claims, KeyPackageRecord};
pub(crate) use entry::Entry;
pub use entry::EntryKind;
pub(crate) use head::Head;
pub(crate) use holds::Holds;
pub(crate) use inbox::Inbox;
pub(crate) use queue::{Last, Queue, digest_of};
pub(crate) use snapshot::{Place, Row, Snapshot};
pub(crate) use state::{Outbox, State};
pub(crate) use transcript_key::{unwrap_transcript_key, wrap_transcript_key};
pub(crate) use values::Values;
pub(crate) use welcome::WelcomeRecord;

use crate::Error;
use zeroize::Zeroizing;

/// The first version of a record.
const VERSION: u8 = 1;

/// The private half of a key package.
pub(crate) fn wrap_private(values: &Values) -> Result<Zeroizing<Vec<u8>>, Error> {
    checksum::wrap(&values.encode()?)
}

pub(crate) fn unwrap_private(record: &[u8]) -> Result<Values, Error> {
    Values::decode(checksum::unwrap(record)?)
}

const UNKNOWN_VERSION: Error =
    Error::Corrupt { what: "a record of a version that this release does not know" };

/// Against decay, not against an attacker: the engine panics on its own state when that is garbled.
mod checksum {
    use super::UNKNOWN_VERSION;
    use crate::{Error, bytes::Reader};
    use ring::digest::{SHA256, digest};
    use zeroize::Zeroizing;

    /// Of the second form: the first knew no outbox.
    const VERSION: u8 = 2;
    const LEN: usize = 32;

    /// `version(1) || SHA-256 of the rest || rest`.
    pub(super) fn wrap(rest: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let mut record = Zeroizing::new(Vec::with_capacity(rest.len().saturating_add(LEN + 1)));
        record.push(VERSION);
        record.extend_from_slice(digest(&SHA256, rest).as_ref());
        record.extend_from_slice(rest);
        Ok(record)
    }

    pub(super) fn unwrap(record: &[u8]) -> Result<&[u8], Error> {
        let corrupt = || Error::Corrupt { what: "a state that was damaged" };
        let mut reader = Reader::new(record);
        if reader.u8().ok_or_else(corrupt)? != VERSION {
            return Err(UNKNOWN_VERSION);
        }
        let sum = reader.take(LEN).ok_or_else(corrupt)?;
        let rest = reader.rest();
        if digest(&SHA256, rest).as_ref() == sum { Ok(rest) } else { Err(corrupt()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_changed_bit_of_a_state_is_noticed() {
        let record = wrap_private(&Values::default()).unwrap();
        assert!(unwrap_private(&record).is_ok());
        for index in 0..record.len() {
            let mut bad = record.to_vec();
            bad[index] ^= 1;
            assert!(matches!(unwrap_private(&bad), Err(Error::Corrupt { .. })));
            assert!(unwrap_private(&record[..index]).is_err());
        }
    }
}
