use crate::keeping::Keeping;
use leeward_postgres::Options;
use leeward_store::Store;
use leeward_test_postgres::{Database, shared};
use std::{
    num::NonZeroUsize,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
};

/// Few, for every test that runs at the same time has its own.
const CONNECTIONS: NonZeroUsize = NonZeroUsize::new(4).unwrap();

/// A schema of its own in a database that vanishes with the last of its stores.
pub(crate) fn store() -> Store {
    open(&new_schema(), database())
}

/// The same, opened twice.
pub(crate) fn pair() -> (Store, Store) {
    let (schema, place) = (new_schema(), database());
    (open(&schema, place.clone()), open(&schema, place))
}

fn new_schema() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("test_{}", COUNT.fetch_add(1, Relaxed))
}

fn open(schema: &str, place: Arc<Database>) -> Store {
    // The tests run on any executor, and most on one that knows nothing of sockets.
    let options = Options::new().schema(schema).pool(CONNECTIONS).own_thread(true);
    let schema = pollster::block_on(options.open(&place.url())).unwrap();
    schema.decorate(|inner| Keeping { inner, place })
}

/// The database that other tests use just now, or a new one.
fn database() -> Arc<Database> {
    static CURRENT: Mutex<Weak<Database>> = Mutex::new(Weak::new());
    let mut current = CURRENT.lock().unwrap_or_else(PoisonError::into_inner);
    current.upgrade().unwrap_or_else(|| {
        let server = shared().expect("PostgreSQL, which LEEWARD_TEST_STORE asks for");
        let new = Arc::new(server.database());
        *current = Arc::downgrade(&new);
        new
    })
}
