//! The rows of break-glass. Version 2 of the first two adds a scope, which version 1, that is read still, had not.
//!
//! | record | bytes |
//! |---|---|
//! | grant | version, id (16), whose records (1 of a conversation or 2 of a person, id (16)), reason (1), opened, expires and last seen at (8 each), disclosure (1), state (1), and from version 2 on the only kind of record (0 for all, or 1 more than its code) |
//! | documentation | version, staff (16), reason (1), opened and expires at (8 each), disclosure (1), nature, recipient, affiliation and discloser (each with its length (2) before it), and from version 2 on the only kind of record, as above |
//! | review | version (1), reviewer (16), verdict (1), at (8), note (its length (2) before it) |

use super::bytes::{Fields, push_instant, push_of, push_text};
use crate::{
    BreakGlassGrant, Disclosure, Documentation, Emergency, GrantState, OverrideReason, PolicyError, RecordOf,
    ResourceType, Review, Statement, Verdict, set::Member,
};
use leeward_event::{GrantId, StaffId};
use leeward_store::{Key, Prefix, Space, StoreError};

const GRANT: Space = Space::sealed_for("policy.grant", 0);
const DOCUMENTATION: Space = Space::sealed_for("policy.break-glass", 0);
const REVIEW: Space = Space::sealed_for("policy.review", 0);
const VERSION: u8 = 2;
const FIRST_VERSION: u8 = 1;

pub(crate) fn grant_key(staff: StaffId) -> Result<Key, StoreError> {
    GRANT.key(&[staff.as_bytes()])
}

pub(crate) fn every_grant() -> Result<Prefix, StoreError> {
    GRANT.prefix(&[])
}

/// Whose grant a key is of.
pub(crate) fn holder(key: &Key) -> Option<StaffId> {
    let bytes = key.segments().into_iter().next()?;
    Some(StaffId::from_bytes(bytes.try_into().ok()?))
}

pub(crate) fn documentation_key(of: RecordOf, grant: GrantId) -> Result<Key, StoreError> {
    DOCUMENTATION.key(&[of.as_bytes(), grant.as_bytes()])
}

pub(crate) fn review_key(of: RecordOf, grant: GrantId) -> Result<Key, StoreError> {
    REVIEW.key(&[of.as_bytes(), grant.as_bytes()])
}

pub(crate) fn encode_grant(grant: &BreakGlassGrant) -> Vec<u8> {
    let mut bytes = vec![VERSION];
    bytes.extend(grant.id.as_bytes());
    push_of(&mut bytes, grant.of);
    bytes.push(grant.reason.code());
    for at in [grant.opened_at, grant.expires_at, grant.seen_at] {
        push_instant(&mut bytes, at);
    }
    bytes.push(grant.disclosure.code());
    bytes.push(match grant.state {
        GrantState::Open => 1,
        GrantState::Ended => 2,
        GrantState::Reviewed => 3,
    });
    push_only(&mut bytes, grant.only);
    bytes
}

pub(crate) fn decode_grant(bytes: &[u8], staff: StaffId) -> Result<BreakGlassGrant, PolicyError> {
    read_grant(bytes, staff).ok_or(PolicyError::Corrupt { what: "break-glass grant" })
}

fn read_grant(bytes: &[u8], staff: StaffId) -> Option<BreakGlassGrant> {
    let (version, mut fields) = versioned(bytes)?;
    let grant = BreakGlassGrant {
        id: GrantId::from_bytes(fields.array()?),
        staff,
        of: fields.of()?,
        reason: member(fields.byte()?)?,
        opened_at: fields.instant()?,
        expires_at: fields.instant()?,
        seen_at: fields.instant()?,
        disclosure: member(fields.byte()?)?,
        state: match fields.byte()? {
            1 => GrantState::Open,
            2 => GrantState::Ended,
            3 => GrantState::Reviewed,
            _ => return None,
        },
        only: only(version, &mut fields)?,
    };
    fields.end().map(|()| grant)
}

pub(crate) fn encode_documentation(grant: &BreakGlassGrant, emergency: &Emergency) -> Vec<u8> {
    let mut bytes = vec![VERSION];
    bytes.extend(grant.staff.as_bytes());
    bytes.push(emergency.reason.code());
    push_instant(&mut bytes, grant.opened_at);
    push_instant(&mut bytes, grant.expires_at);
    bytes.push(emergency.disclosure.code());
    for text in [&emergency.nature, &emergency.recipient, &emergency.affiliation, &emergency.discloser] {
        push_text(&mut bytes, text.expose());
    }
    push_only(&mut bytes, grant.only);
    bytes
}

