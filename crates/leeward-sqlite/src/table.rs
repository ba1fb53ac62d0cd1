use leeward_store::{
    Action, Batch, Entry, Expect, Key, Op, Page, Scan, StoreError, Timestamp, Value, Version,
};
use rusqlite::{Connection, OptionalExtension, Result, Row, params};

use crate::SqliteError;

/// Each statement says `main`, for a caller's own connection may have a temporary table of that name.
///
/// SQLite takes the partial index just if the statement says that there is a time.
const PURGE: &str = "DELETE FROM main.leeward_entry WHERE rowid IN (SELECT rowid FROM main.leeward_entry \
                     WHERE expires_s IS NOT NULL AND (expires_s, expires_ns) <= (?1, ?2) LIMIT ?3)";

/// Nanoseconds in a second.
const NANOS: i128 = 1_000_000_000;

pub(crate) fn get(conn: &Connection, key: &Key) -> std::result::Result<Option<Entry>, StoreError> {
    const SQL: &str = "SELECT version, expires_s, expires_ns, value FROM main.leeward_entry WHERE key = ?1";
    let row = |row: &Row<'_>| Ok(entry(row, 0));
    let found =
        conn.prepare_cached(SQL).and_then(|mut select| select.query_row([key.as_bytes()], row).optional());
    found.map_err(SqliteError::from)?.transpose()
}

pub(crate) fn scan(conn: &Connection, scan: &Scan) -> std::result::Result<Page, StoreError> {
    const UP: &str = "SELECT key, version, expires_s, expires_ns, value FROM main.leeward_entry \
                      WHERE key >= ?1 AND key < ?2 ORDER BY key ASC";
    const DOWN: &str = "SELECT key, version, expires_s, expires_ns, value FROM main.leeward_entry \
                        WHERE key >= ?1 AND key < ?2 ORDER BY key DESC";
    let (low, high) = scan.range();
    let sql = if scan.is_backward() { DOWN } else { UP };
    let mut select = conn.prepare_cached(sql).map_err(SqliteError::from)?;
    let rows = select.query_map(params![low, high], |row| Ok((row.get(0)?, entry(row, 1))));
    scan.page(rows.map_err(SqliteError::from)?.map(|row| {
        let (key, entry) = row.map_err(SqliteError::from)?;
        Ok((key, entry?))
    }))
}

/// The keys that do not hold what is expected.
pub(crate) fn unmet(conn: &Connection, batch: &Batch) -> Result<Vec<Key>> {
    let mut unmet = Vec::new();
    for op in batch.ops() {
        if !holds(conn, op)? {
            unmet.push(op.key.clone());
        }
    }
    Ok(unmet)
}

/// Does it if the expectation holds, and says whether it did.
pub(crate) fn apply(conn: &Connection, op: &Op, version: Version) -> Result<bool> {
    match &op.action {
        Action::Check => holds(conn, op),
        Action::Put { value, expires_at } => put(conn, op, version, value, *expires_at),
        Action::Delete => delete(conn, op),
    }
}

/// Removes at most `limit` entries that expired at or before `now`.
pub(crate) fn purge(conn: &Connection, now: Timestamp, limit: usize) -> Result<usize> {
    let (seconds, nanos) = split(now);
    conn.prepare_cached(PURGE)?.execute(params![seconds, nanos, i64::try_from(limit).unwrap_or(i64::MAX)])
}

/// The last version that was given out.
pub(crate) fn last_version(conn: &Connection) -> Result<Version> {
    conn.prepare_cached("SELECT version FROM main.leeward_entry WHERE key = x''")?
        .query_row([], |row| version(row, 0))
}

pub(crate) fn set_last_version(conn: &Connection, last: Version) -> Result<()> {
    let number = last.get().cast_signed();
    conn.prepare_cached("UPDATE main.leeward_entry SET version = ?1 WHERE key = x''")?
        .execute([number])
        .map(drop)
}

fn version_of(conn: &Connection, key: &Key) -> Result<Option<Version>> {
    let mut select = conn.prepare_cached("SELECT version FROM main.leeward_entry WHERE key = ?1")?;
    select.query_row([key.as_bytes()], |row| version(row, 0)).optional()
}

fn holds(conn: &Connection, op: &Op) -> Result<bool> {
    Ok(op.expect == Expect::Any || op.expect.holds(version_of(conn, &op.key)?))
}

