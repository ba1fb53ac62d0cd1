//! A process that is killed, again and again, over a database on disk.

use crate::support::{ORIGIN, check_seals, entries, event, now, number, reader};
use leeward_audit::{AuditLog, Checkpoint, SealKey, VerifyError, merkle::Hash, verify_dir};
use leeward_event::{Action, CoarseTime};
use leeward_store::{Store, Timestamp};
use pollster::block_on;
use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
};
use tempfile::tempdir;

const TEST: &str = "kill::a_killed_process_loses_no_acknowledged_event_and_forks_no_log";
const CHILD: &str = "LEEWARD_AUDIT_CHILD";
const ROUND: &str = "LEEWARD_AUDIT_ROUND";
const KEY: &str = "LEEWARD_AUDIT_SEAL_KEY";

const ROUNDS: u64 = 30;
const WRITERS: u64 = 4;

fn store(dir: &Path) -> Store {
    leeward_sqlite::open(dir.join("leeward.db")).unwrap().assume_sealed()
}

fn at(round: u64) -> Timestamp {
    Timestamp::from_second(now().as_second() + round as i64 * 300).unwrap()
}

fn say(line: &str) {
    std::io::stdout().lock().write_all(line.as_bytes()).unwrap();
}

/// The child: writers append and say what was acknowledged, and one more drains and publishes.
fn work(dir: &Path) {
    let round: u64 = env::var(ROUND).unwrap().parse().unwrap();
    let key: SealKey = env::var(KEY).unwrap().parse().unwrap();
    let store = store(dir);
    let log = &block_on(AuditLog::open(&store, &dir.join("log"), ORIGIN)).unwrap();
    block_on(log.begin_seals(&key, at(round))).unwrap();
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            scope.spawn(move || {
                for n in (round * WRITERS + writer) * 1_000_000.. {
                    if n % 10 == 9 {
                        block_on(log.append_and_prove(&event(n), at(round))).unwrap();
                    } else {
                        block_on(log.append(&event(n), at(round))).unwrap();
                    }
                    say(&format!("acknowledged {n}\n"));
                }
            });
        }
        scope.spawn(move || {
            loop {
                block_on(log.drain(at(round))).unwrap();
                let published = block_on(log.publish(at(round))).unwrap();
                say(&format!("published {} {}\n", published.size, published.root));
            }
        });
    });
}

fn start(dir: &Path, round: u64, key: &SealKey) -> Child {
    let mut child = Command::new(env::current_exe().unwrap());
    child.args(["--exact", TEST, "--nocapture", "--test-threads=1"]);
    child.env(CHILD, dir).env(ROUND, round.to_string()).env(KEY, &*key.expose());
    child.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

/// Reads that many acknowledgements, kills the child, and notes what it had said by then.
fn kill_after(
    child: &mut Child,
    count: usize,
    acknowledged: &mut BTreeSet<u64>,
    signed: &mut BTreeMap<u64, Hash>,
) {
    let mut seen = 0;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        // The last line may be cut off by the kill.
        let Ok(line) = line else { break };
        let words: Vec<_> = line.split(' ').collect();
        match words[..] {
            [first, n] if first.ends_with("acknowledged") => {
                acknowledged.extend(n.parse::<u64>());
                seen += 1;
            }
            ["published", size, root] => {
                if let (Ok(size), Some(root)) = (size.parse(), Hash::from_base64(root)) {
                    assert_eq!(*signed.entry(size).or_insert(root), root, "two signed roots for one size");
                }
            }
            _ => {}
        }
        if seen == count {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    assert!(seen >= count, "the child ended by itself after {seen} events");
}

#[test]
fn a_killed_process_loses_no_acknowledged_event_and_forks_no_log() {
    if let Some(dir) = env::var_os(CHILD) {
        return work(Path::new(&dir));
    }
    let dir = tempdir().unwrap();
    let key = SealKey::generate(ORIGIN, 15, &ring::rand::SystemRandom::new()).unwrap();
    let (mut acknowledged, mut signed) = (BTreeSet::new(), BTreeMap::new());
    for round in 0..ROUNDS {
        let mut child = start(dir.path(), round, &key);
        kill_after(&mut child, 20 + (round as usize * 37) % 90, &mut acknowledged, &mut signed);
        look(dir.path());
    }

    let store = store(dir.path());
    let log = block_on(AuditLog::open(&store, &dir.path().join("log"), ORIGIN)).unwrap();
    block_on(log.drain(at(ROUNDS))).unwrap();
    let size = block_on(log.publish(at(ROUNDS))).unwrap().size;
    assert_eq!(verify_dir(log.dir(), log.vkey()).unwrap().size, size);
    let mut logged = BTreeSet::new();
    for index in 0..size {
        let read = block_on(log.read(index, &reader(), at(ROUNDS))).unwrap();
        if let Some(event) = read.event.filter(|event| event.what() == Action::RecordRead) {
            assert!(logged.insert(number(&event)), "logged twice");
        }
    }
    assert!(acknowledged.is_subset(&logged), "an acknowledged event is lost");
    let entries = entries(log.dir(), size);
    check_seals(&entries, &key, Some(CoarseTime::of(at(ROUNDS - 3)))).unwrap();
    let mut tree = leeward_audit::merkle::Frontier::new();
    for entry in &entries {
        assert!(signed.get(&tree.size()).is_none_or(|root| *root == tree.root()));
        tree.append(leeward_audit::merkle::leaf_hash(entry));
    }
}

/// What a killed publisher left holds, or is plainly unfinished.
fn look(dir: &Path) {
    let dir = dir.join("log");
    let Ok(note) = fs::read(dir.join("checkpoint")) else { return };
    let vkey = fs::read_to_string(dir.join("log.vkey")).unwrap().trim_end().parse().unwrap();
    Checkpoint::open(&note, &vkey).unwrap();
    match verify_dir(&dir, &vkey) {
        Ok(_) | Err(VerifyError::Foreign { .. } | VerifyError::Missing { .. }) => {}
        Err(other) => panic!("{other}"),
    }
}
