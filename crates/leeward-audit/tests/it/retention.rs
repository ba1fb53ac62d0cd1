//! Old entries go in whole bundles, unless a hold forbids it, and every proof stays.

use crate::support::{ORIGIN, event, now, open, outbox, read, reader, stage_together};
use leeward_audit::{
    AuditError, AuditLog, Keep, Kept, MINIMUM_INDEX_FILE, MinimumIndex, Query, SealKey, merkle::Hash,
    verify_dir,
};
use leeward_event::{Action, Actor, CoarseTime, Component, CorrelationId, Outcome, Reason};
use leeward_store::{
    Batch, Expect, Scan, Space, Store, StoreError,
    testing::{Call, Fault, Gate, Plan, at_every_call},
};
use pollster::block_on;
use ring::rand::SystemRandom;
use std::{collections::BTreeSet, fs, path::Path, time::Duration};
use tempfile::tempdir;

const BY: Actor = Actor::Component(Component::Application);
const CASE: CorrelationId = CorrelationId::from_bytes([0xCA; 16]);

/// A published and indexed log.
fn log_of(store: &Store, dir: &Path, size: u64) -> AuditLog {
    let log = open(store, dir);
    stage_together(store, 0..size);
    block_on(log.drain(now())).unwrap();
    block_on(log.index()).unwrap();
    block_on(log.publish(now())).unwrap();
    log
}

fn shorten(log: &AuditLog, keep: Keep) -> Result<Kept, AuditError> {
    block_on(log.shorten(keep, BY, now()))
}

fn minimum(dir: &Path, log: &AuditLog) -> u64 {
    let note = fs::read(dir.join(MINIMUM_INDEX_FILE)).unwrap();
    MinimumIndex::open(&note, log.vkey()).unwrap().index()
}

