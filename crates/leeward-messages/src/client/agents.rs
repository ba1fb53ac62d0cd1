use crate::franking::Agents;
use std::sync::{Arc, PoisonError, RwLock};

/// The delivery service's franking keys, as far as they were asked for: a key never changes, and there is a
/// new one about once a month.
#[derive(Clone, Default)]
pub(super) struct KnownAgents(Arc<RwLock<Arc<Agents>>>);

impl KnownAgents {
    pub(super) fn get(&self) -> Arc<Agents> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn set(&self, agents: Agents) -> Arc<Agents> {
        let agents = Arc::new(agents);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&agents);
        agents
    }
}