pub(crate) fn decode_documentation(bytes: &[u8]) -> Result<Documentation, PolicyError> {
    read_documentation(bytes).ok_or(PolicyError::Corrupt { what: "break-glass documentation" })
}

fn read_documentation(bytes: &[u8]) -> Option<Documentation> {
    let (version, mut fields) = versioned(bytes)?;
    let staff = StaffId::from_bytes(fields.array()?);
    let reason: OverrideReason = member(fields.byte()?)?;
    let (opened_at, expires_at) = (fields.instant()?, fields.instant()?);
    let disclosure: Disclosure = member(fields.byte()?)?;
    let mut text = || Statement::new(fields.text()?).ok();
    let (nature, recipient, affiliation, discloser) = (text()?, text()?, text()?, text()?);
    let emergency = Emergency { reason, nature, recipient, affiliation, discloser, disclosure };
    let only = only(version, &mut fields)?;
    fields.end().map(|()| Documentation { staff, only, opened_at, expires_at, emergency, review: None })
}

pub(crate) fn encode_review(review: &Review) -> Vec<u8> {
    let mut bytes = vec![FIRST_VERSION];
    bytes.extend(review.reviewer.as_bytes());
    bytes.push(match review.verdict {
        Verdict::Justified => 1,
        Verdict::NotJustified => 2,
    });
    push_instant(&mut bytes, review.at);
    push_text(&mut bytes, review.note.expose());
    bytes
}

pub(crate) fn decode_review(bytes: &[u8]) -> Result<Review, PolicyError> {
    read_review(bytes).ok_or(PolicyError::Corrupt { what: "break-glass review" })
}

fn read_review(bytes: &[u8]) -> Option<Review> {
    let mut fields = Fields(bytes);
    (fields.byte()? == FIRST_VERSION).then_some(())?;
    let reviewer = StaffId::from_bytes(fields.array()?);
    let verdict = match fields.byte()? {
        1 => Verdict::Justified,
        2 => Verdict::NotJustified,
        _ => return None,
    };
    let at = fields.instant()?;
    let note = Statement::new(fields.text()?).ok()?;
    fields.end().map(|()| Review { reviewer, verdict, at, note })
}

fn versioned(bytes: &[u8]) -> Option<(u8, Fields<'_>)> {
    let mut fields = Fields(bytes);
    let version = fields.byte()?;
    [FIRST_VERSION, VERSION].contains(&version).then_some((version, fields))
}

fn push_only(bytes: &mut Vec<u8>, only: Option<ResourceType>) {
    bytes.push(only.map_or(0, |only| only.code().saturating_add(1)));
}

fn only(version: u8, fields: &mut Fields<'_>) -> Option<Option<ResourceType>> {
    if version == FIRST_VERSION {
        return Some(None);
    }
    match fields.byte()?.checked_sub(1) {
        Some(code) => member(code).map(Some),
        None => Some(None),
    }
}

