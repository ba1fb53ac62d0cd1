use crate::cosignature::CROSS_CHECKED;
use leeward_tlog::{
    Checkpoint, Policy, TlogProof, TlogProofError,
    cosignature::{Cosigner, Ed25519Cosigner, cosign},
    merkle::leaf_hash,
    note::{Ed25519Signer, Note, NoteError, Signature, Signer},
    policy::{MAX_OF_A_KIND, MAX_POLICY, PolicyError},
};
use proptest::prelude::*;
use std::collections::BTreeSet;

const ORIGIN: &str = "example.com/log";

fn log() -> Ed25519Signer {
    Ed25519Signer::from_seed(ORIGIN, &[100; 32]).unwrap()
}

/// Witness number `n`.
fn witness(n: usize) -> Ed25519Cosigner {
    Ed25519Cosigner::from_seed(&format!("witness.example/{n}"), &[n as u8; 32]).unwrap()
}

/// A checkpoint, cosigned by those witnesses, each at its own time.
fn cosigned(by: impl IntoIterator<Item = usize>) -> Note {
    let note = Checkpoint::new(ORIGIN, 1, leaf_hash(b"first")).unwrap().sign(&log()).unwrap();
    let sign = |note: Note, n| {
        let line = cosign(&note, &witness(n), 1_000 + n as u64).unwrap();
        note.with_signature(line).unwrap()
    };
    by.into_iter().fold(note, sign)
}

fn log_line() -> String {
    format!("log {}\n", log().vkey())
}

/// Lines for the witnesses `w0`, `w1`, ...
fn witnesses(count: usize) -> String {
    (0..count).map(|n| format!("witness w{n} {}\n", witness(n).key())).collect()
}

fn policy(count: usize, rest: &str) -> Policy {
    Policy::parse(format!("{}{}{rest}", log_line(), witnesses(count)).as_bytes()).unwrap()
}

fn holds(policy: &Policy, by: &[usize]) -> bool {
    match policy.verify(&cosigned(by.iter().copied())) {
        Ok(_) => true,
        Err(PolicyError::Unmet) => false,
        Err(other) => panic!("{other}"),
    }
}

/// The line, and what is wrong with it.
fn refusal(policy: &str) -> (usize, &'static str) {
    match Policy::parse(policy.as_bytes()) {
        Err(PolicyError::Line { line, what }) => (line, what),
        other => panic!("{policy}: {other:?}"),
    }
}

#[test]
fn k_of_n() {
    let two = policy(3, "group g 2 w0 w1 w2\nquorum g\n");
    for by in [&[][..], &[0], &[1], &[2]] {
        assert!(!holds(&two, by), "{by:?}");
    }
    for by in [&[0, 1][..], &[2, 0], &[0, 1, 2]] {
        assert!(holds(&two, by), "{by:?}");
    }
    let all = policy(2, "group g all w0 w1\nquorum g\n");
    let any = policy(2, "group g any w0 w1\nquorum g\n");
    let one = policy(2, "quorum w1\n");
    assert!(holds(&all, &[0, 1]) && !holds(&all, &[1]));
    assert!(holds(&any, &[1]) && holds(&any, &[0]) && !holds(&any, &[]));
    assert!(holds(&one, &[1]) && !holds(&one, &[0]));
    assert!(holds(&policy(1, "quorum none\n"), &[]));
}

#[test]
fn the_nested_groups_of_the_specification() {
    let nested = policy(
        6,
        "group X-witnesses 2 w0 w1 w2\ngroup Y-witnesses any w3 w4 w5\n\
         group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n",
    );
    for subset in 0_usize..64 {
        let by: Vec<usize> = (0..6).filter(|n| subset >> n & 1 == 1).collect();
        let (x, y) = (by.iter().filter(|n| **n < 3).count(), by.iter().filter(|n| **n >= 3).count());
        assert_eq!(holds(&nested, &by), x >= 2 && y >= 1, "{by:?}");
    }
}

