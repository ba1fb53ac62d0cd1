use crate::keeping::Keeping;
use leeward_store::Store;

/// An SQLite database that vanishes with its last handle.
pub(crate) fn store() -> Store {
    let place = tempfile::tempdir().unwrap();
    let file = leeward_sqlite::open(place.path().join("test.db")).unwrap();
    file.decorate(|inner| Keeping { inner, place })
}
