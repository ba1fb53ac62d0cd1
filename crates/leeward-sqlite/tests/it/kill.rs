use crate::common::{assert_sound, child, role, scratch};
use leeward_sqlite::open;
use leeward_store::conformance::durability::{verify_after_kill, write_until_killed};
use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::Child,
};

const ROUNDS: u64 = 5;
const WRITERS: u64 = 8;
const TEST: &str = "kill::a_killed_process_loses_nothing_that_it_acknowledged";

#[test]
fn a_killed_process_loses_nothing_that_it_acknowledged() {
    if let Some(path) = role() {
        return write(&path);
    }
    let (_dir, path) = scratch();
    let program = std::env::current_exe().unwrap();
    for round in 0..ROUNDS {
        let mut command = child(&program, TEST, &path);
        let mut writers = command.env("LEEWARD_SQLITE_ROUND", round.to_string()).spawn().unwrap();
        let acknowledged = kill_after(&mut writers, 100 + 37 * round);
        let store = open(&path).unwrap();
        for writer in round * WRITERS..(round + 1) * WRITERS {
            verify_after_kill(&store, writer, acknowledged.get(&writer).copied()).unwrap();
        }
        drop(store);
        assert_sound(&path);
    }
}

/// The child: every writer says what was acknowledged, for as long as it lives.
fn write(path: &Path) {
    let round: u64 = std::env::var("LEEWARD_SQLITE_ROUND").unwrap().parse().unwrap();
    let store = &open(path).unwrap();
    std::thread::scope(|scope| {
        for writer in round * WRITERS..(round + 1) * WRITERS {
            scope.spawn(move || {
                let say = |number| {
                    let line = format!("acknowledged {writer} {number}\n");
                    std::io::stdout().lock().write_all(line.as_bytes()).unwrap();
                };
                write_until_killed(store, writer, say).unwrap();
            });
        }
    });
}

/// Reads that many acknowledgements, kills the child, and reads what it had said by then.
fn kill_after(child: &mut Child, count: u64) -> HashMap<u64, u64> {
    let mut acknowledged = HashMap::new();
    let mut seen = 0;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        // The last line may be cut off by the kill.
        let Ok(line) = line else { break };
        let mut words = line.split(' ').skip_while(|word| !word.ends_with("acknowledged")).skip(1);
        if let (Some(Ok(writer)), Some(Ok(number))) =
            (words.next().map(str::parse), words.next().map(str::parse))
        {
            acknowledged.insert(writer, number);
            seen += 1;
            if seen == count {
                child.kill().unwrap();
            }
        }
    }
    child.wait().unwrap();
    assert!(seen >= count, "the child ended by itself after {seen} commits");
    acknowledged
}
