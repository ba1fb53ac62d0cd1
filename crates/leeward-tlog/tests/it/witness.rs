use leeward_tlog::{
    Checkpoint,
    cosignature::{Cosigner, Ed25519Cosigner},
    merkle::{Frontier, Hash, consistency_ranges, empty_root, hash_range, leaf_hash},
    note::{Ed25519Signer, Note, NoteError, Signer},
    witness::{
        AddCheckpoint, AnswerError, Decision, MAX_ANSWER, MAX_REQUEST, Request, RequestError, Response, Seen,
        Witness, add_checkpoint_url, monitoring_path,
    },
};
use proptest::prelude::*;
use std::convert::Infallible;

const ORIGIN: &str = "example.com/log";
const NOW: u64 = 1_767_000_000;

fn log() -> Ed25519Signer {
    Ed25519Signer::from_seed(ORIGIN, &[1; 32]).unwrap()
}

fn cosigner() -> Ed25519Cosigner {
    Ed25519Cosigner::from_seed("witness.example/w1", &[2; 32]).unwrap()
}

fn witness() -> Witness {
    Witness::new(cosigner(), vec![log().vkey().clone()])
}

/// The log of `size` entries, of which those from `fork` on are others.
struct Leaves(Vec<Hash>);

fn forked(size: u64, fork: u64) -> Leaves {
    Leaves((0..size).map(|n| leaf_hash(format!("{n} {}", n >= fork).as_bytes())).collect())
}

fn leaves(size: u64) -> Leaves {
    forked(size, u64::MAX)
}

impl Leaves {
    fn root(&self) -> Hash {
        self.0.iter().copied().collect::<Frontier>().root()
    }

    fn note(&self) -> Note {
        Checkpoint::new(ORIGIN, self.0.len() as u64, self.root()).unwrap().sign(&log()).unwrap()
    }

    fn proof(&self, old: u64) -> Vec<Hash> {
        let subtree = |node: leeward_tlog::merkle::Node| {
            let range = (node.index << node.level) as usize..((node.index + 1) << node.level) as usize;
            Ok::<_, Infallible>(self.0[range].iter().copied().collect::<Frontier>().root())
        };
        let ranges = consistency_ranges(old, self.0.len() as u64).unwrap_or_default();
        ranges.into_iter().map(|range| hash_range(range, subtree).unwrap()).collect()
    }

    fn ask(&self, old: u64) -> AddCheckpoint {
        AddCheckpoint::new(old, self.proof(old), self.note())
    }
}

/// What it remembers after it, and what it answers.
fn post(witness: &Witness, asked: &AddCheckpoint, seen: &mut Option<Seen>) -> Response {
    let request = match witness.read(asked.to_string().as_bytes()) {
        Ok(request) => request,
        Err(refusal) => return refusal,
    };
    match witness.decide(&request, seen.as_ref(), NOW).unwrap() {
        Decision::Cosign { remember, answer } => {
            *seen = Some(Seen::decode(&remember.encode()).unwrap());
            assert_eq!(seen.as_ref(), Some(&remember));
            answer
        }
        Decision::Refuse(answer) => answer,
    }
}

fn read(asked: &AddCheckpoint, answer: &Response) -> Result<Note, AnswerError> {
    let line = asked.read_answer(cosigner().key(), answer.status, answer.body.as_bytes())?;
    Ok(asked.checkpoint().clone().with_signature(line)?)
}

#[test]
fn it_follows_a_log_that_grows() {
    let (witness, mut seen) = (witness(), None);
    let mut old = 0;
    for size in [0, 1, 1, 2, 7, 8, 8, 300] {
        let asked = leaves(size).ask(old);
        let answer = post(&witness, &asked, &mut seen);
        assert_eq!(answer.status, 200, "{old} to {size}");
        assert_eq!(cosigner().key().verify(&read(&asked, &answer).unwrap()).unwrap(), Some(NOW));
        old = size;
    }
    let seen = seen.unwrap();
    assert_eq!((seen.origin(), seen.size(), seen.root()), (ORIGIN, 300, &leaves(300).root()));
    // What it shows to monitors: the log's signature and its own.
    assert_eq!(seen.note().signatures().len(), 2);
    Checkpoint::from_note(seen.note(), log().vkey()).unwrap();
    assert_eq!(cosigner().key().verify(seen.note()).unwrap(), Some(NOW));
}

