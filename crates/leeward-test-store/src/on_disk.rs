use leeward_store::{Backend, Batch, Entry, Inner, Key, Page, Scan, Store, StoreError, Timestamp, Version};
use tempfile::TempDir;

/// An SQLite database that vanishes with its last handle.
struct OnDisk(Inner, #[expect(dead_code, reason = "removed when dropped")] TempDir);

pub(crate) fn store() -> Store {
    let dir = tempfile::tempdir().unwrap();
    leeward_sqlite::open(dir.path().join("test.db")).unwrap().decorate(|inner| OnDisk(inner, dir))
}

impl Backend for OnDisk {
    async fn get(&self, key: &Key) -> Result<Option<Entry>, StoreError> {
        self.0.get(key).await
    }

    async fn scan(&self, scan: &Scan) -> Result<Page, StoreError> {
        self.0.scan(scan).await
    }

    async fn commit(&self, batch: Batch) -> Result<Version, StoreError> {
        self.0.commit(batch).await
    }

    async fn purge(&self, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.0.purge(now, limit).await
    }

    async fn prepare(&self, batch: Batch) -> Result<Batch, StoreError> {
        self.0.prepare(batch).await
    }
}
