//! The meter: beside npm `zxcvbn` 4.4.2, in the pool, and never kinder to a long passphrase than to all of it.

use crate::support::{governor, passphrase, quick};
use leeward_credentials::{
    Attack, Catalogue, Chooser, CredentialError, Governor, HashParams, Language, PasswordPolicy, Score,
    Strength, Suggestion, Warning,
};
use proptest::prelude::*;
use serde_json::Value;

/// Made by `tests/interop/strength.sh --write`.
const VECTORS: &str = include_str!("../vectors/zxcvbn.jsonl");

const ATTACKS: [Attack; 4] = [Attack::Throttled, Attack::Unthrottled, Attack::SlowHash, Attack::FastHash];

/// Where the port gives other advice: it does not tell capitals throughout from others, and looks at another
/// part of what it found. It also counts patterns on a keyboard as a little easier, a factor of two at most.
const OTHER_ADVICE: [&str; 5] = ["PASSWORD", "ILOVEYOU", "ScoRpi0ns", "LEEWARD", "drawl33w"];

fn measure(governor: &Governor, text: &str, known: &[&str]) -> Strength {
    let chooser = known.iter().fold(Chooser::new(), |chooser, name| chooser.named(name));
    pollster::block_on(governor.measure(&passphrase(text), &PasswordPolicy::nist(), &chooser)).unwrap()
}

