use crate::keeping::Keeping;
use leeward_store::Store;
use std::sync::Arc;

/// An SQLite database that vanishes with its last handle.
pub(crate) fn store() -> Store {
    let place = tempfile::tempdir().unwrap();
    let file = leeward_sqlite::open(place.path().join("test.db")).unwrap();
    file.decorate(|inner| Keeping { inner, place })
}

/// The same, opened twice.
pub(crate) fn pair() -> (Store, Store) {
    let place = Arc::new(tempfile::tempdir().unwrap());
    let open = || {
        let file = leeward_sqlite::open(place.path().join("test.db")).unwrap();
        file.decorate(|inner| Keeping { inner, place: place.clone() })
    };
    (open(), open())
}
