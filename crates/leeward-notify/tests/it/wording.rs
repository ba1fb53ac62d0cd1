//! What a locked phone shows gives nothing away.

use crate::support::{
    ANNA, MAIL, at, deliver, mail, notifier_with, options, send, stage, store, with_addresses,
};
use leeward_notify::{
    Catalogue, CodePurpose, Kept, Language, Notice, NoticeKind, NotifyError, OneTimeCode, Wording,
};

/// What the longest preview in use shows: 178 characters on 4 lines.
fn preview(body: &str) -> String {
    body.lines()
        .filter(|line| !line.is_empty())
        .take(4)
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(178)
        .collect()
}

fn all_bodies(language: Language) -> (Vec<String>, Vec<String>) {
    let (store, kept) = (store(), Kept::new());
    let rate = leeward_notify::Rate::new(1_000, jiff::SignedDuration::from_hours(1));
    let options = options().notices_per_destination(rate).codes_per_destination(rate);
    let notifier = notifier_with(&store, &kept, options);
    let id = with_addresses(&store, [mail(MAIL).language(language)])[0];
    for kind in NoticeKind::ALL {
        let stop_code = OneTimeCode::from_text("90210345").unwrap();
        stage(&store, &Notice::new(ANNA, *kind, at(0)).stop_code(stop_code));
    }
    send(&notifier, id, at(0)).unwrap();
    deliver(&notifier, at(0));
    (kept.subjects(), kept.bodies_to(MAIL).iter().map(|body| body.to_string()).collect())
}

#[test]
fn no_subject_and_no_preview_says_what_a_message_is_about() {
    for language in [Language::english(), Language::german()] {
        let (subjects, bodies) = all_bodies(language);
        assert_eq!(bodies.len(), NoticeKind::ALL.len() + 1);
        let previews: std::collections::BTreeSet<_> = bodies.iter().map(|body| preview(body)).collect();
        assert_eq!(previews.len(), 1, "every message looks alike: {previews:?}");
        let subjects: std::collections::BTreeSet<_> = subjects.into_iter().collect();
        assert_eq!(subjects.len(), 1, "{subjects:?}");
        let shown = format!("{subjects:?}{previews:?}").to_lowercase();
        for word in [
            "code",
            "account",
            "konto",
            "password",
            "passwort",
            "passphrase",
            "crisis",
            "help",
            "hilfe",
            "sign",
            "anmeld",
            "9021",
        ] {
            assert!(!shown.contains(word), "{word}: {shown}");
        }
        assert!(
            bodies.iter().all(|body| body.lines().any(|line| line == "90210345")),
            "on a line of its own"
        );
    }
}

#[test]
fn every_notice_and_every_purpose_has_words_of_its_own_in_both_languages() {
    for wording in [Wording::english(), Wording::german()] {
        wording.check().unwrap();
        assert_eq!(wording.notices.len(), NoticeKind::ALL.len());
        assert_eq!(wording.purposes.len(), CodePurpose::ALL.len());
        let distinct: std::collections::BTreeSet<_> = wording.notices.values().collect();
        assert_eq!(distinct.len(), wording.notices.len());
        assert!(wording.minutes.contains("{n}") && wording.hours.contains("{n}"));
    }
}

#[test]
fn a_wording_of_the_service_is_used_and_one_that_tells_too_much_is_refused() {
    let mut own = Wording::english();
    own.subject = "Allotment news".to_owned();
    let catalogue = Catalogue::new().with(Language::parse("en-GB").unwrap(), own).unwrap();
    assert_eq!(catalogue.wording(&Language::parse("en-gb").unwrap()).subject, "Allotment news");
    assert_eq!(catalogue.wording(&Language::parse("en-US").unwrap()).subject, "A message for you");
    assert_eq!(catalogue.wording(&Language::parse("de-AT").unwrap()).subject, Wording::german().subject);
    assert_eq!(catalogue.wording(&Language::parse("fr").unwrap()).subject, "A message for you");

    let spoilt: [fn(&mut Wording); 7] = [
        |wording| wording.subject = "Your code: {code}".to_owned(),
        |wording| wording.subject = "Two\nlines".to_owned(),
        |wording| wording.subject = String::new(),
        |wording| wording.opening = "Hello".to_owned(),
        |wording| wording.opening.push_str(" 123456"),
        |wording| wording.after_code = "x".repeat(2_000),
        |wording| wording.after_notice.push('\u{7}'),
    ];
    for spoil in spoilt {
        let mut wording = Wording::english();
        spoil(&mut wording);
        let refused = Catalogue::new().with(Language::english(), wording);
        assert!(matches!(refused, Err(NotifyError::Wording { .. })));
    }
    for no_tag in ["", "e", "en us", "-en", "a-very-long-language"] {
        assert!(matches!(Language::parse(no_tag), Err(NotifyError::LanguageForm)), "{no_tag}");
    }
}

#[test]
fn a_code_says_how_long_it_lasts() {
    let (_, bodies) = all_bodies(Language::english());
    assert!(bodies.iter().any(|body| body.contains("It can be used for 10 minutes.")));
}
