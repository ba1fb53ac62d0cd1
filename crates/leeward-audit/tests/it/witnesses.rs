//! Publication under a policy, with witnesses that are `leeward-tlog`'s own.

use crate::support::{ORIGIN, now, open, stage, store};
use leeward_audit::{
    AuditError, AuditLog, Policy, Published, WitnessAnswer, WitnessError, WitnessFailure, WitnessTransport,
    Witnessing,
    note::{Ed25519Signer, Note, Signer, VerifierKey},
    verify_dir,
};
use leeward_store::{Store, Timestamp, yield_once};
use leeward_tlog::{
    BoxError,
    cosignature::{Cosigner, Ed25519Cosigner},
    witness::{AnswerError, Decision, Seen, Witness},
};
use pollster::block_on;
use std::{
    collections::HashMap,
    fs,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};
use tempfile::{TempDir, tempdir};

/// What a witness does instead of its work.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    Down,
    Status(u16),
    /// It answers for another checkpoint.
    Lies,
}

/// Three witnesses at `https://0`, `https://1` and `https://2`.
#[derive(Clone, Default)]
struct Net(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    logs: Vec<VerifierKey>,
    now: u64,
    seen: HashMap<usize, Seen>,
    faults: HashMap<usize, Fault>,
    posts: Vec<usize>,
    /// What happens before the next request arrives.
    meanwhile: Option<Box<dyn FnOnce() + Send>>,
}

fn cosigner(n: usize) -> Ed25519Cosigner {
    Ed25519Cosigner::from_seed(&format!("witness.example/{n}"), &[n as u8 + 1; 32]).unwrap()
}

impl Net {
    fn for_log(log: &AuditLog) -> Self {
        let net = Self::default();
        net.with(|state| state.logs.push(log.vkey().clone()));
        net.at(now());
        net
    }

    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.lock().unwrap())
    }

    fn at(&self, now: Timestamp) {
        self.with(|state| state.now = now.as_second().try_into().unwrap());
    }

    fn fault(&self, n: usize, fault: impl Into<Option<Fault>>) {
        self.with(|state| match fault.into() {
            Some(fault) => state.faults.insert(n, fault),
            None => state.faults.remove(&n),
        });
    }

    /// Which witnesses were asked since the last time.
    fn asked(&self) -> Vec<usize> {
        let mut posts = self.with(|state| std::mem::take(&mut state.posts));
        posts.sort_unstable();
        posts
    }

    fn sizes(&self) -> [Option<u64>; 3] {
        self.with(|state| [0, 1, 2].map(|n| state.seen.get(&n).map(Seen::size)))
    }
}

impl WitnessTransport for Net {
    async fn post(&self, url: &str, body: String) -> Result<WitnessAnswer, BoxError> {
        yield_once().await;
        let n = url.strip_prefix("https://").and_then(|rest| rest.strip_suffix("/add-checkpoint"));
        let n: usize = n.unwrap().parse().unwrap();
        if let Some(meanwhile) = self.with(|state| state.meanwhile.take()) {
            meanwhile();
        }
        self.with(|state| {
            state.posts.push(n);
            match state.faults.get(&n) {
                Some(Fault::Down) => return Err("connection refused".into()),
                Some(Fault::Status(status)) => {
                    return Ok(WitnessAnswer { status: *status, body: Vec::new() });
                }
                Some(Fault::Lies) | None => {}
            }
            let witness = Witness::new(cosigner(n), state.logs.clone());
            let answer = match witness.read(body.as_bytes()) {
                Err(refusal) => refusal,
                Ok(request) => match witness.decide(&request, state.seen.get(&n), state.now)? {
                    Decision::Refuse(answer) => answer,
                    Decision::Cosign { remember, answer } => {
                        state.seen.insert(n, remember);
                        answer
                    }
                },
            };
            let lies = state.faults.get(&n) == Some(&Fault::Lies);
            let body = if lies { answer.body.replace("AAAA", "AAAB") } else { answer.body };
            Ok(WitnessAnswer { status: answer.status, body: body.into_bytes() })
        })
    }
}

