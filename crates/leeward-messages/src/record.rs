//! The persisted forms. Each begins with its version; nothing may follow what it says.

mod head;
mod state;
mod values;
mod welcome;

pub(crate) use head::Head;
pub(crate) use state::State;
pub(crate) use values::Values;
pub(crate) use welcome::Welcome;

use crate::Error;
use zeroize::Zeroizing;

/// The one version there is, of every record.
const VERSION: u8 = 1;

/// A record that is one opaque thing after its version: a log entry, a key package.
pub(crate) fn wrap(bytes: &[u8]) -> Vec<u8> {
    let mut record = Vec::with_capacity(bytes.len().saturating_add(1));
    record.push(VERSION);
    record.extend_from_slice(bytes);
    record
}

pub(crate) fn unwrap(record: &[u8]) -> Result<&[u8], Error> {
    match record.split_first() {
        Some((&VERSION, bytes)) => Ok(bytes),
        Some(_) => Err(UNKNOWN_VERSION),
        None => Err(Error::Corrupt { what: "an empty record" }),
    }
}

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
    use super::{UNKNOWN_VERSION, VERSION};
    use crate::{Error, bytes::Reader};
    use ring::digest::{SHA256, digest};
    use zeroize::Zeroizing;

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
    fn a_wrapped_record_is_pinned() {
        assert_eq!(wrap(b"abc"), b"\x01abc");
        assert_eq!(unwrap(b"\x01abc").unwrap(), b"abc");
        for other in [&b""[..], b"\x00abc", b"\x02abc"] {
            assert!(matches!(unwrap(other), Err(Error::Corrupt { .. })));
        }
    }

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