#[test]
fn another_size_is_answered_with_409_and_the_size_to_go_on_from() {
    let (witness, mut seen) = (witness(), None);
    post(&witness, &leaves(5).ask(0), &mut seen);
    for old in [0, 3, 6] {
        let asked = leaves(9).ask(old);
        let answer = post(&witness, &asked, &mut seen);
        assert_eq!((answer.status, answer.content_type, &*answer.body), (409, "text/x.tlog.size", "5\n"));
        assert!(matches!(read(&asked, &answer), Err(AnswerError::Conflict { size: 5 })));
    }
    assert_eq!(seen.as_ref().map(Seen::size), Some(5));
    assert_eq!(post(&witness, &leaves(9).ask(5), &mut seen).status, 200);
    // Of a log that was put back, nothing is cosigned.
    let behind = leaves(4).ask(4);
    assert!(matches!(
        read(&behind, &post(&witness, &behind, &mut seen)),
        Err(AnswerError::Conflict { size: 9 })
    ));
}

#[test]
fn a_fork_is_answered_with_422_and_nothing_is_remembered() {
    let (witness, mut seen) = (witness(), None);
    post(&witness, &leaves(5).ask(0), &mut seen);
    let before = seen.clone();
    let shorter = AddCheckpoint::new(5, leaves(9).proof(5)[1..].to_vec(), leaves(9).note());
    let none = AddCheckpoint::new(5, Vec::new(), leaves(9).note());
    let needless = AddCheckpoint::new(5, vec![empty_root()], leaves(5).note());
    for asked in [forked(9, 2).ask(5), forked(5, 4).ask(5), shorter, none, needless] {
        let answer = post(&witness, &asked, &mut seen);
        assert_eq!(answer.status, 422);
        assert!(matches!(read(&asked, &answer), Err(AnswerError::Inconsistent)));
        assert_eq!(seen, before);
    }
}

#[test]
fn of_nothing_seen_only_an_empty_proof_and_an_honest_empty_tree() {
    let (witness, mut seen) = (witness(), None);
    let proved = AddCheckpoint::new(0, vec![empty_root()], leaves(3).note());
    assert_eq!(post(&witness, &proved, &mut seen).status, 422);
    let note = Checkpoint::new(ORIGIN, 0, leaf_hash(b"")).unwrap().sign(&log()).unwrap();
    assert_eq!(post(&witness, &AddCheckpoint::new(0, Vec::new(), note), &mut seen).status, 422);
    assert_eq!(seen, None);
    assert_eq!(post(&witness, &leaves(0).ask(0), &mut seen).status, 200);
    assert_eq!(post(&witness, &leaves(3).ask(0), &mut seen).status, 200);
}

#[test]
fn an_old_size_beyond_the_checkpoint_is_answered_with_400() {
    let asked = AddCheckpoint::new(4, Vec::new(), leaves(3).note());
    let answer = post(&witness(), &asked, &mut None);
    assert_eq!(answer.status, 400);
    assert!(matches!(read(&asked, &answer), Err(AnswerError::BadRequest)));
}

#[test]
fn unknown_logs_get_404_and_unknown_keys_403() {
    let stranger = Ed25519Signer::from_seed("stranger.example", &[1; 32]).unwrap();
    let note = Checkpoint::new("stranger.example", 0, empty_root()).unwrap().sign(&stranger).unwrap();
    let asked = AddCheckpoint::new(0, Vec::new(), note);
    let answer = post(&witness(), &asked, &mut None);
    assert_eq!(answer.status, 404);
    assert!(matches!(read(&asked, &answer), Err(AnswerError::UnknownLog)));

    let thief = Ed25519Signer::from_seed(ORIGIN, &[9; 32]).unwrap();
    let by_thief = Checkpoint::new(ORIGIN, 0, empty_root()).unwrap().sign(&thief).unwrap();
    let changed = leaves(3).note().to_string().replace("\n3\n", "\n4\n");
    for note in [by_thief, Note::parse(changed.as_bytes()).unwrap()] {
        let asked = AddCheckpoint::new(0, Vec::new(), note);
        let answer = post(&witness(), &asked, &mut None);
        assert_eq!(answer.status, 403);
        assert!(matches!(read(&asked, &answer), Err(AnswerError::Untrusted)));
    }
}

