//! Evidence in one file, which verifies without the log.

use crate::support::{event, now, open, outbox, published, reader, stage_together};
use leeward_audit::{
    AuditError, Evidence, Pack, PackError, Policy, ShownDetail,
    note::{Ed25519Signer, Signer},
};
use leeward_event::{Action, Subject};
use leeward_store::Store;
use pollster::block_on;
use std::{io::Write, process::Command};
use tempfile::tempdir;

/// Entries 3, 10, 259 and 299 of a log of 300, the last without its event.
fn packed() -> (leeward_audit::AuditLog, Vec<u8>) {
    let dir = tempdir().unwrap();
    let (_store, log) = published(dir.path(), 300);
    let show = |logged: &leeward_audit::Logged| logged.index != 299;
    let pack = block_on(log.pack([299, 3, 10, 259, 3], show, &reader(), now())).unwrap();
    let bytes = pack.to_bytes();
    (log, bytes)
}

#[test]
fn a_pack_verifies_with_the_key_alone() {
    let (log, bytes) = packed();
    let pack = Pack::parse(&bytes).unwrap();
    let Evidence { checkpoint, entries, .. } = pack.verify(log.vkey()).unwrap();
    assert_eq!(checkpoint.size(), 300);
    let shown: Vec<_> = entries.iter().map(|shown| (shown.index, shown.detail)).collect();
    let event = |n| ShownDetail::Event(event(n));
    let expected = [(3, event(3)), (10, event(10)), (259, event(259)), (299, ShownDetail::Withheld)];
    assert_eq!(shown, expected);
    assert_eq!(pack.to_bytes(), bytes);
    let other = Ed25519Signer::from_seed("example.org/audit", &[1; 32]).unwrap();
    assert!(matches!(pack.verify(other.vkey()), Err(PackError::Note(_))));
}

#[test]
fn a_pack_without_the_cosignatures_that_a_policy_asks_for_is_refused() {
    let (log, bytes) = packed();
    let pack = Pack::parse(&bytes).unwrap();
    let verify = |quorum: &str| {
        let witness = "witness w wit.example/w1+f9bdef00+BHm1Vi6P5lT5QHixEuipi6eQH4U65pW+1+DjkQutBJZk";
        let policy = Policy::parse(format!("{witness}\nquorum {quorum}\n").as_bytes()).unwrap();
        pack.verify_witnessed(log.vkey(), &policy)
    };
    assert_eq!(verify("none").unwrap(), pack.verify(log.vkey()).unwrap());
    assert!(matches!(verify("w"), Err(PackError::Policy(_))));
}

#[test]
fn every_changed_byte_of_a_pack_is_found() {
    let (log, bytes) = packed();
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (at % 8);
        let verified = Pack::parse(&changed).and_then(|pack| pack.verify(log.vkey()));
        // When it was made, and why an event is not shown, is only said.
        let Ok(evidence) = verified else { continue };
        let honest = Pack::parse(&bytes).unwrap().verify(log.vkey()).unwrap();
        assert_eq!(evidence.entries.len(), honest.entries.len(), "{at}");
        assert_ne!(evidence.made, honest.made, "{at}");
    }
}

#[test]
fn what_is_cut_off_or_added_is_refused() {
    let (_log, bytes) = packed();
    for len in (0..bytes.len()).step_by(97).chain([bytes.len() - 512, bytes.len() - 1]) {
        assert!(Pack::parse(&bytes[..len]).is_err(), "{len}");
    }
    for more in [&[0][..], &[0; 512], &bytes] {
        assert!(Pack::parse(&[&bytes, more].concat()).is_err());
    }
}

#[test]
fn entries_of_two_packs_do_not_mix() {
    let dir = tempdir().unwrap();
    let (store, log) = published(dir.path(), 40);
    let pack = |index: u64| block_on(log.pack([index], |_| true, &reader(), now())).unwrap().to_bytes();
    let (one, other) = (pack(3), pack(5));
    // The blocks after the manifest and the checkpoint, under the names of the first.
    let at = one.windows(8).position(|window| window == b"detail/3").unwrap();
    let from = other.windows(8).position(|window| window == b"detail/5").unwrap();
    let swapped = [&one[..at + 512], &other[from + 512..]].concat();
    let refused = Pack::parse(&swapped).unwrap().verify(log.vkey());
    assert!(matches!(refused, Err(PackError::Entry { index: 3 })));
    // Nor do checkpoints: the proofs name theirs.
    stage_together(&store, 40..50);
    block_on(log.drain(now())).unwrap();
    block_on(log.publish(now())).unwrap();
    let later = pack(3);
    let checkpoint = |bytes: &[u8]| {
        let at = bytes.windows(10).position(|window| window == b"checkpoint").unwrap();
        bytes[at..at + 1024].to_vec()
    };
    let at = one.windows(10).position(|window| window == b"checkpoint").unwrap();
    let mixed = [&one[..at], &checkpoint(&later), &one[at + 1024..]].concat();
    assert!(Pack::parse(&mixed).and_then(|pack| pack.verify(log.vkey())).is_err());
}

#[test]
fn what_is_not_signed_or_too_much_is_refused_and_what_is_packed_recorded() {
    let dir = tempdir().unwrap();
    let (store, log) = published(dir.path(), 40);
    let pack = |indices: Vec<u64>| block_on(log.pack(indices, |_| true, &reader(), now()));
    assert!(matches!(pack(vec![40]), Err(AuditError::OutOfRange { .. })));
    assert!(matches!(pack((0..10_001).collect()), Err(AuditError::TooMany { .. })));
    pack(vec![3, 14]).unwrap();
    pack(vec![3, 4]).unwrap();
    let told: Vec<_> =
        outbox(&store).iter().map(|staged| (staged.event.what(), staged.event.whom())).collect();
    let about = |n| Some(Subject::Conversation(crate::support::conversation(n)));
    let read = |whom| (Action::LogRead, whom);
    assert_eq!(told, [read(None), read(None), read(about(3)), read(None)]);
    assert!(matches!(
        block_on(open(&Store::memory().assume_sealed(), dir.path()).pack([], |_| true, &reader(), now())),
        Err(AuditError::OutOfRange { .. })
    ));
}

/// The program that everybody has reads a pack.
#[test]
fn tar_lists_a_pack() {
    let (_log, bytes) = packed();
    let dir = tempdir().unwrap();
    let file = dir.path().join("pack.tar");
    std::fs::File::create(&file).unwrap().write_all(&bytes).unwrap();
    let listed = Command::new("tar").arg("-tf").arg(&file).output().unwrap();
    assert!(listed.status.success(), "{listed:?}");
    let listed = String::from_utf8(listed.stdout).unwrap();
    let expected = "manifest\ncheckpoint\nentry/3\nproof/3.tlog-proof\ndetail/3\nentry/10\nproof/10.tlog-proof\n\
                    detail/10\nentry/259\nproof/259.tlog-proof\ndetail/259\nentry/299\nproof/299.tlog-proof\n";
    assert_eq!(listed, expected);
    let extracted = Command::new("tar").current_dir(dir.path()).arg("-xf").arg(&file).output().unwrap();
    assert!(extracted.status.success(), "{extracted:?}");
    // SHA-256 over the detail is the end of the entry.
    let detail = std::fs::read(dir.path().join("detail/10")).unwrap();
    let entry = std::fs::read(dir.path().join("entry/10")).unwrap();
    let digest = ring::digest::digest(&ring::digest::SHA256, &detail);
    assert!(entry.ends_with(digest.as_ref()));
}
