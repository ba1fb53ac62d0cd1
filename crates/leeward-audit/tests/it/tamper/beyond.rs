//! What somebody does who holds the signing key, or puts the whole log back: the log alone cannot tell. What
//! can tell is an older checkpoint that was kept, a witness, or the seals; and nothing less than that.

use super::made::{Files, entries_of, published_by, read_all, signer, verifier, verify, vkey};
use crate::support::{ORIGIN, stage_together, store};
use leeward_audit::{
    AuditLog, Checkpoint, EpochSeal, LogEntry, MINIMUM_INDEX_FILE, MinimumIndex, Policy, SealError, SealKey,
    Verified, VerifyError,
    note::{Ed25519Signer, Note, Signer},
    policy::PolicyError,
    tiles::{CHECKPOINT_FILE, TilePath},
};
use leeward_event::CoarseTime;
use leeward_store::Timestamp;
use leeward_tlog::cosignature::{Cosigner, Ed25519Cosigner, cosign};
use pollster::block_on;
use std::sync::Arc;
use tempfile::tempdir;

/// Three published states of one log that is sealed every 15 minutes.
struct Grown {
    seals: SealKey,
    /// Each with the second at which it was published.
    states: Vec<(Files, Timestamp)>,
}

const MINUTE: i64 = 60;

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_794_000_000 + minute * MINUTE).unwrap()
}

impl Grown {
    fn new() -> Self {
        let (dir, store) = (tempdir().unwrap(), store());
        let seals = SealKey::generate(ORIGIN, 15, &ring::rand::SystemRandom::new()).unwrap();
        let log = block_on(AuditLog::open_with_signer(&store, dir.path(), Arc::new(signer()))).unwrap();
        block_on(log.begin_seals(&seals, at(0))).unwrap();
        let states = [(0, 0..300), (20, 300..600), (50, 600..900)].map(|(minute, numbers)| {
            // Half of them before the seal of the epoch that ended meanwhile, half after it.
            let middle = numbers.start + 150;
            stage_together(&store, numbers.start..middle);
            block_on(log.drain(at(minute))).unwrap();
            stage_together(&store, middle..numbers.end);
            block_on(log.drain(at(minute))).unwrap();
            block_on(log.publish(at(minute))).unwrap();
            (read_all(dir.path()), at(minute))
        });
        Self { seals, states: states.into() }
    }

    fn state(&self, number: usize) -> &Files {
        &self.states[number].0
    }

    fn checkpoint(&self, number: usize) -> Checkpoint {
        Checkpoint::open(&self.state(number)[CHECKPOINT_FILE], &vkey()).unwrap()
    }

    /// The entries of the last state.
    fn entries(&self) -> Vec<Vec<u8>> {
        entries_of(self.state(2), self.checkpoint(2).size())
    }

    fn since(&self, number: usize, files: &Files) -> Result<Verified, VerifyError> {
        verifier().since(self.checkpoint(number)).verify(files)
    }

    fn seals(&self, files: &Files) -> Result<Verified, VerifyError> {
        verifier().seal_key(&self.seals, None).verify(files)
    }

    /// With the seals, by somebody who looks a few minutes after the last publication.
    fn fresh(&self, files: &Files) -> Result<Verified, VerifyError> {
        let due = CoarseTime::of(at(50 - 15));
        verifier().seal_key(&self.seals, Some(due)).verify(files)
    }
}

/// What was logged before the last seal, so that a change of it should break that.
fn last_seal(entries: &[Vec<u8>]) -> usize {
    entries.iter().rposition(|entry| is_seal(entry)).unwrap()
}

fn is_seal(entry: &[u8]) -> bool {
    matches!(LogEntry::decode(entry), Some(LogEntry::Seal(_)))
}

fn forged(entries: &[Vec<u8>], index: usize) -> Files {
    assert!(!is_seal(&entries[index]));
    let mut entries = entries.to_vec();
    entries[index][20] ^= 1;
    published_by(&signer(), &entries)
}

fn is_rewritten(found: &Result<Verified, VerifyError>) -> bool {
    matches!(found, Err(VerifyError::Rewritten { .. }))
}

