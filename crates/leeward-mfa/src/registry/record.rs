//! The persisted list of an account's factors. All numbers are big-endian.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | form: 1 |
//! | 1 | how many factors, at most 16 |
//!
//! and for each of them
//!
//! | bytes | what |
//! |---|---|
//! | 16 | authenticator |
//! | 1 | kind, by `FactorKind::code` |
//! | 1 | 0 active, 1 suspended |
//! | 8 | bound at, in milliseconds since 1970 |
//! | 2 | length of the name |
//! | | name, UTF-8 |

use super::Roster;
use crate::{Factor, FactorState, MfaError, label::Label};
use jiff::Timestamp;
use leeward_event::{AuthenticatorId, assurance::FactorKind};

const FORM: u8 = 1;

impl Roster {
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let count = u8::try_from(self.factors.len()).unwrap_or(u8::MAX);
        let mut bytes = vec![FORM, count];
        self.factors.iter().for_each(|factor| encode(factor, &mut bytes));
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, MfaError> {
        match bytes.split_first() {
            Some((&FORM, rest)) => decode_all(rest).ok_or(MfaError::Record { what: "an unreadable list" }),
            Some(_) => Err(MfaError::Record { what: "a form that this release does not know: update it" }),
            None => Err(MfaError::Record { what: "no content" }),
        }
    }
}

fn encode(factor: &Factor, bytes: &mut Vec<u8>) {
    let name = factor.name().as_bytes();
    bytes.extend(factor.authenticator.as_bytes());
    bytes.extend([factor.kind.code(), state_code(factor.state)]);
    bytes.extend(factor.bound_at.as_millisecond().to_be_bytes());
    // A name has at most 64 characters.
    bytes.extend(u16::try_from(name.len()).unwrap_or(u16::MAX).to_be_bytes());
    bytes.extend(name);
}

fn decode_all(bytes: &[u8]) -> Option<Roster> {
    let ([count], mut rest) = bytes.split_first_chunk()?;
    if usize::from(*count) > Roster::MAX {
        return None;
    }
    let mut factors = Vec::new();
    for _ in 0..*count {
        let (factor, after) = decode(rest)?;
        factors.push(factor);
        rest = after;
    }
    rest.is_empty().then_some(Roster { factors })
}

fn decode(bytes: &[u8]) -> Option<(Factor, &[u8])> {
    let (authenticator, rest) = bytes.split_first_chunk()?;
    let ([kind, state], rest) = rest.split_first_chunk()?;
    let (bound_at, rest) = rest.split_first_chunk()?;
    let (length, rest) = rest.split_first_chunk()?;
    let (name, rest) = rest.split_at_checked(u16::from_be_bytes(*length).into())?;
    let factor = Factor {
        authenticator: AuthenticatorId::from_bytes(*authenticator),
        kind: FactorKind::from_code(*kind)?,
        state: state_of(*state)?,
        bound_at: Timestamp::from_millisecond(i64::from_be_bytes(*bound_at)).ok()?,
        name: Label::new(std::str::from_utf8(name).ok()?).ok()?,
    };
    Some((factor, rest))
}

const fn state_code(state: FactorState) -> u8 {
    match state {
        FactorState::Active => 0,
        FactorState::Suspended => 1,
    }
}

const fn state_of(code: u8) -> Option<FactorState> {
    match code {
        0 => Some(FactorState::Active),
        1 => Some(FactorState::Suspended),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn known() -> (Roster, Vec<u8>) {
        let factor = |id, kind, state, name| Factor {
            authenticator: AuthenticatorId::from_bytes([id; 16]),
            kind,
            state,
            bound_at: Timestamp::from_millisecond(1000).unwrap(),
            name: Label::new(name).unwrap(),
        };
        let synced = FactorKind::Passkey { synced: true, user_verified: true };
        let factors = vec![
            factor(0xAA, FactorKind::Totp, FactorState::Active, "pager"),
            factor(0xBB, synced, FactorState::Suspended, "Tür"),
        ];
        let at = [0, 0, 0, 0, 0, 0, 0x03, 0xE8];
        let bytes = [
            &[1, 2][..],
            &[0xAA; 16],
            &[2, 0],
            &at,
            b"\0\x05pager",
            &[0xBB; 16],
            &[19, 1],
            &at,
            b"\0\x04T\xC3\xBCr",
        ];
        (Roster { factors }, bytes.concat())
    }

    #[test]
    fn the_list_is_pinned_byte_for_byte() {
        let (roster, bytes) = known();
        assert_eq!(roster.to_bytes(), bytes);
        assert_eq!(Roster::from_bytes(&bytes).unwrap(), roster);
        assert_eq!(Roster::default().to_bytes(), [1, 0]);
    }

    #[test]
    fn no_beginning_and_no_continuation_of_a_list_is_one() {
        let (_, bytes) = known();
        assert!((0..bytes.len()).all(|len| Roster::from_bytes(&bytes[..len]).is_err()));
        assert!(Roster::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
        let changed = |place: usize, byte| {
            let mut bytes = bytes.clone();
            bytes[place] = byte;
            bytes
        };
        for (place, byte) in [(0, 2), (1, 17), (18, 0), (19, 2)] {
            assert!(Roster::from_bytes(&changed(place, byte)).is_err(), "{place} {byte}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_read_is_what_is_written(mut bytes in prop::collection::vec(any::<u8>(), 0..80), count in 0..3_u8) {
            if let [form, many, ..] = &mut bytes[..] {
                (*form, *many) = (1, count);
            }
            if let Ok(roster) = Roster::from_bytes(&bytes) {
                prop_assert_eq!(roster.to_bytes(), bytes);
            }
        }
    }
}