#[test]
fn it_says_who_cosigned_and_when() {
    let two = policy(3, "group g 2 w0 w1 w2\nquorum g\n");
    let witnessed = two.verify(&cosigned([2, 0])).unwrap();
    let found: Vec<_> = witnessed.cosignatures.iter().map(|by| (by.witness.as_str(), by.time)).collect();
    assert_eq!(found, [("witness.example/0", 1_000), ("witness.example/2", 1_002)]);
    assert_eq!(witnessed.checkpoint.size(), 1);
    // Whom the policy does not name, it does not count.
    assert!(holds(&two, &[0, 1, 4]) && !holds(&two, &[0, 4, 5]));
}

#[test]
fn a_witness_counts_once_however_often_it_signed() {
    let two = policy(2, "group g 2 w0 w1\nquorum g\n");
    let note = cosigned([0]);
    let again = cosign(&note, &witness(0), 2_000).unwrap();
    let twice = Note::parse(format!("{note}{again}\n").as_bytes()).unwrap();
    assert_eq!(twice.signatures().len(), 3);
    assert!(matches!(two.verify(&twice), Err(PolicyError::Unmet)));
}

#[test]
fn a_bad_signature_of_a_known_key_rejects_the_note_though_the_quorum_is_met() {
    let any = policy(2, "group g any w0 w1\nquorum g\n");
    let strange = cosigned([0]).with_signature(cosign(&cosigned([]), &witness(9), 1).unwrap()).unwrap();
    assert!(any.verify(&strange).is_ok());
    let line = cosign(&cosigned([]), &witness(1), 1_000).unwrap().to_string();
    let bad = line.replace("AAAA", "AAAB");
    let note = Note::parse(format!("{}{bad}\n", cosigned([0])).as_bytes()).unwrap();
    assert!(matches!(any.verify(&note), Err(PolicyError::Note(NoteError::BadSignature))));
    let wrong = cosigned([0, 1]).with_signature(Signature::new(log().vkey(), vec![0; 64])).unwrap();
    assert!(matches!(any.verify(&wrong), Err(PolicyError::Note(NoteError::BadSignature))));
}

#[test]
fn the_log_must_be_one_of_the_policy_or_given() {
    let other = "log audit.example/log+4c3ecd77+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4\n";
    let other = Policy::parse(format!("{other}quorum none\n").as_bytes()).unwrap();
    assert!(matches!(other.verify(&cosigned([])), Err(PolicyError::Note(NoteError::Unsigned))));
    assert!(other.verify(&Note::parse(CROSS_CHECKED.as_bytes()).unwrap()).is_ok());
    let none = Policy::parse(b"quorum none\n").unwrap();
    assert!(matches!(none.verify(&cosigned([])), Err(PolicyError::NoLog)));
    assert!(none.verify_from(&cosigned([]), &[log().vkey().clone()]).is_ok());
}

#[test]
fn a_log_with_an_old_and_a_new_key() {
    let new = Ed25519Signer::from_seed(ORIGIN, &[101; 32]).unwrap();
    let both = Policy::parse(format!("{}log {}\nquorum none\n", log_line(), new.vkey()).as_bytes()).unwrap();
    assert!(both.verify(&cosigned([])).is_ok());
    assert!(both.verify(&cosigned([]).sign_also(&new).unwrap()).is_ok());
    let by_new = Checkpoint::new(ORIGIN, 1, leaf_hash(b"first")).unwrap().sign(&new).unwrap();
    assert!(both.verify(&by_new).is_ok());
}

#[test]
fn a_proof_under_a_policy() {
    let one = policy(2, "group g any w0 w1\nquorum g\n");
    let proof = |by: &[usize]| TlogProof::new(0, Vec::new(), cosigned(by.iter().copied()));
    let read = TlogProof::parse(proof(&[1]).to_string().as_bytes()).unwrap();
    assert_eq!(read.verify_under(b"first", &one).unwrap().cosignatures.len(), 1);
    assert!(matches!(read.verify_under(b"other", &one), Err(TlogProofError::Inclusion(_))));
    let unmet = proof(&[]).verify_under(b"first", &one);
    assert!(matches!(unmet, Err(TlogProofError::Policy(PolicyError::Unmet))));
}

