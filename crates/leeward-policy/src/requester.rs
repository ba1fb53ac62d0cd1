use jiff::Timestamp;
use leeward_event::{Actor, Component, SeekerId, StaffId, assurance::Aal};

/// Who asks, and how strongly they proved that they are who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requester {
    party: Party,
    aal: Aal,
    proved_at: Option<Timestamp>,
}

/// Which kind of party asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Party {
    /// A member of staff.
    Staff(StaffId),
    /// A person in crisis, who asks for what is their own.
    Seeker(SeekerId),
    /// Software, on nobody's behalf.
    Service,
}

impl Requester {
    /// A member of staff whose session has this assurance level.
    ///
    /// A seeker is not passed off as one:
    /// ```compile_fail,E0308
    /// use leeward_event::{SeekerId, assurance::Aal};
    /// let requester = leeward_policy::Requester::new(SeekerId::from_bytes([1; 16]), Aal::Two);
    /// ```
    #[must_use]
    pub const fn new(staff: StaffId, aal: Aal) -> Self {
        Self { party: Party::Staff(staff), aal, proved_at: None }
    }

    /// A person in crisis, who holds the secret of their own contact and has no account.
    #[must_use]
    pub const fn seeker(seeker: SeekerId) -> Self {
        Self { party: Party::Seeker(seeker), aal: Aal::One, proved_at: None }
    }

    /// Software, on nobody's behalf.
    #[must_use]
    pub const fn service() -> Self {
        Self { party: Party::Service, aal: Aal::One, proved_at: None }
    }

    /// When they last proved who they are, by a sign-in or a step-up. When it is not said, no proof is
    /// fresh.
    #[must_use]
    pub const fn proved_at(mut self, proved_at: Timestamp) -> Self {
        self.proved_at = Some(proved_at);
        self
    }

    /// Who.
    #[must_use]
    pub const fn party(&self) -> Party {
        self.party
    }

    /// Which member of staff, if it is one.
    #[must_use]
    pub const fn staff(&self) -> Option<StaffId> {
        match self.party {
            Party::Staff(staff) => Some(staff),
            Party::Seeker(_) | Party::Service => None,
        }
    }

    /// How strongly.
    #[must_use]
    pub const fn aal(&self) -> Aal {
        self.aal
    }

    /// Who acts, in the vocabulary of events.
    #[must_use]
    pub const fn actor(&self) -> Actor {
        match self.party {
            Party::Staff(staff) => Actor::Staff(staff),
            Party::Seeker(seeker) => Actor::Seeker(seeker),
            Party::Service => Actor::Component(Component::Application),
        }
    }

    /// Whether the last proof is not older than this many minutes. One from the future is not fresh.
    pub(crate) fn is_fresh(&self, now: Timestamp, within_minutes: u32) -> bool {
        self.proved_at.is_some_and(|proved_at| {
            let age = now.duration_since(proved_at);
            !age.is_negative() && age.as_secs() < i64::from(within_minutes).saturating_mul(60)
        })
    }
}
