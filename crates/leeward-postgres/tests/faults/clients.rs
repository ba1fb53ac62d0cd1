use crate::load::{Random, open, rounds, say};
use leeward_store::conformance::appends::{Event, History, lists_of, run_clients};
use leeward_test_postgres::shared;
use pollster::block_on;
use std::{
    env,
    io::{self, BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU64, Ordering},
};

const TEST: &str = "clients::a_killed_client_loses_doubles_and_tears_nothing";
const URL: &str = "LEEWARD_POSTGRES_CHILD";
const ROUND: &str = "LEEWARD_POSTGRES_ROUND";
const CLIENTS: u32 = 6;

/// A hundred processes, each killed in the middle of what it does, and one history over all of them.
#[test]
fn a_killed_client_loses_doubles_and_tears_nothing() {
    if let Ok(url) = env::var(URL) {
        return append(&url);
    }
    let Some(server) = shared() else { return };
    let database = server.database();
    let (mut history, mut random, kills) = (History::new(), Random::new(5), rounds(100));
    for round in 0..kills {
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(["--exact", TEST, "--nocapture"]).env(URL, database.url());
        let mut child = command.env(ROUND, round.to_string()).stdout(Stdio::piped()).spawn().unwrap();
        note_until_killed(&mut child, &mut history, 1 + random.below(120));
    }
    let store = open(&database.url());
    // What the last ones had sent has an end before this is answered.
    drop(database.sql(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = current_user \
         AND datname = current_database() AND pid <> pg_backend_pid()",
    ));
    let tally = history.check(&block_on(lists_of(&store)).unwrap()).unwrap();
    say(format_args!("{kills} kills of a client: {tally}"));
    assert!(tally.applied as u64 > 3 * kills && tally.unknown > 0, "{tally}");
}

/// The child: says what it does before and after it does it.
fn append(url: &str) {
    let round: u32 = env::var(ROUND).unwrap().parse().unwrap();
    let store = open(url);
    // Later rounds have later times, and other clients.
    let ticks = AtomicU64::new(u64::from(round) << 32);
    let clock = || ticks.fetch_add(1, Ordering::SeqCst);
    let tell = |event: Event| io::stdout().lock().write_all(format!("{event}\n").as_bytes()).unwrap();
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
        if seen == count {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    assert!(seen >= count, "the child ended by itself after {seen} events");
}