#[test]
fn it_keeps_no_signature_that_it_did_not_check() {
    let new = Ed25519Signer::from_seed(ORIGIN, &[5; 32]).unwrap();
    let witness = Witness::new(cosigner(), vec![log().vkey().clone(), new.vkey().clone()]);
    let stranger = Ed25519Signer::from_seed("stranger.example", &[1; 32]).unwrap();
    let note = leaves(2).note().sign_also(&stranger).unwrap().sign_also(&new).unwrap();
    let mut seen = None;
    assert_eq!(post(&witness, &AddCheckpoint::new(0, Vec::new(), note), &mut seen).status, 200);
    let names: Vec<String> =
        seen.unwrap().note().signatures().iter().map(|line| line.name().to_owned()).collect();
    assert_eq!(names, [ORIGIN, ORIGIN, "witness.example/w1"]);
}

#[test]
fn a_request_has_one_spelling() {
    let good = leaves(9).ask(5).to_string();
    assert!(good.starts_with("old 5\n"));
    let (head, note) = good.split_once("\n\n").unwrap();
    assert_eq!(AddCheckpoint::parse(good.as_bytes()).unwrap().to_string(), good);
    let many = |count: usize| format!("old 5\n{}\n{note}", format!("{}\n", empty_root()).repeat(count));
    assert!(AddCheckpoint::parse(many(63).as_bytes()).is_ok());
    for bad in [
        String::new(),
        good.replace("old 5", "old 05"),
        good.replace("old 5", "old +5"),
        good.replace("old 5", "old  5"),
        good.replace("old 5", "Old 5"),
        good.replace("old 5", "5"),
        good.replace("old 5", "old 18446744073709551616"),
        good.replacen('=', "", 1),
        good.replace('\n', "\r\n"),
        format!("\n{good}"),
        format!("{good}\n"),
        good.trim_end().to_owned(),
        format!("{head}\n{note}"),
        format!("{head}\n\n\n{note}"),
        head.to_owned(),
        many(64),
        many(5_000),
    ] {
        let refusal = witness().read(bad.as_bytes()).unwrap_err();
        assert_eq!((refusal.status, refusal.content_type), (400, "text/plain; charset=utf-8"), "{bad}");
    }
    let huge = vec![b'o'; MAX_REQUEST + 1];
    assert!(matches!(AddCheckpoint::parse(&huge), Err(RequestError::TooLarge)));
    // A note that is no checkpoint.
    let note = Note::sign("all is well\n", &log()).unwrap();
    assert_eq!(post(&witness(), &AddCheckpoint::new(0, Vec::new(), note), &mut None).status, 400);
}

#[test]
fn what_was_seen_of_another_log_is_not_used() {
    let other = Ed25519Signer::from_seed("other.example/log", &[3; 32]).unwrap();
    let witness = Witness::new(cosigner(), vec![log().vkey().clone(), other.vkey().clone()]);
    let mut seen = None;
    post(&witness, &leaves(3).ask(0), &mut seen);
    let note = Checkpoint::new("other.example/log", 0, empty_root()).unwrap().sign(&other).unwrap();
    let body = AddCheckpoint::new(0, Vec::new(), note).to_string();
    let request: Request = witness.read(body.as_bytes()).unwrap();
    assert_eq!(request.origin(), "other.example/log");
    assert!(matches!(witness.decide(&request, seen.as_ref(), NOW), Err(NoteError::Name)));
}

