use crate::record::Values;
use openmls_rust_crypto::OpenMlsRustCrypto;
use openmls_traits::OpenMlsProvider as _;
use std::{
    collections::HashMap,
    sync::{PoisonError, RwLockWriteGuard},
};
use zeroize::Zeroize as _;

/// The storage that `openmls` writes to, in memory: what it holds becomes one batch, or is dropped.
#[derive(Default)]
pub(super) struct Overlay(OpenMlsRustCrypto);

impl Overlay {
    pub(super) fn of(values: &Values) -> Self {
        let overlay = Self::default();
        overlay.values().extend(values.iter().map(|(key, value)| (key.to_vec(), value.to_vec())));
        overlay
    }

    pub(super) const fn provider(&self) -> &OpenMlsRustCrypto {
        &self.0
    }

    pub(super) fn into_values(self) -> Values {
        self.values().drain().collect()
    }

    fn values(&self) -> RwLockWriteGuard<'_, HashMap<Vec<u8>, Vec<u8>>> {
        self.0.storage().values.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Overlay {
    fn drop(&mut self) {
        self.values().values_mut().for_each(|value| value.zeroize());
    }
}
