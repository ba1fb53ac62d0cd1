use crate::{Options, SqliteError, schema, schema::Standing};
use rusqlite::{Connection, ErrorCode, OpenFlags, config::DbConfig};
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

/// What every connection that writes must be set to, the caller's own included. `fullfsync` is what makes
/// the drive itself flush on macOS, and says nothing elsewhere.
const DURABLE: &str = "PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON; \
                       PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;";

/// How long to wait before asking again for a lock that SQLite does not wait for by itself.
const RETRY: Duration = Duration::from_millis(10);

/// One open at a time in this process: closing a file that another thread has just opened would take
/// that thread's POSIX locks away.
static OPENING: Mutex<()> = Mutex::new(());

/// Opens a connection of the caller's own to a database that leeward keeps, fit for
/// [`commit_in`](crate::commit_in): durable, erasing what it deletes, and waiting up to 5 seconds for
/// other writers. The service's own tables lie in the same file.
///
/// # Errors
/// As [`open`](crate::open).
pub fn connect(path: impl AsRef<Path>) -> Result<Connection, SqliteError> {
    writer(&absolute(path.as_ref())?, &Options::new())
}

/// The path that later connections are opened by, wherever the process has moved to.
pub(crate) fn absolute(path: &Path) -> Result<PathBuf, SqliteError> {
    std::path::absolute(path).map_err(|error| SqliteError::CannotOpen(Arc::new(error)))
}

/// Opens a connection that writes, and makes the database if there is none.
pub(crate) fn writer(path: &Path, options: &Options) -> Result<Connection, SqliteError> {
    let _one_at_a_time = OPENING.lock().unwrap_or_else(PoisonError::into_inner);
    create_private(path)?;
    peek(path)?;
    let conn = raw(path, options)?;
    settle_schema(&conn, options)?;
    conn.execute_batch(DURABLE)?;
    limit_size(&conn, options)?;
    Ok(conn)
}

/// Opens a connection that reads a database that exists.
pub(crate) fn reader(path: &Path, options: &Options) -> Result<Connection, SqliteError> {
    let conn = raw(path, options)?;
    conn.execute_batch("PRAGMA query_only = ON;")?;
    Ok(conn)
}

/// SQLite gives `-wal` and `-shm` the mode of the database file.
fn create_private(path: &Path) -> Result<(), SqliteError> {
    let mut create = fs::OpenOptions::new();
    create.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut create, 0o600);
    let made = create.open(path).map(drop).or_else(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => require_file(path),
        _ => Err(error),
    });
    made.map_err(|error| SqliteError::CannotOpen(Arc::new(error)))
}

fn require_file(path: &Path) -> io::Result<()> {
    let is_file = fs::metadata(path)?.is_file();
    if is_file { Ok(()) } else { Err(io::Error::other("it is there and is no regular file")) }
}

/// Refuses a file that is not ours before SQLite would recover or checkpoint it.
fn peek(path: &Path) -> Result<(), SqliteError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    let conn = Connection::open_with_flags(immutable_uri(path), flags)?;
    // Without it SQLite calls a file damaged that is shorter than its first page says, as it is in the
    // middle of a checkpoint, or after one that was cut off.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_WRITABLE_SCHEMA, true)?;
    schema::examine(&conn).map(drop)
}

/// `immutable` reads the main file alone, takes no lock and makes no other file.
fn immutable_uri(path: &Path) -> String {
    use std::fmt::Write as _;
    let mut uri = String::from("file:");
    for &byte in path.as_os_str().as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"/._-".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri + "?immutable=1"
}

fn raw(path: &Path, options: &Options) -> Result<Connection, SqliteError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.busy_timeout(options.busy_timeout)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    if conn.is_readonly("main")? {
        return Err(SqliteError::ReadOnly);
    }
    Ok(conn)
}

fn settle_schema(conn: &Connection, options: &Options) -> Result<(), SqliteError> {
    // Until it is known to be ours, closing it must change nothing.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    let standing = schema::examine(conn)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    use_wal(conn, options)?;
    if standing == Standing::Empty {
        schema::create(conn)?;
        // The next `peek` reads the main file alone.
        conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
    }
    Ok(())
}

/// Two processes that do this at once refuse each other without waiting.
fn use_wal(conn: &Connection, options: &Options) -> Result<(), SqliteError> {
    let mut waited = Duration::ZERO;
    loop {
        match conn.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0)) {
            Err(error) if is_busy(&error) && waited < options.busy_timeout => {
                thread::park_timeout(RETRY);
                waited = waited.saturating_add(RETRY);
            }
            mode => return if mode? == "wal" { Ok(()) } else { Err(SqliteError::NoLog) },
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
}

fn limit_size(conn: &Connection, options: &Options) -> Result<(), SqliteError> {
    if let Some(bytes) = options.max_size {
        let page: u32 = conn.pragma_query_value(None, "page_size", |row| row.get(0))?;
        let pages = bytes.checked_div(page.into()).unwrap_or(1).clamp(1, u32::MAX.into()).cast_signed();
        conn.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_that_cannot_keep_a_log_is_refused() -> rusqlite::Result<()> {
        // SQLite says no by leaving the mode as it was.
        let refused = use_wal(&Connection::open_in_memory()?, &Options::new());
        assert!(matches!(refused, Err(SqliteError::NoLog)), "{refused:?}");
        Ok(())
    }
}
