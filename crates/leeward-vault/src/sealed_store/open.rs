use super::{Role, SealedStore};
use crate::{
    VaultError, canary,
    data_key::DataKey,
    owner::Owner,
    owner_keys::OwnerKeys,
    record::Header,
    sealing::{self, Kind},
};
use leeward_seal::SealError;
use leeward_store::{Entry, Item, Key, Page, StoreError, Value};
use std::{collections::HashMap, future::Future, pin::Pin, sync::Arc};

/// The keys that were looked up for one page: one look for each subject is enough, for a page is one
/// moment.
type Seen = HashMap<Key, Option<Arc<OwnerKeys>>>;

const FORGED: &str = "it is not what was sealed there";

impl SealedStore {
    pub(super) async fn open_value(&self, key: &Key, entry: &Entry) -> Result<Value, StoreError> {
        self.open_with(key, entry, &mut Seen::new()).await
    }

    /// Opens every entry. Those of erased subjects are left out.
    pub(super) async fn open_page(&self, page: Page) -> Result<Page, StoreError> {
        let mut seen = Seen::new();
        let mut items = Vec::with_capacity(page.items.len());
        for Item { key, entry } in page.items {
            match self.open_with(&key, &entry, &mut seen).await {
                Ok(value) => {
                    let entry = Entry::new(value, entry.version, entry.expires_at);
                    items.push(Item { key, entry });
                }
                Err(StoreError::Erased { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Page { items, next: page.next })
    }

    async fn open_with(&self, key: &Key, entry: &Entry, seen: &mut Seen) -> Result<Value, StoreError> {
        let cannot = |reason| StoreError::CannotOpen { key: key.clone(), reason };
        let (header, body) = Header::split(entry.value.as_bytes()).map_err(cannot)?;
        let owner = Owner::of(key)?;
        let keys = self.keys_for(&owner, header, seen).await.map_err(|error| unusable(key, error))?;
        let keys = keys.ok_or_else(|| cannot("the keys of its subject are missing"))?;
        if keys.is_erased() {
            return Err(StoreError::Erased { key: key.clone() });
        }
        let Some(data_key) = keys.key(header.key) else {
            return Err(cannot(match keys.names(header.key) {
                true => "the key that sealed it cannot be unwrapped",
                false => "it was sealed by a key that its subject does not have",
            }));
        };
        match sealing::open(data_key, key, Kind::Record, body) {
            Ok(value) => Ok(value),
            Err(SealError::CannotOpen) => {
                self.watch(key, data_key, body).await?;
                Err(cannot(FORGED))
            }
            Err(error) => Err(StoreError::backend(VaultError::from(error))),
        }
    }

    /// The keys of `owner`. Whether they were erased is asked of the store each time, so that after an
    /// erasure has returned no handle anywhere opens anything.
    async fn keys_for(
        &self,
        owner: &Owner,
        header: Header,
        seen: &mut Seen,
    ) -> Result<Option<Arc<OwnerKeys>>, VaultError> {
        if let Some(keys) = seen.get(owner.row()) {
            return Ok(keys.clone());
        }
        if !owner.can_be_erased() {
            let cached = self.core.cache.get(owner.row());
            if let Some(keys) = cached.filter(|keys| keys.key(header.key).is_some()) {
                return Ok(Some(keys));
            }
        }
        let keys = self.core.fresh_keys(&self.inner, owner).await?;
        seen.insert(owner.row().clone(), keys.clone());
        Ok(keys)
    }

    /// Tells when what did not open is a canary.
    ///
    /// Boxed, because it commits, and to commit may mean to open.
    fn watch<'a>(
        &'a self,
        key: &'a Key,
        data_key: &'a DataKey,
        body: &'a [u8],
    ) -> Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + 'a>> {
        Box::pin(async move {
            if sealing::open(data_key, key, Kind::Canary, body).is_err() {
                return Ok(());
            }
            let batch = canary::alarm(&self.core).map_err(StoreError::from)?;
            let vault = Self { role: Role::Vault, ..self.clone() };
            vault.commit_sealed(&batch).await.map(|_| ())
        })
    }
}

/// Rows of keys that cannot be used make their records ones that cannot be opened.
fn unusable(key: &Key, error: VaultError) -> StoreError {
    match error {
        VaultError::Corrupt { .. } | VaultError::UnknownVersion { .. } => {
            StoreError::CannotOpen { key: key.clone(), reason: "the keys of its subject cannot be read" }
        }
        other => other.into(),
    }
}