fn is_broken(found: &Result<Verified, VerifyError>) -> bool {
    matches!(found, Err(VerifyError::Seals(SealError::Broken { .. })))
}

#[test]
fn an_honest_log_passes_every_look() {
    let grown = Grown::new();
    let files = grown.state(2);
    let alone = verify(files).unwrap();
    assert_eq!((alone.since, alone.sealed, alone.kept_from, alone.nothing_else), (None, None, 0, true));
    for older in 0..3 {
        assert_eq!(grown.since(older, files).unwrap().since, Some(grown.checkpoint(older).size()));
    }
    let sealed = grown.fresh(files).unwrap().sealed.unwrap();
    // One before the seals began, and three quarters of an hour.
    assert_eq!((sealed.epochs, sealed.until), (4, CoarseTime::of(at(45))));
    assert_eq!(sealed.entries, last_seal(&grown.entries()) as u64);
    // Threads hand the entries over in the same order.
    let threads = 3.try_into().unwrap();
    let again = verifier().threads(threads).seal_key(&grown.seals, None).verify(files).unwrap();
    assert_eq!(again.sealed, Some(sealed));
}

#[test]
fn seals_that_begin_later_than_they_did_are_refused() {
    let grown = Grown::new();
    let files = grown.state(2);
    let began = grown.fresh(files).unwrap().sealed.unwrap().began;
    let known = |minute: u32| verifier().sealed_from(CoarseTime::from_minutes(minute));
    let minute = began.minutes();
    for later in [minute, minute + 1] {
        assert!(known(later).seal_key(&grown.seals, None).verify(files).is_ok());
    }
    let refused = known(minute - 1).seal_key(&grown.seals, None).verify(files);
    assert!(matches!(refused, Err(VerifyError::Seals(SealError::Later { began: is })) if is == began));
    let unasked = known(minute).verify(files);
    assert!(matches!(unasked, Err(VerifyError::Seals(SealError::Never))));
}

#[test]
fn history_that_the_signer_rewrote_is_found_by_a_kept_checkpoint_or_the_seals_and_nothing_less() {
    let grown = Grown::new();
    let entries = grown.entries();
    let mut found = 0;
    for index in [5, 100, 299] {
        let files = forged(&entries, index);
        verify(&files).unwrap();
        for older in 0..3 {
            assert!(is_rewritten(&grown.since(older, &files)), "{index} since {older}");
        }
        assert!(is_broken(&grown.seals(&files)), "{index}");
        found += 1;
    }
    println!(
        "{:48} {found:6} of {found:6} found by any kept checkpoint, and by the seals",
        "entries before it are rewritten"
    );
}

#[test]
fn what_came_after_a_kept_checkpoint_is_held_by_later_ones_and_by_the_seals() {
    let grown = Grown::new();
    let entries = grown.entries();
    let kept = grown.checkpoint(0).size() as usize;
    let sealed = last_seal(&entries);
    for index in [kept + 5, kept + 200, sealed - 3] {
        let files = forged(&entries, index);
        verify(&files).unwrap();
        grown.since(0, &files).unwrap();
        assert!(is_rewritten(&grown.since(2, &files)), "{index}");
        assert!(is_broken(&grown.seals(&files)), "{index}");
    }
    println!(
        "{:48} {:6} of {:6} found by a later checkpoint, and by the seals",
        "entries after it are rewritten", 3, 3
    );
    // Behind the last seal, only the last checkpoint of all tells.
    for index in [sealed + 1, entries.len() - 1] {
        let files = forged(&entries, index);
        grown.since(1, &files).unwrap();
        grown.fresh(&files).unwrap();
        assert!(is_rewritten(&grown.since(2, &files)), "{index}");
    }
    println!(
        "{:48} {:6} of {:6} found by the last checkpoint alone",
        "entries after the last seal are rewritten", 2, 2
    );
}

