//! The row of a member of staff. Version 2 is written; version 1, which had only the first two fields, is read as
//! a record of somebody who is not trained, not on duty, in no team and not eligible for break-glass.
//!
//! | version | bytes after it |
//! |---|---|
//! | 1 | roles (4), suspended (0 or 1) |
//! | 2 | roles (4), suspended (0 or 1), break-glass eligible (0 or 1), trained from and until (8 each), on duty from and until (8 each), how many teams (1), those (16 each, in order), how many are supervised (1), those (16 each, in order) |

use super::bytes::{Fields, push_instant};
use crate::{Period, PolicyError, Role, Set, StaffRecord};
use leeward_event::{StaffId, TeamId};
use leeward_store::{Key, Prefix, Space, StoreError};
use std::collections::BTreeSet;

const STAFF: Space = Space::sealed_for("policy.staff", 0);
const VERSION: u8 = 2;
const FIRST_VERSION: u8 = 1;

pub(crate) fn key(staff: StaffId) -> Result<Key, StoreError> {
    STAFF.key(&[staff.as_bytes()])
}

pub(crate) fn everybody() -> Result<Prefix, StoreError> {
    STAFF.prefix(&[])
}

/// Whose record a key is of.
pub(crate) fn whose(key: &Key) -> Option<StaffId> {
    let bytes = key.segments().into_iter().next()?;
    Some(StaffId::from_bytes(bytes.try_into().ok()?))
}

pub(crate) fn encode(record: &StaffRecord) -> Vec<u8> {
    let mut bytes = vec![VERSION];
    bytes.extend(u32::try_from(record.roles.bits()).unwrap_or(u32::MAX).to_be_bytes());
    bytes.extend([record.suspended, record.glass_eligible].map(u8::from));
    for period in [record.trained, record.on_duty] {
        push_instant(&mut bytes, period.from);
        push_instant(&mut bytes, period.until);
    }
    for teams in [&record.teams, &record.supervises] {
        // There are never more than a few.
        bytes.push(u8::try_from(teams.len()).unwrap_or(u8::MAX));
        bytes.extend(teams.iter().flat_map(|team| *team.as_bytes()));
    }
    bytes
}

pub(crate) fn decode(bytes: &[u8]) -> Result<StaffRecord, PolicyError> {
    read(bytes).ok_or(PolicyError::Corrupt { what: "staff" })
}

fn read(bytes: &[u8]) -> Option<StaffRecord> {
    let mut fields = Fields(bytes);
    let version = fields.byte()?;
    let record = StaffRecord {
        roles: roles(u32::from_be_bytes(fields.array()?))?,
        suspended: fields.flag()?,
        ..StaffRecord::NEW
    };
    let record = match version {
        FIRST_VERSION => record,
        VERSION => StaffRecord {
            glass_eligible: fields.flag()?,
            trained: period(&mut fields)?,
            on_duty: period(&mut fields)?,
            teams: teams(&mut fields)?,
            supervises: teams(&mut fields)?,
            ..record
        },
        _ => return None,
    };
    fields.end().map(|()| record)
}

fn roles(bits: u32) -> Option<Set<Role>> {
    Set::<Role>::from_bits(bits.into()).filter(|roles| roles.iter().all(Role::is_staff))
}

fn period(fields: &mut Fields<'_>) -> Option<Period> {
    Some(Period { from: fields.instant()?, until: fields.instant()? })
}

fn teams(fields: &mut Fields<'_>) -> Option<BTreeSet<TeamId>> {
    let count = usize::from(fields.byte()?);
    (count <= StaffRecord::MAX_TEAMS).then_some(())?;
    let team = |_| fields.array().map(TeamId::from_bytes);
    let teams = (0..count).map(team).collect::<Option<Vec<_>>>()?;
    teams.is_sorted_by(|one, next| one < next).then(|| teams.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use proptest::prelude::*;

    fn record() -> StaffRecord {
        let at = |second| Timestamp::from_second(second).unwrap();
        let teams = |ids: &[u8]| ids.iter().map(|id| TeamId::from_bytes([*id; 16])).collect();
        StaffRecord {
            roles: Set::of(&[Role::Counsellor, Role::Auditor]),
            suspended: true,
            glass_eligible: true,
            trained: Period { from: at(1), until: at(2) },
            on_duty: Period { from: at(2), until: at(4) },
            teams: teams(&[0xBB, 0xCC]),
            supervises: teams(&[0xDD]),
        }
    }

    fn bytes() -> Vec<u8> {
        let [one, two, four] = [1_000_u64, 2_000, 4_000].map(u64::to_be_bytes);
        let roles = &[2, 0, 0, 0, 0b1001, 1, 1][..];
        [roles, &one, &two, &two, &four, &[2], &[0xBB; 16], &[0xCC; 16], &[1], &[0xDD; 16]].concat()
    }

    #[test]
    fn the_row_is_pinned() {
        assert_eq!(encode(&record()), bytes());
        assert_eq!(decode(&bytes()).unwrap(), record());
        let key = key(StaffId::from_bytes([0xAA; 16])).unwrap();
        assert_eq!(format!("{key:?}"), format!("policy.staff/{}", "aa".repeat(16)));
    }

    #[test]
    fn the_first_version_is_read_and_counts_for_no_more_than_it_says() {
        let (roles, suspended) = (Set::of(&[Role::Counsellor, Role::Auditor]), true);
        let expected = StaffRecord { roles, suspended, ..StaffRecord::NEW };
        assert_eq!(decode(&[1, 0, 0, 0, 0b1001, 1]).unwrap(), expected);
        let now = Timestamp::UNIX_EPOCH;
        assert!(!expected.trained.contains(now) && !expected.on_duty.contains(now));
        assert!(!expected.glass_eligible);
        assert!(decode(&[1, 0, 0, 0, 0b1001, 1, 0]).is_err(), "trailing");
    }

    #[test]
    fn anything_else_is_corrupt() {
        let bytes = bytes();
        assert!((0..bytes.len()).all(|len| decode(&bytes[..len]).is_err()), "cut short");
        assert!(decode(&[&bytes[..], &[0]].concat()).is_err(), "trailing");
        for (place, value) in [
            (0, 0),
            (0, 3),
            (4, 0b10_0000), // a seeker's
            (2, 0x10),      // unknown
            (5, 2),
            (6, 2),
            (7, 0x7F),
            (39, 3),
            (39, 17),
            (40, 0xDD), // out of order
            (72, 2),
        ] {
            let mut changed = bytes.clone();
            changed[place] = value;
            assert!(decode(&changed).is_err(), "{place}");
        }
    }

    proptest! {
        #[test]
        fn whatever_decodes_is_what_encodes(mut bytes in prop::collection::vec(any::<u8>(), 0..90)) {
            for (place, below) in [(0, 4), (1, 1), (2, 1), (3, 4), (5, 3), (6, 3), (39, 3)] {
                if let Some(byte) = bytes.get_mut(place) {
                    *byte %= below;
                }
            }
            if let Ok(record) = decode(&bytes) {
                let again = encode(&record);
                prop_assert!(again == bytes || bytes[0] == FIRST_VERSION);
                prop_assert_eq!(decode(&again).unwrap(), record);
            }
        }
    }
}
