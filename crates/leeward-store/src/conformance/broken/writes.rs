use super::{commits::changed, flawed::Flaw};
use crate::{Action, Batch, Entry, Inner, Key, Op, StoreError, Value, Version};

/// Stores keys under a collation that knows no case.
#[derive(Default)]
pub(super) struct CaselessKeys;

impl Flaw for CaselessKeys {
    async fn get(&self, inner: &Inner, key: &Key) -> Result<Option<Entry>, StoreError> {
        inner.get(&mapped(key, |segment| segment.to_ascii_lowercase())?).await
    }

    async fn commit(&self, inner: &Inner, batch: Batch) -> Result<Version, StoreError> {
        inner.commit(with_keys(batch, |segment| segment.to_ascii_lowercase())).await
    }
}

/// Stores the beginning of long segments.
#[derive(Default)]
pub(super) struct ShortKeys;

impl Flaw for ShortKeys {
    async fn get(&self, inner: &Inner, key: &Key) -> Result<Option<Entry>, StoreError> {
        inner.get(&mapped(key, shortened)?).await
    }

    async fn commit(&self, inner: &Inner, batch: Batch) -> Result<Version, StoreError> {
        inner.commit(with_keys(batch, shortened)).await
    }
}

fn shortened(segment: &[u8]) -> Vec<u8> {
    segment.iter().copied().take(255).collect()
}

fn with_keys(batch: Batch, map: impl Fn(&[u8]) -> Vec<u8>) -> Batch {
    changed(batch, |op| Some(Op { key: mapped(&op.key, &map).ok()?, ..op }))
}

fn mapped(key: &Key, map: impl Fn(&[u8]) -> Vec<u8>) -> Result<Key, StoreError> {
    let segments: Vec<_> = key.segments().iter().map(|segment| map(segment)).collect();
    key.space().key(&segments.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

/// Stores the first 64 KiB of a value.
#[derive(Default)]
pub(super) struct ShortValues;

impl Flaw for ShortValues {
    async fn commit(&self, inner: &Inner, batch: Batch) -> Result<Version, StoreError> {
        inner.commit(changed(batch, |op| Some(Op { action: cut(op.action), ..op }))).await
    }
}

fn cut(action: Action) -> Action {
    match action {
        Action::Put { value, expires_at } => {
            let kept: Vec<u8> = value.as_bytes().iter().copied().take(65_536).collect();
            Action::Put { value: Value::new(kept), expires_at }
        }
        action => action,
    }
}
