use super::VERSION;
use crate::{Error, Hold, HoldReason, bytes::Reader};
use jiff::Timestamp;
use leeward_event::{Actor, Component, CorrelationId, SeekerId, StaffId};

/// The holds that a conversation is under: `version(1) || place of the notice (u64) || count(u16) || (id(16) || reason(1) || since (i64 s) ||
/// who placed it (17))*`, in the order in which they were placed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Holds {
    /// Where the members were told of those that stand.
    pub(crate) notice: u64,
    pub(crate) standing: Vec<Hold>,
}

impl Holds {
    pub(crate) fn encode(&self) -> Result<Vec<u8>, Error> {
        let count = u16::try_from(self.standing.len()).map_err(|_| MALFORMED)?;
        let mut bytes = [&[VERSION][..], &self.notice.to_be_bytes(), &count.to_be_bytes()].concat();
        for hold in &self.standing {
            bytes.extend_from_slice(hold.id.as_bytes());
            bytes.push(hold.why.code());
            bytes.extend_from_slice(&hold.since.as_second().to_be_bytes());
            let (kind, id) = tagged(hold.by)?;
            bytes.push(kind);
            bytes.extend_from_slice(&id);
        }
        Ok(bytes)
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(bytes);
        if reader.u8() != Some(VERSION) {
            return Err(super::UNKNOWN_VERSION);
        }
        parse(reader).ok_or(MALFORMED)
    }
}

fn parse(mut reader: Reader<'_>) -> Option<Holds> {
    let (notice, mut standing) = (reader.u64()?, Vec::new());
    for _ in 0..reader.u16()? {
        let id = CorrelationId::from_bytes(reader.array()?);
        let why = HoldReason::from_code(reader.u8()?)?;
        let since = Timestamp::from_second(reader.array().map(i64::from_be_bytes)?).ok()?;
        let by = actor(reader.u8()?, reader.array()?)?;
        standing.push(Hold { id, why, by, since });
    }
    reader.end()?;
    Some(Holds { notice, standing })
}

const NOBODY: [u8; 16] = [0; 16];

fn tagged(actor: Actor) -> Result<(u8, [u8; 16]), Error> {
    Ok(match actor {
        Actor::Unknown => (0, NOBODY),
        Actor::Staff(id) => (1, *id.as_bytes()),
        Actor::Seeker(id) => (2, *id.as_bytes()),
        Actor::Component(component) => (3, u128::from(component.code()).to_be_bytes()),
        _ => return Err(MALFORMED),
    })
}

fn actor(kind: u8, id: [u8; 16]) -> Option<Actor> {
    match (kind, id) {
        (0, NOBODY) => Some(Actor::Unknown),
        (1, id) => Some(Actor::Staff(StaffId::from_bytes(id))),
        (2, id) => Some(Actor::Seeker(SeekerId::from_bytes(id))),
        (3, id) => {
            let code = u16::try_from(u128::from_be_bytes(id)).ok()?;
            Component::from_code(code).map(Actor::Component)
        }
        _ => None,
    }
}

const MALFORMED: Error = Error::Corrupt { what: "malformed holds" };

#[cfg(test)]
mod tests {
    use super::*;

    fn hold(id: u8, why: HoldReason, by: Actor) -> Hold {
        Hold { id: CorrelationId::from_bytes([id; 16]), why, by, since: Timestamp::from_second(258).unwrap() }
    }

    #[test]
    fn the_holds_are_pinned() {
        let officer = Actor::Staff(StaffId::from_bytes([7; 16]));
        let standing = vec![
            hold(5, HoldReason::Legal, officer),
            hold(6, HoldReason::AbuseReport, Actor::Component(Component::Messages)),
        ];
        let holds = Holds { notice: 9, standing };
        let (since, messages) = ([0, 0, 0, 0, 0, 0, 1, 2], 6_u128.to_be_bytes());
        let bytes = [
            &[1, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2][..],
            &[&[5; 16][..], &[1], &since, &[1], &[7; 16]].concat(),
            &[&[6; 16][..], &[2], &since, &[3], &messages].concat(),
        ]
        .concat();
        assert_eq!(holds.encode().unwrap(), bytes);
        assert_eq!(Holds::decode(&bytes).unwrap(), holds);
        for len in 0..bytes.len() {
            assert!(Holds::decode(&bytes[..len]).is_err());
        }
        assert!(Holds::decode(&[&bytes[..], &[0]].concat()).is_err());
        for (at, value) in [(0, 2), (27, 0), (27, 3), (36, 4), (36, 0)] {
            let mut bad = bytes.clone();
            bad[at] = value;
            assert!(Holds::decode(&bad).is_err(), "{at}");
        }
    }

    #[test]
    fn whoever_placed_one_is_read_again() {
        let seeker = Actor::Seeker(SeekerId::from_bytes([9; 16]));
        for by in [seeker, Actor::Unknown, Actor::Component(Component::Application)] {
            let holds = Holds { notice: 0, standing: vec![hold(1, HoldReason::Legal, by)] };
            assert_eq!(Holds::decode(&holds.encode().unwrap()).unwrap(), holds);
        }
    }
}
