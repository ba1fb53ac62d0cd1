use crate::{Class, Count, ThrottleError};
use jiff::{SignedDuration, Timestamp};

/// How attempts are slowed down, as data.
///
/// After a few attempts at once, each class of clients waits between attempts: 30 seconds, twice as long
/// each time, an hour at the most (NIST SP 800-63B-4 3.2.2). The two profiles differ in what happens then.
///
/// ```
/// use leeward_throttle::{Profile, Shares};
/// let profile = Profile::nist_cap_100();
/// assert_eq!(profile.shares(), Some(Shares::NIST));
/// assert_eq!(profile.wait_after(4).as_secs(), 0);
/// assert_eq!(profile.wait_after(5).as_secs(), 30);
/// assert_eq!(profile.wait_after(40).as_secs(), 3600);
///
/// // A profile that would let too much through, or keep its owner out, is refused:
/// assert!(profile.free(3).is_ok());
/// assert!(profile.free(50).is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    free: u32,
    first_wait: SignedDuration,
    longest_wait: SignedDuration,
    cookie_tries: u32,
    shares: Option<Shares>,
    forget_after: SignedDuration,
    cookie_keeps: SignedDuration,
}

/// How the attempts that may fail in a row at one authenticator are divided among the classes of clients.
///
/// NIST SP 800-63B-4 3.2.2 allows 100 in all. If they were one number, whoever fails a hundred times would
/// take the authenticator from its owner. Divided, each class can only use up what is its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shares {
    unknown: u32,
    on_duty: u32,
    proved: u32,
    devices: u32,
}

impl Shares {
    /// 40 for unknown clients together, 10 for clients on duty, 20 for those that have proved another
    /// authenticator, and 30 for all known devices together.
    pub const NIST: Self = Self { unknown: 40, on_duty: 10, proved: 20, devices: 30 };

    /// As many in a row as NIST SP 800-63B-4 3.2.2 allows.
    pub const MAX_SUM: u32 = 100;

    /// These shares.
    ///
    /// # Errors
    /// [`ThrottleError::Profile`] when one is 0, or the sum is over [`MAX_SUM`](Self::MAX_SUM).
    pub fn new(unknown: u32, on_duty: u32, proved: u32, devices: u32) -> Result<Self, ThrottleError> {
        let all = [unknown, on_duty, proved, devices];
        let sum = all.iter().try_fold(0_u32, |sum, share| sum.checked_add(*share));
        let what = match sum {
            _ if all.contains(&0) => "a share of no attempts",
            Some(sum) if sum <= Self::MAX_SUM => return Ok(Self { unknown, on_duty, proved, devices }),
            _ => "shares of more than 100 attempts in all",
        };
        Err(ThrottleError::Profile { what })
    }

    /// What the class of clients may use up; for a device, what all devices together may.
    #[must_use]
    pub const fn of(&self, class: Class) -> u32 {
        match class {
            Class::Unknown => self.unknown,
            Class::OnDuty => self.on_duty,
            Class::Proved => self.proved,
            Class::Device(_) => self.devices,
        }
    }
}

impl Profile {
    /// Waits, and no more than 100 failures in a row: when a class of clients has used up its
    /// [share](Shares::NIST), the authenticator is disabled for that class until it is bound anew, or until
    /// its owner has signed in with two factors. What has not come to that is forgotten after a year
    /// without an attempt.
    #[must_use]
    pub const fn nist_cap_100() -> Self {
        let forget_after = SignedDuration::from_hours(366 * 24);
        Self { shares: Some(Shares::NIST), forget_after, ..Self::device_scoped() }
    }

    /// Waits alone: nothing is ever disabled, and after a day without an attempt all is forgotten. For
    /// passphrases that are long enough that a guess an hour finds none.
    #[must_use]
    pub const fn device_scoped() -> Self {
        Self {
            free: 5,
            first_wait: SignedDuration::from_secs(30),
            longest_wait: SignedDuration::from_hours(1),
            cookie_tries: 10,
            shares: None,
            forget_after: SignedDuration::from_hours(24),
            cookie_keeps: SignedDuration::from_hours(90 * 24),
        }
    }

