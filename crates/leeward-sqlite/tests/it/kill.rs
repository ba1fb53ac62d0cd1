use crate::common::{assert_sound, child, role, scratch};
use leeward_sqlite::open;
use leeward_store::conformance::{
    appends::{Event, History, lists_of, run_clients},
    durability::{verify_after_kill, write_until_killed},
};
use pollster::block_on;
use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::Child,
    sync::atomic::{AtomicU64, Ordering},
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

const HISTORY: &str = "kill::no_kill_loses_doubles_or_tears_a_commit";
const CLIENTS: u32 = 6;

/// A hundred kills of a process that appends to lists, and one history over all of them.
#[test]
fn no_kill_loses_doubles_or_tears_a_commit() {
    if let Some(path) = role() {
        return append(&path);
    }
    let (_dir, path) = scratch();
    let program = std::env::current_exe().unwrap();
    let (mut history, kills) = (History::new(), rounds(100));
    for round in 0..kills {
        let mut command = child(&program, HISTORY, &path);
        let mut clients = command.env("LEEWARD_SQLITE_ROUND", round.to_string()).spawn().unwrap();
        // At once, after a few events, and after many.
        note_until_killed(&mut clients, &mut history, round * 7919 % 251);
    }
    let store = open(&path).unwrap();
    let tally = history.check(&block_on(lists_of(&store)).unwrap()).unwrap();
    drop(store);
    assert_sound(&path);
    // Past the test runner, which would show it only if the test failed.
    drop(writeln!(std::io::stderr(), "SQLite, {kills} kills of the process: {tally}"));
    assert!(tally.applied as u64 > 5 * kills && tally.unknown > 0, "{tally}");
}

/// As many, or `LEEWARD_FAULTS` times as many.
fn rounds(count: u64) -> u64 {
    count * std::env::var("LEEWARD_FAULTS").map_or(1, |times| times.parse::<u64>().unwrap())
}

/// The child: says what it does before and after it does it.
fn append(path: &Path) {
    let round: u32 = std::env::var("LEEWARD_SQLITE_ROUND").unwrap().parse().unwrap();
    let store = open(path).unwrap();
    // Later rounds have later times, and other clients.
    let ticks = AtomicU64::new(u64::from(round) << 32);
    let clock = || ticks.fetch_add(1, Ordering::SeqCst);
    let tell = |event: Event| std::io::stdout().lock().write_all(format!("{event}\n").as_bytes()).unwrap();
    let numbers = round * CLIENTS..(round + 1) * CLIENTS;
    run_clients(&store, numbers, round.into(), &clock, &tell, &|_| true).unwrap();
}

/// Reads that many events, kills the child, and reads what it had said by then.
fn note_until_killed(child: &mut Child, history: &mut History, count: u64) {
    let mut seen = 0;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let Ok(line) = line else { break };
        let Some(event) = Event::from_line(&line) else { continue };
        history.note(event);
        seen += 1;
        if seen == count.max(1) {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    assert!(seen >= count, "the child ended by itself after {seen} events");
}