fn bundles(dir: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(dir.join("tile/entries")).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// The rows of a space whose key ends in the number of an entry, or of a bundle, below this one.
fn rows_below(store: &Store, space: Space, below: u64) -> usize {
    let mut next = Some(Scan::all(space.prefix(&[]).unwrap()).limit(1_000));
    let mut count = 0;
    while let Some(scan) = next {
        let page = block_on(store.scan(&scan)).unwrap();
        let number =
            |segments: Vec<Vec<u8>>| segments.last()?.as_slice().try_into().ok().map(u64::from_be_bytes);
        count +=
            page.items.iter().filter(|item| number(item.key.segments()).is_some_and(|n| n < below)).count();
        next = page.next;
    }
    count
}

/// That nothing of the entries below `minimum` is left, and everything above is as it was.
fn check(store: &Store, dir: &Path, log: &AuditLog, minimum: u64, size: u64, root: &Hash) {
    for space in [
        Space::sealed("audit.entry"),
        Space::sealed("audit.service-detail"),
        Space::sealed_for("audit.detail", 0),
    ] {
        assert_eq!(rows_below(store, space, minimum), 0, "{space:?}");
    }
    assert_eq!(rows_below(store, Space::public("audit.index"), minimum / 256), 0);
    assert!(
        bundles(dir)
            .iter()
            .all(|name| name.split('.').next().unwrap().parse::<u64>().unwrap() >= minimum / 256)
    );
    assert_eq!(self::minimum(dir, log), minimum);
    let verified = verify_dir(dir, log.vkey()).unwrap();
    assert_eq!((verified.size, &verified.root), (size, root));
    for index in [0, 255, minimum - 1] {
        let refused = block_on(log.read(index, &reader(), now()));
        assert!(matches!(refused, Err(AuditError::Removed { minimum: at }) if at == minimum), "{refused:?}");
        // Who kept an entry gets a proof of it for as long as there is the log.
        block_on(log.inclusion_proof(index)).unwrap();
    }
    for index in [minimum, size - 1] {
        let logged = read(log, index);
        assert_eq!(logged.event, Some(event(index)));
        block_on(log.inclusion_proof(index)).unwrap().verify(&logged.entry.encode(), log.vkey()).unwrap();
    }
    block_on(log.consistency_proof(100)).unwrap();
    block_on(log.consistency_proof(size)).unwrap().verify(root).unwrap();
    let found = block_on(log.query(&Query::new().limit(1_000), &reader(), now())).unwrap();
    assert_eq!(found.entries[0].index, minimum);
    block_on(log.check_index()).unwrap();
}

#[test]
fn old_bundles_go_and_every_proof_stays() {
    let dir = tempdir().unwrap();
    let store = leeward_test_store::store();
    let log = log_of(&store, dir.path(), 1_100);
    let before = block_on(log.publish(now())).unwrap();
    let entry = read(&log, 17).entry.encode();
    let proof = block_on(log.inclusion_proof(17)).unwrap();

    assert_eq!(rows_below(&store, Space::sealed("audit.entry"), 1_100), 1_100);
    assert!(rows_below(&store, Space::public("audit.index"), 4) > 40);
    let kept = shorten(&log, Keep::From(600)).unwrap();
    assert_eq!((kept.from, kept.removed), (512, 512));
    let waiting = outbox(&store);
    let told = waiting.iter().map(|staged| staged.event).find(|event| event.what() == Action::LogShortened);
    let told = told.unwrap();
    assert_eq!((told.who(), told.why(), told.how()), (BY, Some(Reason::RetentionEnded), Outcome::Success));
    check(&store, dir.path(), &log, 512, 1_100, &before.root);
    assert_eq!(block_on(log.inclusion_proof(17)).unwrap(), proof);
    proof.verify(&entry, log.vkey()).unwrap();

    // Less is no more to do, more goes further, and what comes later is published as ever.
    assert_eq!(shorten(&log, Keep::From(300)).unwrap().removed, 0);
    assert!(matches!(shorten(&log, Keep::From(1_101)), Err(AuditError::OutOfRange { .. })));
    assert_eq!(shorten(&log, Keep::Since(CoarseTime::of(now()))).unwrap().from, 512);
    let later = now() + Duration::from_secs(60);
    let kept = shorten(&log, Keep::Since(CoarseTime::of(later))).unwrap();
    assert_eq!((kept.from, kept.removed), (1_024, 512));
    check(&store, dir.path(), &log, 1_024, 1_100, &before.root);
    stage_together(&store, 1_100..1_400);
    block_on(log.drain(later)).unwrap();
    block_on(log.publish(later)).unwrap();
    assert!(bundles(dir.path()).contains("004") && !bundles(dir.path()).contains("003"));

    // A directory that was lost is written again, without what is not kept.
    let again = tempdir().unwrap();
    let again_log = open(&store, again.path());
    block_on(again_log.publish(later)).unwrap();
    assert_eq!(bundles(again.path()), bundles(dir.path()));
    assert_eq!(minimum(again.path(), &again_log), 1_024);
    assert_eq!(verify_dir(again.path(), log.vkey()).unwrap(), verify_dir(dir.path(), log.vkey()).unwrap());
}

#[test]
fn nothing_goes_that_is_not_published() {
    let dir = tempdir().unwrap();
    let store = leeward_test_store::store();
    let log = open(&store, dir.path());
    stage_together(&store, 0..300);
    block_on(log.drain(now())).unwrap();
    assert!(matches!(shorten(&log, Keep::From(256)), Err(AuditError::OutOfRange { size: 0, .. })));
    let later = CoarseTime::of(now() + Duration::from_secs(60));
    assert_eq!(shorten(&log, Keep::Since(later)).unwrap(), shorten(&log, Keep::From(0)).unwrap());
    assert!(!dir.path().join(MINIMUM_INDEX_FILE).exists());
}

#[test]
fn a_hold_forbids_removal_until_every_hold_is_lifted() {
    let dir = tempdir().unwrap();
    let store = leeward_test_store::store();
    let log = log_of(&store, dir.path(), 600);
    let other = CorrelationId::from_bytes([0xCB; 16]);
    for hold in [CASE, CASE, other] {
        block_on(log.place_hold(hold, BY, now())).unwrap();
    }
    assert_eq!(block_on(log.holds()).unwrap(), [CASE, other]);
    assert!(matches!(shorten(&log, Keep::From(512)), Err(AuditError::LegalHold)));
    block_on(log.lift_hold(CASE, BY, now())).unwrap();
    block_on(log.lift_hold(CASE, BY, now())).unwrap();
    assert!(matches!(shorten(&log, Keep::From(512)), Err(AuditError::LegalHold)));
    assert_eq!(bundles(dir.path()).len(), 3);
    block_on(log.lift_hold(other, BY, now())).unwrap();
    assert_eq!(shorten(&log, Keep::From(512)).unwrap().removed, 512);

    let told: Vec<_> = outbox(&store).into_iter().map(|staged| staged.event).collect();
    let told: Vec<_> = told.iter().map(|event| (event.what(), event.how(), event.belongs_with())).collect();
    use Action::{LegalHoldLifted as Lifted, LegalHoldPlaced as Placed, LogShortened as Shortened};
    use Outcome::{Failure, Success};
    assert_eq!(
        told,
        [
            (Placed, Success, Some(CASE)),
            (Placed, Success, Some(other)),
            (Shortened, Failure, None),
            (Lifted, Success, Some(CASE)),
            (Shortened, Failure, None),
            (Lifted, Success, Some(other)),
            (Shortened, Success, None),
        ]
    );
}

#[test]
fn a_hold_keeps_files_too() {
    let dir = tempdir().unwrap();
    let store = leeward_test_store::store();
    let log = log_of(&store, dir.path(), 600);
    let bundle = dir.path().join("tile/entries/000");
    let bytes = fs::read(&bundle).unwrap();
    shorten(&log, Keep::From(256)).unwrap();
    // As when the removal had been stopped after the rows of the store.
    fs::write(&bundle, bytes).unwrap();
    block_on(log.place_hold(CASE, BY, now())).unwrap();
    assert!(matches!(shorten(&log, Keep::From(256)), Err(AuditError::LegalHold)));
    assert!(bundle.exists());
    block_on(log.lift_hold(CASE, BY, now())).unwrap();
    shorten(&log, Keep::From(256)).unwrap();
    assert!(!bundle.exists());
}

#[test]
fn a_minimum_index_never_goes_back() {
    let dir = tempdir().unwrap();
    let store = leeward_test_store::store();
    let log = log_of(&store, dir.path(), 600);
    let key = || Space::sealed("audit.retention").key(&[]).unwrap();
    for (from, forget) in [(256, false), (512, true)] {
        let before = block_on(store.get(&key())).unwrap();
        shorten(&log, Keep::From(from)).unwrap();
        let after = block_on(store.get(&key())).unwrap().unwrap();
        let put_back = |value: Option<leeward_store::Value>| {
            let mut batch = Batch::new();
            match value {
                Some(value) => batch.put(key(), Expect::Any, value),
                None => batch.delete(key(), Expect::Any),
            };
            block_on(store.commit(batch)).unwrap();
        };
        put_back(before.filter(|_| !forget).map(|row| row.value));
        let refused = block_on(log.publish(now()));
        assert!(matches!(refused, Err(AuditError::Contradiction { .. })), "{refused:?}");
        assert_eq!(minimum(dir.path(), &log), from);
        put_back(Some(after.value));
        block_on(log.publish(now())).unwrap();
    }
}

#[test]
fn holds_are_bounded() {
    let dir = tempdir().unwrap();
    let log = open(&leeward_test_store::store(), dir.path());
    let place = |n: u8| block_on(log.place_hold(CorrelationId::from_bytes([n; 16]), BY, now()));
    (0..64).for_each(|n| place(n).unwrap());
    assert!(matches!(place(64), Err(AuditError::TooManyHolds)));
}

#[test]
fn a_hold_that_is_placed_meanwhile_stops_the_removal() {
    // Before every commit of a removal, somebody else places a hold.
    for nth in 1..6 {
        let dir = tempdir().unwrap();
        let clean = Store::memory().assume_sealed();
        let log = log_of(&clean, dir.path(), 600);
        let gate = Gate::new();
        let plan = Plan::new();
        let slow = open(&plan.over(&clean), dir.path());
        plan.add(nth, Call::Commit, Fault::HoldBefore(gate.clone()));
        std::thread::scope(|scope| {
            let slow = scope.spawn(|| shorten(&slow, Keep::From(512)));
            block_on(gate.reached());
            block_on(log.place_hold(CASE, BY, now())).unwrap();
            let there = rows_below(&clean, Space::sealed("audit.entry"), 512);
            gate.open();
            assert!(matches!(slow.join().unwrap(), Err(AuditError::LegalHold)), "{nth}");
            assert_eq!(rows_below(&clean, Space::sealed("audit.entry"), 512), there);
        });
    }
}

#[test]
fn a_removal_stopped_at_any_call_is_finished_by_the_next() {
    for fault in [Fault::Refuse, Fault::LoseAnswer] {
        let runs = at_every_call(Call::Any, &fault, |plan| {
            let dir = tempdir().unwrap();
            let clean = Store::memory().assume_sealed();
            let log = log_of(&clean, dir.path(), 600);
            let root = block_on(log.publish(now())).unwrap().root;
            let _ = block_on(async {
                let log = AuditLog::open(&plan.over(&clean), dir.path(), ORIGIN).await?;
                log.shorten(Keep::From(600), BY, now()).await
            });
            // What a service does meanwhile goes on.
            block_on(open(&clean, dir.path()).publish(now())).unwrap();
            assert_eq!(read(&log, 599).event, Some(event(599)));
            shorten(&log, Keep::From(600)).unwrap();
            check(&clean, dir.path(), &log, 512, 600, &root);
            let told = outbox(&clean);
            let told = told.iter().filter(|staged| staged.event.what() == Action::LogShortened).count();
            assert_eq!(told, 1);
        });
        assert!(runs > 12, "{runs}");
    }
}

#[test]
fn a_conflict_at_any_commit_of_a_removal_is_decided_again() {
    at_every_call(Call::Commit, &Fault::Conflict, |plan| {
        let dir = tempdir().unwrap();
        let clean = Store::memory().assume_sealed();
        drop(log_of(&clean, dir.path(), 600));
        let log = open(&plan.over(&clean), dir.path());
        match shorten(&log, Keep::From(600)) {
            Ok(kept) => assert_eq!(kept.from, 512),
            Err(AuditError::Store(StoreError::Contended { .. })) => panic!("one conflict is not many"),
            Err(error) => panic!("{error}"),
        }
    });
}

#[test]
fn a_log_whose_first_seal_is_gone_knows_its_seal_key() {
    let dir = tempdir().unwrap();
    let store = leeward_test_store::store();
    let log = open(&store, dir.path());
    let key = || SealKey::generate(ORIGIN, 15, &SystemRandom::new()).unwrap();
    let (mine, other) = (key(), key());
    block_on(log.begin_seals(&mine, now())).unwrap();
    stage_together(&store, 0..300);
    let later = now() + Duration::from_secs(3_600);
    block_on(log.drain(later)).unwrap();
    block_on(log.publish(later)).unwrap();
    assert_eq!(block_on(log.shorten(Keep::From(256), BY, later)).unwrap().removed, 256);
    block_on(log.begin_seals(&mine, later)).unwrap();
    assert!(matches!(block_on(log.begin_seals(&other, later)), Err(AuditError::SealKey)));
}
