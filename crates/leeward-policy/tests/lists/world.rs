//! Records in tables, and the same facts read off them by hand.

use leeward_policy::{Fact, Set};

pub(crate) const ME: [u8; 16] = [0xA1; 16];
pub(crate) const OTHER: [u8; 16] = [0xB2; 16];
pub(crate) const NOW: i64 = 1_000_000;
pub(crate) const SINCE: i64 = 900_000;
pub(crate) const MY_TEAM: i64 = 7;
pub(crate) const PURPOSE: &str = "TREAT";

/// A record and what other tables say of it.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) id: i64,
    pub(crate) person: Option<[u8; 16]>,
    pub(crate) team: Option<i64>,
    pub(crate) conflict: Option<bool>,
    pub(crate) level: Option<i64>,
    pub(crate) written: Option<i64>,
    pub(crate) closed: Option<bool>,
    pub(crate) kind: Option<&'static str>,
    pub(crate) assigned: Vec<[u8; 16]>,
    pub(crate) glass_until: Vec<i64>,
    pub(crate) consent: Option<(&'static str, &'static str)>,
}

/// The facts about records that there are conditions for.
pub(crate) const MAPPED: [Fact; 15] = [
    Fact::Assigned,
    Fact::SameTeam,
    Fact::Supervises,
    Fact::OwnRecord,
    Fact::GlassBroken,
    Fact::Approved,
    Fact::ConcernsSelf,
    Fact::ConflictOfInterest,
    Fact::Consented,
    Fact::ConsentRevoked,
    Fact::EmergencyOnly,
    Fact::Restricted,
    Fact::VeryRestricted,
    Fact::Recent,
    Fact::Closed,
];

impl Record {
    /// Whether a fact holds; `None` when the record does not tell.
    pub(crate) fn tells(&self, fact: Fact) -> Option<bool> {
        let consent = |state| self.consent == Some((PURPOSE, state));
        match fact {
            Fact::Assigned => Some(self.assigned.contains(&ME)),
            Fact::SameTeam => self.team.map(|team| team == MY_TEAM),
            Fact::Supervises => Some(self.assigned.contains(&OTHER)),
            Fact::OwnRecord => self.person.map(|person| person == ME),
            Fact::GlassBroken => Some(self.glass_until.iter().any(|until| *until >= NOW)),
            Fact::Approved => Some(self.id % 3 == 0),
            Fact::ConcernsSelf => self.kind.map(|kind| kind != "of-others"),
            Fact::ConflictOfInterest => self.conflict,
            Fact::Consented => Some(consent("granted")),
            Fact::ConsentRevoked => Some(consent("revoked")),
            Fact::EmergencyOnly => Some(consent("emergency")),
            Fact::Restricted => self.level.map(|level| level >= 4),
            Fact::VeryRestricted => self.level.map(|level| level >= 5),
            Fact::Recent => self.written.map(|written| written >= SINCE),
            Fact::Closed => self.closed,
            other => panic!("{other:?} is not mapped"),
        }
    }

    /// Everything that holds, if the record tells all of it.
    pub(crate) fn facts(&self) -> Option<Set<Fact>> {
        MAPPED.iter().try_fold(Set::EMPTY, |facts, &fact| {
            Some(if self.tells(fact)? { facts.with(fact) } else { facts })
        })
    }
}

/// The same on every run.
pub(crate) fn records(count: i64, seed: u64) -> Vec<Record> {
    let mut draw = Draw(seed);
    (1..=count).map(|id| draw.record(id)).collect()
}

struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    /// One in twenty-five is `NULL`.
    fn known<T>(&mut self, value: T) -> Option<T> {
        (self.below(25) != 0).then_some(value)
    }

    fn record(&mut self, id: i64) -> Record {
        let person = [ME, OTHER][self.below(2) as usize];
        let kind = ["of-others", "of-me", "'; DROP TABLE record; --"][self.below(3) as usize];
        let staff = [vec![], vec![ME], vec![OTHER], vec![ME, OTHER]];
        let glass = [vec![], vec![NOW], vec![NOW - 1], vec![5, NOW + 9]];
        let consent = [
            None,
            Some((PURPOSE, "granted")),
            Some((PURPOSE, "revoked")),
            Some((PURPOSE, "emergency")),
            Some(("HRESCH", "granted")),
        ];
        let (team, level) = (self.below(2) as i64 + 6, self.below(6) as i64);
        let (conflict, closed) = (self.below(4) == 0, self.below(3) == 0);
        let written = SINCE - 2 + self.below(5) as i64;
        Record {
            id,
            person: self.known(person),
            team: self.known(team),
            conflict: self.known(conflict),
            level: self.known(level),
            written: self.known(written),
            closed: self.known(closed),
            kind: self.known(kind),
            assigned: staff[self.below(4) as usize].clone(),
            glass_until: glass[self.below(4) as usize].clone(),
            consent: consent[self.below(5) as usize],
        }
    }
}
