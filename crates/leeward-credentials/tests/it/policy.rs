//! NIST SP 800-63B-4 3.1.1.2, one row for each rule.

use crate::support::passphrase;
use leeward_credentials::{
    Blocklist, Chooser, Class, CredentialError, Guidance, Passphrase, PasswordPolicy, Profile, Refusal,
    generate_passphrase,
};
use proptest::prelude::*;
use std::sync::Arc;

fn nist() -> PasswordPolicy {
    PasswordPolicy::nist().context_word("Harbour Line")
}

fn check(policy: &PasswordPolicy, text: &str) -> Result<(), Refusal> {
    policy.check(&passphrase(text), &Chooser::new())
}

#[test]
fn fifteen_code_points_alone_and_eight_beside_a_second_factor() {
    let with_second = Chooser::new().only_with_second_factor();
    for (text, alone, beside) in [
        ("tidal c", Err(Refusal::TooShort { is: 7, min: 15 }), Err(Refusal::TooShort { is: 7, min: 8 })),
        ("tidal cl", Err(Refusal::TooShort { is: 8, min: 15 }), Ok(())),
        ("tidal clock bel", Ok(()), Ok(())),
        ("tidal clock be", Err(Refusal::TooShort { is: 14, min: 15 }), Ok(())),
        ("潮汐時計と七つの灯火が港に並ぶ", Ok(()), Ok(())),
        ("🌊🕰🔔🏮🚢⚓🌙⭐🌧🌈🍂🍁🌻🐚🪸", Ok(()), Ok(())),
    ] {
        assert_eq!(check(&PasswordPolicy::nist(), text), alone, "{text}");
        assert_eq!(PasswordPolicy::nist().check(&passphrase(text), &with_second), beside, "{text}");
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
    assert_eq!(check(&nist(), words), Ok(()));
    let long: String = (0..200).filter_map(|n| char::from_u32(0x4e00 + n * 7)).collect();
    assert_eq!(check(&nist(), &long), Ok(()));
}

#[test]
fn no_composition_is_asked_for() {
    for text in ["tidal clock bell tower", "tidalclockbelltower", "TIDAL CLOCK BELL TOWER", "849302718465029"]
    {
        assert_eq!(check(&nist(), text), Ok(()), "{text}");
    }
}

#[test]
fn what_guessers_try_first_is_refused_as_a_whole() {
    for text in [
        "correct horse battery staple",
        "Correct-Horse-Battery-Staple!",
        "passwordpassword",
        "Password 1234567",
        "p a s s w o r d 2 0 2 6",
        "to be or not to be that is the question",
        "sunshine99999999",
        "dragon 1234567890",
        "P4$$w0rd P4$$w0rd",
        "@dm1n1str@t0r 2026",
        "drowssapdrowssap",
        "polniypizdec110211",
    ] {
        assert_eq!(check(&nist(), text), Err(Refusal::Common), "{text}");
    }
    for text in ["my password is a green river", "the sunshine on seven quays", "849302718465029abc"] {
        assert_eq!(check(&nist(), text), Ok(()), "{text}");
    }
}

#[test]
fn runs_along_the_keyboard_and_the_alphabet_are_refused() {
    for text in [
        "123456789012345",
        "543210987654321",
        "abcdefghijklmnop",
        "qwertyuiopasdfghjkl",
        "qwerty 849302718",
        "1a2b3c4d5e6f7g8h9i",
        "poiuytrewq!!!!!!",
        "1 2 3 4 5 ! ! ! ! !",
        "azertyuiopqsdfghjklm",
        "mnbvcxzlkjhgfdsa",
        "йцукенгшщзфывапролд",
        "zyxwvutsrqponmlkj",
    ] {
        let refused = check(&nist(), text);
        assert!(
            matches!(refused, Err(Refusal::Common | Refusal::Keyboard | Refusal::Sequence)),
            "{text}: {refused:?}"
        );
    }
    // In no list, so that it is the pattern that is seen.
    assert_eq!(check(&nist(), "bvcxz lkjhg poiuy"), Err(Refusal::Keyboard));
    assert_eq!(check(&nist(), "onmlkjihgfedcba zyxwv"), Err(Refusal::Sequence));
    assert_eq!(check(&nist(), "7391 bvcxzlkjhgpoiuy 26"), Err(Refusal::Keyboard));
    // Letters of a random passphrase that lie beside each other when its digits are left out.
    assert_eq!(check(&nist(), "7h3y-9t2g-8b4v-6552-0193"), Ok(()));
    let mut lenient = nist();
    lenient.patterns = false;
    assert_eq!(check(&lenient, "bvcxz lkjhg poiuy"), Ok(()));
}

#[test]
fn a_list_of_ones_own_adds_to_the_one_that_is_built_in() {
    let list = Arc::new(Blocklist::from_text("Lanterns of the old harbour\n\n  --\nseven gulls"));
    assert_eq!(list.len(), 2);
    let chooser = Chooser::new().blocklist(list);
    for (text, answer) in [
        ("lanterns-of-the-old-HARBOUR", Err(Refusal::Common)),
        ("Seven Gulls 1234567", Err(Refusal::Common)),
        ("passwordpassword", Err(Refusal::Common)),
        ("lanterns of the new quays", Ok(())),
    ] {
        assert_eq!(PasswordPolicy::nist().check(&passphrase(text), &chooser), answer, "{text}");
    }
    let mut unlisted = PasswordPolicy::nist();
    unlisted.common = false;
    assert_eq!(unlisted.check(&passphrase("lanterns of the old harbour"), &chooser), Ok(()));
}

#[test]
fn the_name_of_the_person_is_no_passphrase() {
    let chooser = Chooser::new().named("maria.schmidt@example.org").named("Maria-Luise Schmidt");
    for text in ["schmidtmaria2026", "M@r1a Schm1dt 84!", "luise maria luise 7", "my maria schmidt"] {
        assert_eq!(nist().check(&passphrase(text), &chooser), Err(Refusal::PersonalWord), "{text}");
        assert_eq!(check(&nist(), text), Ok(()), "{text}");
    }
    let mixed = passphrase("maria harbour line");
    assert_eq!(nist().check(&mixed, &chooser), Err(Refusal::PersonalWord));
    assert_eq!(nist().check(&passphrase("maria sings on seven quays"), &chooser), Ok(()));
    assert!(!format!("{chooser:?}").to_lowercase().contains("maria"));
}

#[test]
fn classes_are_asked_for_only_where_somebody_insists() {
    let policy = Profile::Brief.policy();
    let missing = |class| Refusal::Missing { class, needs: 1 };
    let refusals = |text| policy.refusals(&passphrase(text), &Chooser::new());
    assert_eq!(refusals("tidal clock bells"), [missing(Class::Upper), missing(Class::Digit)]);
    assert_eq!(
        refusals("TIDALCLOCKBELLS"),
        [missing(Class::Lower), missing(Class::Digit), missing(Class::Sign)]
    );
    assert_eq!(refusals("Tidal clock of 7 bells"), []);
    assert_eq!(missing(Class::Sign).guidance(), Guidance::Add(Class::Sign));
}

#[test]
fn everything_that_speaks_against_a_choice_is_told_at_once() {
    let refusals = nist().refusals(&passphrase("Harbour"), &Chooser::new());
    assert_eq!(refusals, [Refusal::TooShort { is: 7, min: 15 }, Refusal::ContextWord]);
    let guidance: Vec<_> = refusals.into_iter().map(Refusal::guidance).collect();
    assert_eq!(guidance, [Guidance::UnrelatedWords, Guidance::NoNames]);
}

#[test]
fn a_greatest_length_holds_where_somebody_insists() {
    let mut policy = nist();
    policy.max = Some(20);
    assert_eq!(check(&policy, "seven lamps above the quay"), Err(Refusal::TooLong { is: 26, max: 20 }));
    assert_eq!(check(&policy, "seven lamps above it"), Ok(()));
}

#[test]
fn whatever_bytes_arrive_there_is_an_answer() {
    let chooser = Chooser::new().named("\0\u{202e}").named(&"ß".repeat(5000));
    for text in [
        "\0".repeat(1024),
        "\0secret\0after\0the\0end".to_owned(),
        "\\ud800\\udfff\\ud800\\udfff".to_owned(),
        "\u{fffd}".repeat(300),
        "\u{1d160}".repeat(256),
        "İ".repeat(512),
        "a\u{301}".repeat(300),
        "\u{202e}evil\u{2066}order\u{feff}\u{200b}".to_owned(),
        String::new(),
    ] {
        let text = passphrase(&text);
        let refusals = nist().refusals(&text, &chooser);
        assert_eq!(refusals.first().copied().map_or(Ok(()), Err), nist().check(&text, &chooser));
    }
    let megabyte = "x".repeat(1 << 20);
    assert!(matches!(Passphrase::new(megabyte), Err(CredentialError::TooLong)));
    // What is no UTF-8 is no `String`: nothing of it gets this far unless somebody makes it one.
    let lossy = String::from_utf8_lossy(b"\xed\xa0\x80\xff lamps above the quay").into_owned();
    assert_eq!(check(&nist(), &lossy), Ok(()));
}

#[test]
fn the_name_of_the_service_is_no_passphrase() {
    for text in ["harbourharbour2026", "Harbour Line 2026!", "line harbour line!!", "HARBOURLINE-00001"] {
        assert_eq!(check(&nist(), text), Err(Refusal::ContextWord), "{text}");
        assert_eq!(check(&PasswordPolicy::nist(), text), Ok(()), "{text}");
    }
    assert_eq!(check(&nist(), "a line of seven lamps"), Ok(()));
}

#[test]
fn a_short_piece_over_and_over_is_refused() {
    for text in [
        "ææææææææææææææææ",
        "xyxyxyxyxyxyxyxyx",
        "blue42blue42blue42",
        "!!!!!!!!!!!!!!!!!",
        "🌊🌊🌊🌊🌊🌊🌊🌊🌊🌊🌊🌊🌊🌊🌊",
        "tidal bell tidal bell ",
    ] {
        assert_eq!(check(&nist(), text), Err(Refusal::Repeated), "{text}");
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
        (
            Refusal::Breached,
            "the passphrase is in a collection of stolen ones: choose another, and change it where else you use it",
        ),
        (Refusal::Repeated, "the passphrase repeats one short piece: choose a few different words"),
    ] {
        assert_eq!(refusal.to_string(), says);
    }
}

#[test]
fn the_least_length_can_only_be_raised() {
    let policy = PasswordPolicy::nist().at_least(20).at_least(1);
    let refused = check(&policy, "tidal clock bells");
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
        assert_eq!(nist().check(&generated, &Chooser::new()), Ok(()));
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
        let refused = PasswordPolicy::nist().context_word(&word).check(&chosen, &Chooser::new());
        let too_short = matches!(refused, Err(Refusal::TooShort { min: 15, .. }));
        prop_assert_eq!(too_short, chosen.code_points() < 15);
    }

    #[test]
    fn a_listed_word_is_refused_however_it_is_dressed(
        word in prop::sample::select(vec!["password", "Sunshine", "QWERTYUIOP", "P4ssw0rd"]),
        dress in "[0-9 !.-]{15,40}",
    ) {
        let dressed = passphrase(&format!("{word}{dress}"));
        prop_assert_eq!(nist().check(&dressed, &Chooser::new()), Err(Refusal::Common));
    }

    #[test]
    fn no_text_and_no_name_is_too_odd(text in "\\PC{0,200}|[a-d]{0,400}|[\\x00-\\x7f]{0,300}", name in "\\PC{0,60}") {
        let chooser = Chooser::new().named(&name);
        let policy = PasswordPolicy::nist().context_word(&name);
        let text = passphrase(&text.chars().take(250).collect::<String>());
        let with_name = policy.refusals(&text, &chooser).len();
        prop_assert!(with_name >= PasswordPolicy::nist().refusals(&text, &Chooser::new()).len());
    }

    #[test]
    fn a_name_is_refused_however_it_is_dressed(before in "[0-9 !.-]{0,9}", after in "[0-9 .-]{0,9}") {
        let dressed = passphrase(&format!("{before}Leeward Crisis Line{after}"));
        let policy = PasswordPolicy::nist().context_word("LeewardCrisisLine");
        prop_assert_eq!(policy.check(&dressed, &Chooser::new()), Err(Refusal::ContextWord));
    }
}
