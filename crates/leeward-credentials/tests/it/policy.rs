//! NIST SP 800-63B-4 3.1.1.2, one row for each rule.

use crate::support::passphrase;
use leeward_credentials::{CredentialError, Passphrase, PasswordPolicy, Refusal, generate_passphrase};
use proptest::prelude::*;

fn nist() -> PasswordPolicy {
    PasswordPolicy::nist().context_word("Harbour Line")
}

#[test]
fn fifteen_code_points_alone_and_eight_beside_a_second_factor() {
    let with_second = PasswordPolicy::nist_only_with_second_factor();
    for (text, alone, beside) in [
        ("tidal c", Err(Refusal::TooShort { is: 7, min: 15 }), Err(Refusal::TooShort { is: 7, min: 8 })),
        ("tidal cl", Err(Refusal::TooShort { is: 8, min: 15 }), Ok(())),
        ("tidal clock bel", Ok(()), Ok(())),
        ("tidal clock be", Err(Refusal::TooShort { is: 14, min: 15 }), Ok(())),
        ("潮汐時計と七つの灯火が港に並ぶ", Ok(()), Ok(())),
        ("🌊🕰🔔🏮🚢⚓🌙⭐🌧🌈🍂🍁🌻🐚🪸", Ok(()), Ok(())),
    ] {
        assert_eq!(PasswordPolicy::nist().check(&passphrase(text)), alone, "{text}");
        assert_eq!(with_second.check(&passphrase(text)), beside, "{text}");
    }
}

#[test]
fn each_code_point_counts_one_after_nfc() {
    assert_eq!(passphrase("cafe\u{301}").code_points(), 4);
    assert_eq!(passphrase("caf\u{e9}").code_points(), 4);
    // One grapheme, five code points.
    assert_eq!(passphrase("👩\u{200d}👧\u{200d}👦").code_points(), 5);
}

#[test]
fn sixty_four_and_many_more_are_allowed() {
    let words = "harvest moon over seven quiet harbours and a slow green river bend";
    assert_eq!(nist().check(&passphrase(words)), Ok(()));
    let long: String = (0..200).filter_map(|n| char::from_u32(0x4e00 + n * 7)).collect();
    assert_eq!(nist().check(&passphrase(&long)), Ok(()));
}

#[test]
fn no_composition_is_asked_for() {
    for text in ["tidal clock bell tower", "tidalclockbelltower", "TIDAL CLOCK BELL TOWER", "849302718465029"]
    {
        assert_eq!(nist().check(&passphrase(text)), Ok(()), "{text}");
    }
}

#[test]
fn what_guessers_try_first_is_refused_as_a_whole() {
    for text in [
        "correct horse battery staple",
        "Correct-Horse-Battery-Staple!",
        "123456789012345",
        "543210987654321",
        "abcdefghijklmnop",
        "qwertyuiopasdfghjkl",
        "passwordpassword",
        "Password 1234567",
        "p a s s w o r d 2 0 2 6",
        "to be or not to be that is the question",
        "sunshine99999999",
        "qwerty 849302718",
        "1a2b3c4d5e6f7g8h9i",
        "poiuytrewq!!!!!!",
        "1 2 3 4 5 ! ! ! ! !",
    ] {
        assert_eq!(nist().check(&passphrase(text)), Err(Refusal::Common), "{text}");
    }
    for text in ["my password is a green river", "the sunshine on seven quays", "849302718465029abc"] {
        assert_eq!(nist().check(&passphrase(text)), Ok(()), "{text}");
    }
}

#[test]
fn the_name_of_the_service_is_no_passphrase() {
    for text in ["harbourharbour2026", "Harbour Line 2026!", "line harbour line!!", "HARBOURLINE-00001"] {
        assert_eq!(nist().check(&passphrase(text)), Err(Refusal::ContextWord), "{text}");
        assert_eq!(PasswordPolicy::nist().check(&passphrase(text)), Ok(()), "{text}");
    }
    assert_eq!(nist().check(&passphrase("a line of seven lamps")), Ok(()));
}

#[test]
fn a_short_piece_over_and_over_is_refused() {
    for text in [
        "zzzzzzzzzzzzzzzz",
        "xyxyxyxyxyxyxyxyx",
        "blue42blue42blue42",
        "!!!!!!!!!!!!!!!!!",
        "🌊🌊🌊🌊🌊🌊🌊🌊🌊🌊🌊🌊🌊🌊🌊",
    ] {
        assert_eq!(nist().check(&passphrase(text)), Err(Refusal::Repeated), "{text}");
    }
}

#[test]
fn a_refusal_says_why_and_what_to_do() {
    for (refusal, says) in [
        (
            Refusal::TooShort { is: 3, min: 15 },
            "the passphrase has 3 characters and needs 15: a few unrelated words are easy to remember",
        ),
        (
            Refusal::Common,
            "the passphrase is among those tried first: choose a few words that do not belong together",
        ),
        (
            Refusal::ContextWord,
            "the passphrase is made of this service's own name: choose words that do not belong to it",
        ),
        (Refusal::Repeated, "the passphrase repeats one short piece: choose a few different words"),
    ] {
        assert_eq!(refusal.to_string(), says);
    }
}

#[test]
fn the_least_length_can_only_be_raised() {
    let policy = PasswordPolicy::nist().at_least(20).at_least(1);
    let refused = policy.check(&passphrase("tidal clock bells"));
    assert_eq!(refused, Err(Refusal::TooShort { is: 17, min: 20 }));
}

#[test]
fn an_input_over_the_cap_is_refused_before_anything_looks_at_it() {
    assert!(Passphrase::new("x".repeat(1024)).is_ok());
    assert!(matches!(Passphrase::new("x".repeat(1025)), Err(CredentialError::TooLong)));
}

#[test]
fn a_generated_passphrase_passes_the_policy_and_is_new_each_time() {
    let rng = ring::rand::SystemRandom::new();
    let mut seen = std::collections::HashSet::new();
    for _ in 0..200 {
        let generated = generate_passphrase(&rng).unwrap();
        let text = generated.expose();
        assert_eq!(nist().check(&generated), Ok(()));
        assert_eq!(text.len(), 24);
        assert!(text.split('-').all(|group| group.len() == 4), "{text}");
        assert!(text.chars().all(|c| "0123456789abcdefghjkmnpqrstvwxyz-".contains(c)), "{text}");
        assert!(seen.insert(text.to_owned()));
    }
}

proptest! {
    #[test]
    fn what_is_too_short_is_refused_whatever_else_it_is(text in "\\PC{0,80}", word in "\\PC{0,12}") {
        let chosen = passphrase(&text);
        let refused = PasswordPolicy::nist().context_word(&word).check(&chosen);
        let too_short = matches!(refused, Err(Refusal::TooShort { min: 15, .. }));
        prop_assert_eq!(too_short, chosen.code_points() < 15);
    }

    #[test]
    fn a_listed_word_is_refused_however_it_is_dressed(
        word in prop::sample::select(vec!["password", "Sunshine", "QWERTYUIOP", "abcdefghijklmnop"]),
        dress in "[0-9 !.-]{15,40}",
    ) {
        let dressed = passphrase(&format!("{word}{dress}"));
        prop_assert_eq!(nist().check(&dressed), Err(Refusal::Common));
    }
}
