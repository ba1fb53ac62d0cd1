use crate::AccountError;
use jiff::SignedDuration;
use std::time::Duration;

/// How long an owner has to object, and what staff may do, as data.
///
/// ```
/// use leeward_credentials::RecoveryPolicy;
/// use jiff::SignedDuration;
/// let policy = RecoveryPolicy::new().cooling_off(SignedDuration::from_hours(48))?;
/// assert!(policy.cooling_off(SignedDuration::ZERO).is_err());
/// # Ok::<(), leeward_credentials::AccountError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecoveryPolicy {
    cooling_off: SignedDuration,
    unheard: SignedDuration,
    approval_suffices: bool,
}

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// An address that was taken away still gets notices for 15 days: every recovery is over before.
const LONGEST: SignedDuration = SignedDuration::from_hours(14 * 24);

impl RecoveryPolicy {
    /// 24 hours to object; 72 when no other address can be told within half of them. Staff approve beside what was proved,
    /// not in its place.
    #[must_use]
    pub const fn new() -> Self {
        let unheard = SignedDuration::from_hours(72);
        Self { cooling_off: DAY, unheard, approval_suffices: false }
    }

    /// Another time to object.
    ///
    /// # Errors
    /// [`AccountError::Policy`] for less than an hour or more than 14 days.
    pub fn cooling_off(self, time: SignedDuration) -> Result<Self, AccountError> {
        if !(HOUR..=LONGEST).contains(&time) {
            return Err(AccountError::Policy { what: "less than an hour or more than 14 days to object" });
        }
        Ok(Self { cooling_off: time, unheard: self.unheard.max(time), ..self })
    }

    /// Another time to object where no address can be told but the one that got a recovery code: never
    /// less than where one can.
    ///
    /// # Errors
    /// As [`cooling_off`](Self::cooling_off).
    pub fn cooling_off_unheard(self, time: SignedDuration) -> Result<Self, AccountError> {
        if !(self.cooling_off..=LONGEST).contains(&time) {
            return Err(AccountError::Policy { what: "less time to object where nobody can be told" });
        }
        Ok(Self { unheard: time, ..self })
    }

    /// Lets the approval of two members of staff stand in place of any proof: for a service whose staff
    /// prove again, in person, who somebody is (NIST SP 800-63B-4 4.2.2.2). It gives up that two members
    /// of staff alone cannot get into an account.
    #[must_use]
    pub const fn dangerous_approval_suffices(self) -> Self {
        Self { approval_suffices: true, ..self }
    }

    pub(super) const fn time_to_object(&self, heard: bool) -> SignedDuration {
        if heard { self.cooling_off } else { self.unheard }
    }

    /// An owner who is told later than this has too little of the time to object.
    pub(super) fn told_within(&self) -> Duration {
        self.cooling_off.unsigned_abs() / 2
    }

    pub(super) const fn longest(&self) -> SignedDuration {
        self.unheard
    }

    pub(super) const fn lets_approval_suffice(&self) -> bool {
        self.approval_suffices
    }
}

impl Default for RecoveryPolicy {
    fn default() -> Self {
        Self::new()
    }
}
