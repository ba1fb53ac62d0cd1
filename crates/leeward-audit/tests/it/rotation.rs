//! A log that changes its key: both sign for a while, and then the new one alone.

use crate::support::{ORIGIN, now, open, stage, store};
use leeward_audit::{
    AuditError, AuditLog, Checkpoint, Keep, VerifyError,
    merkle::Hash,
    note::{Ed25519Signer, Signer, VerifierKey},
    verify_dir,
};
use leeward_event::{Actor, Component};
use leeward_store::{
    Store,
    testing::{Call, Fault, at_every_call},
};
use pollster::block_on;
use std::{fs, path::Path, sync::Arc};
use tempfile::tempdir;

const OLD: u8 = 1;
const NEW: u8 = 2;
const STRANGER: u8 = 3;

fn signer(seed: u8) -> Arc<dyn Signer> {
    Arc::new(Ed25519Signer::from_seed(ORIGIN, &[seed; 32]).unwrap())
}

fn key(seed: u8) -> VerifierKey {
    signer(seed).vkey().clone()
}

/// The log with these keys, the main one first.
async fn by(store: &Store, dir: &Path, seeds: &[u8]) -> Result<AuditLog, AuditError> {
    let log = AuditLog::open_with_signer(store, dir, signer(seeds[0])).await?;
    seeds[1..].iter().try_fold(log, |log, seed| log.also_signed_by(signer(*seed)))
}

async fn publish(store: &Store, dir: &Path, seeds: &[u8]) -> Result<(u64, Hash), AuditError> {
    let log = by(store, dir, seeds).await?;
    log.drain(now()).await?;
    let published = log.publish(now()).await?;
    Ok((published.size, published.root))
}

/// Which of the keys verify, and which of them is told as the other.
fn verifying(dir: &Path) -> Vec<(u8, Option<VerifierKey>)> {
    let verified = |seed| match verify_dir(dir, &key(seed)) {
        Ok(verified) => Some((seed, verified.other_key)),
        Err(VerifyError::Key | VerifyError::Checkpoint(_)) => None,
        Err(other) => panic!("{other}"),
    };
    [OLD, NEW, STRANGER].into_iter().filter_map(verified).collect()
}

fn vkey_file(dir: &Path) -> String {
    fs::read_to_string(dir.join("log.vkey")).unwrap()
}

#[test]
fn a_log_changes_its_key_in_three_steps() {
    for quiet in [false, true] {
        let (store, dir) = (store(), tempdir().unwrap());
        let dir = dir.path();
        let mut events = 0;
        let mut grow = |by| {
            stage(&store, events..events + by);
            events += by;
        };
        let more = if quiet { 0 } else { 200 };
        grow(300);
        block_on(publish(&store, dir, &[OLD])).unwrap();
        assert_eq!(verifying(dir), [(OLD, None)]);

        grow(more);
        block_on(publish(&store, dir, &[OLD, NEW])).unwrap();
        assert_eq!(verifying(dir), [(OLD, None), (NEW, Some(key(OLD)))]);
        assert_eq!(vkey_file(dir), format!("{}\n", key(OLD)));

        grow(more);
        block_on(publish(&store, dir, &[NEW, OLD])).unwrap();
        assert_eq!(verifying(dir), [(OLD, Some(key(NEW))), (NEW, None)]);
        assert_eq!(vkey_file(dir), format!("{}\n", key(NEW)));

        grow(1);
        block_on(publish(&store, dir, &[NEW])).unwrap();
        assert_eq!(verifying(dir), [(NEW, None)]);
        assert!(matches!(block_on(by(&store, dir, &[OLD])), Err(AuditError::OtherKey)));
        assert!(matches!(block_on(by(&store, dir, &[OLD, NEW])), Err(AuditError::OtherKey)));
    }
}

#[test]
fn the_log_s_own_key_gives_way_to_another() {
    let (store, dir) = (store(), tempdir().unwrap());
    let own = open(&store, dir.path());
    block_on(own.publish(now())).unwrap();
    let both = own.also_signed_by(signer(NEW)).unwrap();
    block_on(both.publish(now())).unwrap();
    block_on(publish(&store, dir.path(), &[NEW])).unwrap();
    assert_eq!(verifying(dir.path())[0].0, NEW);
    assert_eq!(verify_dir(dir.path(), both.vkey()).unwrap().other_key, Some(key(NEW)), "until it grows");
    stage(&store, 0..1);
    block_on(publish(&store, dir.path(), &[NEW])).unwrap();
    assert!(verify_dir(dir.path(), both.vkey()).is_err());
    assert!(matches!(block_on(AuditLog::open(&store, dir.path(), ORIGIN)), Err(AuditError::OtherKey)));
}

#[test]
fn the_wrong_order_is_refused_with_a_sentence() {
    let (store, dir) = (store(), tempdir().unwrap());
    block_on(publish(&store, dir.path(), &[OLD])).unwrap();
    let before = fs::read(dir.path().join("checkpoint")).unwrap();
    for seeds in [&[NEW][..], &[NEW, OLD], &[STRANGER]] {
        let refused = block_on(publish(&store, dir.path(), seeds)).unwrap_err();
        assert!(matches!(refused, AuditError::OtherKey));
        assert!(refused.to_string().contains("a new key signs beside that one first"), "{refused}");
    }
    // Both have signed, but what lies in this directory is older than that.
    let elsewhere = tempdir().unwrap();
    block_on(publish(&store, elsewhere.path(), &[OLD, NEW])).unwrap();
    let refused = block_on(publish(&store, dir.path(), &[NEW])).unwrap_err();
    assert!(matches!(refused, AuditError::ForeignDirectory { .. }));
    assert!(refused.to_string().contains("publish with both keys first"), "{refused}");
    assert_eq!(fs::read(dir.path().join("checkpoint")).unwrap(), before);
    assert_eq!(vkey_file(dir.path()), format!("{}\n", key(OLD)));
}

