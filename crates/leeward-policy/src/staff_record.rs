use crate::{Role, Set};
use jiff::Timestamp;
use leeward_event::TeamId;
use std::collections::BTreeSet;

/// What is on record about a member of staff.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StaffRecord {
    /// What they are.
    pub roles: Set<Role>,
    /// Whether they are suspended, or have left.
    pub suspended: bool,
    /// Whether they are one of those who may break the glass.
    pub glass_eligible: bool,
    /// When their training counts.
    pub trained: Period,
    /// When they are on duty.
    pub on_duty: Period,
    /// The teams that they work in.
    pub teams: BTreeSet<TeamId>,
    /// The teams that they supervise.
    pub supervises: BTreeSet<TeamId>,
}

/// From one moment until just before another, to the millisecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first moment of it.
    pub from: Timestamp,
    /// The first moment after it.
    pub until: Timestamp,
}

impl StaffRecord {
    /// The most teams that somebody works in, and the most that they supervise.
    pub const MAX_TEAMS: usize = 16;

    pub(crate) const NEW: Self = Self {
        roles: Set::EMPTY,
        suspended: false,
        glass_eligible: false,
        trained: Period::NEVER,
        on_duty: Period::NEVER,
        teams: BTreeSet::new(),
        supervises: BTreeSet::new(),
    };
}

impl Period {
    /// No moment at all.
    pub const NEVER: Self = Self { from: Timestamp::UNIX_EPOCH, until: Timestamp::UNIX_EPOCH };

    /// Whether a moment is in it. A clock that went back behind its beginning is not.
    #[must_use]
    pub fn contains(self, now: Timestamp) -> bool {
        self.from <= now && now < self.until
    }
}
