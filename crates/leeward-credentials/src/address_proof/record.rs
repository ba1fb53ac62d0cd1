//! What is kept of a code that was sent, form 1. All numbers are big-endian, times are seconds since
//! 1970-01-01T00:00Z.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | form: 1 |
//! | 32 | keyed hash of the code and all it is bound to |
//! | 8 + 8 | when it was sent, and until when it holds |
//! | 1 + 16 | which address of the account: 1, or 0 and zeroes for one that is none yet |
//! | 1 + 2 + n | 1 mail or 2 telephone, and the address behind its length |
//! | 2 + n | language |

use crate::AccountError;
use jiff::Timestamp;
use leeward_notify::{Address, AddressId, Email, Language};
use leeward_store::Value;

const FORM: u8 = 1;
const CORRUPT: AccountError = AccountError::Corrupt { what: "address code" };
const CAPACITY: usize = 1 + 32 + 16 + 17 + 3 + Email::MAX_LEN + 2 + Language::MAX_LEN;

/// A code that was sent.
pub(super) struct CodeRecord {
    pub(super) mac: [u8; 32],
    pub(super) sent_at: Timestamp,
    pub(super) expires_at: Timestamp,
    pub(super) known_as: Option<AddressId>,
    pub(super) address: Address,
    pub(super) language: Language,
}

impl CodeRecord {
    pub(super) fn encode(&self) -> Value {
        let mut bytes = Vec::with_capacity(CAPACITY);
        bytes.push(FORM);
        bytes.extend(self.mac);
        bytes.extend(self.sent_at.as_second().to_be_bytes());
        bytes.extend(self.expires_at.as_second().to_be_bytes());
        bytes.push(u8::from(self.known_as.is_some()));
        bytes.extend(self.known_as.map_or([0; 16], |id| *id.as_bytes()));
        bytes.push(self.address.kind_code());
        for text in [self.address.expose(), self.language.as_str()] {
            bytes.extend(u16::try_from(text.len()).unwrap_or(u16::MAX).to_be_bytes());
            bytes.extend(text.bytes());
        }
        Value::new(bytes)
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, AccountError> {
        Self::read(bytes).ok_or(CORRUPT)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let ([FORM], rest) = bytes.split_first_chunk()? else { return None };
        let (mac, rest) = rest.split_first_chunk()?;
        let (sent_at, rest) = rest.split_first_chunk()?;
        let (expires_at, rest) = rest.split_first_chunk()?;
        let ([known], rest) = rest.split_first_chunk()?;
        let (id, rest) = rest.split_first_chunk::<16>()?;
        let ([kind], rest) = rest.split_first_chunk()?;
        let (address, rest) = text(rest)?;
        let (language, rest) = text(rest)?;
        let known_as = match known {
            0 if *id == [0; 16] => None,
            1 => Some(AddressId::from_bytes(*id)),
            _ => return None,
        };
        let parsed = match kind {
            1 => Address::email(address),
            2 => Address::phone(address),
            _ => return None,
        };
        rest.is_empty().then_some(())?;
        Some(Self {
            mac: *mac,
            sent_at: time(*sent_at)?,
            expires_at: time(*expires_at)?,
            known_as,
            address: parsed.ok()?,
            language: Language::parse(language).ok()?,
        })
    }
}

fn time(bytes: [u8; 8]) -> Option<Timestamp> {
    Timestamp::from_second(i64::from_be_bytes(bytes)).ok()
}

fn text(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let (len, rest) = bytes.split_first_chunk()?;
    let (text, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*len)))?;
    Some((std::str::from_utf8(text).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Form 1. A change here is a new form.
    const KNOWN: &[u8] = b"\x01\
        \x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\
        \x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\
        \x00\x00\x00\x00\x3b\x9a\xca\x00\x00\x00\x00\x00\x3b\x9a\xd8\x10\
        \x01\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\
        \x01\x00\x09a@b.examp\x00\x02de";

    #[test]
    fn the_form_is_pinned_byte_for_byte() {
        let record = CodeRecord {
            mac: [0x11; 32],
            sent_at: Timestamp::from_second(1_000_000_000).unwrap(),
            expires_at: Timestamp::from_second(1_000_003_600).unwrap(),
            known_as: Some(AddressId::from_bytes([0x22; 16])),
            address: Address::email("a@b.examp").unwrap(),
            language: Language::german(),
        };
        assert_eq!(record.encode().as_bytes(), KNOWN);
        assert_eq!(CodeRecord::decode(KNOWN).unwrap().encode().as_bytes(), KNOWN);
    }

    #[test]
    fn no_beginning_and_no_continuation_of_a_record_is_one() {
        assert!((0..KNOWN.len()).all(|len| CodeRecord::decode(&KNOWN[..len]).is_err()));
        assert!(CodeRecord::decode(&[KNOWN, b"\0"].concat()).is_err());
        assert!(CodeRecord::decode(&[&[2], &KNOWN[1..]].concat()).is_err());
    }
}
