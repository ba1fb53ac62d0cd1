use crate::{
    Options, PostgresError, commits, engine::Engine, gets, group::expected, opening, param::Bytes, purge,
    rows, scan,
};
use leeward_store::{Backend, Batch, Conflict, Entry, Key, Page, Scan, StoreError, Timestamp, Version};
use std::{fmt, sync::Arc};
use tokio_postgres::types::Type;

/// The engine below the [`Store`](leeward_store::Store) that [`open`](crate::open) returns.
pub struct PostgresBackend(Arc<Engine>);

impl PostgresBackend {
    /// Opens the database that the URL names, making leeward's schema if there is none.
    ///
    /// # Errors
    /// As [`open`](crate::open).
    pub async fn open(url: &str, options: &Options) -> Result<Self, PostgresError> {
        opening::open(url, options).await.map(Self)
    }
}

impl Backend for PostgresBackend {
    async fn get(&self, key: &Key) -> Result<Option<Entry>, StoreError> {
        gets::get(&self.0, key).await
    }

    async fn scan(&self, scan: &Scan) -> Result<Page, StoreError> {
        let (engine, scan) = (Arc::clone(&self.0), scan.clone());
        self.0.at_home(async move { scan::page(&engine, &scan).await }).await
    }

    async fn commit(&self, batch: Batch) -> Result<Version, StoreError> {
        if !batch.writes() {
            let engine = Arc::clone(&self.0);
            return self.0.at_home(async move { check(&engine, &batch).await }).await;
        }
        let ticket = self.0.commits.join(batch, self.0.tries().until)?;
        commits::hire(&self.0);
        let lost = || StoreError::OutcomeUnknown(PostgresError::Closed.into());
        ticket.answer().await.unwrap_or_else(|| Err(lost()))
    }

    async fn purge(&self, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
        let engine = Arc::clone(&self.0);
        self.0.at_home(async move { purge::purge(&engine, now, limit).await }).await
    }

    async fn prepare(&self, batch: Batch) -> Result<Batch, StoreError> {
        Ok(batch)
    }
}

/// A batch that changes nothing is a question about one snapshot.
async fn check(engine: &Engine, batch: &Batch) -> Result<Version, StoreError> {
    let checks = batch.ops().iter().filter_map(|op| Some((&op.key, expected(op.expect)?)));
    let (keys, versions): (Vec<&Key>, Vec<i64>) = checks.unzip();
    let bytes: Vec<_> = keys.iter().map(|key| Bytes(key.as_bytes())).collect();
    let params = [(&bytes as _, Type::BYTEA_ARRAY), (&versions as _, Type::INT8_ARRAY)];
    let told = engine.read(&engine.sql.check, &params).await?;
    let row = told.first().ok_or_else(rows::corrupt)?;
    let unmet: Vec<i64> = rows::column(row, 1)?;
    if unmet.is_empty() {
        return rows::version(rows::column(row, 0)?);
    }
    let key = |place: &i64| keys.get(usize::try_from(*place).ok()?.checked_sub(1)?).copied().cloned();
    Err(Conflict::new(unmet.iter().filter_map(key).collect()).into())
}

impl fmt::Debug for PostgresBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresBackend").finish_non_exhaustive()
    }
}