#[test]
fn a_further_signer_has_the_log_s_name_and_another_key() {
    let (store, dir) = (store(), tempdir().unwrap());
    let log = block_on(by(&store, dir.path(), &[OLD, NEW])).unwrap();
    let other_name: Arc<dyn Signer> =
        Arc::new(Ed25519Signer::from_seed("example.org/other", &[7; 32]).unwrap());
    for unfit in [signer(OLD), signer(NEW), other_name] {
        assert!(matches!(log.clone().also_signed_by(unfit), Err(AuditError::FurtherSigner)));
    }
    log.also_signed_by(signer(STRANGER)).unwrap();
}

#[derive(Debug)]
struct Wrong(VerifierKey);

impl Signer for Wrong {
    fn vkey(&self) -> &VerifierKey {
        &self.0
    }

    fn sign(&self, _: &[u8]) -> Result<Vec<u8>, leeward_store::BoxError> {
        Ok(vec![7; 64])
    }
}

#[test]
fn a_further_signature_is_checked_before_anything_is_signed_or_published() {
    let (store, dir) = (store(), tempdir().unwrap());
    let old = block_on(by(&store, dir.path(), &[OLD])).unwrap();
    let wrong = old.clone().also_signed_by(Arc::new(Wrong(key(NEW)))).unwrap();
    assert!(matches!(block_on(wrong.publish(now())), Err(AuditError::Note(_))));
    assert!(!dir.path().join("checkpoint").exists());
    block_on(old.publish(now())).unwrap();
    assert!(matches!(block_on(wrong.publish(now())), Err(AuditError::Note(_))));
    assert_eq!(verifying(dir.path()), [(OLD, None)]);
}

#[test]
fn another_s_key_in_the_directory_is_found_and_stays() {
    let (store, dir) = (store(), tempdir().unwrap());
    block_on(publish(&store, dir.path(), &[OLD])).unwrap();
    fs::write(dir.path().join("log.vkey"), format!("{}\n", key(STRANGER))).unwrap();
    assert!(verifying(dir.path()).is_empty());
    let refused = block_on(publish(&store, dir.path(), &[OLD]));
    assert!(matches!(refused, Err(AuditError::ForeignDirectory { .. })));
    assert_eq!(vkey_file(dir.path()), format!("{}\n", key(STRANGER)));
}

#[test]
fn a_change_of_the_key_file_that_was_interrupted_is_made_good() {
    let (store, dir) = (store(), tempdir().unwrap());
    block_on(publish(&store, dir.path(), &[OLD, NEW])).unwrap();
    let (old, new) = (format!("{}\n", key(OLD)), format!("{}\n", key(NEW)));
    for torn in 0..=new.len() {
        let mixed = [&new.as_bytes()[..torn], &old.as_bytes()[torn..]].concat();
        fs::write(dir.path().join("log.vkey"), mixed).unwrap();
        block_on(publish(&store, dir.path(), &[NEW, OLD])).unwrap();
        assert_eq!(vkey_file(dir.path()), new);
    }
}

#[test]
fn what_is_kept_is_signed_by_both() {
    let (store, dir) = (store(), tempdir().unwrap());
    stage(&store, 0..600);
    block_on(publish(&store, dir.path(), &[OLD])).unwrap();
    let log = block_on(by(&store, dir.path(), &[OLD])).unwrap();
    block_on(log.shorten(Keep::From(256), Actor::Component(Component::Audit), now())).unwrap();
    for (seeds, verified) in
        [(&[OLD, NEW][..], &[OLD, NEW][..]), (&[NEW, OLD], &[OLD, NEW]), (&[NEW], &[NEW])]
    {
        stage(&store, 0..1);
        block_on(publish(&store, dir.path(), seeds)).unwrap();
        let by: Vec<u8> = verifying(dir.path()).into_iter().map(|(seed, _)| seed).collect();
        assert_eq!(by, verified);
    }
}

#[test]
fn a_store_that_fails_at_any_call_changes_the_key_or_not() {
    for fault in [Fault::Refuse, Fault::LoseRequest, Fault::LoseAnswer] {
        let runs = at_every_call(Call::Any, &fault, |plan| {
            let (clean, dir) = (store(), tempdir().unwrap());
            let dir = dir.path();
            stage(&clean, 0..3);
            let first = block_on(publish(&clean, dir, &[OLD])).unwrap();
            let faulty = plan.over(&clean);
            let _ = block_on(publish(&faulty, dir, &[OLD, NEW]));
            assert_eq!(
                Checkpoint::open(&fs::read(dir.join("checkpoint")).unwrap(), &key(OLD)).unwrap().root(),
                &first.1
            );
            block_on(publish(&clean, dir, &[OLD, NEW])).unwrap();
            let _ = block_on(publish(&faulty, dir, &[NEW]));
            assert_eq!(block_on(publish(&clean, dir, &[NEW, OLD])).unwrap(), first);
            assert_eq!(verifying(dir).len(), 2);
        });
        assert!(runs > 10, "{runs}");
    }
}