    /// With so many attempts before the first wait: 5 by default.
    ///
    /// # Errors
    /// [`ThrottleError::Profile`] for none, or over 10.
    pub fn free(self, attempts: u32) -> Result<Self, ThrottleError> {
        let what = "no attempt, or over 10 attempts, before the first wait";
        check((1..=10).contains(&attempts), what)?;
        Ok(Self { free: attempts, ..self })
    }

    /// With other waits: the first of 30 seconds, the longest of an hour by default.
    ///
    /// # Errors
    /// [`ThrottleError::Profile`] for a first wait under a second, a longest wait that is shorter than the
    /// first, or one over an hour, which would be a lock-out by another name.
    pub fn waits(self, first: SignedDuration, longest: SignedDuration) -> Result<Self, ThrottleError> {
        check(first >= SignedDuration::from_secs(1), "a first wait under a second")?;
        check(longest >= first, "a longest wait that is shorter than the first")?;
        check(longest <= SignedDuration::from_hours(1), "a wait of over an hour")?;
        Ok(Self { first_wait: first, longest_wait: longest, ..self })
    }

    /// With so many wrong attempts in a row from one device until its cookie is no longer trusted: 10 by
    /// default. The device is then like any unknown client until its owner signs in on it.
    ///
    /// # Errors
    /// [`ThrottleError::Profile`] for none, or over 20.
    pub fn cookie_tries(self, attempts: u32) -> Result<Self, ThrottleError> {
        check((1..=20).contains(&attempts), "a cookie for no attempt, or over 20 attempts")?;
        Ok(Self { cookie_tries: attempts, ..self })
    }

    /// With a device known for so long after a sign-in: 90 days by default.
    ///
    /// # Errors
    /// [`ThrottleError::Profile`] for less than an hour, or over 400 days, after which browsers drop it.
    pub fn cookie_keeps(self, time: SignedDuration) -> Result<Self, ThrottleError> {
        let (least, most) = (SignedDuration::from_hours(1), SignedDuration::from_hours(400 * 24));
        check((least..=most).contains(&time), "cookies that last under an hour, or over 400 days")?;
        Ok(Self { cookie_keeps: time, ..self })
    }

    /// With a cap, divided like this.
    #[must_use]
    pub const fn cap(self, shares: Shares) -> Self {
        Self { shares: Some(shares), ..self }
    }

    /// How the cap is divided, if there is one.
    #[must_use]
    pub const fn shares(&self) -> Option<Shares> {
        self.shares
    }

    /// How long a client waits after so many attempts in a row.
    #[must_use]
    pub fn wait_after(&self, attempts: u32) -> SignedDuration {
        let Some(doublings) = attempts.checked_sub(self.free) else { return SignedDuration::ZERO };
        let times = 1_i32.checked_shl(doublings).filter(|times| *times > 0);
        let wait = times.and_then(|times| self.first_wait.checked_mul(times));
        wait.map_or(self.longest_wait, |wait| wait.min(self.longest_wait))
    }

    pub(crate) const fn cookie_lasts(&self) -> SignedDuration {
        self.cookie_keeps
    }

    pub(crate) const fn is_abused(&self, attempts: u32) -> bool {
        attempts >= self.cookie_tries
    }

    /// Whether a class has used up what is its own.
    pub(crate) fn is_spent(&self, class: Class, count: &Count) -> bool {
        self.shares.is_some_and(|shares| count.attempts() >= shares.of(class))
    }

    /// What is left of a count at `now`.
    pub(crate) fn remembered(&self, count: Count, now: Timestamp) -> Count {
        if now.duration_since(count.last()) >= self.forget_after { Count::NONE } else { count }
    }