/// Two of three must have cosigned.
fn policy(vkey: &VerifierKey) -> Policy {
    let lines: String = (0..3).map(|n| format!("witness w{n} {} https://{n}\n", cosigner(n).key())).collect();
    Policy::parse(format!("log {vkey}\n{lines}group g 2 w0 w1 w2\nquorum g\n").as_bytes()).unwrap()
}

fn witnessed(log: &AuditLog, net: &Net) -> AuditLog {
    log.clone().witnessed(Witnessing::new(policy(log.vkey()), net.clone())).unwrap()
}

struct Setting {
    store: Store,
    dir: TempDir,
    net: Net,
    log: AuditLog,
}

/// A log of five entries, not yet published.
fn setting() -> Setting {
    let (store, dir) = (store(), tempdir().unwrap());
    let bare = open(&store, dir.path());
    let net = Net::for_log(&bare);
    let log = witnessed(&bare, &net);
    let setting = Setting { store, dir, net, log };
    setting.grow(0..5);
    setting
}

impl Setting {
    fn grow(&self, numbers: std::ops::Range<u64>) {
        stage(&self.store, numbers);
        block_on(self.log.drain(now())).unwrap();
    }

    fn publish(&self) -> Published {
        block_on(self.log.publish(now())).unwrap()
    }

    fn failures(&self) -> Vec<WitnessFailure> {
        match block_on(self.log.publish(now())) {
            Err(AuditError::Unwitnessed { failures }) => failures,
            other => panic!("{other:?}"),
        }
    }

    fn checkpoint(&self) -> Option<Note> {
        fs::read(self.dir.path().join("checkpoint")).ok().map(|note| Note::parse(&note).unwrap())
    }

    fn cosigned_by(&self) -> Vec<String> {
        let note = self.checkpoint().unwrap();
        let witnessed = policy(self.log.vkey()).verify(&note).unwrap();
        witnessed.cosignatures.into_iter().map(|by| by.witness).collect()
    }
}

#[test]
fn what_enough_witnesses_cosigned_is_published_and_proved() {
    let setting = setting();
    let published = setting.publish();
    assert_eq!((published.size, published.failures.len()), (5, 0));
    assert_eq!(setting.cosigned_by().len(), 3);
    assert_eq!(verify_dir(setting.dir.path(), setting.log.vkey()).unwrap().size, 5);
    let proof = block_on(setting.log.inclusion_proof(3)).unwrap();
    let entry = {
        let bundle = fs::read(setting.dir.path().join("tile/entries/000.p/5")).unwrap();
        leeward_audit::tiles::split_bundle(&bundle, 5).unwrap()[3].to_vec()
    };
    let policy = policy(setting.log.vkey());
    assert_eq!(proof.verify_under(&entry, &policy).unwrap().cosignatures.len(), 3);

    // It grows, and each witness goes on from where it was.
    setting.net.asked();
    setting.grow(5..300);
    assert_eq!(setting.publish().size, 300);
    assert_eq!(setting.net.asked(), [0, 1, 2]);
    assert_eq!(setting.net.sizes(), [Some(300); 3]);
}

#[test]
fn nothing_new_is_published_when_too_few_cosign() {
    let setting = setting();
    setting.net.fault(1, Fault::Down);
    setting.net.fault(2, Fault::Status(503));
    let failures = setting.failures();
    assert_eq!(failures.iter().map(|failure| failure.witness.as_str()).collect::<Vec<_>>(), ["w1", "w2"]);
    assert!(matches!(*failures[0].why, WitnessError::Transport(_)));
    assert!(matches!(*failures[1].why, WitnessError::Answer(AnswerError::Status { status: 503 })));
    let told = block_on(setting.log.publish(now())).unwrap_err().to_string();
    assert_eq!(
        told,
        "too few witnesses cosigned, so nothing new is published; w1: it could not be reached; \
         w2: the witness answered with status 503"
    );
    assert!(setting.checkpoint().is_none());
    assert!(!setting.dir.path().join("tile").exists());
    assert!(matches!(block_on(setting.log.inclusion_proof(0)), Err(AuditError::OutOfRange { size: 0, .. })));

    // Two are enough, and who failed is named.
    setting.net.fault(1, None);
    let published = setting.publish();
    assert_eq!((published.size, &*published.failures[0].witness), (5, "w2"));
    assert_eq!(setting.cosigned_by(), ["witness.example/0", "witness.example/1"]);
}