#[test]
fn an_older_state_is_found_by_a_later_checkpoint_or_by_the_seals_that_are_missing() {
    let grown = Grown::new();
    for older in 0..2 {
        let files = grown.state(older);
        verify(files).unwrap();
        (0..=older).for_each(|kept| drop(grown.since(kept, files).unwrap()));
        for kept in older + 1..3 {
            let refusal = grown.since(kept, files).unwrap_err();
            assert!(matches!(refusal, VerifyError::RolledBack { .. }), "{refusal}");
        }
        // The seals hold, as far as they go; that they go no further is what shows.
        grown.seals(files).unwrap();
        let refusal = grown.fresh(files).unwrap_err();
        assert!(matches!(refusal, VerifyError::Seals(SealError::Stale { .. })), "{refusal}");
    }
    println!("{:48} {:6} of {:6} found by a later checkpoint, and by the seals", "the log is put back", 2, 2);
}

#[test]
fn an_end_that_the_signer_cut_off_is_found_as_an_older_state_is() {
    let grown = Grown::new();
    let entries = grown.entries();
    let sealed = last_seal(&entries);
    // Down to just before a seal, and to just after it.
    for (left, fresh) in [(sealed, false), (sealed + 1, true), (entries.len() - 1, true)] {
        let files = published_by(&signer(), &entries[..left]);
        verify(&files).unwrap();
        assert!(matches!(grown.since(2, &files), Err(VerifyError::RolledBack { .. })));
        assert_eq!(grown.fresh(&files).is_ok(), fresh, "{left}");
    }
}

#[test]
fn seals_that_the_signer_made_up_do_not_hold() {
    let grown = Grown::new();
    let entries = grown.entries();
    let (first, last) = (entries.iter().position(|entry| is_seal(entry)).unwrap(), last_seal(&entries));
    let without = |gone: &dyn Fn(usize) -> bool| -> Vec<Vec<u8>> {
        (0..entries.len()).filter(|n| !gone(*n)).map(|n| entries[n].clone()).collect()
    };
    let broken = |entries: &[Vec<u8>]| {
        let files = published_by(&signer(), entries);
        verify(&files).unwrap();
        match grown.seals(&files).unwrap_err() {
            VerifyError::Seals(error) => error,
            other => panic!("{other}"),
        }
    };
    assert!(matches!(broken(&without(&|n| is_seal(&entries[n]))), SealError::Never));
    assert!(matches!(
        broken(&without(&|n| n == first)),
        SealError::Discontinuous { .. } | SealError::Outside { .. }
    ));
    assert!(matches!(broken(&without(&|n| n == first + 1)), SealError::Broken { .. }));
    let mut doubled = entries.clone();
    doubled.insert(last, entries[last].clone());
    assert!(matches!(broken(&doubled), SealError::Discontinuous { .. } | SealError::Broken { .. }));
    let mut forged = entries.clone();
    forged[last][EpochSeal::LEN - 1] ^= 1;
    assert!(matches!(broken(&forged), SealError::Broken { index } if index == last as u64));
    // A minute outside of its epoch, in an entry that no seal covers yet.
    let mut late = entries.clone();
    let minute = CoarseTime::of(at(14)).minutes().to_be_bytes();
    late.last_mut().unwrap()[1..5].copy_from_slice(&minute);
    assert!(matches!(broken(&late), SealError::Outside { .. }));
    println!(
        "{:48} {:6} of {:6} found by the seals",
        "seals are removed, doubled, forged, or passed by", 6, 6
    );
}

/// The log with a checkpoint that a witness cosigned in this minute.
fn cosigned(files: &Files, minute: i64) -> Files {
    let note = Note::parse(&files[CHECKPOINT_FILE]).unwrap();
    let note = note.clone().with_signature(cosign(&note, &witness(), second(minute)).unwrap()).unwrap();
    let mut files = files.clone();
    files.insert(CHECKPOINT_FILE.to_owned(), note.to_string().into_bytes());
    files
}

fn second(minute: i64) -> u64 {
    at(minute).as_second().try_into().unwrap()
}

fn witness() -> Ed25519Cosigner {
    Ed25519Cosigner::from_seed("witness.example/w", &[9; 32]).unwrap()
}

fn under_policy(files: &Files) -> Result<Verified, VerifyError> {
    let policy = format!("witness w {}\nquorum w\n", witness().key());
    verifier().policy(Policy::parse(policy.as_bytes()).unwrap()).verify(files)
}

