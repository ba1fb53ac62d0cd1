use crate::{
    AuditError, AuditLog,
    note::{Signer, VerifierKey},
    record::HEAD,
};
use leeward_store::Store;
use leeward_tlog::BoxError;
use std::{path::Path, sync::Arc};

/// Where nothing can be published: no file has such a name.
const NOWHERE: &str = "\0";

/// Knows the key that signs, and cannot sign.
#[derive(Debug)]
struct Reading(VerifierKey);

impl Signer for Reading {
    fn vkey(&self) -> &VerifierKey {
        &self.0
    }

    fn sign(&self, _: &[u8]) -> Result<Vec<u8>, BoxError> {
        Err("the log was opened to be read: it signs nothing".into())
    }
}

impl AuditLog {
    /// Whether a store holds a log. A handle that is not sealed can tell, too.
    ///
    /// # Errors
    /// [`AuditError::Store`].
    pub async fn is_in(store: &Store) -> Result<bool, AuditError> {
        Ok(store.get(&HEAD.key(&[])?).await?.is_some())
    }

    /// Opens a log that is there already, to read it: for a tool beside the service, which has neither the
    /// service's signer nor its directory. Nothing is made or signed; a read is still recorded.
    ///
    /// # Errors
    /// [`AuditError::Corrupt`] when the store holds no log; [`AuditError::OtherKey`] when `vkey` is not a
    /// key that signed it last; those of [`open`](Self::open).
    pub async fn open_to_read(store: &Store, vkey: &VerifierKey) -> Result<Self, AuditError> {
        if !Self::is_in(store).await? {
            return Err(AuditError::Corrupt { what: "nothing: there is none in this store" });
        }
        Self::open_with_signer(store, Path::new(NOWHERE), Arc::new(Reading(vkey.clone()))).await
    }
}
