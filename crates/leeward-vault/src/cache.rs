use crate::owner_keys::OwnerKeys;
use leeward_store::{Key, Version};
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Unwrapped data keys, by row: a bounded number, the longest kept dropped first and so wiped.
///
/// Nothing relies on it being fresh: every use of a key that can be erased checks the row's version.
pub(crate) struct Cache {
    rows: Mutex<Rows>,
    capacity: usize,
}

#[derive(Default)]
struct Rows {
    keys: HashMap<Key, Arc<OwnerKeys>>,
    order: VecDeque<Key>,
}

impl Cache {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { rows: Mutex::default(), capacity }
    }

    pub(crate) fn get(&self, row: &Key) -> Option<Arc<OwnerKeys>> {
        self.lock().keys.get(row).cloned()
    }

    /// Keeps `keys` unless something newer is there, and gives back what is there then.
    pub(crate) fn keep(&self, row: &Key, keys: OwnerKeys) -> Arc<OwnerKeys> {
        let mut rows = self.lock();
        if let Some(newer) = rows.keys.get(row).filter(|held| held.version >= keys.version) {
            return Arc::clone(newer);
        }
        let keys = Arc::new(keys);
        if rows.keys.insert(row.clone(), Arc::clone(&keys)).is_none() {
            rows.order.push_back(row.clone());
            rows.shrink_to(self.capacity);
        }
        keys
    }

    /// Drops what is there, whatever it is.
    pub(crate) fn remove(&self, row: &Key) {
        let mut rows = self.lock();
        rows.keys.remove(row);
        rows.order.retain(|held| held != row);
    }

    /// Has the row read again before what is there is relied on, if it is still of that version. It
    /// stays, for what this process has reserved is still its own.
    pub(crate) fn distrust(&self, row: &Key, version: Version) {
        if let Some(held) = self.get(row).filter(|held| held.version == version) {
            held.set_stale(true);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rows {
    fn shrink_to(&mut self, capacity: usize) {
        while self.order.len() > capacity {
            if let Some(oldest) = self.order.pop_front() {
                self.keys.remove(&oldest);
            }
        }
    }
}
