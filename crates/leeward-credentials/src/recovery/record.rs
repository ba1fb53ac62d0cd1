//! The open recoveries of one account, form 1: the form, their number, and of each the following. All
//! numbers are big-endian, times are seconds since 1970-01-01T00:00Z; what is not there is zeroes.
//!
//! | bytes | what |
//! |---|---|
//! | 10 | reference |
//! | 1 + 1 | assurance level; methods: 1 saved code, 2 issued code, 4 authenticator, added up |
//! | 1 + 16 | the first address that got a code: 1, or 0 |
//! | 1 + 16, 1 + 16 | who vouched, who approved: 1, or 0 |
//! | 8 | when it was opened |
//! | 1 + 8 | when the time to object is over: 1, or 0 |
//! | 32 | keyed hash of the code by which the owner objects |

use super::{Case, Objection, RecoveryReference, handle::level_from};
use crate::AccountError;
use jiff::Timestamp;
use leeward_event::StaffId;
use leeward_notify::AddressId;
use leeward_store::Value;

/// The most recoveries of one account that are open at once.
pub(super) const MAX_OPEN: usize = 4;
const FORM: u8 = 1;
const LEN: usize = 10 + 2 + 3 * 17 + 8 + 9 + 32;
const ALL_METHODS: u8 = 7;

pub(super) fn encode(cases: &[Case]) -> Value {
    let mut bytes = Vec::with_capacity(cases.len().saturating_mul(LEN).saturating_add(2));
    bytes.extend([FORM, u8::try_from(cases.len()).unwrap_or(u8::MAX)]);
    for case in cases {
        bytes.extend(case.reference.0);
        bytes.extend([case.level_code(), case.methods]);
        let ids = [
            case.address.map(|id| *id.as_bytes()),
            case.vouched_by.map(|id| *id.as_bytes()),
            case.approved_by.map(|id| *id.as_bytes()),
        ];
        for id in ids {
            bytes.push(u8::from(id.is_some()));
            bytes.extend(id.unwrap_or_default());
        }
        bytes.extend(case.started_at.as_second().to_be_bytes());
        bytes.push(u8::from(case.ready_at.is_some()));
        // Rounded up: the time to object is never shorter than it was promised.
        let ready_at = case
            .ready_at
            .map_or(0, |at| at.as_second().saturating_add(i64::from(at.subsec_nanosecond() > 0)));
        bytes.extend(ready_at.to_be_bytes());
        bytes.extend(case.objection.0);
    }
    Value::new(bytes)
}

pub(super) fn decode(account: StaffId, bytes: &[u8]) -> Result<Vec<Case>, AccountError> {
    read(account, bytes).ok_or(AccountError::Corrupt { what: "recovery" })
}

fn read(account: StaffId, bytes: &[u8]) -> Option<Vec<Case>> {
    let ([FORM, count], rest) = bytes.split_first_chunk()? else { return None };
    let count = usize::from(*count);
    if count > MAX_OPEN || rest.len() != count.checked_mul(LEN)? {
        return None;
    }
    rest.chunks_exact(LEN).map(|bytes| read_case(account, bytes)).collect()
}

fn read_case(account: StaffId, bytes: &[u8]) -> Option<Case> {
    let (reference, rest) = bytes.split_first_chunk()?;
    let ([level, methods], rest) = rest.split_first_chunk()?;
    let (address, rest) = tagged::<16>(rest)?;
    let (vouched_by, rest) = tagged(rest)?;
    let (approved_by, rest) = tagged(rest)?;
    let (started_at, rest) = rest.split_first_chunk()?;
    let (ready_at, rest) = tagged(rest)?;
    let ready_at = match ready_at {
        Some(at) => Some(time(at)?),
        None => None,
    };
    (methods & !ALL_METHODS == 0).then_some(())?;
    Some(Case {
        account,
        reference: RecoveryReference(*reference),
        level: level_from(*level)?,
        methods: *methods,
        address: address.map(AddressId::from_bytes),
        vouched_by: vouched_by.map(StaffId::from_bytes),
        approved_by: approved_by.map(StaffId::from_bytes),
        started_at: time(*started_at)?,
        ready_at,
        objection: Objection(rest.try_into().ok()?),
    })
}

fn tagged<const N: usize>(bytes: &[u8]) -> Option<(Option<[u8; N]>, &[u8])> {
    let (flag, rest) = bytes.split_first()?;
    let (field, rest) = rest.split_first_chunk::<N>()?;
    match flag {
        0 if *field == [0; N] => Some((None, rest)),
        1 => Some((Some(*field), rest)),
        _ => None,
    }
}

fn time(bytes: [u8; 8]) -> Option<Timestamp> {
    Timestamp::from_second(i64::from_be_bytes(bytes)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use leeward_event::assurance::Aal;

    const ANNA: StaffId = StaffId::from_bytes([0xA1; 16]);
    /// Form 1. A change here is a new form.
    const KNOWN: &[u8] = b"\x01\x01\
        \x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x02\x03\
        \x01\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\
        \x01\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\
        \x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\
        \x00\x00\x00\x00\x3b\x9a\xca\x00\x01\x00\x00\x00\x00\x3b\x9c\x1b\x80\
        \x44\x44\x44\x44\x44\x44\x44\x44\x44\x44\x44\x44\x44\x44\x44\x44\
        \x44\x44\x44\x44\x44\x44\x44\x44\x44\x44\x44\x44\x44\x44\x44\x44";

    #[test]
    fn the_form_is_pinned_byte_for_byte() {
        let started_at = Timestamp::from_second(1_000_000_000).unwrap();
        let objection = Objection([0x44; 32]);
        let mut case = Case::open(ANNA, RecoveryReference([0x11; 10]), Aal::Two, objection, started_at);
        case.methods = 3;
        case.address = Some(AddressId::from_bytes([0x22; 16]));
        case.vouched_by = Some(StaffId::from_bytes([0x33; 16]));
        case.ready_at = Some(Timestamp::from_second(1_000_086_400).unwrap());
        assert_eq!(encode(std::slice::from_ref(&case)).as_bytes(), KNOWN);
        assert_eq!(decode(ANNA, KNOWN).unwrap(), [case]);
    }

    #[test]
    fn no_beginning_and_no_continuation_of_a_record_is_one() {
        assert!((0..KNOWN.len()).all(|len| decode(ANNA, &KNOWN[..len]).is_err()));
        assert!(decode(ANNA, &[KNOWN, b"\0"].concat()).is_err());
        for (place, byte) in [(0, 2), (1, 5), (12, 9), (13, 8), (14, 2)] {
            let mut spoilt = KNOWN.to_vec();
            spoilt[place] = byte;
            assert!(decode(ANNA, &spoilt).is_err(), "{place}");
        }
    }

    #[test]
    fn the_time_to_object_is_never_shortened_by_keeping_it() {
        let now = Timestamp::from_millisecond(1_500).unwrap();
        let mut case = Case::open(ANNA, RecoveryReference([0; 10]), Aal::One, Objection([0; 32]), now);
        case.ready_at = Some(now);
        let kept = decode(ANNA, encode(&[case]).as_bytes()).unwrap();
        assert_eq!(kept[0].ready_at, Some(Timestamp::from_second(2).unwrap()));
    }
}