#[test]
fn the_record_is_pinned() {
    let mut seen = None;
    post(&witness(), &leaves(1).ask(0), &mut seen);
    let seen = seen.unwrap();
    assert_eq!(seen.encode(), [b"\x01", seen.note().to_string().as_bytes()].concat());
    for bad in [&b""[..], b"\x01", b"\x02", &seen.encode()[1..], &[b"\x02", &seen.encode()[1..]].concat()] {
        assert!(Seen::decode(bad).is_err());
    }
}

#[test]
fn answers_that_are_none() {
    let asked = leaves(3).ask(0);
    let refused = |status, body: &[u8]| asked.read_answer(cosigner().key(), status, body).unwrap_err();
    let good = post(&witness(), &asked, &mut None).body;
    for body in ["", "\n", "ok\n", good.trim_end(), &format!("{good}\n"), &good.replace("= ", "")] {
        if body != good {
            assert!(matches!(refused(200, body.as_bytes()), AnswerError::Malformed), "{body:?}");
        }
    }
    assert!(matches!(refused(200, &vec![b'a'; MAX_ANSWER + 1]), AnswerError::Malformed));
    assert!(matches!(refused(200, b"\xff\n"), AnswerError::Malformed));
    // By another witness, or of another checkpoint.
    let other = Ed25519Cosigner::from_seed("witness.example/w1", &[7; 32]).unwrap();
    let by_other = post(&Witness::new(other, vec![log().vkey().clone()]), &asked, &mut None).body;
    assert!(matches!(refused(200, by_other.as_bytes()), AnswerError::NotCosigned));
    let of_other = post(&witness(), &leaves(4).ask(0), &mut None).body;
    assert!(matches!(refused(200, of_other.as_bytes()), AnswerError::Cosignature(NoteError::BadSignature)));
    assert!(asked.read_answer(cosigner().key(), 200, format!("{by_other}{good}").as_bytes()).is_ok());
    for body in ["", "3", "03\n", "x\n", "3\n3\n"] {
        assert!(matches!(refused(409, body.as_bytes()), AnswerError::Malformed), "{body:?}");
    }
    // v1.0.0 of the protocol says of another tree of the same size: 409, and that size.
    let same = leaves(3).ask(3).read_answer(cosigner().key(), 409, b"3\n");
    assert!(matches!(same, Err(AnswerError::Inconsistent)));
    assert!(matches!(refused(500, b"sorry"), AnswerError::Status { status: 500 }));
}

#[test]
fn addresses() {
    assert_eq!(add_checkpoint_url("https://w.example"), "https://w.example/add-checkpoint");
    assert_eq!(add_checkpoint_url("https://w.example/a/"), "https://w.example/a/add-checkpoint");
    let path = monitoring_path("audit.example/log");
    assert_eq!(path, "d96f0a241e25960128be9177b0fc32ca160d268cd07e1bb0596d9ddacfa383b1/checkpoint");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is asked in whatever order, all that was cosigned lies on one history.
    #[test]
    fn it_never_cosigns_two_histories(
        asked in proptest::collection::vec((0_u64..12, 0_u64..14, 0_u64..12), 1..24),
    ) {
        let (witness, mut seen) = (witness(), None);
        let mut cosigned: Vec<(u64, Hash)> = Vec::new();
        for (old, size, fork) in asked {
            let tree = forked(size, fork);
            if post(&witness, &tree.ask(old), &mut seen).status == 200 {
                cosigned.push((size, tree.root()));
            }
        }
        prop_assert!(cosigned.is_sorted_by_key(|(size, _)| *size));
        let of_one_size = cosigned.windows(2).filter(|two| two[0].0 == two[1].0);
        for two in of_one_size {
            prop_assert_eq!(two[0].1, two[1].1);
        }
    }

    #[test]
    fn no_bytes_make_it_panic(body in proptest::collection::vec(any::<u8>(), 0..300), status in 0_u16..600) {
        let refused = witness().read(&body).is_err();
        prop_assert!(refused);
        let _ = leaves(1).ask(0).read_answer(cosigner().key(), status, &body);
        let _ = Seen::decode(&body);
    }
}
