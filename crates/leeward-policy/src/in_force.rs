use crate::PolicySet;
use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

/// The policy that is decided by, and can be replaced while it is.
///
/// Every [`PolicySet`] that can be handed over was found sound when it was made. Each decision takes one
/// whole policy and keeps it to its end: none is made by a part of the old and a part of the new.
pub struct PolicyInForce {
    policy: RwLock<Arc<PolicySet>>,
}

impl PolicyInForce {
    /// Puts a first policy in force.
    #[must_use]
    pub fn new(policy: PolicySet) -> Self {
        Self { policy: RwLock::new(Arc::new(policy)) }
    }

    /// The policy in force now.
    #[must_use]
    pub fn current(&self) -> Arc<PolicySet> {
        Arc::clone(&self.policy.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts another in force, and gives back the old one.
    pub fn replace(&self, policy: PolicySet) -> Arc<PolicySet> {
        let mut in_force = self.policy.write().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut in_force, Arc::new(policy))
    }

    /// Puts the policy of a JSON file in force, and gives back the old one. When the file is refused, the old
    /// one stays in force.
    ///
    /// # Errors
    /// As [`PolicySet::from_json`].
    #[cfg(feature = "serde")]
    pub fn replace_from_json(
        &self,
        reader: impl std::io::Read,
    ) -> Result<Arc<PolicySet>, crate::PolicyError> {
        PolicySet::from_json(reader).map(|policy| self.replace(policy))
    }
}

impl fmt::Debug for PolicyInForce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PolicyInForce").field(&self.current()).finish()
    }
}