#[test]
fn what_was_published_stays_while_the_policy_is_unmet() {
    let setting = setting();
    setting.publish();
    let before = setting.checkpoint();
    setting.net.fault(0, Fault::Lies);
    setting.net.fault(1, Fault::Status(403));
    setting.grow(5..9);
    let failures = setting.failures();
    assert!(matches!(*failures[0].why, WitnessError::Answer(AnswerError::Cosignature(_))));
    assert!(matches!(*failures[1].why, WitnessError::Answer(AnswerError::Untrusted)));
    assert_eq!(setting.checkpoint(), before);
    // Proofs are of what was cosigned, and hold.
    assert!(block_on(setting.log.inclusion_proof(4)).is_ok());
    assert!(matches!(block_on(setting.log.inclusion_proof(5)), Err(AuditError::OutOfRange { size: 5, .. })));
    setting.net.fault(0, None);
    assert_eq!(setting.publish().size, 9);
    // The one that had followed meanwhile was asked from what it had.
    assert_eq!(setting.net.sizes(), [Some(9), Some(5), Some(9)]);
}

#[test]
fn a_witness_that_is_elsewhere_is_asked_again_from_there() {
    let setting = setting();
    setting.net.fault(2, Fault::Down);
    setting.publish();
    setting.grow(5..8);
    setting.net.fault(2, None);
    setting.net.fault(1, Fault::Down);
    setting.publish();
    setting.net.fault(1, None);
    setting.grow(8..12);
    setting.net.asked();
    assert_eq!(setting.publish().failures, []);
    // The second had cosigned 5, which the last checkpoint does not tell: 0, then 5.
    assert_eq!(setting.net.asked(), [0, 1, 1, 2]);
    assert_eq!(setting.net.sizes(), [Some(12); 3]);
}

#[test]
fn cosignatures_survive_a_restart_and_a_lost_directory() {
    let setting = setting();
    setting.publish();
    let before = setting.checkpoint();
    for n in 0..3 {
        setting.net.fault(n, Fault::Down);
    }
    setting.net.asked();
    fs::remove_dir_all(setting.dir.path()).unwrap();
    let again = witnessed(&open(&setting.store, setting.dir.path()), &setting.net);
    assert_eq!(block_on(again.publish(now())).unwrap().failures, []);
    assert_eq!(setting.checkpoint(), before);
    assert!(setting.net.asked().is_empty());
}

#[test]
fn an_unchanged_log_is_cosigned_again_when_it_is_due() {
    let setting = setting();
    let log = witnessed(&setting.log, &setting.net);
    let log = log.witnessed(
        Witnessing::new(policy(setting.log.vkey()), setting.net.clone())
            .refresh_after(Duration::from_secs(60)),
    );
    let log = log.unwrap();
    let at = |seconds: i64| Timestamp::from_second(now().as_second() + seconds).unwrap();
    let times = || {
        let witnessed = policy(log.vkey()).verify(&setting.checkpoint().unwrap()).unwrap();
        witnessed.cosignatures.iter().map(|by| by.time as i64 - now().as_second()).collect::<Vec<_>>()
    };
    let publish = |seconds| {
        setting.net.at(at(seconds));
        block_on(log.publish(at(seconds))).unwrap()
    };
    publish(0);
    setting.net.asked();
    publish(59);
    assert_eq!((setting.net.asked().len(), times()), (0, vec![0, 0, 0]));
    publish(60);
    assert_eq!((setting.net.asked(), times()), (vec![0, 1, 2], vec![60, 60, 60]));
    // Who is not there keeps the cosignature that it gave, which still holds.
    setting.net.fault(0, Fault::Down);
    let published = publish(120);
    assert_eq!((published.failures.len(), times()), (1, vec![60, 120, 120]));
    setting.net.fault(1, Fault::Down);
    setting.net.fault(2, Fault::Down);
    let published = publish(180);
    assert_eq!((published.failures.len(), times()), (3, vec![60, 120, 120]));
    assert_eq!(verify_dir(setting.dir.path(), log.vkey()).unwrap().size, 5);
}