#[test]
fn space_comments_and_addresses() {
    let text = format!(
        "# \u{fc}ber alles\n\n \t# indented\n\tlog\t{}   https://log.example/  \n  witness  \u{4b}\u{212a}  {} \
         https://witness.example\n\nquorum \u{4b}\u{212a}\n#\n",
        log().vkey(),
        witness(0).key()
    );
    let read = Policy::parse(text.as_bytes()).unwrap();
    assert_eq!(read.logs()[0].url(), Some("https://log.example/"));
    assert_eq!(read.logs()[0].key(), Some(log().vkey()));
    assert_eq!(read.witnesses()[0].url(), Some("https://witness.example"));
    assert_eq!(read.witnesses()[0].name(), "\u{4b}\u{212a}");
    assert!(holds(&read, &[0]) && !holds(&read, &[]));
    // Names are bytes: these are two.
    let names = [&b"quorum none\nwitness \xff "[..], witness(0).key().to_string().as_bytes(), b"\n"].concat();
    assert_eq!(Policy::parse(&names).unwrap().witnesses()[0].name(), "\u{fffd}");
}

#[test]
fn keys_of_types_not_known_here_never_sign() {
    let unknown = "witness w9 wit.example/w9+00000000+/wAAAA==\nlog log.example+00000000+AgAA\n";
    let text = format!("{}{}{unknown}group g 1 w0 w9\nquorum g\n", log_line(), witnesses(1));
    let read = Policy::parse(text.as_bytes()).unwrap();
    assert!(read.witnesses()[1].key().is_none() && read.logs()[1].key().is_none());
    assert!(holds(&read, &[0]));
    let needed = Policy::parse(text.replace("quorum g", "quorum w9").as_bytes()).unwrap();
    assert!(!holds(&needed, &[0]));
}

#[test]
fn what_is_no_policy_is_refused_with_the_line() {
    let both = format!("{}{}", log_line(), witnesses(3));
    let after = |line: &str| refusal(&format!("{both}{line}\nquorum none\n"));
    let line = 5;
    assert_eq!(after("witness w0"), (line, "is none that a policy has"));
    assert_eq!(after("quorum"), (line, "is none that a policy has"));
    assert_eq!(after("Log x"), (line, "is none that a policy has"));
    assert_eq!(after("group g 1 w0 w9"), (line, "has a name that no earlier line defines"));
    assert_eq!(after("group g 1 w0 none"), (line, "has a name that no earlier line defines"));
    assert_eq!(after("group g 1 g"), (line, "has a name that no earlier line defines"));
    assert_eq!(after("group g 1 w0 w0"), (line, "has a member that is in a group already"));
    assert_eq!(after("group g 1 w0\ngroup h 1 w0"), (6, "has a member that is in a group already"));
    assert_eq!(after("group w0 1 w1"), (line, "defines a name that is defined already"));
    assert_eq!(after("group none 1 w1"), (line, "defines a name that is defined already"));
    for threshold in ["0", "4", "01", "+1", "-1", "x", "18446744073709551616", "ALL"] {
        let (at, what) = after(&format!("group g {threshold} w0 w1 w2"));
        assert_eq!((at, what), (line, "asks for none of its members, or for more than it has"));
    }
    assert_eq!(after("group g all").1, "asks for none of its members, or for more than it has");
    assert_eq!(after("quorum w0"), (6, "is a second quorum line"));
    assert_eq!(after("quorum w9").1, "has a name that no earlier line defines");
    assert_eq!(after(&format!("log {}", log().vkey())).1, "has a key that an earlier line has");
    let same_key = Ed25519Cosigner::from_seed("another.example/name", &[0; 32]).unwrap();
    assert_eq!(after(&format!("witness w9 {}", same_key.key())).1, "has a key that an earlier line has");
    assert_eq!(after("log\u{b}x").1, "has a control character");
    assert_eq!(after("# \r").1, "has a control character");
    assert_eq!(refusal("quorum none").1, "does not end with a newline");
    for empty in [&b""[..], b"\n", both.as_bytes()] {
        assert!(matches!(Policy::parse(empty), Err(PolicyError::Quorum)));
    }
    let wrong_use = Policy::parse(format!("witness w {}\nquorum w\n", log().vkey()).as_bytes());
    assert!(matches!(wrong_use, Err(PolicyError::Key { line: 1, .. })));
    let wrong_key = Policy::parse(b"\nlog nothing\nquorum none\n");
    assert!(matches!(wrong_key, Err(PolicyError::Key { line: 2, .. })));
}

