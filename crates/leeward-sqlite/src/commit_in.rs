use crate::{SqliteError, group, table};
use leeward_store::{Batch, Prepared, StoreError, Version};
use rusqlite::{Connection, Transaction, TransactionState};

/// Applies a prepared batch in a caller's own transaction, beside the caller's own rows: both are
/// committed, or neither.
///
/// The connection comes from [`connect`](crate::connect), or is set to `synchronous = FULL` (or
/// `EXTRA`) and `secure_delete = ON` before the transaction starts; the transaction is `IMMEDIATE`.
/// Nothing is durable, and the version counts for nothing, until the caller's commit has returned.
/// After a conflict, or a transaction that is not fit, it holds what it held before this call. After
/// [`Full`](SqliteError::Full) and other failures of the engine drop it: SQLite may have undone all of
/// it, and what is done through it from then on is in no transaction.
///
/// The batch was prepared by a store over this same file; another one may seal under other keys.
///
/// Old copies of what is deleted here leave the write-ahead log when the store itself has written
/// something after it and then paused, or was dropped.
///
/// Rows in a file that is only attached are not covered: SQLite does not commit several files at once
/// when they use a write-ahead log.
///
/// # Errors
/// [`StoreError::Conflict`]; [`StoreError::Backend`] with a [`SqliteError`]:
/// [`UnfitTransaction`](SqliteError::UnfitTransaction) for what is said above,
/// [`Foreign`](SqliteError::Foreign) for a database that leeward does not keep,
/// [`Full`](SqliteError::Full).
pub fn commit_in(tx: &Transaction<'_>, prepared: Prepared) -> Result<Version, StoreError> {
    require_fit(tx)?;
    let batch = prepared.into_batch();
    tx.execute_batch("SAVEPOINT leeward").map_err(SqliteError::from)?;
    let applied = apply(tx, &batch);
    let end = if applied.is_ok() { "RELEASE leeward" } else { "ROLLBACK TO leeward; RELEASE leeward" };
    let ended = tx.execute_batch(end).map_err(SqliteError::from);
    let version = applied?;
    ended?;
    Ok(version)
}

fn apply(conn: &Connection, batch: &Batch) -> Result<Version, StoreError> {
    let mut last = table::last_version(conn).map_err(SqliteError::from)?;
    let done = group::apply(conn, batch, &mut last).map_err(SqliteError::from)??;
    table::set_last_version(conn, last).map_err(SqliteError::from)?;
    Ok(done.version)
}

fn require_fit(conn: &Connection) -> Result<(), SqliteError> {
    let unfit = |what| Err(SqliteError::UnfitTransaction { what });
    if crate::schema::examine(conn)? != crate::schema::Standing::Current {
        return Err(SqliteError::Foreign);
    }
    if conn.transaction_state(Some("main"))? != TransactionState::Write {
        return unfit("begin it as an immediate transaction");
    }
    if pragma(conn, "synchronous")? < FULL {
        return unfit("set `PRAGMA synchronous = FULL` before it begins, or its commit is not durable");
    }
    if pragma(conn, "secure_delete")? != ON {
        return unfit(
            "set `PRAGMA secure_delete = ON` before it begins, or what is deleted stays in the file",
        );
    }
    Ok(())
}

const FULL: i64 = 2;
const ON: i64 = 1;

fn pragma(conn: &Connection, name: &str) -> Result<i64, SqliteError> {
    Ok(conn.pragma_query_value(None, name, |row| row.get(0))?)
}