fn member<T: Member>(code: u8) -> Option<T> {
    T::ALL.iter().copied().find(|known| known.code() == code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use leeward_event::ConversationId;
    use proptest::prelude::*;

    const STAFF: StaffId = StaffId::from_bytes([0xAA; 16]);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn grant() -> BreakGlassGrant {
        BreakGlassGrant {
            id: GrantId::from_bytes([0xCC; 16]),
            staff: STAFF,
            of: ConversationId::from_bytes([0xBB; 16]).into(),
            only: None,
            reason: OverrideReason::ThirdPartySafety,
            opened_at: at(1),
            expires_at: at(2),
            seen_at: at(1),
            disclosure: Disclosure::EndangersOther,
            state: GrantState::Ended,
        }
    }

    fn emergency() -> Emergency {
        let words = |words| Statement::new(words).unwrap();
        Emergency {
            reason: OverrideReason::ThirdPartySafety,
            nature: words("n"),
            recipient: words("r"),
            affiliation: words("a"),
            discloser: words("d"),
            disclosure: Disclosure::ToPerson,
        }
    }

    fn review() -> Review {
        let note = Statement::new("ok").unwrap();
        Review { reviewer: STAFF, verdict: Verdict::NotJustified, at: at(2), note }
    }

    const ONE: [u8; 8] = [0, 0, 0, 0, 0, 0, 0x03, 0xE8];
    const TWO: [u8; 8] = [0, 0, 0, 0, 0, 0, 0x07, 0xD0];

    #[test]
    fn the_grant_record_is_pinned() {
        let rest = [&[0xCC; 16][..], &[1], &[0xBB; 16], &[4], &ONE, &TWO, &ONE, &[2, 2]].concat();
        let bytes = [&[2], &rest[..], &[0]].concat();
        assert_eq!(encode_grant(&grant()), bytes);
        assert_eq!(decode_grant(&bytes, STAFF).unwrap(), grant());
        assert_eq!(decode_grant(&[&[1], &rest[..]].concat(), STAFF).unwrap(), grant(), "the first version");
        let notes = BreakGlassGrant { only: Some(ResourceType::Roster), ..grant() };
        assert_eq!(encode_grant(&notes), [&[2], &rest[..], &[2]].concat());
        assert_eq!(decode_grant(&encode_grant(&notes), STAFF).unwrap(), notes);
    }

    #[test]
    fn the_documentation_is_pinned() {
        let texts = [0, 1, b'n', 0, 1, b'r', 0, 1, b'a', 0, 1, b'd'];
        let rest = [&[0xAA; 16][..], &[4], &ONE, &TWO, &[0], &texts].concat();
        let bytes = [&[2], &rest[..], &[0]].concat();
        assert!(
            decode_documentation(&[&[1], &rest[..]].concat()).unwrap().only.is_none(),
            "the first version"
        );
        assert_eq!(encode_documentation(&grant(), &emergency()), bytes);
        let read = decode_documentation(&bytes).unwrap();
        assert_eq!((read.staff, read.opened_at, read.expires_at), (STAFF, at(1), at(2)));
        assert_eq!(read.emergency.affiliation.expose(), "a");
    }

    #[test]
    fn the_review_is_pinned() {
        let bytes = [&[1][..], &[0xAA; 16], &[2], &TWO, &[0, 2], b"ok"].concat();
        assert_eq!(encode_review(&review()), bytes);
        assert_eq!(decode_review(&bytes).unwrap(), review());
    }

    #[test]
    fn the_keys_are_pinned() {
        let path = |key: Result<Key, StoreError>| format!("{:?}", key.unwrap());
        let (aa, bb, cc) = ("aa".repeat(16), "bb".repeat(16), "cc".repeat(16));
        assert_eq!(path(grant_key(STAFF)), format!("policy.grant/{aa}"));
        let (of, id) = (grant().of, grant().id);
        assert_eq!(path(documentation_key(of, id)), format!("policy.break-glass/{bb}/{cc}"));
        assert_eq!(path(review_key(of, id)), format!("policy.review/{bb}/{cc}"));
        assert_eq!(holder(&grant_key(STAFF).unwrap()), Some(STAFF));
    }

    #[test]
    fn anything_else_is_corrupt() {
        let valid =
            [encode_grant(&grant()), encode_documentation(&grant(), &emergency()), encode_review(&review())];
        let parse: [fn(&[u8]) -> bool; 3] = [
            |bytes| decode_grant(bytes, STAFF).is_ok(),
            |bytes| decode_documentation(bytes).is_ok(),
            |bytes| decode_review(bytes).is_ok(),
        ];
        for (bytes, parses) in valid.iter().zip(parse) {
            assert!(parses(bytes));
            assert!((0..bytes.len()).all(|len| !parses(&bytes[..len])), "cut short");
            assert!(!parses(&[&bytes[..], &[0]].concat()), "trailing");
            assert!([0, 3, 255].iter().all(|version| !parses(&[&[*version], &bytes[1..]].concat())));
        }
        for (place, code) in [(17, 0), (17, 3), (34, 9), (59, 4), (60, 0), (60, 4), (61, 21)] {
            let mut unknown = encode_grant(&grant());
            unknown[place] = code;
            assert!(decode_grant(&unknown, STAFF).is_err(), "{place}");
        }
    }

    proptest! {
        #[test]
        fn whatever_decodes_is_what_encodes(mut bytes in prop::collection::vec(any::<u8>(), 62)) {
            (bytes[0], bytes[17], bytes[34]) = (2, bytes[17] % 4, bytes[34] % 7);
            (bytes[59], bytes[60], bytes[61]) = (bytes[59] % 5, bytes[60] % 5, bytes[61] % 24);
            for time in [35, 43, 51] {
                bytes[time] = 0;
                bytes[time + 1] = 0;
            }
            if let Ok(grant) = decode_grant(&bytes, STAFF) {
                prop_assert_eq!(encode_grant(&grant), bytes);
            }
        }
    }
}
