use crate::{budget::Amount, cache::Cache, data_key::DataKey, owner_keys::OwnerKeys, record::KeyRow};
use leeward_store::{Key, Version};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// What the vault added to a batch.
#[derive(Default)]
pub(super) struct Guard {
    /// The vault's own rows.
    pub(super) rows: HashMap<Key, GuardedRow>,
    /// Keys that the caller expected nothing of.
    pub(super) pinned: HashSet<Key>,
    pub(super) keyring: Option<Key>,
}

pub(super) struct GuardedRow {
    /// On what it was based.
    pub(super) before: Option<Arc<OwnerKeys>>,
    /// What holds once it is committed, if the row is written.
    pub(super) after: Option<After>,
}

pub(super) struct After {
    pub(super) row: KeyRow,
    pub(super) key: Option<Arc<DataKey>>,
    pub(super) left: Amount,
}

impl Guard {
    /// Whether a conflict at `key` is the vault's affair.
    pub(super) fn is_own(&self, key: &Key) -> bool {
        self.rows.contains_key(key) || self.pinned.contains(key) || self.keyring.as_ref() == Some(key)
    }

    pub(super) const fn checks_keyring(&self) -> bool {
        self.keyring.is_some()
    }

    /// Remembers what the commit made true.
    pub(super) fn committed(self, version: Version, cache: &Cache) {
        for (key, row) in self.rows {
            if let Some(After { row: written, key: made, left }) = row.after {
                let before = row.before.as_deref();
                if before.is_none_or(OwnerKeys::is_whole) {
                    cache.keep(&key, OwnerKeys::after_commit(version, written, before, made, left));
                }
            }
        }
    }

    /// Notes what turned out stale.
    pub(super) fn distrust(&self, key: &Key, cache: &Cache) {
        if let Some(before) = self.rows.get(key).and_then(|row| row.before.as_ref()) {
            cache.distrust(key, before.version);
        }
    }
}