#[test]
fn a_store_that_was_put_back_is_found_by_its_witnesses() {
    let setting = setting();
    setting.publish();
    // Another store, with the same key and fewer entries: what a restored backup is.
    let (seed, dir) = ([7; 32], tempdir().unwrap());
    let signer = || Arc::new(Ed25519Signer::from_seed(ORIGIN, &seed).unwrap());
    let log_of = |entries, dir: &Path| {
        let store = store();
        let log = block_on(AuditLog::open_with_signer(&store, dir, signer())).unwrap();
        stage(&store, 0..entries);
        block_on(log.drain(now())).unwrap();
        log
    };
    let net = Net::default();
    net.with(|state| state.logs.push(signer().vkey().clone()));
    net.at(now());
    block_on(witnessed(&log_of(9, dir.path()), &net).publish(now())).unwrap();
    let restored = tempdir().unwrap();
    for (entries, ahead) in [(4, true), (9, false), (12, false)] {
        let published = block_on(witnessed(&log_of(entries, restored.path()), &net).publish(now()));
        let Err(AuditError::Unwitnessed { failures }) = published else { panic!("{published:?}") };
        assert_eq!(failures.len(), 3);
        for failure in failures {
            match &*failure.why {
                WitnessError::Ahead { size: 9, have: 4 } => assert!(ahead),
                WitnessError::Answer(AnswerError::Inconsistent) => assert!(!ahead),
                other => panic!("{other}"),
            }
        }
        assert!(!restored.path().join("checkpoint").exists());
    }
}

#[test]
fn another_process_that_was_faster_is_no_fork() {
    let setting = setting();
    let (store, log) = (setting.store.clone(), setting.log.clone());
    let faster = move || {
        stage(&store, 5..9);
        block_on(log.drain(now())).unwrap();
        assert_eq!(block_on(log.publish(now())).unwrap().size, 9);
    };
    setting.net.with(|state| state.meanwhile = Some(Box::new(faster)));
    for failure in setting.failures() {
        let why = &*failure.why;
        assert!(matches!(why, WitnessError::Answer(AnswerError::Conflict { size: 9 })), "{why}");
    }
    assert_eq!(setting.publish().size, 9);
}

#[test]
fn a_witness_that_went_back_is_named() {
    let setting = setting();
    setting.publish();
    setting.grow(5..7);
    setting.net.with(|state| state.seen.remove(&1));
    let published = setting.publish();
    assert_eq!(published.size, 7);
    let why = &*published.failures[0].why;
    assert!(matches!(why, WitnessError::WentBack { size: 0, before: 5 }), "{why}");
}

#[test]
fn a_witness_without_an_address_counts_as_failed() {
    let setting = setting();
    let text = format!("witness w0 {}\nquorum w0\n", cosigner(0).key());
    let alone = Policy::parse(text.as_bytes()).unwrap();
    let log = setting.log.clone().witnessed(Witnessing::new(alone, setting.net.clone())).unwrap();
    let Err(AuditError::Unwitnessed { failures }) = block_on(log.publish(now())) else { panic!() };
    assert!(matches!(*failures[0].why, WitnessError::Unreachable));
}

