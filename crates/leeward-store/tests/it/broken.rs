//! Every broken backend is rejected, by the check that is there for it.

use leeward_store::conformance::{CHECKS, Finding, broken::SPECIMENS};

#[test]
fn each_flaw_is_caught_by_name() {
    for specimen in SPECIMENS {
        let check = CHECKS.iter().find(|check| check.name() == specimen.caught_by()).unwrap();
        let failure = check.run(&*specimen.harness()).expect_err(specimen.name());
        assert_eq!(failure.check(), specimen.caught_by());
        assert!(matches!(failure.finding(), Finding::Violation(_)), "{specimen:?}: {failure}");
    }
}

#[test]
fn a_failure_says_what_was_seen() {
    let specimen = SPECIMENS.iter().find(|specimen| specimen.name() == "cuts long values").unwrap();
    let check = CHECKS.iter().find(|check| check.name() == specimen.caught_by()).unwrap();
    let failure = check.run(&*specimen.harness()).unwrap_err();
    assert_eq!(
        failure.to_string(),
        "the_largest_is_taken: the largest value came back with Some(65536) bytes"
    );
}
