//! The persisted forms of a telephone as a factor. All numbers are big-endian.
//!
//! | key | bytes |
//! |---|---|
//! | `mfa.phone`, account, authenticator | form 1, address (16) |
//! | `mfa.phone-code`, account, authenticator | form 1, sent at and good until in milliseconds since 1970 (8 each), hash (32) |
//!
//! The hash is SHA-256 of a context, the account, the request and the code. The request has 128 random bits
//! that only the client that asked has: who reads the row has nothing to try codes with.

use super::PhoneCodeRequest;
use crate::MfaError;
use jiff::{SignedDuration, Timestamp};
use leeward_event::StaffId;
use leeward_notify::AddressId;
use ring::digest;
use subtle::ConstantTimeEq;

const FORM: u8 = 1;
const CONTEXT: &[u8] = b"leeward mfa code by telephone, version 1";
const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(1);
/// NIST SP 800-63B-4 3.1.3.2.
pub(super) const LASTS: SignedDuration = SignedDuration::from_mins(10);

/// A code that was sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SentCode {
    sent_at: Timestamp,
    until: Timestamp,
    hash: [u8; 32],
}

pub(super) fn encode_phone(address: AddressId) -> Vec<u8> {
    [&[FORM][..], address.as_bytes()].concat()
}

pub(super) fn decode_phone(bytes: &[u8]) -> Result<AddressId, MfaError> {
    let decoded = match bytes.split_first() {
        Some((&FORM, address)) => address.try_into().ok().map(AddressId::from_bytes),
        _ => None,
    };
    decoded.ok_or(MfaError::Record { what: "no telephone of this release" })
}

impl SentCode {
    pub(super) fn new(account: StaffId, request: &PhoneCodeRequest, code: &str, now: Timestamp) -> Self {
        let until = now.saturating_add(LASTS).unwrap_or(Timestamp::MAX);
        Self { sent_at: now, until, hash: hash(account, request, code) }
    }

    pub(super) const fn until(&self) -> Timestamp {
        self.until
    }

    /// Whether the code is the one that was sent for this request, and is in time.
    pub(super) fn is(
        &self,
        account: StaffId,
        request: &PhoneCodeRequest,
        code: &str,
        now: Timestamp,
    ) -> bool {
        let in_time = now <= self.until && self.sent_at.duration_since(now) <= CLOCK_SKEW;
        in_time && bool::from(self.hash.ct_eq(&hash(account, request, code)))
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let (sent_at, until) = (self.sent_at.as_millisecond(), self.until.as_millisecond());
        [&[FORM][..], &sent_at.to_be_bytes(), &until.to_be_bytes(), &self.hash].concat()
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, MfaError> {
        Self::read(bytes).ok_or(MfaError::Record { what: "no sent code of this release" })
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let ([FORM], rest) = bytes.split_first_chunk()? else { return None };
        let (sent_at, rest) = rest.split_first_chunk()?;
        let (until, hash) = rest.split_first_chunk()?;
        let moment = |bytes| Timestamp::from_millisecond(i64::from_be_bytes(bytes)).ok();
        let (sent_at, until) = (moment(*sent_at)?, moment(*until)?);
        Some(Self { sent_at, until, hash: hash.try_into().ok()? })
    }
}

fn hash(account: StaffId, request: &PhoneCodeRequest, code: &str) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in [CONTEXT, account.as_bytes(), &request.to_bytes(), code.as_bytes()] {
        context.update(part);
    }
    let mut hash = [0; 32];
    hash.iter_mut().zip(context.finish().as_ref()).for_each(|(byte, of)| *byte = *of);
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use leeward_event::AuthenticatorId;

    #[test]
    fn the_forms_are_pinned_byte_for_byte() {
        let phone = [&[1][..], &[0xAA; 16]].concat();
        assert_eq!(encode_phone(AddressId::from_bytes([0xAA; 16])), phone);
        assert_eq!(decode_phone(&phone).unwrap().as_bytes(), &[0xAA; 16]);
        let at = |ms| Timestamp::from_millisecond(ms).unwrap();
        let sent = SentCode { sent_at: at(1), until: at(258), hash: [0xCC; 32] };
        let bytes = [&[1][..], &[0, 0, 0, 0, 0, 0, 0, 1], &[0, 0, 0, 0, 0, 0, 1, 2], &[0xCC; 32]].concat();
        assert_eq!(sent.to_bytes(), bytes);
        assert_eq!(SentCode::from_bytes(&bytes).unwrap(), sent);
        for bytes in [&bytes[..], &phone] {
            assert!((0..bytes.len()).all(|len| SentCode::from_bytes(&bytes[..len]).is_err()));
        }
        assert!(SentCode::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
        assert!(decode_phone(&bytes).is_err() && decode_phone(&[]).is_err());
    }

    #[test]
    fn a_row_does_not_tell_what_its_hash_is_salted_with() {
        let (id, now) = (AuthenticatorId::from_bytes([1; 16]), Timestamp::UNIX_EPOCH);
        let (account, request) =
            (StaffId::from_bytes([2; 16]), PhoneCodeRequest { authenticator: id, id: [0xBB; 16] });
        let sent = SentCode::new(account, &request, "12345678", now);
        assert!(sent.is(account, &request, "12345678", now));
        assert!(!sent.to_bytes().windows(4).any(|bytes| bytes == [0xBB; 4]));
        let other = PhoneCodeRequest { id: [0xBC; 16], ..request };
        assert!(!sent.is(account, &other, "12345678", now));
        assert!(!sent.is(StaffId::from_bytes([3; 16]), &request, "12345678", now));
    }
}
