use crate::{ThrottleError, gate};
use jiff::Timestamp;
use leeward_event::{StaffId, assurance::Recovered};
use std::fmt;

/// That a recovery came to its end at the throttle. Without it no recovery session starts.
///
/// Only [`Throttle::recovered`](crate::Throttle::recovered) makes one, which counts nothing and never makes
/// anybody wait: each step was counted when it was guessed at, and whoever has gone through all of them is
/// not to be kept out by strangers who try the first.
/// ```compile_fail,E0451
/// use leeward_throttle::RecoveryGate;
/// fn forged(account: leeward_event::StaffId, now: leeward_store::Timestamp) -> RecoveryGate {
///     RecoveryGate { account, recovered_at: now, at: now }
/// }
/// ```
/// ```compile_fail,E0308
/// fn start(gate: leeward_throttle::RecoveryGate) {}
/// fn skip_the_end(gate: leeward_throttle::Gate) {
///     start(gate);
/// }
/// ```
#[must_use = "start a recovery session with it"]
pub struct RecoveryGate {
    pub(crate) account: StaffId,
    pub(crate) recovered_at: Timestamp,
    pub(crate) at: Timestamp,
}

impl RecoveryGate {
    /// Lets the recovery through, if it is the one that was shown to the throttle.
    ///
    /// # Errors
    /// [`ThrottleError::OtherGate`] for another recovery; [`ThrottleError::StaleGate`] for a gate that is
    /// over a minute old; [`ThrottleError::ClockWentBack`] for one of the future.
    pub fn admit(self, recovered: &Recovered, now: Timestamp) -> Result<(), ThrottleError> {
        if (self.account, self.recovered_at) != (recovered.account(), recovered.at()) {
            return Err(ThrottleError::OtherGate);
        }
        gate::check_age(self.at, now)
    }
}

impl fmt::Debug for RecoveryGate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecoveryGate").finish_non_exhaustive()
    }
}
