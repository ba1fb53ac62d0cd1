use crate::support::{Set, run, run_with};
use serde_json::{Value, json};
use std::fs;

#[test]
fn a_filter_is_built_inspected_verified_and_asked() {
    let set = Set::of(500);
    let words =
        [set.build("filter"), vec!["--min-count".into(), "11".into(), "--date".into(), "2026-11-01".into()]];
    let built = run(words.concat());
    assert_eq!((built.code, &*built.err), (0, ""), "{built:?}");
    assert!(
        built.out.starts_with("hashes          490\nseen at least   11 times\nset of          2026-11-01\n")
    );
    let filter = set.named("filter");
    assert_eq!(run(["inspect", &filter]).out, built.out);

    let told: Value = serde_json::from_str(&run(["inspect", &filter, "--json"]).out).unwrap();
    assert_eq!(told["hashes"], json!(490));
    let digest = told["digest"].as_str().unwrap();
    let verified = run(["verify", &filter, "--digest", digest]);
    assert_eq!(verified.code, 0);
    assert!(verified.out.starts_with("every byte is what was built\n"), "{verified:?}");
    assert_eq!(run(["verify", &filter, "--digest", &digest.replace('a', "b")]).code, 1);

    let ask = |words: &[&str], typed: &str| run_with([&["check"], words].concat(), typed);
    assert_eq!(ask(&[&filter], "listed 10\n").code, 1);
    assert_eq!(ask(&[&filter], "listed 10").out, "listed\n");
    assert_eq!(ask(&[&filter], "listed 9\r\n").out, "not listed\n");
    assert_eq!(ask(&["--ranges", &set.named("set")], "listed 9\n").out, "listed: seen 10 times\n");
    let both = ask(&[&filter, "--ranges", &set.named("set"), "--json"], "listed 41\n");
    let told: Value = serde_json::from_str(&both.out).unwrap();
    assert_eq!((both.code, told), (1, json!({ "count": 42, "listed": true })));
}

#[test]
fn a_changed_filter_does_not_hold() {
    let set = Set::of(50);
    assert_eq!(run(set.build("filter")).code, 0);
    let mut bytes = fs::read(set.path("filter")).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(set.path("filter"), bytes).unwrap();
    let ran = run(["verify", &set.named("filter")]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.err.contains("is not what was built"), "{ran:?}");
}

#[test]
fn a_failure_names_the_file_that_is_wrong_and_no_name_orders_a_terminal_about() {
    let set = Set::of(5);
    let [text, filter] = ["set", "fil\u{1b}[2Jter"].map(|name| set.named(name));
    assert!(
        run(["build", &text, "--out", &filter]).err.contains(&format!("`{text}`: range 00000 is missing"))
    );
    assert_eq!(run(set.build("fil\u{1b}[2Jter")).code, 0);
    let other = run(["verify", &filter, "--digest", "00"]);
    assert_eq!(other.code, 1);
    assert!(other.err.contains("fil\\u{1b}[2Jter") && !other.err.contains('\u{1b}'), "{other:?}");
}

#[test]
fn what_cannot_be_done_ends_with_2_and_one_sentence() {
    let set = Set::of(5);
    let [none, text, filter] = ["none", "set", "filter"].map(|name| set.named(name));
    assert_eq!(run(set.build("filter")).code, 0);
    for (words, typed, says) in [
        (vec!["inspect", &none], "", "could not be read"),
        (vec!["inspect", &text], "", "no breach filter"),
        (vec!["build", &none, "--out", &filter], "", "could not be read"),
        (vec!["build", &text, "--out", &none], "", "is missing"),
        (vec!["check", &filter], "", "no passphrase"),
        (vec!["check", &filter], "\n", "no passphrase"),
        (vec!["check", &filter], &"x".repeat(2000), "1024 bytes"),
        (vec!["check", "--ranges", &text], "nobody listed this\n", "could not be checked"),
    ] {
        let ran = run_with(&words, typed);
        assert_eq!((ran.code, &*ran.out), (2, ""), "{words:?} {ran:?}");
        assert!(ran.err.starts_with("leeward-breach: ") && ran.err.contains(says), "{words:?} {ran:?}");
        assert_eq!(ran.err.lines().count(), 1, "{ran:?}");
    }
}
