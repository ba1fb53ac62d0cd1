use crate::{
    budget::{Amount, Budget},
    data_key::{DataKey, DataKeyId},
    keyring::Keyring,
    owner::Owner,
    record::{KeyRow, Live},
};
use leeward_store::Version;
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// The data keys of one owner, unwrapped, as one version of their row has them.
pub(crate) struct OwnerKeys {
    /// Of the row. While the row has it, all of this holds.
    pub(crate) version: Version,
    pub(crate) row: KeyRow,
    /// Those that could be unwrapped.
    keys: Vec<Arc<DataKey>>,
    budget: Arc<Budget>,
    /// Whether the row was seen to have another version.
    stale: AtomicBool,
}

impl OwnerKeys {
    /// Unwraps what the row holds. Keys that `known` has already are not unwrapped again, and what
    /// is left of their budget is kept.
    pub(crate) fn open(
        owner: &Owner,
        version: Version,
        row: KeyRow,
        keyring: &Keyring,
        known: Option<&Self>,
    ) -> Self {
        let wrapped = row.live().map_or(&[][..], |live| &live.keys);
        let unwrap = |id, kek_version, wrapped: &[u8]| {
            if let Some(key) = known.and_then(|known| known.key(id)) {
                return Some(Arc::clone(key));
            }
            let kek = keyring.kek(owner.purpose(), kek_version)?;
            DataKey::unwrap(id, owner, kek, wrapped).ok().map(Arc::new)
        };
        let keys = wrapped.iter().filter_map(|key| unwrap(key.id, key.kek_version, &key.wrapped)).collect();
        let budget = match known {
            Some(known) if known.active_id() == row.active_id() => Arc::clone(&known.budget),
            _ => Arc::default(),
        };
        Self { version, row, keys, budget, stale: AtomicBool::new(false) }
    }

    /// What a commit that wrote `row` has made true: `key` is new, and `left` was reserved.
    pub(crate) fn after_commit(
        version: Version,
        row: KeyRow,
        before: Option<&Self>,
        key: Option<Arc<DataKey>>,
        left: Amount,
    ) -> Self {
        let mut keys = before.map_or_else(Vec::new, |before| before.keys.clone());
        keys.extend(key);
        Self { version, row, keys, budget: Arc::new(Budget::new(left)), stale: AtomicBool::new(false) }
    }

    pub(crate) fn key(&self, id: DataKeyId) -> Option<&Arc<DataKey>> {
        self.keys.iter().find(|key| key.id == id)
    }

    /// Whether the row has such a key, unwrapped or not.
    pub(crate) fn names(&self, id: DataKeyId) -> bool {
        self.row.live().is_some_and(|live| live.keys.iter().any(|key| key.id == id))
    }

    /// The key that seals what is new.
    pub(crate) fn active(&self) -> Option<&Arc<DataKey>> {
        self.key(self.active_id()?)
    }

    pub(crate) fn active_id(&self) -> Option<DataKeyId> {
        self.row.active_id()
    }

    /// Whether `amount` more may be sealed without touching the row.
    pub(crate) fn take(&self, amount: Amount) -> bool {
        self.budget.take(amount)
    }

    pub(crate) fn is_stale(&self) -> bool {
        self.stale.load(Ordering::Relaxed)
    }

    pub(crate) fn set_stale(&self, stale: bool) {
        self.stale.store(stale, Ordering::Relaxed);
    }

    pub(crate) const fn is_erased(&self) -> bool {
        matches!(self.row, KeyRow::Erased { .. })
    }

    /// Whether every key of the row could be unwrapped.
    pub(crate) fn is_whole(&self) -> bool {
        self.row.live().is_none_or(|live| live.keys.len() == self.keys.len())
    }
}

impl KeyRow {
    pub(crate) const fn live(&self) -> Option<&Live> {
        match self {
            Self::Live(live) => Some(live),
            Self::Erased { .. } => None,
        }
    }

    fn active_id(&self) -> Option<DataKeyId> {
        self.live()?.active().map(|key| key.id)
    }
}

impl fmt::Debug for OwnerKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnerKeys").field("version", &self.version).finish_non_exhaustive()
    }
}
