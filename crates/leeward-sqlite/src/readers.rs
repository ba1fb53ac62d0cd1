use crate::{Options, SqliteError, connection};
use rusqlite::Connection;
use std::{
    path::Path,
    sync::{
        Mutex, MutexGuard, PoisonError, TryLockError,
        atomic::{AtomicUsize, Ordering},
    },
};

/// Connections that read, lent out for one reading at a time: to each thread its own one, if it is free, for
/// the pages that a connection holds are slow to reach from another processor.
pub(crate) struct Readers {
    first: Mutex<Connection>,
    others: Box<[Mutex<Connection>]>,
}

static THREADS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static THREAD: usize = THREADS.fetch_add(1, Ordering::Relaxed);
}

impl Readers {
    pub(crate) fn open(path: &Path, options: &Options) -> Result<Self, SqliteError> {
        let open = |_| connection::reader(path, options).map(Mutex::new);
        let others = (1..options.readers.get()).map(open).collect::<Result<_, _>>()?;
        Ok(Self { first: open(0)?, others })
    }

    /// Reads on this thread, as soon as a connection is free. Nobody who holds one waits for anything
    /// but the disk.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&Connection) -> T) -> T {
        read(&self.borrow())
    }

    fn borrow(&self) -> MutexGuard<'_, Connection> {
        let thread = THREAD.with(|thread| *thread);
        let free = (0..=self.others.len()).find_map(|next| free(self.nth(thread.wrapping_add(next))));
        free.unwrap_or_else(|| self.nth(thread).lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn nth(&self, n: usize) -> &Mutex<Connection> {
        let all = self.others.len().saturating_add(1);
        n.checked_rem(all).and_then(|n| self.others.get(n)).unwrap_or(&self.first)
    }
}

fn free(conn: &Mutex<Connection>) -> Option<MutexGuard<'_, Connection>> {
    match conn.try_lock() {
        Ok(conn) => Some(conn),
        Err(TryLockError::Poisoned(conn)) => Some(conn.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}