#[test]
fn a_second_history_has_no_witness_and_an_older_state_has_an_old_one() {
    let grown = Grown::new();
    let honest = cosigned(grown.state(2), 50);
    let seen = |files: &Files| under_policy(files).unwrap().cosignatures[0].time;
    assert_eq!(seen(&honest), second(50));
    // Even what no seal covers yet.
    let entries = grown.entries();
    for index in [5, entries.len() - 1] {
        let files = forged(&entries, index);
        verify(&files).unwrap();
        assert!(matches!(under_policy(&files), Err(VerifyError::Policy(PolicyError::Unmet))));
        // With the witness's line for the honest one: nobody without the policy minds it.
        let note = Note::parse(&files[CHECKPOINT_FILE]).unwrap();
        let line = Note::parse(&honest[CHECKPOINT_FILE]).unwrap().signatures()[1].clone();
        let mut borrowed = files;
        let note = note.with_signature(line).unwrap().to_string();
        borrowed.insert(CHECKPOINT_FILE.to_owned(), note.into_bytes());
        verify(&borrowed).unwrap();
        assert!(matches!(under_policy(&borrowed), Err(VerifyError::Policy(PolicyError::Note(_)))));
    }
    // An older state was honest once: its witness says when.
    assert_eq!(seen(&cosigned(grown.state(0), 0)), second(0));
    println!("{:48} {:6} of {:6} found by a policy with a witness", "any entry is rewritten", 2, 2);
}

#[test]
fn seals_stand_for_entries_that_are_kept_no_more() {
    let grown = Grown::new();
    let mut files = grown.state(2).clone();
    let note = MinimumIndex::new(ORIGIN, 768).unwrap().sign(&signer()).unwrap();
    files.insert(MINIMUM_INDEX_FILE.to_owned(), note.to_string().into_bytes());
    for gone in 0..2 {
        files.remove(&TilePath::bundle(gone).to_string()).unwrap();
        let sealed = grown.fresh(&files).unwrap().sealed.unwrap();
        assert_eq!((sealed.epochs, sealed.until), (4, CoarseTime::of(at(45))), "{gone}");
    }
    // An entry before them is another one: its hash is in every root that was sealed since.
    let mut entries = grown.entries();
    entries[5][20] ^= 1;
    let mut rewritten = published_by(&signer(), &entries);
    rewritten.insert(MINIMUM_INDEX_FILE.to_owned(), files[MINIMUM_INDEX_FILE].clone());
    (0..2).for_each(|gone| drop(rewritten.remove(&TilePath::bundle(gone).to_string())));
    verify(&rewritten).unwrap();
    assert!(is_broken(&grown.seals(&rewritten)));
    // A log that keeps no seal at all shows nothing.
    files.remove(&TilePath::bundle(2).to_string()).unwrap();
    assert!(matches!(grown.seals(&files), Err(VerifyError::Seals(SealError::Never))));
}

#[test]
fn the_key_of_another_log_says_nothing() {
    let grown = Grown::new();
    let files = grown.state(2);
    let other = SealKey::generate("example.org/other", 15, &ring::rand::SystemRandom::new()).unwrap();
    let refusal = verifier().seal_key(&other, None).verify(files).unwrap_err();
    assert!(matches!(refusal, VerifyError::OtherLog) && !refusal.is_refusal());
    let signer = Ed25519Signer::from_seed("example.org/other", &[5; 32]).unwrap();
    let note =
        Checkpoint::new("example.org/other", 0, *grown.checkpoint(0).root()).unwrap().sign(&signer).unwrap();
    let other = Checkpoint::from_note(&note, signer.vkey()).unwrap();
    let refusal = verifier().since(other).verify(files).unwrap_err();
    assert!(matches!(refusal, VerifyError::OtherLog) && !refusal.is_refusal());
    // A wrong key of the same name always fails.
    let wrong = SealKey::generate(ORIGIN, 15, &ring::rand::SystemRandom::new()).unwrap();
    let refusal = verifier().seal_key(&wrong, None).verify(files).unwrap_err();
    assert!(matches!(refusal, VerifyError::Seals(SealError::Broken { .. })), "{refusal}");
}