    /// When a record of a count may be collected; never, where it says that something is disabled.
    pub(crate) fn forgets_at(&self, class: Class, count: &Count) -> Option<Timestamp> {
        if self.is_spent(class, count) {
            return None;
        }
        Some(count.last().saturating_add(self.forget_after).unwrap_or(Timestamp::MAX))
    }
}

fn check(holds: bool, what: &'static str) -> Result<(), ThrottleError> {
    if holds { Ok(()) } else { Err(ThrottleError::Profile { what }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PROFILES: [Profile; 2] = [Profile::device_scoped(), Profile::nist_cap_100()];

    #[test]
    fn the_shares_are_those_of_the_standard() {
        let classes = [Class::Unknown, Class::OnDuty, Class::Proved, Class::Device(crate::DeviceId([0; 16]))];
        assert_eq!(classes.map(|class| Shares::NIST.of(class)), [40, 10, 20, 30]);
        assert_eq!(classes.iter().map(|class| Shares::NIST.of(*class)).sum::<u32>(), 100);
        assert!(Shares::new(97, 1, 1, 1).is_ok());
        for (a, b, c, d) in [(98, 1, 1, 1), (0, 1, 1, 1), (1, 1, 1, 0), (u32::MAX, 1, 1, u32::MAX)] {
            assert!(matches!(Shares::new(a, b, c, d), Err(ThrottleError::Profile { .. })));
        }
    }

    #[test]
    fn what_would_be_a_lock_out_is_no_profile() {
        let (hours, secs) = (SignedDuration::from_hours, SignedDuration::from_secs);
        for profile in PROFILES {
            assert!(profile.free(0).is_err() && profile.free(11).is_err());
            assert!(profile.cookie_tries(0).is_err() && profile.cookie_tries(21).is_err());
            assert!(profile.cookie_keeps(hours(0)).is_err() && profile.cookie_keeps(hours(9601)).is_err());
            for (first, longest) in [(0, 10), (-1, 10), (20, 10), (30, 3601)] {
                assert!(profile.waits(secs(first), secs(longest)).is_err(), "{first} {longest}");
            }
        }
    }

    #[test]
    fn the_standard_never_forgets_what_it_disabled() {
        let now = Timestamp::UNIX_EPOCH;
        let spent = Count { attempts: 40, ..Count::NONE };
        assert_eq!(Profile::nist_cap_100().forgets_at(Class::Unknown, &spent), None);
        let left = Count { attempts: 39, ..Count::NONE };
        let year = SignedDuration::from_hours(366 * 24);
        assert_eq!(Profile::nist_cap_100().forgets_at(Class::Unknown, &left), Some(now + year));
        assert_eq!(Profile::nist_cap_100().remembered(left, now + year), Count::NONE);
        let day = SignedDuration::from_hours(24);
        assert_eq!(Profile::device_scoped().forgets_at(Class::Unknown, &spent), Some(now + day));
        assert_eq!(
            Profile::device_scoped().remembered(spent, now + day - SignedDuration::from_secs(1)),
            spent
        );
    }

    proptest! {
        #[test]
        fn waits_grow_and_end(attempts: u32) {
            for profile in PROFILES {
                let (wait, next) =
                    (profile.wait_after(attempts), profile.wait_after(attempts.saturating_add(1)));
                prop_assert!(wait <= next && next <= SignedDuration::from_hours(1));
                prop_assert_eq!(wait.is_zero(), attempts < 5);
            }
        }

        /// To pause until all is forgotten gains nothing over going on.
        #[test]
        fn pauses_gain_no_guesses(days in 1_i64..400) {
            let profile = Profile::device_scoped();
            let ramp: i64 = (0..12).map(|attempts| profile.wait_after(attempts).as_secs()).sum();
            let going_on = 12 + (days * 86_400 - ramp) / 3600;
            let pausing = days * 12;
            prop_assert!(pausing <= going_on);
        }
    }
}
