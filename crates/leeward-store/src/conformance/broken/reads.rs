use super::flawed::{Flaw, dawdle};
use crate::{Action, Batch, Entry, Inner, Key, Page, Scan, StoreError, Version};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// Keeps what was read, and forgets it when the key is put, but not when it is deleted.
#[derive(Default)]
pub(super) struct StaleCache {
    cache: Mutex<HashMap<Key, Entry>>,
}

impl Flaw for StaleCache {
    async fn get(&self, inner: &Inner, key: &Key) -> Result<Option<Entry>, StoreError> {
        let cached = self.cache.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned();
        if cached.is_some() {
            return Ok(cached);
        }
        let entry = inner.get(key).await?;
        if let Some(entry) = &entry {
            let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
            cache.insert(key.clone(), entry.clone());
        }
        Ok(entry)
    }

    async fn commit(&self, inner: &Inner, batch: Batch) -> Result<Version, StoreError> {
        let version = inner.commit(batch.clone()).await?;
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        for op in batch.ops().iter().filter(|op| matches!(op.action, Action::Put { .. })) {
            cache.remove(&op.key);
        }
        Ok(version)
    }
}

/// Makes a page of as many reads as there are rows.
#[derive(Default)]
pub(super) struct RowByRow;

impl Flaw for RowByRow {
    async fn scan(&self, inner: &Inner, scan: &Scan) -> Result<Page, StoreError> {
        let mut page = Page { items: Vec::new(), next: Some(scan.clone()) };
        while let Some(next) = page.next.take_if(|_| page.items.len() < scan.page_size()) {
            let row = inner.scan(&next.limit(1)).await?;
            page.items.extend(row.items);
            page.next = row.next.map(|next| next.limit(scan.page_size()));
            dawdle();
        }
        Ok(page)
    }
}

/// Walks backward by reversing the pages of a forward walk.
#[derive(Default)]
pub(super) struct ReversedPages;

impl Flaw for ReversedPages {
    async fn scan(&self, inner: &Inner, scan: &Scan) -> Result<Page, StoreError> {
        if !scan.is_backward() {
            return inner.scan(scan).await;
        }
        let mut page = inner.scan(&Scan::all(scan.prefix().clone()).limit(scan.page_size())).await?;
        page.items.reverse();
        page.next = None;
        Ok(page)
    }
}

/// Starts anew when the key of a cursor is gone.
#[derive(Default)]
pub(super) struct LostCursor;

impl Flaw for LostCursor {
    async fn scan(&self, inner: &Inner, scan: &Scan) -> Result<Page, StoreError> {
        if let Some(key) = scan.cursor()
            && inner.get(key).await?.is_none()
        {
            let anew = Scan::all(scan.prefix().clone()).limit(scan.page_size());
            return inner.scan(&if scan.is_backward() { anew.backward() } else { anew }).await;
        }
        inner.scan(scan).await
    }
}

/// Compares the beginning of a key with a prefix, and not whether the segment ends there.
#[derive(Default)]
pub(super) struct LoosePrefix;

impl Flaw for LoosePrefix {
    async fn scan(&self, inner: &Inner, scan: &Scan) -> Result<Page, StoreError> {
        let mut page = inner.scan(scan).await?;
        let loose = scan.prefix().as_bytes().strip_suffix(&[0, 1]).unwrap_or_default();
        let space = scan.prefix().space();
        if page.next.is_none() && !scan.is_backward() && loose != space.name().as_bytes() {
            let all = Scan::all(space.prefix(&[])?).limit(crate::limits::MAX_PAGE);
            let mut neighbours = inner.scan(&all).await?.items;
            neighbours
                .retain(|item| item.key.as_bytes().starts_with(loose) && !scan.prefix().contains(&item.key));
            page.items.append(&mut neighbours);
        }
        Ok(page)
    }
}
