use crate::{Options, SqliteError, connection};
use rusqlite::Connection;
use std::{
    path::Path,
    sync::{Condvar, Mutex, PoisonError},
};

/// Connections that read, lent out for one reading at a time.
pub(crate) struct Readers {
    idle: Mutex<Vec<Connection>>,
    returned: Condvar,
}

impl Readers {
    pub(crate) fn open(path: &Path, options: &Options) -> Result<Self, SqliteError> {
        let open = |_| connection::reader(path, options);
        let idle = (0..options.readers.get()).map(open).collect::<Result<_, _>>()?;
        Ok(Self { idle: Mutex::new(idle), returned: Condvar::new() })
    }

    /// Reads on this thread, as soon as a connection is free. Nobody who holds one waits for anything
    /// but the disk.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&Connection) -> T) -> T {
        let conn = self.borrow();
        let read = read(&conn);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(conn);
        self.returned.notify_one();
        read
    }

    fn borrow(&self) -> Connection {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(conn) = idle.pop() {
                return conn;
            }
            idle = self.returned.wait(idle).unwrap_or_else(PoisonError::into_inner);
        }
    }
}