#[test]
fn hostile_sizes_are_refused() {
    let many = |count| Policy::parse(format!("{}quorum none\n", witnesses(count)).as_bytes());
    assert!(MAX_OF_A_KIND >= 32 && many(MAX_OF_A_KIND).is_ok());
    assert!(matches!(many(MAX_OF_A_KIND + 1), Err(PolicyError::TooLarge)));
    let groups = |count| {
        let lines: String = (1..=count)
            .map(|n| format!("group g{n} 1 {}{}\n", if n == 1 { 'w' } else { 'g' }, n - 1))
            .collect();
        Policy::parse(format!("{}{lines}quorum g{count}\n", witnesses(1)).as_bytes())
    };
    assert!(groups(MAX_OF_A_KIND).is_ok());
    assert!(matches!(groups(MAX_OF_A_KIND + 1), Err(PolicyError::TooLarge)));
    assert!(matches!(Policy::parse(&vec![b'\n'; MAX_POLICY + 1]), Err(PolicyError::TooLarge)));
    // A note has room for all of them and for a log with two keys.
    let all = policy(MAX_OF_A_KIND, &format!("group g all {}\nquorum g\n", names(MAX_OF_A_KIND)));
    assert!(holds(&all, &(0..MAX_OF_A_KIND).collect::<Vec<_>>()));
    assert!(!holds(&all, &(1..MAX_OF_A_KIND).collect::<Vec<_>>()));
}

fn names(count: usize) -> String {
    (0..count).map(|n| format!("w{n} ")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Groups of groups, against the definition read recursively.
    #[test]
    fn random_quorums_mean_what_the_definition_says(
        shape in proptest::collection::vec((1_usize..4, 1_usize..4), 1..5),
        signed in proptest::collection::btree_set(0_usize..10, 0..10),
    ) {
        let mut free: Vec<Tree> = (0..10).map(Tree::Witness).collect();
        let mut lines = String::new();
        for (number, (count, threshold)) in shape.into_iter().enumerate() {
            let members: Vec<Tree> = free.drain(..count.min(free.len())).collect();
            let threshold = threshold.min(members.len());
            let names: String = members.iter().map(|member| format!(" {}", member.name())).collect();
            lines += &format!("group g{number} {threshold}{names}\n");
            free.push(Tree::Group(number, threshold, members));
        }
        let top = free.pop().unwrap();
        let read = policy(10, &format!("{lines}quorum {}\n", top.name()));
        let by: Vec<usize> = signed.iter().copied().collect();
        prop_assert_eq!(holds(&read, &by), top.met(&signed));
    }

    #[test]
    fn no_bytes_make_the_parser_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Policy::parse(&bytes);
    }
}

enum Tree {
    Witness(usize),
    Group(usize, usize, Vec<Self>),
}

impl Tree {
    fn name(&self) -> String {
        match self {
            Self::Witness(number) => format!("w{number}"),
            Self::Group(number, ..) => format!("g{number}"),
        }
    }

    fn met(&self, signed: &BTreeSet<usize>) -> bool {
        match self {
            Self::Witness(number) => signed.contains(number),
            Self::Group(_, threshold, members) => {
                members.iter().filter(|member| member.met(signed)).count() >= *threshold
            }
        }
    }
}
