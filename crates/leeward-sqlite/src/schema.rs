use crate::SqliteError;
use rusqlite::{Connection, Transaction, TransactionBehavior};

/// `Leew`: tells our files from those of other programs.
pub(crate) const APPLICATION_ID: i32 = 0x4C65_6577;

/// The newest schema this code knows, kept in `user_version`.
pub(crate) const SCHEMA: i32 = 1;

/// With a rowid: without one, a row of more than a kilobyte takes a page to itself (three and a half
/// times the file at 1,000 bytes), and smaller rows gain little.
///
/// The row under the empty key, which no [`Key`](leeward_store::Key) encodes to, holds the last
/// version that was given out.
const CREATE: &str = "
    CREATE TABLE leeward_entry (
        key BLOB NOT NULL PRIMARY KEY,
        version INTEGER NOT NULL,
        expires_s INTEGER,  -- whole seconds since 1970, rounded down
        expires_ns INTEGER, -- nanoseconds after that
        value BLOB NOT NULL
    ) STRICT;
    CREATE INDEX leeward_entry_expiry ON leeward_entry (expires_s, expires_ns) WHERE expires_s IS NOT NULL;
    INSERT INTO leeward_entry (key, version, value) VALUES (x'', 1, x'');";

/// What a database file says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nobody's yet.
    Empty,
    /// Ours, in a schema that this code knows.
    Current,
}

/// Looks at a database and changes nothing.
pub(crate) fn examine(conn: &Connection) -> Result<Standing, SqliteError> {
    let application: i32 = conn.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let found: i32 = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
    match (application, found) {
        (APPLICATION_ID, SCHEMA) => Ok(Standing::Current),
        (APPLICATION_ID, found) if found > SCHEMA => Err(SqliteError::NewerSchema { found, known: SCHEMA }),
        (0, 0) if is_empty(conn)? => Ok(Standing::Empty),
        _ => Err(SqliteError::Foreign),
    }
}

/// Makes the table, unless another process was first.
pub(crate) fn create(conn: &Connection) -> Result<(), SqliteError> {
    let tx = Transaction::new_unchecked(conn, TransactionBehavior::Immediate)?;
    if examine(&tx)? == Standing::Empty {
        tx.execute_batch(CREATE)?;
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
        tx.pragma_update(None, "user_version", SCHEMA)?;
    }
    Ok(tx.commit()?)
}

fn is_empty(conn: &Connection) -> Result<bool, SqliteError> {
    Ok(conn.query_row("SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema)", [], |row| row.get(0))?)
}
