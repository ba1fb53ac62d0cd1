//! Policies as data: profiles, what they break, and two at once.

use crate::support::passphrase;
use leeward_credentials::{BreachRule, Chooser, Clause, Composition, PasswordPolicy, Profile, Score};
use proptest::{collection::btree_set, option, prelude::*};

#[test]
fn a_profile_breaks_nothing_that_binds_it_once_the_service_is_named() {
    for profile in Profile::ALL {
        let broken = profile.policy().context_word("Harbour Line").validate();
        let binding: Vec<_> = broken.iter().filter(|clause| clause.binds(profile)).collect();
        assert!(binding.is_empty(), "{profile:?}: {binding:?}");
    }
    for profile in [Profile::Asvs5L2, Profile::Asvs5L3] {
        assert!(profile.policy().validate().contains(&Clause::Asvs6_2_11), "{profile:?}");
    }
    assert_eq!(Profile::default().policy(), PasswordPolicy::nist());
}

#[test]
fn each_profile_says_what_else_it_breaks() {
    use Clause::*;
    for (profile, broken) in [
        (Profile::Nist80063b4, vec![Asvs6_2_11, Asvs6_2_12]),
        (Profile::Asvs5L1, vec![NistLengthAlone, Asvs6_2_11, Asvs6_2_12]),
        (Profile::Asvs5L2, vec![Asvs6_2_11]),
        (Profile::Asvs5L3, vec![Asvs6_2_11]),
        (
            Profile::Brief,
            vec![
                NistLengthAlone,
                NistNoComposition,
                NistNoRotation,
                Asvs6_2_5,
                Asvs6_2_10,
                Asvs6_2_11,
                Asvs6_2_12,
            ],
        ),
    ] {
        assert_eq!(profile.policy().validate(), broken, "{profile:?}");
    }
}

#[test]
fn a_policy_that_breaks_everything_is_told_every_clause() {
    let mut policy = PasswordPolicy::nist();
    policy.min_alone = 6;
    policy.min_with_second_factor = 4;
    policy.max = Some(5);
    policy.composition.digits = 1;
    policy.common = false;
    policy.min_score = Score::Three;
    policy.max_age_days = Some(30);
    assert_eq!(policy.validate(), Clause::ALL);
}

#[test]
fn a_policy_that_no_passphrase_fits_is_told_so() {
    let mut policy = PasswordPolicy::nist();
    policy.max = Some(80);
    for (alone, beside, broken) in [(80, 80, false), (81, 80, true), (80, 81, true)] {
        (policy.min_alone, policy.min_with_second_factor) = (alone, beside);
        assert_eq!(policy.validate().contains(&Clause::NistNothingFits), broken);
    }
}

#[test]
fn a_clause_gives_its_number_with_its_words() {
    let mut numbers: Vec<_> = Clause::ALL.iter().map(|clause| clause.number()).collect();
    for (clause, number) in Clause::ALL.iter().zip(&numbers) {
        let text = clause.to_string();
        assert!(
            text.contains(number) && (text.starts_with("NIST SP 800-63B-4") || text.starts_with("ASVS 5.0"))
        );
    }
    numbers.dedup();
    assert_eq!(numbers.len(), 13, "of two items each has two clauses");
}

#[test]
fn the_built_in_list_holds_the_three_thousand_that_each_profile_would_allow() {
    // How many there are of 8 and of 15 letters and digits, `examples/make_blocklist.rs` tests.
    let longest = Profile::ALL.map(|profile| profile.policy().min_alone).into_iter().max();
    assert_eq!(longest, Some(15));
    assert_eq!(leeward_credentials::Blocklist::built_in().len(), 22_901);
}

proptest! {
    #[test]
    fn two_policies_at_once_are_as_strict_as_both(
        one in policies(), other in policies(), third in policies(), text in "[a-zA-Z0-9 ]{0,40}",
    ) {
        let both = one.strictest(&other);
        prop_assert_eq!(&both, &other.strictest(&one), "commutative");
        prop_assert_eq!(&one, &one.strictest(&one), "idempotent");
        prop_assert_eq!(both.strictest(&third), one.strictest(&other.strictest(&third)), "associative");
        prop_assert!(both.is_as_strict_as(&one) && both.is_as_strict_as(&other));
        prop_assert_eq!(one.is_as_strict_as(&other), both == one);

        let text = passphrase(&text);
        for chooser in [Chooser::new(), Chooser::new().only_with_second_factor()] {
            let allowed = |policy: &PasswordPolicy| policy.check(&text, &chooser).is_ok();
            prop_assert!(!allowed(&both) || (allowed(&one) && allowed(&other)));
        }
    }
}

fn policies() -> impl Strategy<Value = PasswordPolicy> {
    let lengths = (0_u16..40, 0_u16..40, option::of(10_u16..80));
    let switches = (any::<bool>(), any::<bool>(), any::<[u8; 4]>());
    let breach =
        prop::sample::select(vec![BreachRule::NotAsked, BreachRule::FailOpen, BreachRule::FailClosed]);
    let score = prop::sample::select(vec![Score::Zero, Score::Two, Score::Four]);
    let times = (option::of(1_u16..400), 0_u8..30, btree_set("[a-c]{3,5}", 0..3));
    (lengths, switches, breach, score, times).prop_map(|(lengths, switches, breach, score, times)| {
        let mut policy = PasswordPolicy::nist();
        (policy.min_alone, policy.min_with_second_factor, policy.max) = lengths;
        (policy.common, policy.patterns) = (switches.0, switches.1);
        let mut classes = Composition::NONE;
        [classes.lower, classes.upper, classes.digits, classes.signs] = switches.2.map(|needs| needs % 3);
        (policy.composition, policy.breach, policy.min_score) = (classes, breach, score);
        (policy.max_age_days, policy.history, policy.context) = times;
        policy
    })
}

#[cfg(feature = "serde")]
mod data {
    use super::*;

    #[test]
    fn a_policy_is_read_from_a_file_and_what_it_leaves_out_is_nists() {
        let read: PasswordPolicy = serde_json::from_str(
            r#"{ "min-alone": 20, "context": ["Harbour Line"], "breach": "fail-closed", "min-score": "three",
                 "composition": { "digits": 1 } }"#,
        )
        .unwrap();
        let mut policy = PasswordPolicy::nist().context_word("Harbour Line");
        (policy.min_alone, policy.breach, policy.min_score) = (20, BreachRule::FailClosed, Score::Three);
        policy.composition.digits = 1;
        assert_eq!(read, policy);
        assert_eq!(serde_json::from_str::<PasswordPolicy>("{}").unwrap(), PasswordPolicy::nist());
    }

    #[test]
    fn a_word_that_is_misspelt_is_an_error_and_no_lenience() {
        for text in
            [r#"{ "min-alnoe": 20 }"#, r#"{ "breach": "fail" }"#, r#"{ "composition": { "digit": 1 } }"#]
        {
            assert!(serde_json::from_str::<PasswordPolicy>(text).is_err(), "{text}");
        }
        assert_eq!(serde_json::from_str::<Profile>(r#""asvs5-l2""#).unwrap(), Profile::Asvs5L2);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(policy in policies()) {
            let text = serde_json::to_string(&policy).unwrap();
            prop_assert_eq!(serde_json::from_str::<PasswordPolicy>(&text).unwrap(), policy);
        }
    }
}