#[test]
fn it_judges_a_fixed_list_as_npm_zxcvbn_does() {
    let (governor, english) = (quick(), Catalogue::new(Language::English));
    let mut differ = Vec::new();
    for line in VECTORS.lines() {
        let vector: Value = serde_json::from_str(line).unwrap();
        let text = vector["password"].as_str().unwrap();
        let known: Vec<_> = strings(&vector["known"]).collect();
        let strength = measure(&governor, text, &known);

        let log10 = vector["guesses_log10"].as_f64().unwrap();
        let off = (strength.guesses_log10() - log10.min(19.265)).abs();
        let times = vector["times"].as_array().unwrap().iter().map(|time| time.as_str().unwrap());
        let ours = ATTACKS.map(|attack| english.text(&strength.time_to_guess(attack)));
        let same_times = off > 1e-9 || ours.iter().zip(times).all(|(ours, theirs)| is_rounded(ours, theirs));
        let said: Vec<_> = strings(&vector["suggestions"]).collect();
        let suggestions: Vec<_> = strength.suggestions().iter().map(|ours| npm_suggestion(*ours)).collect();
        let warning = strength.warning().map_or("", npm_warning);
        let same_advice = suggestions == said && vector["warning"].as_str() == Some(warning);
        let same_score = score(strength.score()) == vector["score"].as_u64().unwrap();
        if off > 0.3 || !same_times || !same_score || same_advice == OTHER_ADVICE.contains(&text) {
            differ.push(format!("{text}: {strength:?}, {ours:?} where npm has {line}"));
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

#[test]
fn made_input_is_bounded_and_what_follows_the_cut_adds_nothing() {
    let (governor, attack) = (quick(), "4@8({[</369&#!1/|0$5+7%2");
    let whole = measure(&governor, &attack.repeat(40), &[]);
    assert!(whole.guesses_log10() <= measure(&governor, &attack.repeat(2)[..36], &[]).guesses_log10());
    let cut = measure(&governor, "tidal clock bells over a green river", &[]);
    let long = measure(&governor, "tidal clock bells over a green riverbend and many more of them", &[]);
    assert!(long.guesses_log10() <= cut.guesses_log10());
}

#[test]
fn what_repeats_is_judged_by_its_piece() {
    let governor = quick();
    for piece in ["password", "dragon7", "qwerty ", "a"] {
        let long = measure(&governor, &piece.repeat(20), &[]);
        assert!(long.score() <= Score::One, "{piece}: {long:?}");
    }
}

#[test]
fn the_names_of_the_service_and_the_person_count_as_known() {
    let governor = quick();
    let policy = PasswordPolicy::nist().context_word("Harbourlight");
    let chooser = Chooser::new().named("maria.vandermark");
    for text in ["harbourlight", "vandermark"] {
        let text = passphrase(text);
        let known = pollster::block_on(governor.measure(&text, &policy, &chooser)).unwrap();
        let unknown =
            pollster::block_on(governor.measure(&text, &PasswordPolicy::nist(), &Chooser::new())).unwrap();
        assert!(known.guesses_log10() < unknown.guesses_log10());
    }
}

#[test]
fn it_waits_in_the_queue_like_everybody_and_is_turned_away_when_that_is_full() {
    let governor = governor(1, 1, HashParams::INSECURE_FOR_TESTS);
    let (text, policy, chooser) = (passphrase("tidal clock"), PasswordPolicy::nist(), Chooser::new());
    let answers = pollster::block_on(crate::support::join_all(
        (0..8).map(|_| governor.measure(&text, &policy, &chooser)),
    ));
    assert!(answers.iter().any(|answer| matches!(answer, Err(CredentialError::Busy { .. }))), "{answers:?}");
    assert!(!format!("{answers:?}").contains("tidal"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_longer_passphrase_is_never_told_more_than_the_meter_would_say_of_all_of_it(
        words in prop::collection::vec(
            prop::sample::select(vec!["password", "dragon", "quay", "7", "lamps ", "Sunshine", "qwertz", " ", "x9"]),
            6..14,
        ),
    ) {
        let mut words = words;
        words.dedup();
        let text = words.concat();
        let all = zxcvbn::zxcvbn(&text, &[]).guesses_log10();
        prop_assert!(measure(&quick(), &text, &[]).guesses_log10() <= all + 1e-9, "{text}");
    }

    #[test]
    fn no_text_is_too_odd(text in "\\PC{0,60}|[\\x00-\\x7f]{0,60}") {
        let strength = measure(&quick(), &text, &[]);
        prop_assert!(strength.guesses_log10().is_finite() && strength.guesses_log10() >= 0.0);
    }
}

fn strings(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap())
}

/// npm rounds a time to the nearest whole number and we round it down.
fn is_rounded(ours: &str, theirs: &str) -> bool {
    let number = |text: &str| text.split(' ').next().unwrap().parse::<u8>();
    let unit = |text: &str| text.split(' ').nth(1).unwrap_or_default().trim_end_matches('s').to_owned();
    match (number(ours), number(theirs)) {
        (Ok(down), Ok(near)) => unit(ours) == unit(theirs) && (near == down || near == down + 1),
        _ => ours == theirs,
    }
}

fn score(score: Score) -> u64 {
    match score {
        Score::Zero => 0,
        Score::One => 1,
        Score::Two => 2,
        Score::Three => 3,
        Score::Four => 4,
    }
}

fn npm_warning(warning: Warning) -> &'static str {
    match warning {
        Warning::RowOfKeys => "Straight rows of keys are easy to guess",
        Warning::KeyPattern => "Short keyboard patterns are easy to guess",
        Warning::RepeatedCharacter => "Repeats like \"aaa\" are easy to guess",
        Warning::RepeatedPiece => "Repeats like \"abcabcabc\" are only slightly harder to guess than \"abc\"",
        Warning::Top10 => "This is a top-10 common password",
        Warning::Top100 => "This is a top-100 common password",
        Warning::Common => "This is a very common password",
        Warning::LikeCommon => "This is similar to a commonly used password",
        Warning::Sequence => "Sequences like abc or 6543 are easy to guess",
        Warning::RecentYear => "Recent years are easy to guess",
        Warning::SingleWord => "A word by itself is easy to guess",
        Warning::Date => "Dates are often easy to guess",
        Warning::Name => "Names and surnames by themselves are easy to guess",
        Warning::CommonName => "Common names and surnames are easy to guess",
        other => panic!("{other:?} is new"),
    }
}

fn npm_suggestion(suggestion: Suggestion) -> &'static str {
    match suggestion {
        Suggestion::FewWords => "Use a few words, avoid common phrases",
        Suggestion::NoNeedForSigns => "No need for symbols, digits, or uppercase letters",
        Suggestion::AnotherWord => "Add another word or two. Uncommon words are better.",
        Suggestion::CapitalsHardlyHelp => "Capitalization doesn't help very much",
        Suggestion::AllCapitalsHardlyHelp => "All-uppercase is almost as easy to guess as all-lowercase",
        Suggestion::BackwardsHardlyHelps => "Reversed words aren't much harder to guess",
        Suggestion::SubstitutionsHardlyHelp => {
            "Predictable substitutions like '@' instead of 'a' don't help very much"
        }
        Suggestion::LongerKeyPattern => "Use a longer keyboard pattern with more turns",
        Suggestion::NoRepeats => "Avoid repeated words and characters",
        Suggestion::NoSequences => "Avoid sequences",
        Suggestion::NoRecentYears => "Avoid recent years",
        Suggestion::NoOwnYears => "Avoid years that are associated with you",
        Suggestion::NoOwnDates => "Avoid dates and years that are associated with you",
        other => panic!("{other:?} is new"),
    }
}
