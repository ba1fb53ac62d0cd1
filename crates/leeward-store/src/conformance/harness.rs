use crate::{BoxError, Store};

/// How the suite opens the stores it examines.
///
/// A closure that returns a [`Store`] is a harness for a backend whose state does not survive.
pub trait Harness: Sync {
    /// Opens a fresh, empty store. Whatever it stands on lives as long as the harness.
    ///
    /// # Errors
    /// Whatever kept it from being opened.
    fn open(&self) -> Result<Store, BoxError>;

    /// Opens again what `old` kept, as if the process had died: no close, no flush, no checkpoint.
    /// Copy the files while `old` is still open, or leave them locked and open them from another
    /// handle; no call on `old` is running. `None` when nothing survives.
    ///
    /// For a death in the middle of writing, see
    /// [`write_until_killed`](super::durability::write_until_killed).
    fn reopen(&self, old: Store) -> Option<Result<Store, BoxError>> {
        drop(old);
        None
    }

    /// Whether this is an engine, which takes batches with the headroom that
    /// [`limits`](crate::limits) leaves to decorators. A decorator that uses it up says no, and if its
    /// handle seals, what it prepares is looked at for values in the clear.
    fn is_engine(&self) -> bool {
        true
    }
}

impl<F: Fn() -> Store + Sync> Harness for F {
    fn open(&self) -> Result<Store, BoxError> {
        Ok(self())
    }
}
