use super::{
    commits::changed,
    flawed::{Flaw, Flawed},
};
use crate::{
    Action, Batch, BoxError, Entry, Inner, Key, Op, Page, Scan, Store, StoreError, Value, Version,
    conformance::Harness,
};

/// Opens a decorator that seals, after a fashion, what is committed, and leaves `prepare` as it finds it.
pub(super) struct SealsCommitsAlone;

impl Harness for SealsCommitsAlone {
    fn open(&self) -> Result<Store, BoxError> {
        Ok(Store::memory().assume_sealed().decorate(|inner| Flawed { inner, flaw: Inverting }))
    }

    fn is_engine(&self) -> bool {
        false
    }
}

struct Inverting;

impl Flaw for Inverting {
    async fn get(&self, inner: &Inner, key: &Key) -> Result<Option<Entry>, StoreError> {
        Ok(inner.get(key).await?.map(|entry| Entry { value: inverted(&entry.value), ..entry }))
    }

    async fn scan(&self, inner: &Inner, scan: &Scan) -> Result<Page, StoreError> {
        let mut page = inner.scan(scan).await?;
        for item in &mut page.items {
            item.entry.value = inverted(&item.entry.value);
        }
        Ok(page)
    }

    async fn commit(&self, inner: &Inner, batch: Batch) -> Result<Version, StoreError> {
        inner.commit(changed(batch, |op| Some(Op { action: sealed(op.action), ..op }))).await
    }
}

fn sealed(action: Action) -> Action {
    match action {
        Action::Put { value, expires_at } => Action::Put { value: inverted(&value), expires_at },
        action => action,
    }
}

fn inverted(value: &Value) -> Value {
    Value::new(value.as_bytes().iter().map(|byte| !byte).collect())
}