fn put(conn: &Connection, op: &Op, version: Version, value: &Value, at: Option<Timestamp>) -> Result<bool> {
    const INSERT: &str = "INSERT INTO main.leeward_entry (key, version, expires_s, expires_ns, value) \
                          VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (key) DO NOTHING";
    const UPSERT: &str = "INSERT INTO main.leeward_entry (key, version, expires_s, expires_ns, value) \
                          VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (key) DO UPDATE SET version = ?2, \
                          expires_s = ?3, expires_ns = ?4, value = ?5";
    const UPDATE: &str = "UPDATE main.leeward_entry SET version = ?2, expires_s = ?3, expires_ns = ?4, value = ?5 \
                          WHERE key = ?1 AND version = ?6";
    let (seconds, nanos) = at.map(split).unzip();
    let (key, value) = (op.key.as_bytes(), value.as_bytes());
    let number = version.get().cast_signed();
    let written = match op.expect {
        Expect::Absent => conn.prepare_cached(INSERT)?.execute(params![key, number, seconds, nanos, value]),
        Expect::Any => conn.prepare_cached(UPSERT)?.execute(params![key, number, seconds, nanos, value]),
        Expect::Exactly(old) => {
            let old = old.get().cast_signed();
            conn.prepare_cached(UPDATE)?.execute(params![key, number, seconds, nanos, value, old])
        }
    };
    Ok(written? == 1)
}

fn delete(conn: &Connection, op: &Op) -> Result<bool> {
    const DELETE: &str = "DELETE FROM main.leeward_entry WHERE key = ?1";
    const EXACTLY: &str = "DELETE FROM main.leeward_entry WHERE key = ?1 AND version = ?2";
    let key = op.key.as_bytes();
    match op.expect {
        Expect::Absent => holds(conn, op),
        Expect::Any => conn.prepare_cached(DELETE)?.execute([key]).map(|_| true),
        Expect::Exactly(old) => {
            let gone = conn.prepare_cached(EXACTLY)?.execute(params![key, old.get().cast_signed()])?;
            Ok(gone == 1)
        }
    }
}

fn version(row: &Row<'_>, column: usize) -> Result<Version> {
    let number = row.get::<_, i64>(column)?;
    let version = u64::try_from(number).ok().and_then(Version::from_u64);
    version.ok_or(rusqlite::Error::IntegralValueOutOfRange(column, number))
}

fn entry(row: &Row<'_>, first: usize) -> std::result::Result<Entry, StoreError> {
    read_entry(row, first).map_err(|_| StoreError::Corrupt { what: "a row that does not decode" })
}

fn read_entry(row: &Row<'_>, first: usize) -> Result<Entry> {
    let column = |offset: usize| first.saturating_add(offset);
    let version = version(row, first)?;
    let expires_at = join(row.get(column(1))?, row.get(column(2))?)?;
    let value = row.get_ref(column(3))?.as_blob()?;
    Ok(Entry::new(Value::from(value), version, expires_at))
}

/// Whole seconds, rounded down, and the nanoseconds after that, so that pairs sort as times do.
fn split(at: Timestamp) -> (i64, i64) {
    let nanos = at.as_nanosecond();
    let part = |number: i128| i64::try_from(number).unwrap_or(i64::MAX);
    (part(nanos.div_euclid(NANOS)), part(nanos.rem_euclid(NANOS)))
}

fn join(seconds: Option<i64>, nanos: Option<i64>) -> Result<Option<Timestamp>> {
    let (Some(seconds), Some(nanos)) = (seconds, nanos) else {
        return Ok(None);
    };
    let total = i128::from(seconds).saturating_mul(NANOS).saturating_add(i128::from(nanos));
    let out_of_range = |_| rusqlite::Error::IntegralValueOutOfRange(1, seconds);
    Timestamp::from_nanosecond(total).map(Some).map_err(out_of_range)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_keep_their_nanoseconds_and_their_order() {
        let times =
            [Timestamp::MIN, ts(-1_500_000_000), ts(-1), ts(0), ts(1), ts(1_000_000_000), Timestamp::MAX];
        let pairs = times.map(split);
        assert!(pairs.is_sorted());
        for (time, (seconds, nanos)) in times.iter().zip(pairs) {
            assert_eq!(join(Some(seconds), Some(nanos)).unwrap(), Some(*time));
        }
    }

    #[test]
    fn a_purge_reads_the_index_alone() {
        let conn = Connection::open_in_memory().unwrap();
        crate::schema::create(&conn).unwrap();
        let mut explain = conn.prepare(&format!("EXPLAIN QUERY PLAN {PURGE}")).unwrap();
        let steps = explain.query_map([0, 0, 1], |row| row.get::<_, String>(3)).unwrap();
        let plan = steps.map(Result::unwrap).collect::<Vec<_>>().join("; ");
        assert!(plan.contains("USING COVERING INDEX leeward_entry_expiry"), "{plan}");
    }

    fn ts(nanos: i128) -> Timestamp {
        Timestamp::from_nanosecond(nanos).unwrap()
    }
}
