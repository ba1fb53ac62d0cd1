//! Publication under a policy: nothing is published that too few witnesses have seen.

mod ask;
mod collect;
mod join;
mod transport;

pub use ask::{WitnessError, WitnessFailure};
pub use transport::{WitnessAnswer, WitnessTransport};

use crate::{AuditError, AuditLog, note::VerifierKey};
use leeward_tlog::Policy;
use std::{fmt, sync::Arc, time::Duration};
use transport::DynTransport;

/// How long cosignatures of an unchanged log are left to stand, unless told otherwise.
const DEFAULT_REFRESH: Duration = Duration::from_secs(10 * 60);

/// Who must have seen a checkpoint before it is published, and how to reach them.
#[derive(Clone)]
pub struct Witnessing {
    policy: Arc<Policy>,
    transport: Arc<dyn DynTransport>,
    refresh: Duration,
}

impl Witnessing {
    /// Publishes under this policy, whose witnesses the application's HTTP client reaches at the
    /// addresses that the policy gives.
    #[must_use]
    pub fn new(policy: Policy, transport: impl WitnessTransport) -> Self {
        Self { policy: Arc::new(policy), transport: Arc::new(transport), refresh: DEFAULT_REFRESH }
    }

    /// Has an unchanged log cosigned again once the oldest of its cosignatures is this old: 10 minutes
    /// unless told otherwise. Whoever reads the log sees by them that it is not an old copy.
    #[must_use]
    pub const fn refresh_after(mut self, age: Duration) -> Self {
        self.refresh = age;
        self
    }

    /// A policy that names logs, and not this one, would have nobody believe what is published.
    fn check<'a>(&self, mut keys: impl Iterator<Item = &'a VerifierKey>) -> Result<(), AuditError> {
        let logs = self.policy.logs();
        if logs.is_empty() || keys.any(|key| logs.iter().any(|log| log.key() == Some(key))) {
            return Ok(());
        }
        Err(AuditError::Policy)
    }
}

impl AuditLog {
    /// Publishes nothing from now on that too few witnesses have cosigned. Proofs are then of what was
    /// cosigned last, so that they hold under the same policy.
    ///
    /// Every process that publishes this log does so under the same policy.
    ///
    /// # Errors
    /// [`AuditError::Policy`] when the policy names logs, and not this one with a key that signs it: give
    /// a [further key](Self::also_signed_by) first.
    pub fn witnessed(mut self, witnessing: Witnessing) -> Result<Self, AuditError> {
        witnessing.check(self.keys())?;
        self.witnessing = Some(witnessing);
        Ok(self)
    }
}

impl fmt::Debug for Witnessing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Witnessing")
            .field("policy", &self.policy)
            .field("refresh", &self.refresh)
            .finish_non_exhaustive()
    }
}
