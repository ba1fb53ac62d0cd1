//! Policies in JSON files.

use leeward_policy::{DecisionMatrix, Flaw, PolicyError, PolicyInForce, PolicySet};

const ONE: &str = r#"{
  "version": 7,
  "rules": [
    {"id": "own", "effect": "permit", "operations": ["read audit-log"], "purposes": "any",
     "all": ["auditor", "aal2"], "none": ["suspended"],
     "obligations": ["audit", {"step-up": {"aal": 3, "within_minutes": 5}}, {"service": 4},
                     {"mask": ["metadata"]}, {"notify": "auditor"}, "second-approval"]}
  ]
}"#;

fn problem(text: &str) -> String {
    PolicySet::from_json(text.as_bytes()).unwrap_err().to_string()
}

#[test]
fn the_default_policy_comes_back_from_its_file() {
    let policy = PolicySet::default_policy();
    let read = PolicySet::from_json(policy.to_json().as_bytes()).unwrap();
    assert_eq!(read.hash(), policy.hash());
    assert_eq!(read, policy);
}

#[test]
fn every_obligation_comes_back() {
    let policy = PolicySet::from_json(ONE.as_bytes()).unwrap();
    assert_eq!(PolicySet::from_json(policy.to_json().as_bytes()).unwrap(), policy);
    assert_eq!(
        policy.rules()[0].obligations().to_string(),
        "audit, step-up to aal3 within 5 min, second-approval, mask all but metadata, notify auditor, service-4"
    );
}

/// Where a quoted word ends: line and column, from 1.
fn end_of(text: &str, word: &str) -> (usize, usize) {
    let (before, _) = text.split_once(&format!("\"{word}\"")).unwrap();
    let column = before.rsplit('\n').next().unwrap().len();
    (before.matches('\n').count() + 1, column + word.len() + 2)
}

#[test]
fn a_word_that_does_not_exist_is_told_with_its_place() {
    for (good, bad, kind) in [
        ("read audit-log", "read diary", "operation"),
        ("aal2", "rich", "fact"),
        ("suspended", "asleep", "fact"),
        ("metadata", "smell", "field"),
        ("\"notify\": \"auditor\"", "\"notify\": \"boss\"", "role"),
    ] {
        let text = ONE.replacen(good, bad, 1);
        let word = bad.trim_start_matches("\"notify\": ").trim_matches('"');
        let (line, column) = end_of(&text, word);
        assert_eq!(problem(&text), format!("line {line}, column {column}: `{word}` is no {kind}"));
    }
    let text = ONE.replacen("\"any\"", "[\"FUN\"]", 1);
    let (line, column) = end_of(&text, "FUN");
    assert_eq!(problem(&text), format!("line {line}, column {column}: `FUN` is no purpose"));
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (good, bad, line, told) in [
        ("\"aal2\"]", "\"auditor\"]", 5, "`auditor` is named twice"),
        ("\"aal\": 3", "\"aal\": 4", 6, "an assurance level is 1, 2 or 3"),
        ("\"version\": 7", "\"version\": 7, \"inherits\": {\"a\": \"a\"}", 2, "unknown field `inherits`"),
        ("\"effect\": \"permit\", ", "", 7, "missing field `effect`"),
        ("\"effect\"", "\"id\": \"b\", \"effect\"", 4, "duplicate field `id`"),
        ("\"second-approval\"", "\"pray\"", 7, "unknown variant `pray`"),
        ("]}\n  ]\n}", "", 7, "EOF while parsing"),
    ] {
        let problem = problem(&ONE.replacen(good, bad, 1));
        assert!(problem.starts_with(&format!("line {line}, column ")) && problem.contains(told), "{problem}");
    }
    assert_eq!(problem(""), "line 1, column 0: EOF while parsing a value");
}

#[test]
fn a_file_without_end_is_refused_and_not_read_to_its_end() {
    let spaces = std::io::repeat(b' ');
    assert!(matches!(PolicySet::from_json(spaces), Err(PolicyError::TooLong { max: PolicySet::MAX_JSON })));
    let deep = "[".repeat(100_000);
    assert!(matches!(PolicySet::from_json(deep.as_bytes()), Err(PolicyError::Unreadable { line: 1, .. })));
}

#[test]
fn what_no_policy_may_say_no_file_may_say() {
    let (_, rule) = ONE.split_once("\"rules\": [").unwrap();
    let (rule, _) = rule.rsplit_once("\n  ]").unwrap();
    let twice = ONE.replacen("\"rules\": [", &format!("\"rules\": [{rule},"), 1);
    // At what follows the second of them.
    assert_eq!(problem(&twice), "line 12, column 3: two rules are named `own`");
    let nothing = ONE.replacen("[\"read audit-log\"]", "[]", 1);
    let Err(PolicyError::Unsound { flaws }) = PolicySet::from_json(nothing.as_bytes()) else { panic!() };
    assert_eq!(flaws, [Flaw::NoOperation { rule: "own".into() }]);
}

#[test]
fn an_empty_policy_denies_everything_and_says_so() {
    let empty = PolicySet::from_json(&br#"{"version": 1, "rules": []}"#[..]).unwrap();
    assert!(empty.is_empty());
    assert!(DecisionMatrix::of(&empty).to_string().contains("nothing is permitted to anybody"));
}

#[test]
fn a_bad_file_leaves_the_old_policy_in_force() {
    let in_force = PolicyInForce::new(PolicySet::default_policy());
    for bad in ["", "{}", &ONE.replacen("own", "Own", 1), &ONE.replacen("\"none\": [\"suspended\"],", "", 1)]
    {
        assert!(in_force.replace_from_json(bad.as_bytes()).is_err());
        assert_eq!(in_force.current().hash(), PolicySet::default_policy().hash());
    }
    let old = in_force.replace_from_json(ONE.as_bytes()).unwrap();
    assert_eq!(old.hash(), PolicySet::default_policy().hash());
    assert_eq!(in_force.current().version(), 7);
}
