use crate::{Limits, SessionPolicy};
use jiff::{SignedDuration, Timestamp};
use leeward_event::{
    SessionId, StaffId,
    assurance::{Aal, Proof, Requirement},
};

/// How far the clocks of two machines may be apart.
pub(crate) const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(1);

/// A session, as it was last seen. It is not the token that opens it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub(crate) id: SessionId,
    pub(crate) account: StaffId,
    pub(crate) aal: Aal,
    pub(crate) signed_in_at: Timestamp,
    pub(crate) last_seen_at: Timestamp,
    /// When its access token ends, if it has one, and is kept up by refresh tokens.
    pub(crate) access_ends_at: Option<Timestamp>,
    pub(crate) proofs: Vec<Proof>,
}

/// What the limits of a session are measured from: for a service that keeps sessions itself.
///
/// ```
/// use leeward_event::assurance::Aal;
/// use leeward_session::{Ended, Life, SessionPolicy, Times};
/// # use leeward_store::Timestamp;
/// # use jiff::SignedDuration;
/// # let signed_in_at = Timestamp::UNIX_EPOCH;
/// # let now = signed_in_at + SignedDuration::from_hours(2);
/// let limits = SessionPolicy::nist().limits(Aal::Two);
/// let times = Times { signed_in_at, last_seen_at: signed_in_at };
/// assert_eq!(times.life(&limits, now), Life::Over(Ended::Idle)); // two hours later
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// When they signed in.
    pub signed_in_at: Timestamp,
    /// When the session was last used, as far as that is written down.
    pub last_seen_at: Timestamp,
}

/// Whether a session lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// It does, and what is known of its last use is recent enough.
    Fresh,
    /// It does, and this use should be written down.
    Touch,
    /// It does not.
    Over(Ended),
}

/// Why a session does not live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Its time since the sign-in is over.
    Overall,
    /// It was not used for too long.
    Idle,
    /// Its access token is too old: the next is got by the refresh token.
    Access,
    /// It was used at a time that is still to come: the clock went back, and until it has caught up
    /// nobody knows how much time is left.
    ClockBehind,
}

impl Session {
    /// Which session.
    #[must_use]
    pub const fn id(&self) -> SessionId {
        self.id
    }

    /// Whose.
    #[must_use]
    pub const fn account(&self) -> StaffId {
        self.account
    }

    /// How strongly they signed in.
    #[must_use]
    pub const fn aal(&self) -> Aal {
        self.aal
    }

    /// When they signed in, to the millisecond.
    #[must_use]
    pub const fn signed_in_at(&self) -> Timestamp {
        self.signed_in_at
    }

    /// When it was last used, as far as that is written down: to a tenth of the idle limit, or to an
    /// hour where there is none.
    #[must_use]
    pub const fn last_seen_at(&self) -> Timestamp {
        self.last_seen_at
    }

    /// What proved it, and when: at most 8 proofs. Each has its own time, so that a [`Requirement`] of
    /// something recent is not met by what is old.
    #[must_use]
    pub fn proofs(&self) -> &[Proof] {
        &self.proofs
    }

    /// Whether what proved it suffices at `now`; if not, ask for another factor and
    /// [re-authenticate](crate::Sessions::reauthenticate), or grant a [step-up](crate::StepUp).
    #[must_use]
    pub fn meets(&self, requirement: &Requirement, now: Timestamp) -> bool {
        requirement.is_met_by(&self.proofs, now)
    }

    /// Whether it is kept up by refresh tokens.
    #[must_use]
    pub const fn is_refreshed(&self) -> bool {
        self.access_ends_at.is_some()
    }

    /// Whether it lives at `now`, by [`Times::life`], and its access token too if it has one.
    #[must_use]
    pub fn life(&self, policy: &SessionPolicy, now: Timestamp) -> Life {
        match self.times().life(&policy.limits(self.aal), now) {
            Life::Fresh | Life::Touch if self.access_ends_at.is_some_and(|end| now >= end) => {
                Life::Over(Ended::Access)
            }
            life => life,
        }
    }

    /// When it ends if it is not used again.
    #[must_use]
    pub fn expires_at(&self, policy: &SessionPolicy) -> Timestamp {
        let Limits { overall, idle } = policy.limits(self.aal);
        let unused = idle.map(|idle| after(self.last_seen_at, idle));
        let overall = after(self.signed_in_at, overall);
        unused.map_or(overall, |unused| unused.min(overall))
    }

    pub(crate) const fn times(&self) -> Times {
        Times { signed_in_at: self.signed_in_at, last_seen_at: self.last_seen_at }
    }

    /// When it ends however much it is used.
    #[must_use]
    pub fn ends_at(&self, policy: &SessionPolicy) -> Timestamp {
        after(self.signed_in_at, policy.limits(self.aal).overall)
    }
}

impl Times {
    /// Whether a session lives at `now`. At the very moment a limit is reached it does not.
    #[must_use]
    pub fn life(&self, limits: &Limits, now: Timestamp) -> Life {
        let unused = now.duration_since(self.last_seen_at);
        if now.duration_since(self.signed_in_at) >= limits.overall {
            Life::Over(Ended::Overall)
        } else if limits.idle.is_some_and(|idle| unused >= idle) {
            Life::Over(Ended::Idle)
        } else if unused < -CLOCK_SKEW {
            Life::Over(Ended::ClockBehind)
        } else if unused > limits.touch_after() {
            Life::Touch
        } else {
            Life::Fresh
        }
    }
}