#[test]
fn a_policy_of_other_logs_is_refused_and_one_of_none_is_taken() {
    let setting = setting();
    let other = Ed25519Signer::from_seed("other.example/log", &[1; 32]).unwrap();
    let refused = setting.log.clone().witnessed(Witnessing::new(policy(other.vkey()), setting.net.clone()));
    assert!(matches!(refused, Err(AuditError::Policy)));
    let none = Policy::parse(b"quorum none\n").unwrap();
    let log = setting.log.clone().witnessed(Witnessing::new(none, setting.net.clone())).unwrap();
    assert_eq!(block_on(log.publish(now())).unwrap().size, 5);
}

#[test]
fn two_publishers_never_go_back() {
    let setting = setting();
    let dir = setting.dir.path();
    let publish = |rounds: u64| {
        let log = witnessed(&open(&setting.store, dir), &setting.net);
        let store = &setting.store;
        move || {
            for n in 0..rounds {
                stage(store, n..n + 1);
                block_on(log.drain(now())).unwrap();
                // Witnesses may have followed the other one.
                match block_on(log.publish(now())) {
                    Ok(_) | Err(AuditError::Unwitnessed { .. }) => {}
                    Err(other) => panic!("{other}"),
                }
                verify_checkpoint(&log, dir);
            }
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(publish(20));
        scope.spawn(publish(20));
    });
    assert_eq!(setting.publish().size, 45);
    assert_eq!(verify_dir(dir, setting.log.vkey()).unwrap().size, 45);
}

/// Whatever lies there is cosigned as the policy asks.
fn verify_checkpoint(log: &AuditLog, dir: &Path) {
    if let Ok(note) = fs::read(dir.join("checkpoint")) {
        policy(log.vkey()).verify(&Note::parse(&note).unwrap()).unwrap();
    }
}

#[test]
fn the_future_of_a_witnessed_publication_can_be_sent() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let setting = setting();
    block_on(is_send(setting.log.publish(now()))).unwrap();
    let debug = format!("{:?}", Witnessing::new(policy(setting.log.vkey()), setting.net.clone()));
    assert!(debug.starts_with("Witnessing { policy: Policy"), "{debug}");
}

#[test]
fn a_log_under_a_policy_changes_its_key() {
    let Setting { store, dir, net, log } = setting();
    block_on(log.publish(now())).unwrap();
    let new = Arc::new(Ed25519Signer::from_seed(ORIGIN, &[8; 32]).unwrap());
    let (old_key, new_key) = (log.vkey().clone(), new.vkey().clone());
    let published = || Note::parse(&fs::read(dir.path().join("checkpoint")).unwrap()).unwrap();
    assert!(policy(&new_key).verify(&published()).is_err());

    // What was cosigned is signed by the new key without the witnesses.
    net.asked();
    let both = log.also_signed_by(new.clone()).unwrap();
    both.clone().witnessed(Witnessing::new(policy(&new_key), net.clone())).unwrap();
    block_on(both.publish(now())).unwrap();
    assert!(net.asked().is_empty());
    for key in [&old_key, &new_key] {
        policy(key).verify(&published()).unwrap();
        verify_dir(dir.path(), key).unwrap();
    }

    stage(&store, 5..8);
    block_on(both.drain(now())).unwrap();
    let alone = block_on(AuditLog::open_with_signer(&store, dir.path(), new)).unwrap();
    let alone = alone.witnessed(Witnessing::new(policy(&new_key), net.clone())).unwrap();
    assert!(
        matches!(block_on(alone.publish(now())), Err(AuditError::Unwitnessed { .. })),
        "not known to them"
    );
    policy(&old_key).verify(&published()).unwrap();
    net.with(|state| state.logs.push(new_key.clone()));
    assert_eq!(block_on(alone.publish(now())).unwrap().size, 8);
    policy(&new_key).verify(&published()).unwrap();
    assert!(policy(&old_key).verify(&published()).is_err());
}
