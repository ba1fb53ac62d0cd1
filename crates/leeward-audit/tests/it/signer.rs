//! Signers that are not the log's own.

use crate::support::{ORIGIN, now, store};
use leeward_audit::{
    AuditError, AuditLog,
    note::{Ed25519Signer, Signer, VerifierKey},
    verify_dir,
};
use leeward_store::BoxError;
use pollster::block_on;
use std::{
    sync::{Arc, Mutex},
    thread::{self, ThreadId},
};
use tempfile::tempdir;

#[test]
fn a_signer_of_ones_own_is_used_and_a_changed_one_refused() {
    let dir = tempdir().unwrap();
    let store = store();
    let signer = Ed25519Signer::from_seed(ORIGIN, &[5; 32]).unwrap();
    let vkey = signer.vkey().clone();
    let log = block_on(AuditLog::open_with_signer(&store, dir.path(), Arc::new(signer))).unwrap();
    assert_eq!(log.vkey(), &vkey);
    block_on(log.publish(now())).unwrap();
    assert_eq!(verify_dir(dir.path(), &vkey).unwrap().size, 0);
    assert!(matches!(block_on(AuditLog::open(&store, dir.path(), ORIGIN)), Err(AuditError::OtherKey)));
}

/// A signer that tells on which threads it was called.
#[derive(Debug)]
struct Slow(Ed25519Signer, Mutex<Vec<ThreadId>>);

impl Signer for Slow {
    fn vkey(&self) -> &VerifierKey {
        self.0.vkey()
    }

    fn sign(&self, text: &[u8]) -> Result<Vec<u8>, BoxError> {
        self.1.lock().unwrap().push(thread::current().id());
        self.0.sign(text)
    }
}

#[test]
fn a_signer_that_blocks_holds_up_no_executor() {
    let dir = tempdir().unwrap();
    let store = store();
    let signer = Arc::new(Slow(Ed25519Signer::from_seed(ORIGIN, &[5; 32]).unwrap(), Mutex::default()));
    let log = block_on(AuditLog::open_with_signer(&store, dir.path(), signer.clone())).unwrap();
    block_on(log.publish(now())).unwrap();
    let called = signer.1.lock().unwrap();
    assert_eq!(called.len(), 1);
    assert_ne!(called[0], thread::current().id());
}
