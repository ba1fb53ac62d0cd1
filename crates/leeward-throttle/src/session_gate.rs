use crate::{ThrottleError, gate};
use jiff::Timestamp;
use leeward_event::{StaffId, assurance::SignIn};
use std::fmt;

/// That a sign-in came to its end at the throttle: its counts are cleared and its device is known. Without
/// it no session starts.
///
/// Only [`Throttle::signed_in`](crate::Throttle::signed_in) makes one. The gate of a guess is none:
/// ```compile_fail,E0308
/// fn start(gate: leeward_throttle::SessionGate) {}
/// fn skip_the_end(gate: leeward_throttle::Gate) {
///     start(gate);
/// }
/// ```
/// ```compile_fail,E0451
/// use leeward_throttle::SessionGate;
/// fn forged(account: leeward_event::StaffId, now: leeward_store::Timestamp) -> SessionGate {
///     SessionGate { account, signed_in_at: now, at: now }
/// }
/// ```
/// ```compile_fail,E0599
/// fn twice(gate: leeward_throttle::SessionGate) -> [leeward_throttle::SessionGate; 2] {
///     [gate.clone(), gate]
/// }
/// ```
#[must_use = "start a session with it"]
pub struct SessionGate {
    pub(crate) account: StaffId,
    pub(crate) signed_in_at: Timestamp,
    pub(crate) at: Timestamp,
}

impl SessionGate {
    /// Lets the sign-in through, if it is the one that was shown to the throttle.
    ///
    /// # Errors
    /// [`ThrottleError::OtherGate`] for another sign-in; [`ThrottleError::StaleGate`] for a gate that is
    /// over a minute old; [`ThrottleError::ClockWentBack`] for one of the future.
    pub fn admit(self, sign_in: &SignIn, now: Timestamp) -> Result<(), ThrottleError> {
        if (self.account, self.signed_in_at) != (sign_in.account(), sign_in.at()) {
            return Err(ThrottleError::OtherGate);
        }
        gate::check_age(self.at, now)
    }
}

impl fmt::Debug for SessionGate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionGate").finish_non_exhaustive()
    }
}
