//! The suite over the backend in memory: unsealed, sealed, under a decorator, and kept past its handle.

use leeward_store::{
    BoxError, Store,
    conformance::{self, CHECKS, Check, Harness, Verdict},
    testing::Plan,
};
use std::collections::HashSet;

mod public {
    leeward_store::conformance_tests!(leeward_store::Store::memory);
}

mod sealed {
    leeward_store::conformance_tests!(|| leeward_store::Store::memory().assume_sealed());
}

/// What survives because the handle is not the store.
struct Kept;

impl Harness for Kept {
    fn open(&self) -> Result<Store, BoxError> {
        Ok(Store::memory())
    }

    fn reopen(&self, old: Store) -> Option<Result<Store, BoxError>> {
        Some(Ok(old))
    }

    fn is_engine(&self) -> bool {
        false
    }
}

#[test]
fn checks_that_do_not_concern_a_store_say_so() {
    let skipped = |harness: &dyn Harness, name: &str| {
        let check = CHECKS.iter().find(|check| check.name() == name).unwrap();
        matches!(check.run(harness).unwrap(), Verdict::NotApplicable(_))
    };
    assert!(skipped(&Store::memory, "acknowledged_commits_survive"));
    assert!(!skipped(&Kept, "acknowledged_commits_survive"));
    assert!(skipped(&Kept, "an_engine_takes_the_headroom"));
    assert!(skipped(&Store::memory, "both_kinds_share_a_batch"));
    let sealed = || Store::memory().assume_sealed();
    assert!(skipped(&sealed, "secrets_need_a_handle_that_seals"));
}

#[test]
fn what_is_kept_passes_the_checks_of_durability() {
    let report = conformance::run(&Kept);
    assert!(report.is_conforming(), "{report}");
    let kept = report.results().filter(|(_, result)| matches!(result, Ok(Verdict::Kept))).count();
    assert_eq!(kept, CHECKS.len() - 4, "{report}");
}

#[test]
fn a_plan_without_faults_changes_nothing() {
    let report = conformance::run(&|| Plan::new().over(&Store::memory()));
    assert!(report.is_conforming(), "{report}");
}

#[test]
fn a_harness_that_opens_nothing_is_reported() {
    struct Locked;
    impl Harness for Locked {
        fn open(&self) -> Result<Store, BoxError> {
            Err("the database is locked".into())
        }
    }
    let report = conformance::run(&Locked);
    assert_eq!(report.failures().count(), CHECKS.len());
    assert!(
        report
            .to_string()
            .contains("versions_grow: the harness could not open a store: the database is locked")
    );
}

#[test]
fn names_are_unique() {
    let names: HashSet<_> = CHECKS.iter().map(Check::name).collect();
    assert_eq!(names.len(), CHECKS.len());
}

#[test]
fn a_killed_writer_is_judged_by_what_it_acknowledged() {
    use conformance::durability::{verify_after_kill, write_until_killed};
    use leeward_store::testing::{Call, Fault};
    for (fault, groups) in [(Fault::LoseRequest, 3), (Fault::LoseAnswer, 4)] {
        let disk = Store::memory();
        let store = Plan::new().nth(4, Call::Commit, fault).over(&disk);
        let mut last = None;
        assert!(write_until_killed(&store, 7, |number| last = Some(number)).is_err());
        assert_eq!(last, Some(2));
        assert_eq!(verify_after_kill(&disk, 7, last).unwrap(), groups);
        assert!(verify_after_kill(&disk, 7, Some(4)).is_err(), "more was acknowledged than is there");
        assert_eq!(verify_after_kill(&Store::memory(), 7, None).unwrap(), 0);
    }
}