/// A moment as a record keeps it: never later than it was.
pub(crate) fn to_millisecond(moment: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(moment.as_millisecond()).unwrap_or(moment)
}

/// The next moment that a record can keep, if it cannot keep this one: what was before it still is.
pub(crate) fn next_millisecond(moment: Timestamp) -> Timestamp {
    let kept = to_millisecond(moment);
    if kept < moment { after(kept, SignedDuration::from_millis(1)) } else { kept }
}

pub(crate) fn after(moment: Timestamp, limit: SignedDuration) -> Timestamp {
    moment.saturating_add(limit).unwrap_or(moment)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: SignedDuration = SignedDuration::from_millis(1);

    fn session(aal: Aal) -> Session {
        Session {
            id: SessionId::from_bytes([1; 16]),
            account: StaffId::from_bytes([2; 16]),
            aal,
            signed_in_at: Timestamp::from_second(1_000_000_000).unwrap(),
            last_seen_at: Timestamp::from_second(1_000_000_000).unwrap(),
            access_ends_at: None,
            proofs: Vec::new(),
        }
    }

    fn life(session: &Session, since_sign_in: SignedDuration) -> Life {
        session.life(&SessionPolicy::nist(), session.signed_in_at + since_sign_in)
    }

    #[test]
    fn the_idle_limit_is_exact() {
        for (aal, idle) in [(Aal::Two, 60), (Aal::Three, 15)] {
            let (session, idle) = (session(aal), SignedDuration::from_mins(idle));
            assert_eq!(life(&session, idle - MS), Life::Touch, "{aal:?}");
            assert_eq!(life(&session, idle), Life::Over(Ended::Idle), "{aal:?}");
            assert_eq!(session.expires_at(&SessionPolicy::nist()), session.signed_in_at + idle);
        }
    }

    #[test]
    fn the_overall_limit_is_exact_however_much_it_is_used() {
        for (aal, hours) in [(Aal::One, 30 * 24), (Aal::Two, 24), (Aal::Three, 12)] {
            let overall = SignedDuration::from_hours(hours);
            let mut session = session(aal);
            session.last_seen_at = session.signed_in_at + overall - MS;
            assert_eq!(life(&session, overall - MS), Life::Fresh, "{aal:?}");
            assert_eq!(life(&session, overall), Life::Over(Ended::Overall), "{aal:?}");
            assert_eq!(session.expires_at(&SessionPolicy::nist()), session.signed_in_at + overall);
        }
    }

    #[test]
    fn a_use_is_written_down_when_a_tenth_of_the_idle_limit_has_passed() {
        let hour = SignedDuration::from_hours(1);
        for (aal, tenth) in [(Aal::One, hour), (Aal::Two, hour / 10), (Aal::Three, hour / 40)] {
            assert_eq!(life(&session(aal), tenth), Life::Fresh, "{aal:?}");
            assert_eq!(life(&session(aal), tenth + MS), Life::Touch, "{aal:?}");
        }
    }

    #[test]
    fn a_clock_that_went_back_opens_nothing() {
        let mut session = session(Aal::Two);
        session.last_seen_at = session.signed_in_at + SignedDuration::from_mins(30);
        let seen = SignedDuration::from_mins(30);
        assert_eq!(life(&session, seen - CLOCK_SKEW), Life::Fresh, "machines differ a little");
        assert_eq!(life(&session, seen - CLOCK_SKEW - MS), Life::Over(Ended::ClockBehind));
        assert_eq!(life(&session, SignedDuration::from_hours(-1_000)), Life::Over(Ended::ClockBehind));
    }

    #[test]
    fn an_access_token_ends_before_its_session() {
        let mut session = session(Aal::Two);
        session.access_ends_at = Some(session.signed_in_at + SignedDuration::from_mins(10));
        assert_eq!(life(&session, SignedDuration::from_mins(10) - MS), Life::Touch);
        assert_eq!(life(&session, SignedDuration::from_mins(10)), Life::Over(Ended::Access));
        assert_eq!(life(&session, SignedDuration::from_hours(1)), Life::Over(Ended::Idle));
        assert_eq!(life(&session, SignedDuration::from_hours(-1)), Life::Over(Ended::ClockBehind));
    }

    #[test]
    fn the_ends_of_time_are_no_panic() {
        let (first, last) = (Timestamp::MIN, Timestamp::MAX);
        for (signed_in_at, now, expected) in [
            (first, first, Life::Fresh),
            (first, last, Life::Over(Ended::Overall)),
            (last, first, Life::Over(Ended::ClockBehind)),
            (last, last, Life::Fresh),
        ] {
            let session = Session { signed_in_at, last_seen_at: signed_in_at, ..session(Aal::Two) };
            assert_eq!(session.life(&SessionPolicy::nist(), now), expected);
            assert!(session.expires_at(&SessionPolicy::nist()) >= signed_in_at);
        }
    }
}
