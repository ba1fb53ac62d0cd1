//! The suite of `leeward-store`, over a vault over a store in memory.

use leeward_store::{BoxError, Store, conformance::Harness};
use leeward_vault::{MemoryKey, Vault};
use std::sync::Mutex;

/// Opens a vault anew over what the one before left behind.
#[derive(Default)]
pub(crate) struct Sealed {
    below: Mutex<Option<Store>>,
}

const ROOT: [u8; 32] = [7; 32];

fn sealed(below: &Store) -> Result<Store, BoxError> {
    let vault = pollster::block_on(Vault::open(below, MemoryKey::from_bytes(&ROOT)))?;
    Ok(vault.seal(below))
}

impl Harness for Sealed {
    fn open(&self) -> Result<Store, BoxError> {
        let below = Store::memory();
        *self.below.lock().unwrap() = Some(below.clone());
        sealed(&below)
    }

    fn reopen(&self, _old: Store) -> Option<Result<Store, BoxError>> {
        self.below.lock().unwrap().as_ref().map(sealed)
    }

    fn is_engine(&self) -> bool {
        false
    }
}

leeward_store::conformance_tests!(Sealed::default());
